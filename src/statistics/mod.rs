//! Statistics of groups: summaries, differences, hypothesis tests and disclosure control.
//!
//! Pure functions of numbers, without input or output; nothing here knows the catalog.

pub mod agreement;
pub mod bootstrap;
pub mod clustered_roc;
mod describe;
mod disclosure;
pub mod discrimination;
mod fisher;
mod hypothesis;
pub mod logistic;
pub mod smd;

pub use describe::NumberSummary;
pub use disclosure::{CellMark, DisclosureCell, protect};
pub use hypothesis::{TestMethod, TestResult, test_counts, test_means, test_ranks};
