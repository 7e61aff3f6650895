//! Names of files made of what a catalog says.

/// A name for a file: letters, digits, `-` and `_` stay, all else becomes `-`.
pub fn file_name(text: &str) -> String {
    let safe = |letter: char| if letter.is_alphanumeric() || letter == '_' { letter } else { '-' };
    text.chars().take(100).map(safe).collect()
}
