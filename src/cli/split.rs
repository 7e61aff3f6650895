//! `mammodex split`: a cohort dealt out by patient.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use clap::Args;

use super::output::Output;
use super::{At, Failure, Global, Outcome, many};
use crate::cohort::allot::Ratios;
use crate::cohort::{self, Name, Plan, Split, Standing};

/// Deal a cohort out over the parts of a split.
///
/// Whole patients are dealt out, so that none stands in two parts. Every combination of the values
/// of the columns in --stratify is dealt out in proportion: each part has its share of each, to
/// within one patient, and its share of all. Missing values are a group of their own.
///
/// Who goes where follows from the seed and the case ID alone: the same on every machine, in
/// whatever order the rows come. The split is kept in the catalog's folder and stands in queries
/// as splits.NAME.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  \
    mammodex split t2_ge --name pilot --ratios train=0.7,val=0.1,test=0.2 --stratify diagnosis,vendor --seed 42")]
pub struct Request {
    /// The cohort.
    cohort: Name,
    /// The split's name.
    #[arg(long)]
    name: Name,
    /// The parts and their shares, which sum to 1.
    #[arg(long, value_name = "PART=SHARE,…")]
    ratios: String,
    /// Columns of patients.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    stratify: Vec<String>,
    /// Decides who goes where within the proportions.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Replace a split of that name.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(global: &Global, request: Request) -> Result<Outcome, Failure> {
    let catalog = super::open(global, &request.at)?;
    let cohort = cohort::load(catalog.dir(), &request.cohort)?;
    let plan = Plan {
        name: request.name,
        ratios: Ratios::parse(&request.ratios)?,
        stratify: request.stratify.iter().map(|column| column.trim().to_owned()).collect(),
        seed: request.seed,
    };
    let standing = if request.force { Standing::Replace } else { Standing::Keep };
    let (split, path) = Split::create(&catalog, &cohort, &plan, standing)?;
    request.output.write(&balance(&split, &plan.ratios)?)?;
    eprintln!("{}", deviation(&split, &plan.ratios));
    eprintln!("patients in more than one part: {}", split.overlap(&catalog)?);
    for part in split.parts.iter().filter(|part| part.patients == 0) {
        eprintln!("{} is empty: {} patients are too few for it", part.name, split.patients);
    }
    eprintln!(
        "split {}: {}; kept in {}",
        split.name,
        many(split.patients, "patient"),
        path.display()
    );
    Ok(Outcome::Done)
}

/// One row per stratum and one for all: per part the patients reached and, beside them, wanted.
fn balance(split: &Split, ratios: &Ratios) -> Result<RecordBatch, arrow::error::ArrowError> {
    let total: Vec<u64> = split.parts.iter().map(|part| part.patients).collect();
    let mut rows: Vec<(&str, u64, &[u64])> =
        split.strata.iter().map(|s| (s.name.as_str(), s.patients, s.counts.as_slice())).collect();
    if split.strata.len() > 1 {
        rows.push(("all", split.patients, &total));
    }
    let names: StringArray = rows.iter().map(|(name, ..)| Some(*name)).collect();
    let sizes: UInt64Array = rows.iter().map(|(_, size, _)| Some(*size)).collect();
    let mut columns: Vec<(String, ArrayRef)> =
        vec![("stratum".to_owned(), Arc::new(names)), ("patients".to_owned(), Arc::new(sizes))];
    for (at, part) in split.parts.iter().enumerate() {
        let reached: UInt64Array = rows.iter().map(|(_, _, counts)| Some(counts[at])).collect();
        let wanted =
            |(_, size, _): &(&str, u64, &[u64])| Some(format!("{:.2}", ratios.ideal(*size)[at]));
        let wanted: StringArray = rows.iter().map(wanted).collect();
        columns.push((part.name.clone(), Arc::new(reached)));
        columns.push((format!("{} wanted", part.name), Arc::new(wanted)));
    }
    RecordBatch::try_from_iter(columns)
}

/// The worst distance between what is wanted and what was reached, in a cell and over all.
fn deviation(split: &Split, ratios: &Ratios) -> String {
    // Counts of patients are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let off = |counts: &[u64], size: u64| -> Vec<f64> {
        counts
            .iter()
            .zip(ratios.ideal(size))
            .map(|(count, ideal)| (*count as f64 - ideal).abs())
            .collect()
    };
    let mut worst = (0.0, String::from("none"));
    for stratum in &split.strata {
        for (off, part) in off(&stratum.counts, stratum.patients).into_iter().zip(&split.parts) {
            if off > worst.0 {
                worst = (off, format!("{} in {}", stratum.name, part.name));
            }
        }
    }
    let total: Vec<u64> = split.parts.iter().map(|part| part.patients).collect();
    let overall = off(&total, split.patients).into_iter().fold(0.0, f64::max);
    format!(
        "worst deviation: {:.2} patients ({}); of a whole part: {overall:.2} patients",
        worst.0, worst.1
    )
}
