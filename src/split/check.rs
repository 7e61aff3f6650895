//! Whether a saved split still is what it was made to be.

use std::collections::BTreeMap;

use super::plan::{HoldOut, StratumColumn, axes, last_date};
use super::{Split, SplitMethod, shared_images};
use crate::catalog::Catalog;
use crate::catalog::script::literal;
use crate::cohort::CohortError;
use crate::cohort::patients::{Patients, Strata, types};

/// A count that is off by more than this part of its stratum, and by more than two patients, is a
/// finding: fewer are what rounding and groups of linked cases cost.
const TOLERANCE: f64 = 0.05;
const FEW: f64 = 2.0;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SplitSeverity {
    /// Results would not be what they seem.
    Error,
    /// The split is sound, but no longer that of its cohort or its shares.
    Warning,
    /// To know.
    Info,
}

impl SplitSeverity {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Something that a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitFinding {
    /// How bad it is.
    pub severity: SplitSeverity,
    /// The check.
    pub check: &'static str,
    /// Patients that it is about.
    pub cases: u64,
    /// The first of them; none where it is about no one.
    pub first: Option<String>,
    /// What it is.
    pub message: String,
}

impl Split {
    /// Looks for leaks, for what the catalog has changed since, and for shares that are off; the
    /// worst first. What is `info` is no fault.
    ///
    /// # Errors
    /// When the catalog cannot be asked.
    pub fn check(&self, catalog: &Catalog) -> Result<Vec<SplitFinding>, CohortError> {
        let mut found =
            SplitCheck { split: self, catalog, file: self.file(catalog)?, found: vec![] };
        if let Err(error) = self.verify(catalog.dir()) {
            let gone = matches!(error, CohortError::Disk(_));
            found.add(SplitSeverity::Error, "file", (0, None), error.to_string());
            if gone {
                return Ok(found.found);
            }
        }
        found.leaks()?;
        found.links()?;
        found.drift()?;
        found.hold_out()?;
        found.time()?;
        found.shares()?;
        found.found.sort_by_key(|finding| finding.severity);
        Ok(found.found)
    }
}

struct SplitCheck<'a> {
    split: &'a Split,
    catalog: &'a Catalog,
    file: String,
    found: Vec<SplitFinding>,
}

