//! The balance of a split, as a table or a picture.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;

use super::super::context::CommandContext;
use super::super::outcome::CliFailure;
use super::super::output::OutputArgs;
use super::super::output_error::OutputError;
use crate::chart::strata;
use crate::disk::WholeFile;
use crate::split::{Split, SplitError};

/// Writes the balance of a split: as a picture to a file whose name ends in `.svg`, else as a table.
pub fn publish(
    context: &CommandContext,
    output: &OutputArgs,
    split: &Split,
) -> Result<(), CliFailure> {
    match output.picture() {
        None => Ok(output.write(context, &balance(split)?)?),
        Some(path) => {
            output.check_with_picture(context)?;
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
        rows.push(("all".to_owned(), split.patients, split.part_sizes()));
    }
    rows
}

/// One row per stratum and one for all: for each part its patients, and the target.
fn balance(split: &Split) -> Result<RecordBatch, CliFailure> {
    let rows = rows(split);
    let targets = rows.iter().map(|(.., counts)| split.targets(counts));
    let targets: Vec<Vec<Option<f64>>> = targets.collect::<Result<_, _>>()?;
    let names: StringArray = rows.iter().map(|(name, ..)| Some(name.as_str())).collect();
    let sizes: UInt64Array = rows.iter().map(|(_, size, _)| Some(*size)).collect();
    let mut columns: Vec<(String, ArrayRef)> =
        vec![("stratum".to_owned(), Arc::new(names)), ("patients".to_owned(), Arc::new(sizes))];
    for (index, part) in split.parts.iter().enumerate() {
        let reached: UInt64Array = rows.iter().map(|(.., counts)| Some(counts[index])).collect();
        columns.push((part.name.clone(), Arc::new(reached)));
        if part.has_share() {
            let cell = |row: &Vec<Option<f64>>| row[index].map(|target| format!("{target:.2}"));
            let target: StringArray = targets.iter().map(cell).collect();
            columns.push((format!("{} target", part.name), Arc::new(target)));
        }
    }
    Ok(RecordBatch::try_from_iter(columns)?)
}

fn draw(split: &Split) -> Result<String, SplitError> {
    let row = |(name, _, reached): (String, u64, Vec<u64>)| {
        let wanted = split.targets(&reached)?;
        Ok(strata::StratumBar { name, reached, wanted })
    };
    let rows: Vec<strata::StratumBar> =
        rows(split).into_iter().map(row).collect::<Result<_, SplitError>>()?;
    let names: Vec<String> = split.parts.iter().map(|part| part.name.clone()).collect();
    let title = format!("Split {}: patients in each part, and the target below", split.name);
    Ok(strata::draw(&title, &names, &rows))
}
