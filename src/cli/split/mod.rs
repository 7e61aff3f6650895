//! `mammodex split`: the patients of a cohort assigned to parts.

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

/// Create, show, check, list and drop splits: the patients of a cohort assigned to parts.
///
/// A split is saved in the catalog's folder as NAME.parquet and NAME.toml, and is in every query as
/// splits.NAME: the patients with their part, those excluded with the reason.
#[derive(Debug, Args)]
pub struct SplitArgs {
    #[command(subcommand)]
    action: SplitAction,
}

#[derive(Debug, Subcommand)]
enum SplitAction {
    Create(Box<create::SplitCreateArgs>),
    Show(show::SplitShowArgs),
    Check(show::SplitCheckArgs),
    List(show::SplitListArgs),
    Drop(show::SplitDropArgs),
}

pub(super) fn run(global: &GlobalArgs, request: SplitArgs) -> Result<ExitOutcome, CliFailure> {
    match request.action {
        SplitAction::Create(request) => create::create(global, &request),
        SplitAction::Show(request) => show::show(global, &request),
        SplitAction::Check(request) => show::check(global, &request),
        SplitAction::List(request) => show::list(global, &request),
        SplitAction::Drop(request) => show::delete(global, &request),
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
