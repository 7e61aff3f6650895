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

pub use attrition::{AttritionStage, DiagnosisCount, attrition, groups};
pub use definition::{CohortCounts, CohortDefinition, CohortStep};
pub use diff::{ChangeKind, MemberChange, changes};
pub use error::CohortError;
pub use filter::{CohortCriterion, CohortFilter, compile};
pub use name::{NameError, SavedName};
pub use saved::Cohort;
pub use split::{Split, SplitPart, SplitPlan, Stratum};
pub use store::{IfExists, SHELVES, delete, list, load, load_split, nothing_called, save};
pub use unit::MemberUnit;

use definition::one_query;
