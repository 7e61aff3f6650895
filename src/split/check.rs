//! Checks of a saved split: leaks, changes of the catalog, and shares.

use std::collections::BTreeMap;

use super::columns::last_date_expr;
use super::error::SplitError;
use super::hold_out::HoldOut;
use super::plan::SplitMethod;
use super::saved::{Split, SplitPart};
use super::shared_images::{self, SharedImage};
use super::store;
use super::stratum_column::{StratumColumn, stratum_exprs};
use crate::catalog::Catalog;
use crate::cohort::{Patients, Strata, column_types};
use crate::saved::SavedError;
use crate::sql::literal;

/// A count that differs from its target by more than this part of its stratum, and by more than two
/// patients, is a finding: smaller differences come from rounding and from groups of linked cases.
const RELATIVE_TOLERANCE: f64 = 0.05;
const PATIENT_TOLERANCE: f64 = 2.0;

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SplitSeverity {
    /// A leak or a changed file: results would be wrong.
    Error,
    /// The split has no leak, but no longer fits its cohort or its shares.
    Warning,
    /// Not a fault.
    Info,
}

impl SplitSeverity {
    /// The severity as a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A finding of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitFinding {
    /// Its severity.
    pub severity: SplitSeverity,
    /// The name of the check.
    pub check: &'static str,
    /// The patients concerned.
    pub cases: u64,
    /// The first of them; none when it concerns no patient.
    pub first: Option<String>,
    /// The finding in words.
    pub message: String,
}

/// Looks for leaks, for what has changed in the catalog since, and for shares that are off; the most
/// severe first. A finding that is `info` is not a fault.
///
/// # Errors
/// When the catalog cannot be queried.
pub fn check(catalog: &Catalog, split: &Split) -> Result<Vec<SplitFinding>, SplitError> {
    let file = store::file_relation(catalog.dir(), split)?;
    let relation = store::relation(catalog.dir(), split)?;
    let mut check = SplitCheck { split, catalog, file, relation, findings: vec![] };
    if let Err(error) = store::verify(catalog.dir(), split) {
        let unreadable = matches!(error, SavedError::Disk(_));
        check.add(SplitSeverity::Error, "file", (0, None), error.to_string());
        if unreadable {
            return Ok(check.findings);
        }
    }
    check.leaks()?;
    check.shared_images()?;
    check.similar_ids()?;
    check.changes()?;
    check.hold_out()?;
    check.time()?;
    check.shares()?;
    check.findings.sort_by_key(|finding| finding.severity);
    Ok(check.findings)
}

struct SplitCheck<'a> {
    split: &'a Split,
    catalog: &'a Catalog,
    /// The file as a relation, with patients who have no part.
    file: String,
    /// The patients who have a part, as a relation.
    relation: String,
    findings: Vec<SplitFinding>,
}

