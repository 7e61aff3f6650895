//! What can be seen of the de-identification of a finished data set (DICOM PS3.15 annex E): counts and
//! names of attributes, never a value.

mod error;
mod finding;
mod headers;
mod names;
mod report;
mod shapes;
mod sheet;
mod summary;
mod tables;
mod words;

pub use error::AuditError;
pub use finding::{AuditFinding, VendorRows};
pub use report::{AuditReport, audit};
pub use sheet::{BorderSheet, border_sheet};
pub use summary::audit_summary;
