//! The parts of a path with `/` between folders: folder, file name, stem and extension.

/// The part behind the last `/`.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The part before the last `/`; empty for a file of the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The file name without its extension.
pub fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The part of the file name behind its last dot, in lower case; empty where it has none.
pub fn extension(path: &str) -> String {
    file_name(path).rsplit_once('.').map_or_else(String::new, |(_, end)| end.to_ascii_lowercase())
}
