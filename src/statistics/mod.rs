//! Statistics of groups: summaries, differences, hypothesis tests and disclosure control.
//!
//! Pure functions of numbers, without input or output; nothing here knows the catalog.

pub mod agreement;
pub mod bootstrap;
mod describe;
mod disclosure;
pub mod discrimination;
mod fisher;
mod hypothesis;
pub mod smd;

pub use describe::NumberSummary;
pub use disclosure::{CellMark, DisclosureCell, protect};
pub use hypothesis::{TestMethod, TestResult, test_counts, test_means, test_ranks};
