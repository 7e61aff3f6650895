//! What a split shall be: the options as they are written, and what they mean.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::shares::SplitShares;
use crate::catalog::script::{identifier, literal};
use crate::cohort::patients::{MILLION, PatientExpr, is_number};
use crate::cohort::{CohortError, SavedName};

/// What a split shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitPlan {
    /// Its name.
    pub name: SavedName,
    /// The parts.
    pub shares: SplitShares,
    /// Decides who goes where, within the proportions.
    pub seed: u64,
    /// By what the patients are dealt out.
    pub order: AssignmentOrder,
    /// Who of the cohort takes part.
    pub selection: PatientSelection,
    /// Who is kept for external validation.
    pub hold_out: Option<HoldOut>,
}

/// By what patients are dealt out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssignmentOrder {
    /// Each part has its share of every stratum.
    Strata {
        /// What makes the strata; none for one stratum.
        by: Vec<StratumColumn>,
        /// How; none to let the strata decide.
        method: Option<SplitMethod>,
    },
    /// The oldest to the first part, the newest to the last.
    Time(String),
}

/// How strata are dealt out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitMethod {
    /// Every combination of values by itself, its shares rounded up or down.
    #[default]
    Exact,
    /// Every value of every column by itself, the rarest first (Sechidis, Tsoumakas and Vlahavas,
    /// On the stratification of multi-label data, ECML PKDD 2011).
    Iterative,
    /// By date.
    Time,
}

impl fmt::Display for SplitMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Iterative => "iterative",
            Self::Time => "time",
        })
    }
}

/// Who of the cohort takes part; the others are kept as rows without a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PatientSelection {
    /// Everyone.
    #[default]
    Everyone,
    /// As many of each value as a proportion asks.
    Balance(ClassBalance),
    /// Cases and the controls that match them.
    Matched(MatchPlan),
}

/// A column of `patients`, or bands of one: `vendor`, `age_years:10`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StratumColumn {
    column: String,
    /// Width of a band in millionths.
    width: Option<i64>,
    text: String,
}

/// `diagnosis=1:1:1`, or with names `diagnosis=normal:2,malignant:1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassBalance {
    /// Column of `patients`.
    pub column: String,
    /// The value of each proportion; all none when they go by the order of values.
    pub parts: Vec<(Option<String>, u64)>,
    /// As it was written.
    pub text: String,
}

/// Matched controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchPlan {
    /// What a control has in common with its case.
    pub criteria: Vec<MatchCriterion>,
    /// Who needs controls.
    pub cases: PatientGroup,
    /// Who can be one.
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
    /// As many cases as possible have controls, at the least sum of distances.
    Optimal,
}

/// What a control has in common with its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchCriterion {
    /// Column of `patients`.
    pub column: String,
    /// The greatest difference in millionths; none for the same value.
    pub caliper: Option<i64>,
    /// As it was written, with `±`.
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

/// `vendor=Siemens,GE`: who has one of the values goes to a part of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldOut {
    /// Column of `patients`, of `images`, or of both.
    pub column: String,
    /// The values, as they were written.
    pub values: Vec<String>,
    /// The name of the part.
    pub part: String,
}

/// The columns of a table with their types.
pub type ColumnTypes = BTreeMap<String, String>;

pub(super) fn refuse<T>(text: impl Into<String>) -> Result<T, CohortError> {
    Err(CohortError::Plan(text.into()))
}

/// A column that `patients` has.
pub(super) fn known(types: &ColumnTypes, option: &str, column: &str) -> Result<(), CohortError> {
    if types.contains_key(column) {
        return Ok(());
    }
    let alike = |name: &&String| strsim::jaro_winkler(name, column);
    let near = types.keys().max_by(|a, b| alike(a).total_cmp(&alike(b)));
    let hint = match near.filter(|name| alike(name) > 0.8) {
        Some(name) => format!("; did you mean {name}?"),
        None => "; `mammodex schema patients` lists them".to_owned(),
    };
    refuse(format!("{option}: patients has no column {column:?}{hint}"))
}

fn numeric(types: &ColumnTypes, option: &str, column: &str) -> Result<(), CohortError> {
    known(types, option, column)?;
    match types.get(column).filter(|kind| is_number(kind)) {
        Some(_) => Ok(()),
        None => refuse(format!("{option}: {column} is not a number, so it has no distances")),
    }
}

