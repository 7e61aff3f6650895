//! The place of a fault, as listed in `flaws.json`.

use crate::sample::case::SampleCase;

/// File, case and description of a fault.
pub(in crate::sample) struct FlawPlace {
    /// Below the root.
    pub file: String,
    /// The case whose data are wrong; `None` when it belongs to none.
    pub case_id: Option<String>,
    /// What is wrong, in one sentence.
    pub what: String,
}

impl FlawPlace {
    pub fn new(case: &SampleCase, file: impl Into<String>, what: impl Into<String>) -> Self {
        Self { file: file.into(), case_id: Some(case.id.clone()), what: what.into() }
    }
}
