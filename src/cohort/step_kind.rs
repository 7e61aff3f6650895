//! The steps of `cohort create`, in one table: options, help, words and SQL all follow from it.

use super::compiler::StepCompiler;
use super::error::CohortError;
use super::step::CohortStep;

/// One kind of step.
#[derive(Debug)]
pub struct StepKind {
    /// Its option, without the dashes.
    pub option: &'static str,
    /// What help calls its value.
    pub value_name: &'static str,
    /// What it takes, in one line.
    pub help: &'static str,
    /// The condition in words; `{}` is the value.
    phrase: &'static str,
    /// The property of the members that it excludes; `{}` is the value.
    negation: &'static str,
    pub(super) condition: fn(&mut StepCompiler<'_>, &str) -> Result<String, CohortError>,
}

/// The option of a query of the user's own.
pub(super) const QUERY: &str = "sql";

/// Every kind of step, in the order of the help.
pub static STEP_KINDS: &[StepKind] = &[
    StepKind {
        option: "union",
        value_name: "COHORTS",
        help: "Members of any of these cohorts",
        phrase: "in any of: {}",
        negation: "in none of {}",
        condition: |compiler, text| compiler.union(text),
    },
    StepKind {
        option: "intersect",
        value_name: "COHORTS",
        help: "Members of all of these cohorts",
        phrase: "in all of: {}",
        negation: "not in all of {}",
        condition: |compiler, text| compiler.intersect(text),
    },
    StepKind {
        option: "except",
        value_name: "COHORTS",
        help: "Members of none of these cohorts",
        phrase: "in none of: {}",
        negation: "in {}",
        condition: |compiler, text| compiler.except(text),
    },
    StepKind {
        option: QUERY,
        value_name: "QUERY",
        help: "The case_ids that a query returns; for other units their key columns",
        phrase: "query: {}",
        negation: "not returned by the query",
        condition: |compiler, text| compiler.query(text),
    },
    StepKind {
        option: "cases",
        value_name: "FILE",
        help: "The cases in a list (CSV, Excel, Parquet): its column case_id, or its only column",
        phrase: "cases of: {}",
        negation: "not listed in {}",
        condition: |compiler, text| compiler.cases(text),
    },
    StepKind {
        option: "diagnosis",
        value_name: "GROUPS",
        help: "Diagnosis groups: normal, benign, malignant",
        phrase: "diagnosis: {}",
        negation: "diagnosis not {}",
        condition: |compiler, text| compiler.diagnosis(text),
    },
    StepKind {
        option: "birads",
        value_name: "CATEGORIES",
        help: "BI-RADS categories such as 4,5 or 4A: of the worse side, or of the breast",
        phrase: "BI-RADS: {}",
        negation: "BI-RADS not {}",
        condition: |compiler, text| compiler.birads(text),
    },
    StepKind {
        option: "t-stage",
        value_name: "T",
        help: "T stage, such as '>=2', 1c or 2,3",
        phrase: "T stage: {}",
        negation: "T stage not {}",
        condition: |compiler, text| compiler.t_stage(text),
    },
    StepKind {
        option: "n-stage",
        value_name: "N",
        help: "N stage, such as 0 or '>=1'",
        phrase: "N stage: {}",
        negation: "N stage not {}",
        condition: |compiler, text| compiler.n_stage(text),
    },
    StepKind {
        option: "histology",
        value_name: "GROUPS",
        help: "Histology groups or ICD-O-3 codes, such as IDC,ILC",
        phrase: "histology: {}",
        negation: "histology not {}",
        condition: |compiler, text| compiler.histology(text),
    },
    StepKind {
        option: "tumor-side",
        value_name: "SIDES",
        help: "Side of the tumour: L, R, or B for both",
        phrase: "side of the tumour: {}",
        negation: "side of the tumour not {}",
        condition: |compiler, text| compiler.tumor_side(text),
    },
    StepKind {
        option: "vendor",
        value_name: "NAMES",
        help: "Manufacturers of the device",
        phrase: "vendor: {}",
        negation: "vendor not {}",
        condition: |compiler, text| compiler.vendor(text),
    },
    StepKind {
        option: "view",
        value_name: "VIEWS",
        help: "Only images of these views, and members who have one",
        phrase: "view: {}",
        negation: "no image of {}",
        condition: |compiler, text| compiler.view(text),
    },
    StepKind {
        option: "where",
        value_name: "CONDITION",
        help: "Any SQL condition on patients AS p (breasts AS b, images AS i, lesions AS l)",
        phrase: "where: {}",
        negation: "not ({})",
        condition: |compiler, text| compiler.condition(text),
    },
];

impl StepKind {
    /// The kind of this option.
    pub fn find(option: &str) -> Option<&'static Self> {
        STEP_KINDS.iter().find(|kind| kind.option == option)
    }
}

impl CohortStep {
    /// The step in words, on one line: `T stage: >=2`, `in none of: pilot`.
    pub fn label(&self) -> String {
        match StepKind::find(&self.option) {
            Some(kind) => kind.phrase.replace("{}", &self.words()),
            None => format!("{}: {}", self.option, self.words()),
        }
    }

    /// The property of the members that it excludes, on one line: `T stage not >=2`, `in pilot`.
    pub fn negation(&self) -> String {
        match StepKind::find(&self.option) {
            Some(kind) => kind.negation.replace("{}", &self.words()),
            None => format!("{} not {}", self.option, self.words()),
        }
    }
}