/// A positive decimal in millionths.
fn millionths(text: &str) -> Option<i64> {
    let number: f64 = text.trim().parse().ok()?;
    let scaled = (number * MILLION as f64).round();
    (0.0..9e15).contains(&scaled).then_some(scaled as i64)
}

impl StratumColumn {
    /// Reads `vendor` or `age_years:10`.
    ///
    /// # Errors
    /// A width that is not above 0.
    pub fn parse(text: &str) -> Result<Self, CohortError> {
        let text = text.trim();
        let (column, width) = match text.split_once(':') {
            None => (text, None),
            Some((column, width)) => match millionths(width).filter(|width| *width > 0) {
                Some(number) => (column.trim(), Some(number)),
                None => return refuse(format!("--stratify: {width:?} is no width of a band")),
            },
        };
        Ok(Self { column: column.to_owned(), width, text: text.to_owned() })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn expr(&self, types: &ColumnTypes) -> Result<PatientExpr, CohortError> {
        let sql = format!("p.{}", identifier(&self.column));
        let sql = match self.width {
            None => {
                known(types, "--stratify", &self.column)?;
                sql
            }
            Some(width) => {
                numeric(types, "--stratify", &self.column)?;
                let scaled = format!("round(CAST({sql} AS DOUBLE) * {MILLION})");
                format!("CAST(floor({scaled} / {width}) AS BIGINT)")
            }
        };
        Ok(PatientExpr { name: self.column.clone(), sql, band: self.width })
    }
}

/// The axes of `--stratify`, none twice.
pub(super) fn axes(
    by: &[StratumColumn],
    types: &ColumnTypes,
) -> Result<Vec<PatientExpr>, CohortError> {
    for (at, axis) in by.iter().enumerate() {
        if by[..at].iter().any(|other| other.column == axis.column) {
            return refuse(format!("--stratify: {:?} stands twice", axis.column));
        }
    }
    by.iter().map(|axis| axis.expr(types)).collect()
}

impl ClassBalance {
    /// Reads `diagnosis=1:1:1` or `diagnosis=normal:2,malignant:1`.
    ///
    /// # Errors
    /// Another form, a proportion of 0, a value that stands twice.
    pub fn parse(text: &str) -> Result<Self, CohortError> {
        let bad = || {
            CohortError::Plan(format!(
                "--balance: {text:?} is neither COLUMN=1:1:1 nor COLUMN=VALUE:1,VALUE:2"
            ))
        };
        let (column, list) = text.split_once('=').ok_or_else(bad)?;
        let weight =
            |text: &str| text.trim().parse::<u64>().ok().filter(|w| (1..=1000).contains(w));
        let named = list.contains(',') || list.split(':').any(|part| weight(part).is_none());
        let parts: Option<Vec<(Option<String>, u64)>> = if named {
            let pair = |part: &str| {
                let (value, share) = part.rsplit_once(':')?;
                Some((Some(value.trim().to_owned()), weight(share)?))
            };
            list.split(',').map(pair).collect()
        } else {
            list.split(':').map(|part| Some((None, weight(part)?))).collect()
        };
        let parts = parts.ok_or_else(bad)?;
        for (at, (value, _)) in parts.iter().enumerate() {
            if value.is_some() && parts[..at].iter().any(|(other, _)| other == value) {
                return Err(bad());
            }
        }
        Ok(Self { column: column.trim().to_owned(), parts, text: text.to_owned() })
    }
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
    ) -> Result<Self, CohortError> {
        let bad = || CohortError::Plan(format!("--ratio: {ratio:?} is not 1:N, with N up to 100"));
        let ratio = ratio.trim().strip_prefix("1:").and_then(|n| n.parse().ok());
        let ratio = ratio.filter(|n| (1..=100).contains(n)).ok_or_else(bad)?;
        let criteria =
            criteria.split(',').map(MatchCriterion::parse).collect::<Result<Vec<_>, _>>()?;
        for (at, criterion) in criteria.iter().enumerate() {
            if criteria[..at].iter().any(|other| other.column == criterion.column) {
                return refuse(format!("--match: {:?} stands twice", criterion.column));
            }
        }
        let (cases, controls) = (PatientGroup::parse(cases), PatientGroup::parse(controls));
        if cases == controls {
            return refuse("--cases and --controls are the same");
        }
        Ok(Self { criteria, cases, controls, ratio, choice })
    }
}

