//! What is wrong in a catalog as a whole: rules in SQL, one per file of `schema/checks`.
//!
//! A finding of the indexer is about one file or cell; a check compares rows of several tables. It
//! returns the rows that break its rule, and passes when there are none.

mod check;
mod result;

pub use check::{QualityCheck, UnknownCheck, check, checks};
pub use result::{CheckResult, count_all, overview};
