//! Cohorts: steps compiled to SQL, saved definitions, the members that each step leaves, and the
//! patients with their columns.
//!
//! A cohort is a set of patients, breasts, images or lesions of one catalog. Where it names views,
//! only images of those views belong to it.

mod attrition;
mod case_list;
mod column_types;
mod compile;
mod compiler;
mod condition;
mod definition;
mod diff;
mod error;
mod patient_column;
mod patients;
mod saved;
mod scale;
mod span;
mod step;
mod step_kind;
mod store;
mod strata;
mod unit;
mod user_query;

pub use attrition::{AttritionStage, DiagnosisCount, attrition, by_diagnosis};
pub use case_list::read_case_list;
pub use column_types::{ColumnTypes, column_types, is_number};
pub use compile::{CohortFilter, compile};
pub use definition::{CohortCounts, CohortDefinition};
pub use diff::{ChangeKind, MemberChange, changes};
pub use error::CohortError;
pub use patient_column::{MILLION, PatientColumn};
pub(crate) use patient_column::{PatientColumnBuilder, texts};
pub use patients::{CaseIds, PatientExpr, Patients};
pub use saved::Cohort;
pub use step::CohortStep;
pub use step_kind::{STEP_KINDS, StepKind};
pub use store::{COHORT_VIEWS, COHORTS, delete, list, load, save};
pub use strata::{Strata, value_label};
pub use unit::MemberUnit;