impl MatchCriterion {
    fn parse(text: &str) -> Result<Self, CohortError> {
        let text = text.trim().replace("+-", "±").replace("+/-", "±");
        let (column, caliper) = match text.split_once('±') {
            None => (text.as_str(), None),
            Some((column, width)) => match millionths(width) {
                Some(number) => (column.trim(), Some(number)),
                None => return refuse(format!("--match: {width:?} is no greatest difference")),
            },
        };
        Ok(Self { column: column.to_owned(), caliper, text: text.clone() })
    }

    pub(super) fn expr(&self, types: &ColumnTypes) -> Result<PatientExpr, CohortError> {
        match self.caliper {
            None => known(types, "--match", &self.column)?,
            Some(_) => numeric(types, "--match", &self.column)?,
        }
        Ok(plain(&self.column))
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

/// A column of `patients` as it stands.
pub(super) fn plain(column: &str) -> PatientExpr {
    PatientExpr { name: column.to_owned(), sql: format!("p.{}", identifier(column)), band: None }
}

impl HoldOut {
    /// Reads `vendor=Siemens,GE`; `part` is the name of the part that they go to.
    ///
    /// # Errors
    /// Another form, a name that a part cannot have.
    pub fn parse(text: &str, part: &str) -> Result<Self, CohortError> {
        let Some((column, values)) = text.split_once('=') else {
            return refuse(format!("--hold-out: {text:?} is not COLUMN=VALUE"));
        };
        let values: Vec<String> = values.split(',').map(|v| v.trim().to_owned()).collect();
        if values.iter().any(String::is_empty) {
            return refuse(format!("--hold-out: {text:?} is not COLUMN=VALUE"));
        }
        if !super::shares::is_part_name(part) {
            return refuse(format!("--hold-out-as: {part:?} is no name of a part"));
        }
        Ok(Self { column: column.trim().to_owned(), values, part: part.to_owned() })
    }

    /// `vendor=Siemens,GE`.
    pub fn text(&self) -> String {
        format!("{}={}", self.column, self.values.join(","))
    }

    /// Of a patient `held` where the column has one of the values in `patients` or in any of the
    /// images, `both` where an image has another one too, else NULL.
    pub(super) fn expr(
        &self,
        patients: &ColumnTypes,
        images: &ColumnTypes,
    ) -> Result<PatientExpr, CohortError> {
        let list: Vec<String> = self.values.iter().map(|v| literal(&v.to_lowercase())).collect();
        let list = list.join(", ");
        let value = |table: &str| {
            format!("lower(CAST({table}.{} AS VARCHAR)) IN ({list})", identifier(&self.column))
        };
        let image = |condition: String| {
            format!(
                "EXISTS (SELECT 1 FROM images AS i WHERE i.case_id = p.case_id AND {condition})"
            )
        };
        let (in_patients, in_images) =
            (patients.contains_key(&self.column), images.contains_key(&self.column));
        let mut held = Vec::new();
        if in_patients {
            held.push(format!("coalesce({}, false)", value("p")));
        }
        let other = if in_images {
            held.push(image(value("i")));
            image(format!("NOT ({})", value("i")))
        } else {
            "false".to_owned()
        };
        if held.is_empty() {
            known(patients, "--hold-out", &self.column)?;
        }
        let sql = format!(
            "CASE WHEN {} THEN CASE WHEN {other} THEN 'both' ELSE 'held' END END",
            held.join(" OR ")
        );
        Ok(PatientExpr { name: "hold_out".to_owned(), sql, band: None })
    }
}

/// A patient's last date, as a text that sorts by time.
pub(super) fn last_date(
    column: &str,
    patients: &ColumnTypes,
    images: &ColumnTypes,
) -> Result<PatientExpr, CohortError> {
    let (kind, sql) = match (patients.get(column), images.get(column)) {
        (Some(kind), _) => (kind, format!("p.{}", identifier(column))),
        (None, Some(kind)) => {
            let max = format!("max(i.{})", identifier(column));
            (kind, format!("(SELECT {max} FROM images AS i WHERE i.case_id = p.case_id)"))
        }
        (None, None) => {
            let text = format!("--temporal: neither patients nor images has a column {column:?}");
            return refuse(text);
        }
    };
    if !kind.starts_with("DATE") && !kind.starts_with("TIMESTAMP") {
        return refuse(format!("--temporal: {column} is not a date"));
    }
    Ok(PatientExpr { name: column.to_owned(), sql, band: None })
}
