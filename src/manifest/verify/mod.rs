//! Verification of a manifest: its own files, the snapshot, the split, the rows, and every file of the
//! data set that it names.

mod difference;
mod facts;
mod images;
mod outputs;
mod progress;
mod relation;
mod run;
mod source;
mod table_rows;

pub use super::provenance::ProvenanceRecord;
pub use difference::ManifestDifference;
pub use run::{VerifyResult, verify, verify_files};
