//! The patients of a cohort with every column that the plan of a split needs.

use super::columns::{check_column, column_expr, last_date_expr};
use super::error::SplitError;
use super::groups;
use super::plan::{AssignmentOrder, PatientSelection, SplitPlan};
use super::stratum_column::stratum_exprs;
use crate::catalog::Catalog;
use crate::cohort::{CaseIds, Cohort, PatientColumn, PatientExpr, Patients, Strata, column_types};

/// The patients of a cohort, sorted by case ID.
pub(super) struct SplitRoster {
    pub cases: CaseIds,
    /// The columns that define the strata.
    pub stratum_columns: Vec<PatientColumn>,
    pub strata: Strata,
    /// The column whose values are down-sampled.
    pub balance: Option<PatientColumn>,
    pub matching: Option<MatchColumns>,
    /// `held` or `both` for patients held out: see [`super::hold_out::HoldOut`].
    pub hold_out: Option<PatientColumn>,
    /// Each patient's last date, in a split in time.
    pub dates: Option<PatientColumn>,
    /// The random order of patients.
    pub ranks: Vec<u128>,
}

/// The columns of a matched split.
pub(super) struct MatchColumns {
    /// The column that decides who is a case.
    pub cases: PatientColumn,
    /// The column that decides who can be a control.
    pub controls: PatientColumn,
    /// The criteria, in the order of the plan.
    pub criteria: Vec<PatientColumn>,
}

impl SplitRoster {
    /// Reads the patients of a cohort.
    ///
    /// # Errors
    /// When a column is unknown or has the wrong type, or the cohort has no patients.
    pub fn read(catalog: &Catalog, cohort: &Cohort, plan: &SplitPlan) -> Result<Self, SplitError> {
        let exprs = RosterExprs::new(catalog, plan)?;
        let Patients { cases, columns } =
            Patients::read(catalog, &cohort.definition(), &exprs.concat())?;
        if cases.is_empty() {
            let text = format!("cohort {} has no patients to split", cohort.name);
            return Err(SplitError::Plan(text));
        }
        let mut columns = columns.into_iter();
        let stratum_columns: Vec<PatientColumn> =
            columns.by_ref().take(exprs.strata.len()).collect();
        check_values(&stratum_columns)?;
        let mut next_of = |exprs: &[PatientExpr]| -> Vec<PatientColumn> {
            columns.by_ref().take(exprs.len()).collect()
        };
        let balance = next_of(&exprs.balance).pop();
        let mut matching = next_of(&exprs.matching).into_iter();
        let matching = match (matching.next(), matching.next()) {
            (Some(cases), Some(controls)) => {
                Some(MatchColumns { cases, controls, criteria: matching.collect() })
            }
            _ => None,
        };
        let hold_out = next_of(&exprs.hold_out).pop();
        let dates = next_of(&exprs.dates).pop();
        Ok(Self {
            strata: Strata::combine(&stratum_columns, cases.len()),
            ranks: groups::ranks(&cases, plan.seed),
            cases,
            stratum_columns,
            balance,
            matching,
            hold_out,
            dates,
        })
    }
}

/// The most values of a column of strata: a split names every stratum.
const MOST_VALUES: usize = 10_000;

/// Refuses strata by a column that has a value of its own for nearly every patient.
fn check_values(columns: &[PatientColumn]) -> Result<(), SplitError> {
    match columns.iter().find(|column| column.values.len() > MOST_VALUES) {
        None => Ok(()),
        Some(column) => Err(SplitError::Plan(format!(
            "--stratify: {} has {} values, more than {MOST_VALUES}; give a band, such as age_years:10, or a \
             column of fewer values",
            column.name,
            column.values.len()
        ))),
    }
}

/// The expressions that are read of every patient, in this order.
struct RosterExprs {
    strata: Vec<PatientExpr>,
    balance: Vec<PatientExpr>,
    matching: Vec<PatientExpr>,
    hold_out: Vec<PatientExpr>,
    dates: Vec<PatientExpr>,
}

impl RosterExprs {
    fn new(catalog: &Catalog, plan: &SplitPlan) -> Result<Self, SplitError> {
        let patients = column_types(catalog, "patients")?;
        let images = column_types(catalog, "images")?;
        let strata = match &plan.order {
            AssignmentOrder::Strata { by, .. } => stratum_exprs(by, &patients)?,
            AssignmentOrder::Time(_) => Vec::new(),
        };
        let (mut balance, mut matching) = (Vec::new(), Vec::new());
        match &plan.selection {
            PatientSelection::Everyone => {}
            PatientSelection::Balance(classes) => {
                check_column(&patients, "--balance", &classes.column)?;
                balance.push(column_expr(&classes.column));
            }
            PatientSelection::Matched(plan) => matching = plan.exprs(&patients)?,
        }
        let hold_out = plan.hold_out.iter().map(|held| held.expr(&patients, &images));
        let hold_out = hold_out.collect::<Result<_, _>>()?;
        let dates = match &plan.order {
            AssignmentOrder::Time(column) => vec![last_date_expr(column, &patients, &images)?],
            AssignmentOrder::Strata { .. } => Vec::new(),
        };
        Ok(Self { strata, balance, matching, hold_out, dates })
    }

    fn concat(&self) -> Vec<PatientExpr> {
        let Self { strata, balance, matching, hold_out, dates } = self;
        [strata, balance, matching, hold_out, dates].into_iter().flatten().cloned().collect()
    }
}
