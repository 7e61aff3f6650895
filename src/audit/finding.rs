//! One line of an audit.

use crate::records::issue::Severity;
use crate::records::resident_number::Confidence;

/// Which rows attributes of headers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorRows {
    /// One per attribute.
    Together,
    /// One per attribute and vendor.
    Each,
}

/// What is seen of one kind of exposure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFinding {
    /// What is looked at: `header attribute`, `file name` …
    pub check: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The attribute, root or kind of text.
    pub subject: String,
    /// How sure it is that a text is what its form says; absent where no form is judged.
    pub confidence: Option<Confidence>,
    /// The vendor, for attributes of headers.
    pub vendor: Option<String>,
    /// Where it is seen.
    pub count: u64,
    /// Of how many.
    pub total: u64,
    /// What that means.
    pub message: String,
}

impl AuditFinding {
    /// A finding on so many of so many.
    pub fn new(
        check: &'static str,
        severity: Severity,
        subject: impl Into<String>,
        [count, total]: [u64; 2],
        message: impl Into<String>,
    ) -> Self {
        let (subject, message) = (subject.into(), message.into());
        Self { check, severity, subject, confidence: None, vendor: None, count, total, message }
    }

    /// The same with a confidence.
    pub fn with_confidence(self, confidence: Confidence) -> Self {
        Self { confidence: Some(confidence), ..self }
    }

    /// The same of one vendor.
    pub fn of_vendor(self, vendor: impl Into<String>) -> Self {
        Self { vendor: Some(vendor.into()), ..self }
    }
}
