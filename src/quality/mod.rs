//! What is wrong in a catalog as a whole: rules in SQL, each a check.
//!
//! A finding of the indexer is about one file or cell; a check asks whether the rows of tables fit each
//! other and the facts about their columns. Its query returns the rows that break the rule, and it passes
//! when there are none, or no more than it tolerates. Checks are the files of `schema/checks`, one per
//! `[[column.fact]]` of `schema/tables`, and the files of a catalog's own folder `checks`.

mod check;
mod derived;
mod error;
mod history;
mod junit;
mod overview;
mod own;
mod program;
mod report;
mod sarif;
mod suite;
mod waiver;
mod waiving;
mod written;

pub use check::{CheckOrigin, CheckTolerance, QualityCheck};
pub use error::{QualityError, UnknownCheck};
pub use history::{CheckChange, RowChange, compare};
pub use junit::junit;
pub use overview::{numbers, page};
pub use program::{check, checks, markdown};
pub use report::{CheckResult, CheckStatus, QualityReport};
pub use sarif::sarif;
pub use suite::{CheckSuite, run_checks};
pub use waiver::{CheckWaiver, WaiverFault, WaiverList, is_date};
