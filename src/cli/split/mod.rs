//! `mammodex split`: a cohort dealt out by patient.

mod create;
mod show;

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use clap::{Args, Subcommand};

use super::output::{OutputArgs, OutputError};
use super::{CliFailure, ExitOutcome, GlobalArgs};
use crate::chart::strata;
use crate::cohort::CohortError;
use crate::disk::WholeFile;
use crate::split::Split;

/// Deal a cohort out over the parts of a split; show, check, list and drop splits.
///
/// Whole patients are dealt out, so that none stands in two parts; cases that share an image stay
/// together. Every combination of the values of the columns in --stratify is dealt out in
/// proportion: each part has its share of each, to within one patient, and its share of all. Where
/// these strata are too thin for that, every value of every column is dealt out in proportion
/// instead (iterative stratification). Missing values are a group of their own.
///
/// Who goes where follows from the seed and the case ID alone: the same on every machine, in
/// whatever order the rows come. The split is kept in the catalog's folder and stands in queries
/// as splits.NAME; patients who are left out stand there without a part, and why.
///
/// A cohort called show, check, list or drop is named last, after the options.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_long_help = "Examples:\n  \
    mammodex split t2_ge --name pilot --ratios train=0.7,val=0.1,test=0.2 --stratify diagnosis,age_years:10 --seed 42\n  \
    mammodex split all --name cv --folds 5 --stratify diagnosis,vendor\n  \
    mammodex split all --name matched --ratios train=0.8,test=0.2 --match 'age_years+-2,vendor' --cases malignant --controls normal --ratio 1:2\n  \
    mammodex split all --name site --ratios train=0.8,val=0.2 --hold-out vendor=Siemens\n  \
    mammodex split all --name pilot2 --extend pilot\n  \
    mammodex split show pilot -o strata.svg\n  \
    mammodex split check pilot"
)]
pub struct SplitArgs {
    #[command(subcommand)]
    action: Option<SplitAction>,
    #[command(flatten)]
    create: create::SplitCreateArgs,
}

#[derive(Debug, Subcommand)]
enum SplitAction {
    Show(show::SplitShowArgs),
    Check(show::SplitCheckArgs),
    List(show::SplitListArgs),
    Drop(show::SplitDropArgs),
}

pub(super) fn run(global: &GlobalArgs, request: SplitArgs) -> Result<ExitOutcome, CliFailure> {
    match request.action {
        None => create::create(global, &request.create),
        Some(SplitAction::Show(request)) => show::show(global, &request),
        Some(SplitAction::Check(request)) => show::check(global, &request),
        Some(SplitAction::List(request)) => show::list(global, &request),
        Some(SplitAction::Drop(request)) => show::delete(global, &request),
    }
}

/// Writes the balance of a split: as a picture to a file whose name ends in `.svg`, else as a table.
fn publish(output: &OutputArgs, split: &Split) -> Result<(), CliFailure> {
    let picture = |path: &&std::path::PathBuf| {
        output.format.is_none() && path.extension().is_some_and(|e| e.eq_ignore_ascii_case("svg"))
    };
    match output.output.as_ref().filter(picture) {
        None => Ok(output.write(&balance(split)?)?),
        Some(path) => {
            let failed = |source| OutputError::File { path: path.clone(), source };
            Ok(WholeFile::write(path, draw(split)?.as_bytes()).map_err(failed)?)
        }
    }
}

/// The strata, and a row for all where there are several: name, patients, counts.
fn rows(split: &Split) -> Vec<(String, u64, Vec<u64>)> {
    let mut rows: Vec<(String, u64, Vec<u64>)> =
        split.strata.iter().map(|s| (s.name.clone(), s.patients, s.counts.clone())).collect();
    if rows.len() != 1 {
        let total = split.parts.iter().map(|part| part.patients).collect();
        rows.push(("all".to_owned(), split.patients, total));
    }
    rows
}

/// One row per stratum and one for all: per part the patients reached and, beside them, wanted.
fn balance(split: &Split) -> Result<RecordBatch, CliFailure> {
    let rows = rows(split);
    let wanted = rows.iter().map(|(.., counts)| split.wanted(counts));
    let wanted: Vec<Vec<Option<f64>>> = wanted.collect::<Result<_, _>>()?;
    let names: StringArray = rows.iter().map(|(name, ..)| Some(name.as_str())).collect();
    let sizes: UInt64Array = rows.iter().map(|(_, size, _)| Some(*size)).collect();
    let mut columns: Vec<(String, ArrayRef)> =
        vec![("stratum".to_owned(), Arc::new(names)), ("patients".to_owned(), Arc::new(sizes))];
    for (at, part) in split.parts.iter().enumerate() {
        let reached: UInt64Array = rows.iter().map(|(.., counts)| Some(counts[at])).collect();
        columns.push((part.name.clone(), Arc::new(reached)));
        if part.ratio.is_some() || part.count.is_some() {
            let cell = |row: &Vec<Option<f64>>| row[at].map(|wanted| format!("{wanted:.2}"));
            let wanted: StringArray = wanted.iter().map(cell).collect();
            columns.push((format!("{} wanted", part.name), Arc::new(wanted)));
        }
    }
    Ok(RecordBatch::try_from_iter(columns)?)
}

fn draw(split: &Split) -> Result<String, CohortError> {
    let row = |(name, _, reached): (String, u64, Vec<u64>)| {
        let wanted = split.wanted(&reached)?;
        Ok(strata::StratumBar { name, reached, wanted })
    };
    let rows: Vec<strata::StratumBar> =
        rows(split).into_iter().map(row).collect::<Result<_, CohortError>>()?;
    let names: Vec<String> = split.parts.iter().map(|part| part.name.clone()).collect();
    let title = format!("Split {}: patients reached, and wanted below", split.name);
    Ok(strata::draw(&title, &names, &rows))
}

/// The worst distance between what is wanted and what was reached, in a cell and over all.
fn deviation(split: &Split) -> Result<String, CohortError> {
    let worst = split.deviation()?;
    Ok(format!(
        "worst deviation: {:.2} patients ({}); of a whole part: {:.2} patients",
        worst.cell,
        worst.place.as_deref().unwrap_or("none"),
        worst.whole
    ))
}
