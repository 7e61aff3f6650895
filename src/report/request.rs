//! The request for a report.

use std::path::PathBuf;

use crate::cohort::CohortDefinition;
use crate::language::Language;
use crate::split::Split;
use crate::sql::identifier;

/// What a report is about.
#[derive(Debug, Clone)]
pub enum ReportSubject {
    /// Every case of the catalog.
    Whole,
    /// A cohort.
    Cohort {
        /// Its name.
        name: String,
        /// Its definition.
        definition: CohortDefinition,
    },
    /// A split.
    Split(Box<Split>),
}

impl ReportSubject {
    /// The query of its case IDs, which can be copied.
    pub fn cases(&self) -> String {
        match self {
            Self::Whole => "SELECT case_id FROM patients".to_owned(),
            Self::Cohort { name, .. } => {
                format!("SELECT case_id FROM cohorts.{}", identifier(name))
            }
            Self::Split(split) => format!(
                "SELECT case_id FROM splits.{} WHERE split IS NOT NULL",
                identifier(&split.name.to_string())
            ),
        }
    }

    /// The definition of its cohort; all patients for the whole catalog.
    pub fn definition(&self) -> CohortDefinition {
        match self {
            Self::Cohort { definition, .. } => definition.clone(),
            Self::Whole | Self::Split(_) => {
                CohortDefinition { sql: self.cases(), ..CohortDefinition::default() }
            }
        }
    }
}

/// What is reported, and how.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// What it is about.
    pub subject: ReportSubject,
    /// The language of the page.
    pub language: Language,
    /// The smallest count of patients that is shown; 0 and 1 show all.
    pub min_cell: u64,
    /// The label of the shortcuts: an SQL condition.
    pub label: String,
    /// Whether sections with rows of single cases are shown.
    pub single_cases: bool,
    /// The data set's folder, where its headers are to be audited.
    pub audit_root: Option<PathBuf>,
    /// An earlier snapshot whose numbers are shown beside.
    pub compare: Option<u32>,
}
