//! Plan, scan, link, commit: the one place where sources meet tables.

mod case;
mod clinical;
mod examine;
pub mod layout;
mod link;
mod recall;
mod run;
pub mod snapshot;

pub use run::{Findings, IndexError, OnErrors, Progress, Report, Request, run};
