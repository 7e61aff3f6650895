//! Shards: the scan of some files of a data set, on any machine, to be linked on one.

mod coverage;
mod description;
mod difference;
mod division;
mod error;
mod layers;
mod link;
mod lists;
mod merge;
mod path_line;
mod row_folders;
mod rows;
mod scan;
mod scannable;
mod set;

pub use description::ScanDescription;
pub use difference::ScanDifference;
pub use error::ShardError;
pub use layers::{ShardLayer, earlier_scans};
pub use link::{LinkReport, link};
pub use lists::{PlanReport, plan};
pub use scan::{ScanReport, scan};
