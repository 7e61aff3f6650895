//! Paths, and where they lead.

use std::path::{Component, Path, PathBuf};

/// Returns `to` as seen from the folder `from`; both absolute, without `..` and links.
pub fn relative(from: &Path, to: &Path) -> PathBuf {
    let from: Vec<Component<'_>> = from.components().collect();
    let to: Vec<Component<'_>> = to.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[common..].iter().map(|_| Component::ParentDir);
    up.chain(to[common..].iter().copied()).collect()
}

/// Returns whether a relative path stays below the folder that it starts from, at every step.
pub fn is_inside(path: &str) -> bool {
    let mut depth = 0_i32;
    for component in Path::new(path).components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::ParentDir => depth -= 1,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return false,
        }
        if depth < 0 {
            return false;
        }
    }
    true
}

/// Returns where a path leads, also where its end does not exist yet: links are followed as far as they exist, and `..` leaves
/// the folder before it, which a program may be about to make.
pub fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut place = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                place.pop();
            }
            component => place.push(component),
        }
        if let Ok(real) = std::fs::canonicalize(&place) {
            place = real;
        }
    }
    place
}

/// Returns whether a file is below a folder once links are followed: a stranger who sends a folder may have put
/// links into it that lead anywhere. A file that does not exist yet is where its folder is.
pub fn stays_in(folder: &Path, file: &Path) -> bool {
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| resolved(folder));
    resolved(file).starts_with(folder)
}
