//! Findings of indexing: code, severity, file and place. The codes are those of `schema/issues/*.toml`.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is missing.
    Info,
    /// A value is null or doubtful.
    Warning,
    /// A file or row was lost; the run ends with exit code 1.
    Error,
}

impl Severity {
    /// The word that the `issues` table carries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

include!(concat!(env!("OUT_DIR"), "/issue_codes.rs"));

/// One code as `schema/issues` describes it.
#[derive(Debug, Clone, Copy)]
pub struct IssueSpec {
    /// The code.
    pub code: IssueCode,
    /// The kebab-case name.
    pub name: &'static str,
    /// The area: the stem of its file in `schema/issues`.
    pub area: &'static str,
    /// Info, warning or error.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub meaning: &'static str,
    /// The same in Korean.
    pub meaning_ko: &'static str,
    /// What a curator can do.
    pub advice: &'static str,
    /// The same in Korean.
    pub advice_ko: &'static str,
}

impl IssueCode {
    /// Its description in `schema/issues`.
    pub fn spec(self) -> &'static IssueSpec {
        &ISSUE_CODES[self as usize]
    }

    /// The kebab-case name that the `issues` table carries.
    pub fn as_str(self) -> &'static str {
        self.spec().name
    }

    /// The severity of its findings.
    pub fn severity(self) -> Severity {
        self.spec().severity
    }

    /// The code with that kebab-case name; absent when there is none.
    pub fn from_name(name: &str) -> Option<Self> {
        static BY_NAME: LazyLock<HashMap<&'static str, IssueCode>> =
            LazyLock::new(|| ISSUE_CODES.iter().map(|spec| (spec.name, spec.code)).collect());
        BY_NAME.get(name).copied()
    }
}

/// By name.
impl Ord for IssueCode {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for IssueCode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for IssueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finding. It never carries an identifying value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// One of the codes of `schema/issues`.
    pub code: IssueCode,
    /// Path relative to the data-set root, with `/`.
    pub file: String,
    /// DICOM tag, `sheet!cell` or JSON pointer.
    pub place: Option<String>,
    /// The case it belongs to, where that is known.
    pub case_id: Option<String>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The offending raw text.
    pub value: Option<String>,
}

impl Issue {
    /// A finding about `file`.
    pub fn new(code: IssueCode, file: impl Into<String>, message: impl Into<String>) -> Self {
        let (file, message) = (file.into(), message.into());
        Self { code, file, place: None, case_id: None, message, value: None }
    }

    /// Adds the place in the file.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Adds the case.
    pub fn case(mut self, case_id: impl Into<String>) -> Self {
        self.case_id = Some(case_id.into());
        self
    }

    /// Adds the offending text.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Its severity.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}
