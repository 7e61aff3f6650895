//! Files grouped by the form of their paths.

use std::collections::BTreeMap;

/// Examples of each form.
const EXAMPLES: usize = 3;

/// Files of one form of path.
#[derive(Debug, Clone)]
pub struct PathForm {
    /// The path with `#` for every number.
    pub pattern: String,
    /// The number of files.
    pub count: usize,
    /// The first of them.
    pub examples: Vec<String>,
}

/// The forms of some paths, the most frequent first.
pub(super) fn path_forms<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<PathForm> {
    let mut forms: BTreeMap<String, PathForm> = BTreeMap::new();
    for path in paths {
        let pattern = pattern(path);
        let form = forms.entry(pattern.clone()).or_insert_with(|| PathForm {
            pattern,
            count: 0,
            examples: Vec::new(),
        });
        form.count += 1;
        if form.examples.len() < EXAMPLES {
            form.examples.push(path.to_owned());
        }
    }
    let mut forms: Vec<PathForm> = forms.into_values().collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.count));
    forms
}

/// A path with every number as `#`, and words of hexadecimal digits too.
fn pattern(path: &str) -> String {
    let word = |word: &str| {
        let hex = word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
        if hex && word.bytes().any(|b| b.is_ascii_digit()) {
            return "#".to_owned();
        }
        let mut out = String::new();
        for c in word.chars() {
            match c.is_ascii_digit() {
                false => out.push(c),
                true if !out.ends_with('#') => out.push('#'),
                true => {}
            }
        }
        out
    };
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find(|c: char| !c.is_alphanumeric()) {
        let end = at + rest[at..].chars().next().map_or(1, char::len_utf8);
        out.push_str(&word(&rest[..at]));
        out.push_str(&rest[at..end]);
        rest = &rest[end..];
    }
    out + &word(rest)
}
