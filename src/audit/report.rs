//! The findings of an audit, as a table and in words.

use std::cmp::Reverse;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;

use super::error::AuditError;
use super::finding::{AuditFinding, VendorRows};
use super::{headers, names, tables};
use crate::catalog::Catalog;
use crate::records::issue::Severity;
use crate::records::resident_number::Confidence;
use crate::sources::data_set_files::DataSetFiles;
use crate::sources::source_root::SourceRoot;

/// An audit.
#[derive(Debug, Clone)]
pub struct AuditReport {
    /// DICOM files whose headers were read.
    pub files: u64,
    /// The findings, the most severe first.
    pub findings: Vec<AuditFinding>,
}

/// Audits the data set of a catalog, which is at `root`: headers of all DICOM files, names, workbook
/// properties, and the tables. `progress` is called before each file.
///
/// # Errors
/// When the catalog refuses, or the folder is not there. A file that cannot be read is a finding.
pub fn audit(
    catalog: &Catalog,
    root: &Path,
    rows: VendorRows,
    progress: &(dyn Fn() + Sync),
) -> Result<AuditReport, AuditError> {
    if !SourceRoot::may_be(root) {
        return Err(AuditError::Root(root.to_owned()));
    }
    let files = DataSetFiles::new(root);
    let paths: Vec<String> =
        catalog.values("SELECT path FROM sources WHERE kind = 'dicom' ORDER BY path")?;
    let mut findings = headers::tally(&files, &paths, progress).findings(rows);
    findings.extend(tables::findings(catalog)?);
    findings.extend(names::paths(catalog)?);
    findings.extend(names::readers(catalog)?);
    findings.extend(names::workbooks(catalog, &files)?);
    findings.sort_by_key(|finding| Reverse(finding.severity));
    Ok(AuditReport { files: paths.len() as u64, findings })
}

impl AuditReport {
    /// Adds findings, such as those on pixels.
    pub fn add(&mut self, findings: Vec<AuditFinding>) {
        self.findings.extend(findings);
        self.findings.sort_by_key(|finding| Reverse(finding.severity));
    }

    /// The number of findings of a severity.
    pub fn count(&self, severity: Severity) -> u64 {
        self.findings.iter().filter(|finding| finding.severity == severity).count() as u64
    }

    /// Whether a finding is at least so severe.
    pub fn reaches(&self, severity: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= severity)
    }

    /// The table: one row per finding.
    ///
    /// # Errors
    /// When Arrow refuses.
    pub fn table(&self) -> Result<RecordBatch, AuditError> {
        let text = |cell: fn(&AuditFinding) -> Option<&str>| -> ArrayRef {
            Arc::new(self.findings.iter().map(cell).collect::<StringArray>())
        };
        let number = |cell: fn(&AuditFinding) -> u64| -> ArrayRef {
            Arc::new(
                self.findings.iter().map(|finding| Some(cell(finding))).collect::<UInt64Array>(),
            )
        };
        Ok(RecordBatch::try_from_iter_with_nullable([
            ("severity", text(|finding| Some(finding.severity.as_str())), false),
            ("check", text(|finding| Some(finding.check)), false),
            ("subject", text(|finding| Some(&finding.subject)), false),
            ("confidence", text(|finding| finding.confidence.map(Confidence::as_str)), true),
            ("vendor", text(|finding| finding.vendor.as_deref()), true),
            ("n", number(|finding| finding.count), false),
            ("of", number(|finding| finding.total), false),
            ("message", text(|finding| Some(&finding.message)), false),
        ])?)
    }
}