impl SplitCheck<'_> {
    fn add(
        &mut self,
        severity: SplitSeverity,
        check: &'static str,
        (cases, first): (u64, Option<String>),
        message: String,
    ) {
        self.findings.push(SplitFinding { severity, check, cases, first, message });
    }

    /// Adds a finding when the query returns any case.
    fn add_cases(
        &mut self,
        severity: SplitSeverity,
        check: &'static str,
        cases: &str,
        message: &str,
    ) -> Result<(), SplitError> {
        let sql = format!("SELECT count(*), min(case_id)::VARCHAR FROM ({cases})");
        let (count, first) = self.catalog.row(&sql)?;
        if count > 0 {
            self.add(severity, check, (count, first), message.to_owned());
        }
        Ok(())
    }

    /// Whether the file has a column; files of earlier versions have three.
    fn has(&self, column: &str) -> Result<bool, SplitError> {
        Ok(self.catalog.columns(&self.file)?.iter().any(|name| name == column))
    }

    fn leaks(&mut self) -> Result<(), SplitError> {
        let file = self.file.clone();
        self.add_cases(
            SplitSeverity::Error,
            "patient",
            &format!("SELECT case_id FROM {file} GROUP BY 1 HAVING count(*) > 1"),
            "in the file more than once",
        )?;
        let names: Vec<String> = self.split.parts.iter().map(|part| literal(&part.name)).collect();
        let names = names.join(", ");
        self.add_cases(
            SplitSeverity::Error,
            "part",
            &format!("SELECT case_id FROM {file} WHERE split NOT IN ({names})"),
            "in a part that the split does not have",
        )?;
        if self.has("match_id")? {
            self.add_cases(
                SplitSeverity::Error,
                "matched-set",
                &format!(
                    "SELECT min(case_id) AS case_id FROM {file} WHERE split IS NOT NULL
                     AND match_id IS NOT NULL GROUP BY match_id HAVING count(DISTINCT split) > 1"
                ),
                "matched sets in several parts",
            )?;
        }
        Ok(())
    }

    /// Cases that share images: an error across parts, else for information.
    fn shared_images(&mut self) -> Result<(), SplitError> {
        let shared = shared_images::find(self.catalog)?;
        let cases: Vec<String> =
            shared.links.iter().flat_map(|link| &link.cases).map(|case| literal(case)).collect();
        let mut parts: BTreeMap<String, String> = BTreeMap::new();
        if !cases.is_empty() {
            let rows: Vec<(String, String)> = self.catalog.rows(&format!(
                "SELECT case_id, split FROM {} WHERE split IS NOT NULL AND case_id IN ({})",
                self.file,
                cases.join(", ")
            ))?;
            parts.extend(rows);
        }
        for link in shared.links {
            self.shared_image(&link, &parts);
        }
        for link in shared.placeholders {
            let cases = (link.cases.len() as u64, link.cases.first().cloned());
            let message =
                format!("{} {}: a placeholder, cases not linked", link.column, link.value);
            self.add(SplitSeverity::Info, "placeholder", cases, message);
        }
        Ok(())
    }

    /// One image of several cases. `parts` has the part of each case that has one.
    fn shared_image(&mut self, link: &SharedImage, parts: &BTreeMap<String, String>) {
        let placed: Vec<(&String, &String)> =
            link.cases.iter().filter_map(|case| Some((case, parts.get(case)?))).collect();
        let [(first, first_part), others @ ..] = placed.as_slice() else { return };
        if others.is_empty() {
            return;
        }
        let across = others.iter().any(|(_, part)| part != first_part);
        let describe = |(case, part): &(&String, &String)| {
            if across { format!("{case} ({part})") } else { (*case).clone() }
        };
        let others: Vec<String> = others.iter().map(describe).collect();
        let (severity, prefix, suffix) = if across {
            (SplitSeverity::Error, format!("{first_part}: "), "in another part")
        } else {
            (SplitSeverity::Info, String::new(), "in the same part")
        };
        let (column, value, others) = (link.column, &link.value, others.join(", "));
        let message = format!("{prefix}shares {column} {value} with {others}, {suffix}");
        let cases = (placed.len() as u64, Some((*first).clone()));
        self.add(severity, "shared-image", cases, message);
    }

    /// Cases in several parts whose IDs differ only in spelling, view or side.
    fn similar_ids(&mut self) -> Result<(), SplitError> {
        let relation = self.relation.clone();
        self.add_cases(
            SplitSeverity::Warning,
            "similar-id",
            &format!(
                "SELECT case_id FROM (
                     SELECT case_id, min(split) OVER same AS low, max(split) OVER same AS high
                     FROM {relation} WINDOW same AS (PARTITION BY case_stem(case_id))
                 ) WHERE low <> high"
            ),
            "in another part than a case whose ID differs only in spelling, view or side",
        )
    }

    /// Patients who are new, gone, or in another stratum.
    fn changes(&mut self) -> Result<(), SplitError> {
        let file = self.file.clone();
        let relation = self.relation.clone();
        self.add_cases(
            SplitSeverity::Warning,
            "gone",
            &format!("SELECT case_id FROM {relation} ANTI JOIN patients USING (case_id)"),
            "no longer in the catalog",
        )?;
        let mut cohort = self.split.definition();
        // A list of cases may have some that the catalog no longer has.
        cohort.sql =
            format!("SELECT case_id FROM (\n{}\n) SEMI JOIN patients USING (case_id)", cohort.sql);
        let members = cohort.members();
        self.add_cases(
            SplitSeverity::Warning,
            "left",
            &format!(
                "SELECT case_id FROM {relation} SEMI JOIN patients USING (case_id)
                 ANTI JOIN ({members}) USING (case_id)"
            ),
            "no longer in the cohort",
        )?;
        self.add_cases(
            SplitSeverity::Warning,
            "new",
            &format!("SELECT case_id FROM ({members}) ANTI JOIN {file} USING (case_id)"),
            "in the cohort, not in the split; --extend adds them",
        )?;
        let by = self.split.stratify.iter().map(|text| StratumColumn::parse(text));
        let exprs = stratum_exprs(
            &by.collect::<Result<Vec<_>, _>>()?,
            &column_types(self.catalog, "patients")?,
        )?;
        let patients = Patients::read(self.catalog, &cohort, &exprs)?;
        let strata = Strata::combine(&patients.columns, patients.cases.len());
        let rows: Vec<(String, String)> = self.catalog.rows(&format!(
            "SELECT case_id, stratum FROM {relation} WHERE stratum IS NOT NULL ORDER BY 1"
        ))?;
        let mut changed = (0, None);
        for (case, before) in &rows {
            let now = patients.cases.find(case).map(|patient| strata.name(patient));
            if let Some(now) = now.filter(|now| now != before) {
                changed.0 += 1;
                let change = || (case.clone(), format!("was {before}, is {now}"));
                changed.1.get_or_insert_with(change);
            }
        }
        if let (count, Some((case, change))) = changed {
            let message = format!("in another stratum than before; the first {change}");
            self.add(SplitSeverity::Warning, "changed", (count, Some(case)), message);
        }
        Ok(())
    }

    fn hold_out(&mut self) -> Result<(), SplitError> {
        let (Some(text), Some(part)) = (&self.split.hold_out, self.split.held_out_part()) else {
            return Ok(());
        };
        let held = HoldOut::parse(text, &part.name)?;
        let (patients, images) =
            (column_types(self.catalog, "patients")?, column_types(self.catalog, "images")?);
        let sql = held.expr(&patients, &images)?.sql;
        let relation = self.relation.clone();
        let message = format!("{text}, but not in {}", part.name);
        let part = literal(&part.name);
        self.add_cases(
            SplitSeverity::Error,
            "hold-out",
            &format!(
                "SELECT case_id FROM {relation} AS s JOIN patients AS p USING (case_id)
                 WHERE s.split <> {part} AND ({sql}) IS NOT NULL"
            ),
            &message,
        )
    }

    fn time(&mut self) -> Result<(), SplitError> {
        let Some(column) = &self.split.temporal else { return Ok(()) };
        let (patients, images) =
            (column_types(self.catalog, "patients")?, column_types(self.catalog, "images")?);
        let day = last_date_expr(column, &patients, &images)?.sql;
        let parts = &self.split.parts;
        let late_condition = |(number, part): (usize, &SplitPart)| {
            let later = parts.get(number + 1..)?.iter();
            let first = later.filter_map(|part| part.first_day.as_deref()).min()?;
            let (part, first) = (literal(&part.name), literal(first));
            Some(format!("(s.split = {part} AND CAST({day} AS VARCHAR) >= {first})"))
        };
        let late: Vec<String> = parts.iter().enumerate().filter_map(late_condition).collect();
        if late.is_empty() {
            return Ok(());
        }
        let relation = self.relation.clone();
        self.add_cases(
            SplitSeverity::Error,
            "time",
            &format!(
                "SELECT case_id FROM {relation} AS s JOIN patients AS p USING (case_id)
                 WHERE {}",
                late.join(" OR ")
            ),
            &format!("{column} in the days of a later part"),
        )
    }

    fn shares(&mut self) -> Result<(), SplitError> {
        let sizes = self.split.part_sizes();
        let mut rows = vec![("all", self.split.patients, sizes.as_slice())];
        if self.split.method != SplitMethod::Time {
            for stratum in &self.split.strata {
                if stratum.name != "all" {
                    rows.push((&stratum.name, stratum.patients, &stratum.counts));
                }
            }
        }
        let mut messages = Vec::new();
        for (name, size, counts) in rows {
            for ((count, target), part) in
                counts.iter().zip(self.split.targets(counts)?).zip(&self.split.parts)
            {
                let difference = target.map_or(0.0, |target| (*count as f64 - target).abs());
                if difference > PATIENT_TOLERANCE && difference > RELATIVE_TOLERANCE * size as f64 {
                    let (target, part) = (target.unwrap_or_default(), &part.name);
                    messages
                        .push((size, format!("{name}: {part} has {count}, target {target:.2}")));
                }
            }
        }
        for (size, message) in messages {
            self.add(SplitSeverity::Warning, "share", (size, None), message);
        }
        Ok(())
    }
}
