//! The rows of `sources` and `issues`.

use super::{RowCells, RowRecord};
use crate::records::issue::Issue;
use crate::records::source::SourceRecord;

impl RowRecord for SourceRecord {
    const TABLE: &'static str = "sources";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        out.text("path", Some(&self.path))
            .text("kind", Some(self.kind.as_str()))
            .int("size_bytes", i64::try_from(self.size).ok())
            .timestamp("modified_at", self.modified_ms)
            .text("status", Some(self.status.as_str()))
            .int("row_count", Some(self.rows.into()))
            .text("reason", self.status.reason());
    }
}

/// Whether an issue was found within one file or between files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingStage {
    /// Within one file.
    Scan,
    /// Between files.
    Link,
}

/// An issue and the stage that found it.
#[derive(Debug, Clone, Copy)]
pub struct StagedIssue<'a>(pub FindingStage, pub &'a Issue);

impl RowRecord for StagedIssue<'_> {
    const TABLE: &'static str = "issues";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        let Self(stage, issue) = self;
        let stage = match stage {
            FindingStage::Scan => "scan",
            FindingStage::Link => "link",
        };
        out.text("stage", Some(stage))
            .text("severity", Some(issue.severity().as_str()))
            .text("code", Some(issue.code.as_str()))
            .text("file", Some(&issue.file))
            .text("place", issue.place.as_deref())
            .text("case_id", issue.case_id.as_deref())
            .text("message", Some(&issue.message))
            .text("value", issue.value.as_deref());
    }
}
