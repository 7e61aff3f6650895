//! Numbers about groups: what describes them, tells them apart, and must not be shown of them.
//!
//! Pure: numbers in, numbers out. Nothing here knows the catalog, a column or a file; what a number
//! is of, the caller knows.

mod describe;
mod disclosure;
mod fisher;
mod hypothesis;
pub mod smd;

pub use describe::NumberSummary;
pub use disclosure::{CellMark, DisclosureCell, protect};
pub use hypothesis::{TestMethod, TestResult, counts, means, ranks};
