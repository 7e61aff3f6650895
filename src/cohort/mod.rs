//! Who is in it: steps to SQL, saved cohorts, what each step leaves, splits.
//!
//! A cohort is a set of patients, breasts, images or lesions of one catalog. Where it names views,
//! only images of those views belong to it.

mod attrition;
mod cases;
mod definition;
mod diff;
mod error;
mod filter;
mod name;
mod saved;
mod scale;
pub mod split;
mod store;
pub mod table1;
mod unit;

pub use attrition::{Group, Stage, attrition, groups};
pub use definition::{Counts, Definition, Step};
pub use diff::{Change, Changed, changes};
pub use error::CohortError;
pub use filter::{Criterion, Filter, compile};
pub use name::{Name, NameError};
pub use saved::Cohort;
pub use split::{Part, Plan, Split, Stratum};
pub use store::{SHELVES, Standing, delete, list, load, load_split, nothing_called, save};
pub use unit::Unit;

use definition::one_query;
