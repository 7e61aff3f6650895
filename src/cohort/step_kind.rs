//! The steps of `cohort create`, in one table: options, help, words and SQL all follow from it.

use super::compiler::StepCompiler;
use super::error::CohortError;
use super::span;
use super::step::{CohortStep, labelled};
use super::unit::MemberUnit;
use crate::sql;
use crate::tables::spec::{self, ColumnSpec};

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

/// The option of a condition of the user's own.
const CONDITION: &str = "where";
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
        option: "age",
        value_name: "YEARS",
        help: "Age in years, such as 40-69 or '>=50'",
        phrase: "age: {}",
        negation: "age not {}",
        condition: |_, text| span::condition("--age", "p.age_years", text),
    },
    StepKind {
        option: "year",
        value_name: "YEARS",
        help: "Year of the study of an image, such as 2013-2016",
        phrase: "year of the study: {}",
        negation: "no study of {}",
        condition: |compiler, text| compiler.year(text),
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
        help: "Side of the tumour: left, right, both, or L, R, B",
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
        help: "Only images of these views (RCC, or CC for both sides), and members who have one",
        phrase: "view: {}",
        negation: "no image of {}",
        condition: |compiler, text| compiler.view(text),
    },
    StepKind {
        option: CONDITION,
        value_name: "CONDITION",
        help: "Any SQL condition on patients AS p (breasts AS b, images AS i, lesions AS l); 'LABEL: SQL' names it in figures",
        phrase: "where: {}",
        negation: "condition not met",
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
            Some(_) if self.name().is_some() => self.name().unwrap_or_default().to_owned(),
            Some(kind) => kind.phrase.replace("{}", &self.words()),
            None => format!("{}: {}", self.option, self.words()),
        }
    }

    /// The label that the user gave to a condition.
    fn name(&self) -> Option<&str> {
        if self.option == CONDITION { labelled(&self.text).0 } else { None }
    }

    /// What a condition without a label is about: the columns that it names, as words.
    fn subject(&self) -> String {
        let names = sql::names(&self.text);
        let is_named = |column: &&ColumnSpec| names.contains(column.name.as_str());
        let columns = MemberUnit::ALL.iter().filter_map(|unit| spec::find(unit.table()));
        let mut words: Vec<String> = Vec::new();
        for column in columns.flat_map(|table| &table.columns).filter(is_named) {
            let title = match column.name.as_str() {
                name if name.starts_with("birads") => name.replacen("birads", "BI-RADS", 1),
                name if name.starts_with("t_") => name.replacen('t', "T", 1),
                name if name.starts_with("n_stage") => name.replacen('n', "N", 1),
                name => name.to_owned(),
            };
            let title = title.replace('_', " ");
            if !words.contains(&title) {
                words.push(title);
            }
        }
        match words.is_empty() {
            true => "condition of the study".to_owned(),
            false => format!("condition on {}", words.join(", ")),
        }
    }

    /// The property of the members that it excludes, on one line: `T stage not >=2`, `in pilot`.
    pub fn negation(&self) -> String {
        match StepKind::find(&self.option) {
            Some(_) if self.name().is_some() => format!("not: {}", self.name().unwrap_or_default()),
            // Figures show no SQL.
            Some(kind) if kind.option == CONDITION => format!("{} not met", self.subject()),
            Some(kind) => kind.negation.replace("{}", &self.words()),
            None => format!("{} not {}", self.option, self.words()),
        }
    }
}
