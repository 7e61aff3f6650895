//! Plan, scan, link, commit: the one place where sources meet tables.

mod batch;
mod case;
mod classify;
mod clinical;
mod columns;
mod contours;
mod duplicates;
mod inventory;
mod issue_writer;
mod last;
pub mod layout;
mod link;
mod pending;
mod plan;
mod previous;
mod root;
mod run;
mod scan;
pub mod snapshot;
mod source_writer;
mod spool;

pub use crate::sources::dicom::ReadDepth;
pub use inventory::InventoryError;
pub use plan::FileSelection;
pub use run::{FindingCounts, IndexError, IndexProgress, IndexReport, IndexRequest, OnErrors, run};
