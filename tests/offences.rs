//! Offences against the rules of the house: names, wording, circles of files.

use std::fmt;

/// A place that breaks a rule.
pub struct Offence {
    /// The file, or `help` for what `--help` prints.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Fails if a rule is broken anywhere, and lists where.
pub fn assert_none(rule: &str, offences: &[Offence]) {
    let list: String = offences.iter().map(Offence::to_string).collect();
    assert!(offences.is_empty(), "rule `{rule}`, {} offences:\n{list}", offences.len());
}
