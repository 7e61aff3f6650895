//! Counts with their noun.

/// A count with its noun: `1 image`, `2 images`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
