//! Splits: a cohort dealt out by patient, saved with all that made it.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use serde::{Deserialize, Serialize};

use super::allot::{self, Member, Ratios};
use super::store::{self, SPLITS, Standing, io_error, place};
use super::{Cohort, CohortError, Definition, Name, Step, Unit};
use crate::catalog::Catalog;
use crate::catalog::file::WholeFile;
use crate::catalog::script::identifier;
use crate::tables::batches::BatchWriter;
use crate::tables::snapshot;

/// What a split shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name.
    pub name: Name,
    /// The parts.
    pub ratios: Ratios,
    /// Columns of `patients` whose every combination of values is dealt out in proportion.
    pub stratify: Vec<String>,
    /// Decides who goes where, within the proportions.
    pub seed: u64,
}

/// A saved split: `splits/NAME.toml`, beside `splits/NAME.parquet` with case_id, split, stratum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Its name.
    pub name: Name,
    /// The cohort that was dealt out.
    pub cohort: Name,
    /// The snapshot that it was made on.
    pub snapshot: u32,
    /// Decides who goes where.
    pub seed: u64,
    /// Columns of `patients` that it is stratified by.
    pub stratify: Vec<String>,
    /// Patients in all.
    pub patients: u64,
    /// SHA-256 of the Parquet file.
    pub sha256: String,
    /// The cohort's query.
    pub sql: String,
    /// What the cohort's members are; whole patients are dealt out all the same.
    #[serde(default)]
    pub unit: Unit,
    /// The views that the cohort's images are limited to; empty for all.
    pub views: Vec<String>,
    /// The steps that the cohort came from, in order.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    /// The parts, in the order given.
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
    /// The strata, sorted.
    #[serde(rename = "stratum")]
    pub strata: Vec<Stratum>,
}

/// One part of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its share as it was asked, in decimals.
    pub ratio: String,
    /// Its patients.
    pub patients: u64,
}

/// One combination of the values that a split is stratified by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// `diagnosis=malignant, t_stage=2`; `all` when nothing is stratified.
    pub name: String,
    /// Its patients.
    pub patients: u64,
    /// Its patients in each part, in the order of the parts.
    pub counts: Vec<u64>,
}

impl Split {
    /// Deals out a cohort and saves the result, the Parquet file first.
    ///
    /// # Errors
    /// When the name is taken, a column is not there, or the cohort is empty.
    pub fn create(
        catalog: &Catalog,
        cohort: &Cohort,
        plan: &Plan,
        standing: Standing,
    ) -> Result<(Self, PathBuf), CohortError> {
        store::check_free(catalog.dir(), "split", SPLITS, &plan.name, standing)?;
        let definition = cohort.definition();
        definition.counts(catalog)?;
        let (strata, members) = members(catalog, &definition, &plan.stratify)?;
        if members.is_empty() {
            let text = format!("cohort {} has no patients to split", cohort.name);
            return Err(CohortError::Plan(text));
        }
        let parts = allot::assign(&members, strata.len(), &plan.ratios, plan.seed);
        let mut counts = vec![vec![0; plan.ratios.names().len()]; strata.len()];
        for (member, part) in members.iter().zip(&parts) {
            counts[member.stratum][*part] += 1;
        }
        store::make_folder(catalog.dir(), SPLITS)?;
        let path = place(catalog.dir(), SPLITS, &plan.name, "parquet");
        let batch = table(&members, &parts, plan.ratios.names(), &strata);
        write(&path, batch)?;
        let sha256 = snapshot::checksum(&path).map_err(io_error("read", &path))?;
        let stratum = |(name, counts): (&String, &Vec<u64>)| Stratum {
            name: name.clone(),
            patients: counts.iter().sum(),
            counts: counts.clone(),
        };
        let part = |(at, (name, ratio)): (usize, (&String, String))| Part {
            name: name.clone(),
            ratio,
            patients: counts.iter().map(|row| row[at]).sum(),
        };
        let split = Self {
            name: plan.name.clone(),
            cohort: cohort.name.clone(),
            snapshot: catalog.snapshot().id,
            seed: plan.seed,
            stratify: plan.stratify.clone(),
            patients: members.len() as u64,
            sha256,
            sql: definition.sql,
            unit: definition.unit,
            views: definition.views,
            steps: definition.steps,
            parts: plan
                .ratios
                .names()
                .iter()
                .zip(plan.ratios.shares())
                .enumerate()
                .map(part)
                .collect(),
            strata: strata.iter().zip(&counts).map(stratum).collect(),
        };
        store::write(&place(catalog.dir(), SPLITS, &plan.name, "toml"), &split)?;
        Ok((split, path))
    }

    /// The ratios that it was made with.
    ///
    /// # Errors
    /// When the file was changed by hand.
    pub fn ratios(&self) -> Result<Ratios, CohortError> {
        let parts: Vec<String> =
            self.parts.iter().map(|part| format!("{}={}", part.name, part.ratio)).collect();
        Ratios::parse(&parts.join(",")).map_err(|error| CohortError::Plan(error.to_string()))
    }

