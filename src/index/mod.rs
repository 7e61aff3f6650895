//! Plan, scan, link, commit: the one place where sources meet tables.

mod case;
mod clinical;
mod columns;
mod copies;
mod examine;
mod inventory;
pub mod layout;
mod ledger;
mod link;
mod plan;
mod recall;
mod root;
mod run;
mod scan;
pub mod snapshot;

pub use crate::sources::dicom::Depth;
pub use inventory::InventoryError;
pub use plan::Files;
pub use run::{Findings, IndexError, OnErrors, Progress, Report, Request, run};
