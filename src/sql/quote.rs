//! Values, names and paths as SQL.

use std::path::Path;

/// A text as an SQL literal.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as a quoted SQL identifier.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The pattern with which DuckDB reads this one file, whatever wildcards its name has. None when the
/// path is not UTF-8.
pub fn path_pattern(path: &Path) -> Option<String> {
    let mut pattern = String::new();
    for c in path.to_str()?.chars() {
        match c {
            '*' | '?' | '[' => pattern.extend(['[', c, ']']),
            _ => pattern.push(c),
        }
    }
    Some(pattern)
}
