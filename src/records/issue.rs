//! A finding while indexing, with its place. The codes stand in `schema/issues/*.toml`.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

/// How much a finding matters.
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

/// What one code means, as `schema/issues` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueCode {
    /// The kebab-case name.
    pub code: String,
    /// Info, warning or error.
    pub severity: Severity,
    /// What was found, in one sentence.
    pub meaning: String,
    /// What the reader of the issue can do.
    pub advice: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeFile {
    #[serde(default)]
    issue: Vec<IssueCode>,
}

/// Every code by area (file stem), in the order of `schema/issues`.
pub fn codes() -> &'static [(&'static str, Vec<IssueCode>)] {
    static CODES: LazyLock<Vec<(&'static str, Vec<IssueCode>)>> = LazyLock::new(|| {
        let read = |&(area, text): &(&'static str, &str)| {
            // Embedded at build time and read by a test: a fault here never leaves the workshop.
            let file: CodeFile = toml::from_str(text).unwrap_or(CodeFile { issue: Vec::new() });
            (area, file.issue)
        };
        crate::schema::ISSUES.iter().map(read).collect()
    });
    &CODES
}

/// The severity of a code; a code that `schema/issues` lacks counts as an error.
pub fn severity(code: &str) -> Severity {
    static BY_CODE: LazyLock<HashMap<&'static str, Severity>> = LazyLock::new(|| {
        codes().iter().flat_map(|(_, list)| list).map(|c| (c.code.as_str(), c.severity)).collect()
    });
    BY_CODE.get(code).copied().unwrap_or(Severity::Error)
}

/// One finding. It never carries an identifying value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// One of the codes of `schema/issues`.
    pub code: &'static str,
    /// Path relative to the data-set root, with `/`.
    pub file: String,
    /// DICOM tag, `sheet!cell` or JSON pointer.
    pub place: Option<String>,
    /// The case it belongs to, where that is known.
    pub case_id: Option<String>,
    /// What was found, in a sentence.
    pub message: String,
    /// The offending raw text.
    pub value: Option<String>,
}

impl Issue {
    /// A finding about `file`.
    pub fn new(code: &'static str, file: impl Into<String>, message: impl Into<String>) -> Self {
        let (file, message) = (file.into(), message.into());
        Self { code, file, place: None, case_id: None, message, value: None }
    }

    /// Says where in the file.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says which case.
    pub fn case(mut self, case_id: impl Into<String>) -> Self {
        self.case_id = Some(case_id.into());
        self
    }

    /// Quotes the offending text.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        severity(self.code)
    }
}
