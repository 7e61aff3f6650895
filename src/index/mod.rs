//! Plan, scan, link, commit: the one place where sources meet tables.

mod agreement;
pub mod attributes;
mod batch;
mod case;
mod cases;
pub mod classify;
mod clinical;
mod contours;
mod duplicates;
mod earlier;
mod early;
mod error;
mod folder_rows;
mod frames;
mod guard;
mod input;
pub mod inventory;
mod inventory_error;
mod link;
mod link_facts;
mod object_list;
mod object_state;
pub mod outcome;
mod pending;
pub mod plan;
mod previous;
mod pseudonym_key;
mod report;
mod request;
pub mod retention;
mod root;
mod run;
mod scan;
mod shard;
pub mod snapshot;
mod spool;
mod state;
mod writers;

pub use crate::sources::dicom::ReadDepth;
pub use error::IndexError;
pub use inventory_error::InventoryError;
pub use pseudonym_key::PseudonymKeyError;
pub use report::{FindingCounts, IgnoredCounts, IndexProgress, IndexReport};
pub use request::{
    FileSelection, IndexRequest, LinkRequest, OnErrors, OnExisting, OnGap, OnLoss, PlanDivision,
    PlanRequest, ScanRequest,
};
pub use run::run;
pub use shard::{
    LinkReport, PlanReport, ScanDifference, ScanReport, ShardError, link, plan as write_plan,
    scan as scan_shard,
};
