//! The plan of a matched split: who needs controls, who can be one, and what they have in common.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::columns::{check_column, check_number, column_expr, parse_millionths};
use super::error::SplitError;
use crate::cohort::{ColumnTypes, PatientExpr};

/// How controls are matched to cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchPlan {
    /// What a control has in common with its case.
    pub criteria: Vec<MatchCriterion>,
    /// The patients who need controls.
    pub cases: PatientGroup,
    /// The patients who can be controls.
    pub controls: PatientGroup,
    /// Controls for each case.
    pub ratio: usize,
    /// How controls are chosen.
    pub choice: ControlChoice,
}

/// How controls are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ControlChoice {
    /// Each case in turn takes the nearest control that is left.
    #[default]
    Nearest,
    /// As many cases as possible have controls, at the smallest sum of distances.
    Optimal,
}

/// What a control has in common with its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchCriterion {
    /// Column of `patients`.
    pub column: String,
    /// The largest difference in millionths; none for the same value.
    pub caliper: Option<i64>,
    /// The criterion as the user wrote it, with `±`.
    pub text: String,
}

/// Patients with one value of a column: `malignant` is `diagnosis=malignant`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientGroup {
    /// Column of `patients`.
    pub column: String,
    /// Its value as text.
    pub value: String,
}

impl MatchPlan {
    /// Reads `age_years±2,vendor` (`+-` does as well), `malignant`, `normal` and `1:2`.
    ///
    /// # Errors
    /// Another form.
    pub fn parse(
        criteria: &str,
        cases: &str,
        controls: &str,
        ratio: &str,
        choice: ControlChoice,
    ) -> Result<Self, SplitError> {
        let invalid =
            || SplitError::Plan(format!("--ratio: {ratio:?} is not 1:N, with N up to 100"));
        let ratio = ratio.trim().strip_prefix("1:").and_then(|n| n.parse().ok());
        let ratio = ratio.filter(|n| (1..=100).contains(n)).ok_or_else(invalid)?;
        let criteria =
            criteria.split(',').map(MatchCriterion::parse).collect::<Result<Vec<_>, _>>()?;
        for (number, criterion) in criteria.iter().enumerate() {
            if criteria[..number].iter().any(|other| other.column == criterion.column) {
                return Err(SplitError::Plan(format!(
                    "--match: {:?} is named twice",
                    criterion.column
                )));
            }
        }
        let (cases, controls) = (PatientGroup::parse(cases), PatientGroup::parse(controls));
        if cases == controls {
            return Err(SplitError::Plan("--cases and --controls are the same".to_owned()));
        }
        Ok(Self { criteria, cases, controls, ratio, choice })
    }

    /// What is read of every patient: the columns of cases and of controls, then the criteria.
    pub(super) fn exprs(&self, types: &ColumnTypes) -> Result<Vec<PatientExpr>, SplitError> {
        check_column(types, "--cases", &self.cases.column)?;
        check_column(types, "--controls", &self.controls.column)?;
        let mut exprs = vec![column_expr(&self.cases.column), column_expr(&self.controls.column)];
        for criterion in &self.criteria {
            exprs.push(criterion.expr(types)?);
        }
        Ok(exprs)
    }
}

impl MatchCriterion {
    fn parse(text: &str) -> Result<Self, SplitError> {
        let text = text.trim().replace("+-", "±").replace("+/-", "±");
        let (column, caliper) = match text.split_once('±') {
            None => (text.as_str(), None),
            Some((column, width)) => match parse_millionths(width) {
                Some(number) => (column.trim(), Some(number)),
                None => {
                    let text = format!("--match: {width:?} is not a difference; write age_years±2");
                    return Err(SplitError::Plan(text));
                }
            },
        };
        Ok(Self { column: column.to_owned(), caliper, text: text.clone() })
    }

    fn expr(&self, types: &ColumnTypes) -> Result<PatientExpr, SplitError> {
        match self.caliper {
            None => check_column(types, "--match", &self.column)?,
            Some(_) => check_number(types, "--match", &self.column)?,
        }
        Ok(column_expr(&self.column))
    }
}

impl PatientGroup {
    /// Reads `malignant` or `t_stage=2`.
    pub fn parse(text: &str) -> Self {
        let (column, value) = text.split_once('=').unwrap_or(("diagnosis", text));
        Self { column: column.trim().to_owned(), value: value.trim().to_owned() }
    }
}

impl fmt::Display for PatientGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.column, self.value)
    }
}
