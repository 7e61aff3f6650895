//! Who is in it: steps to SQL, saved cohorts, what each step leaves, splits.
//!
//! A cohort is a set of patients, breasts, images or lesions of one catalog. Where it names views,
//! only images of those views belong to it.

mod attrition;
mod cases;
pub(crate) mod definition;
mod diff;
mod error;
mod filter;
mod name;
pub mod patients;
mod saved;
mod scale;
pub(crate) mod store;
mod unit;

pub use attrition::{AttritionStage, DiagnosisCount, attrition, groups};
pub use definition::{CohortCounts, CohortDefinition, CohortStep};
pub use diff::{ChangeKind, MemberChange, changes};
pub use error::CohortError;
pub use filter::{CohortCriterion, CohortFilter, compile};
pub use name::{NameError, SavedName};
pub use saved::Cohort;
pub use store::{IfExists, SHELVES, delete, list, load, nothing_called, save};
pub use unit::MemberUnit;

use definition::one_query;
