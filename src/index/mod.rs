//! Plan, scan, link, commit: the one place where sources meet tables.

mod aside;
mod book;
mod case;
mod clinical;
mod columns;
mod copies;
mod examine;
mod inventory;
mod last;
mod lay;
pub mod layout;
mod ledger;
mod link;
mod page;
mod plan;
mod recall;
mod root;
mod run;
mod scan;
mod shelf;
pub mod snapshot;

pub use crate::sources::dicom::Depth;
pub use inventory::InventoryError;
pub use plan::Files;
pub use run::{Findings, IndexError, OnErrors, Progress, Report, Request, run};
