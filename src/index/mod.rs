//! Plan, scan, link, commit: the one place where sources meet tables.

mod case;
mod clinical;
mod examine;
mod ledger;
mod link;
mod plan;
mod recall;
mod run;
pub mod snapshot;

pub use run::{Findings, IndexError, OnErrors, Progress, Report, Request, run};
