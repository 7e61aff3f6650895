//! Plan, scan, link, commit: the one place where sources meet tables.

pub mod attributes;
mod batch;
mod case;
mod cases;
pub mod classify;
mod clinical;
mod contours;
mod duplicates;
mod early;
mod error;
mod frames;
mod guard;
mod input;
mod inventory;
mod link;
mod link_facts;
pub mod outcome;
mod pending;
pub mod plan;
mod previous;
mod report;
mod request;
pub mod retention;
mod root;
mod run;
mod scan;
pub mod snapshot;
mod spool;
mod state;
mod writers;

pub use crate::sources::dicom::ReadDepth;
pub use error::IndexError;
pub use inventory::InventoryError;
pub use report::{FindingCounts, IgnoredCounts, IndexProgress, IndexReport};
pub use request::{FileSelection, IndexRequest, OnErrors, OnLoss};
pub use run::run;