    /// The definition of the cohort that it was made from.
    pub fn definition(&self) -> Definition {
        Definition {
            sql: self.sql.clone(),
            unit: self.unit,
            views: self.views.clone(),
            steps: self.steps.clone(),
        }
    }

    /// Patients that stand more than once in the saved file: none, or the file was changed.
    pub fn overlap(&self, catalog: &Catalog) -> Result<u64, CohortError> {
        Ok(catalog.count(&format!(
            "SELECT count(*) FROM (SELECT case_id FROM {} GROUP BY 1 HAVING count(*) > 1)",
            self.relation(catalog)?
        ))?)
    }

    /// The saved file as a relation of a query.
    pub fn relation(&self, catalog: &Catalog) -> Result<String, CohortError> {
        let path = place(catalog.dir(), SPLITS, &self.name, "parquet");
        store::relation(&path)
            .ok_or_else(|| CohortError::Broken { path, reason: "the path is not UTF-8".to_owned() })
    }

    /// Checks that the Parquet file is the one that was saved. Gives its place.
    ///
    /// # Errors
    /// When it is missing or was changed.
    pub fn verify(&self, catalog: &Catalog) -> Result<PathBuf, CohortError> {
        let path = place(catalog.dir(), SPLITS, &self.name, "parquet");
        let sum = snapshot::checksum(&path).map_err(io_error("read", &path))?;
        if sum == self.sha256 {
            return Ok(path);
        }
        let reason = format!(
            "it is not the file that was saved (its sum is not that of {}.toml)",
            self.name
        );
        Err(CohortError::Broken { path, reason })
    }
}

/// The members with their strata, sorted by case; strata sorted by name. Missing values are a
/// stratum of their own.
fn members(
    catalog: &Catalog,
    definition: &Definition,
    columns: &[String],
) -> Result<(Vec<String>, Vec<Member>), CohortError> {
    let there = catalog.columns("patients")?;
    for (at, column) in columns.iter().enumerate() {
        if !there.contains(column) {
            return Err(CohortError::Plan(format!(
                "--stratify: patients has no column {column:?}; `mammodex schema patients` lists them"
            )));
        }
        if columns[..at].contains(column) {
            return Err(CohortError::Plan(format!("--stratify: {column:?} stands twice")));
        }
    }
    let cells: String = columns
        .iter()
        .map(|column| format!(", CAST(p.{} AS VARCHAR)", identifier(column)))
        .collect();
    let rows = catalog.texts(&format!(
        "SELECT case_id{cells} FROM ({}) JOIN patients AS p USING (case_id) ORDER BY case_id",
        definition.members()
    ))?;
    let mut labelled = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cells = row.into_iter();
        let Some(Some(case_id)) = cells.next() else { continue };
        labelled.push((case_id, label(columns, cells)));
    }
    let mut strata: Vec<String> = labelled.iter().map(|(_, label)| label.clone()).collect();
    strata.sort();
    strata.dedup();
    let member = |(case_id, label): (String, String)| Member {
        case_id,
        stratum: strata.binary_search(&label).unwrap_or(0),
    };
    let members = labelled.into_iter().map(member).collect();
    Ok((strata, members))
}

/// `diagnosis=malignant, t_stage=NULL`; a text that could be taken for something else is quoted.
fn label(columns: &[String], cells: impl Iterator<Item = Option<String>>) -> String {
    let part = |(column, cell): (&String, Option<String>)| match cell {
        None => format!("{column}=NULL"),
        Some(text) if text == "NULL" || text.is_empty() || text.contains([',', '=', '"']) => {
            format!("{column}=\"{}\"", text.replace('"', "\"\""))
        }
        Some(text) => format!("{column}={text}"),
    };
    let parts: Vec<String> = columns.iter().zip(cells).map(part).collect();
    if parts.is_empty() { "all".to_owned() } else { parts.join(", ") }
}

fn table(
    members: &[Member],
    parts: &[usize],
    names: &[String],
    strata: &[String],
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let cases: StringArray = members.iter().map(|m| Some(m.case_id.as_str())).collect();
    let splits: StringArray = parts.iter().map(|part| Some(names[*part].as_str())).collect();
    let groups: StringArray = members.iter().map(|m| Some(strata[m.stratum].as_str())).collect();
    let column = |array: StringArray| -> ArrayRef { Arc::new(array) };
    RecordBatch::try_from_iter([
        ("case_id", column(cases)),
        ("split", column(splits)),
        ("stratum", column(groups)),
    ])
}

fn write(
    path: &std::path::Path,
    batch: Result<RecordBatch, arrow::error::ArrowError>,
) -> Result<(), CohortError> {
    let run = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let batch = batch?;
        let mut file = BatchWriter::new(WholeFile::create(path)?, &batch.schema())?;
        file.push(&batch)?;
        file.finish()?.finish()?;
        Ok(())
    };
    run().map_err(|error| io_error("write", path)(std::io::Error::other(error)))
}