impl SplitCheck<'_> {
    fn add(
        &mut self,
        severity: SplitSeverity,
        check: &'static str,
        (cases, first): (u64, Option<String>),
        message: String,
    ) {
        self.found.push(SplitFinding { severity, check, cases, first, message });
    }

    /// A finding when the query gives any case.
    fn any(
        &mut self,
        severity: SplitSeverity,
        check: &'static str,
        cases: &str,
        message: &str,
    ) -> Result<(), CohortError> {
        let sql = format!("SELECT count(*), min(case_id)::VARCHAR FROM ({cases})");
        let (count, first) = self.catalog.row(&sql)?;
        if count > 0 {
            self.add(severity, check, (count, first), message.to_owned());
        }
        Ok(())
    }

    /// Whether the file has a column; those of earlier versions have three.
    fn has(&self, column: &str) -> Result<bool, CohortError> {
        Ok(self.catalog.columns(&self.file)?.iter().any(|name| name == column))
    }

    fn leaks(&mut self) -> Result<(), CohortError> {
        let file = self.file.clone();
        self.any(
            SplitSeverity::Error,
            "patient",
            &format!("SELECT case_id FROM {file} GROUP BY 1 HAVING count(*) > 1"),
            "in the file more than once",
        )?;
        let names: Vec<String> = self.split.parts.iter().map(|part| literal(&part.name)).collect();
        let names = names.join(", ");
        self.any(
            SplitSeverity::Error,
            "part",
            &format!("SELECT case_id FROM {file} WHERE split NOT IN ({names})"),
            "in a part that the split does not have",
        )?;
        if self.has("match_id")? {
            self.any(
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

    /// Cases that share images: an error across parts, else to know.
    fn links(&mut self) -> Result<(), CohortError> {
        let links = shared_images::find(self.catalog)?;
        let cases: Vec<String> =
            links.found.iter().flat_map(|link| &link.cases).map(|case| literal(case)).collect();
        let mut parts: BTreeMap<String, String> = BTreeMap::new();
        if !cases.is_empty() {
            let rows: Vec<(String, String)> = self.catalog.rows(&format!(
                "SELECT case_id, split FROM {} WHERE split IS NOT NULL AND case_id IN ({})",
                self.file,
                cases.join(", ")
            ))?;
            parts.extend(rows);
        }
        for link in links.found {
            let inside: Vec<&String> =
                link.cases.iter().filter(|case| parts.contains_key(*case)).collect();
            let [first, others @ ..] = inside.as_slice() else { continue };
            if others.is_empty() {
                continue;
            }
            let apart = others.iter().any(|case| parts.get(*case) != parts.get(*first));
            let place = |case: &&String| match parts.get(*case) {
                Some(part) if apart => format!("{case} ({part})"),
                _ => (*case).clone(),
            };
            let with: Vec<String> = others.iter().map(place).collect();
            let (severity, what) = if apart {
                (SplitSeverity::Error, "in another part")
            } else {
                (SplitSeverity::Info, "in the same part")
            };
            let own = if apart { format!("{}: ", parts[*first]) } else { String::new() };
            let message = format!(
                "{own}shares {} {} with {}, {what}",
                link.column,
                link.value,
                with.join(", ")
            );
            let about = (inside.len() as u64, Some((*first).clone()));
            self.add(severity, "shared-image", about, message);
        }
        for link in links.placeholders {
            let about = (link.cases.len() as u64, link.cases.first().cloned());
            let message = format!(
                "{} {}: a placeholder, taken for no sign of one patient",
                link.column, link.value
            );
            self.add(SplitSeverity::Info, "placeholder", about, message);
        }
        Ok(())
    }

    /// What has come, gone and changed since.
    fn drift(&mut self) -> Result<(), CohortError> {
        let file = self.file.clone();
        let dealt = self.split.relation(self.catalog)?;
        self.any(
            SplitSeverity::Warning,
            "gone",
            &format!("SELECT case_id FROM {dealt} ANTI JOIN patients USING (case_id)"),
            "not in the catalog any more",
        )?;
        let mut cohort = self.split.definition();
        // A list of cases may name some that are gone.
        cohort.sql =
            format!("SELECT case_id FROM (\n{}\n) SEMI JOIN patients USING (case_id)", cohort.sql);
        let members = cohort.members();
        self.any(
            SplitSeverity::Warning,
            "left",
            &format!(
                "SELECT case_id FROM {dealt} SEMI JOIN patients USING (case_id)
                 ANTI JOIN ({members}) USING (case_id)"
            ),
            "not in the cohort any more",
        )?;
        self.any(
            SplitSeverity::Warning,
            "new",
            &format!("SELECT case_id FROM ({members}) ANTI JOIN {file} USING (case_id)"),
            "in the cohort, not in the split; --extend deals them out",
        )?;
        let by = self.split.stratify.iter().map(|text| StratumColumn::parse(text));
        let exprs = axes(&by.collect::<Result<Vec<_>, _>>()?, &types(self.catalog, "patients")?)?;
        let people = Patients::read(self.catalog, &cohort, &exprs)?;
        let strata = Strata::join(&people.columns, people.len());
        let rows: Vec<(String, String)> = self.catalog.rows(&format!(
            "SELECT case_id, stratum FROM {dealt} WHERE stratum IS NOT NULL ORDER BY 1"
        ))?;
        let mut changed = (0, None);
        for (case, then) in &rows {
            let now = people.find(case).map(|at| &strata.names[strata.of[at] as usize]);
            if let Some(now) = now.filter(|now| *now != then) {
                changed.0 += 1;
                let words = || (case.clone(), format!("was {then}, is {now}"));
                changed.1.get_or_insert_with(words);
            }
        }
        if let (count, Some((case, words))) = changed {
            let message = format!("in another stratum than then; the first {words}");
            self.add(SplitSeverity::Warning, "changed", (count, Some(case)), message);
        }
        Ok(())
    }

    fn hold_out(&mut self) -> Result<(), CohortError> {
        let external = self.split.parts.iter().find(|p| p.ratio.is_none() && p.count.is_none());
        let (Some(text), Some(part)) = (&self.split.hold_out, external) else { return Ok(()) };
        let held = HoldOut::parse(text, &part.name)?;
        let (patients, images) = (types(self.catalog, "patients")?, types(self.catalog, "images")?);
        let sql = held.expr(&patients, &images)?.sql;
        let dealt = self.split.relation(self.catalog)?;
        let message = format!("{text}, but not in {}", part.name);
        let part = literal(&part.name);
        self.any(
            SplitSeverity::Error,
            "hold-out",
            &format!(
                "SELECT case_id FROM {dealt} AS s JOIN patients AS p USING (case_id)
                 WHERE s.split <> {part} AND ({sql}) IS NOT NULL"
            ),
            &message,
        )
    }

    fn time(&mut self) -> Result<(), CohortError> {
        let Some(column) = &self.split.temporal else { return Ok(()) };
        let (patients, images) = (types(self.catalog, "patients")?, types(self.catalog, "images")?);
        let day = last_date(column, &patients, &images)?.sql;
        let parts = &self.split.parts;
        let late = |(at, part): (usize, &super::SplitPart)| {
            let first =
                parts.get(at + 1..)?.iter().filter_map(|part| part.begins.as_deref()).min()?;
            let (part, first) = (literal(&part.name), literal(first));
            Some(format!("(s.split = {part} AND CAST({day} AS VARCHAR) >= {first})"))
        };
        let late: Vec<String> = parts.iter().enumerate().filter_map(late).collect();
        if late.is_empty() {
            return Ok(());
        }
        let dealt = self.split.relation(self.catalog)?;
        self.any(
            SplitSeverity::Error,
            "time",
            &format!(
                "SELECT case_id FROM {dealt} AS s JOIN patients AS p USING (case_id)
                 WHERE {}",
                late.join(" OR ")
            ),
            &format!("{column} in the days of a later part"),
        )
    }

    fn shares(&mut self) -> Result<(), CohortError> {
        let whole: Vec<u64> = self.split.parts.iter().map(|part| part.patients).collect();
        let mut rows = vec![("all", self.split.patients, whole.as_slice())];
        if self.split.method != SplitMethod::Time {
            for stratum in &self.split.strata {
                if stratum.name != "all" {
                    rows.push((&stratum.name, stratum.patients, &stratum.counts));
                }
            }
        }
        let mut found = Vec::new();
        for (name, size, counts) in rows {
            for ((count, wanted), part) in
                counts.iter().zip(self.split.wanted(counts)?).zip(&self.split.parts)
            {
                let off = wanted.map_or(0.0, |wanted| (*count as f64 - wanted).abs());
                if off > FEW && off > TOLERANCE * size as f64 {
                    let wanted = wanted.unwrap_or_default();
                    let part = &part.name;
                    found.push((size, format!("{name}: {part} has {count}, wanted {wanted:.2}")));
                }
            }
        }
        for (size, message) in found {
            self.add(SplitSeverity::Warning, "share", (size, None), message);
        }
        Ok(())
    }
}
