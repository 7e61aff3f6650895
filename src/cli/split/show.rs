//! `mammodex split show`, `check`, `list` and `drop`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use clap::Args;

use super::super::context::{CommandContext, SnapshotArgs};
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::output::OutputArgs;
use super::super::printer::{complain, note};
use super::balance::publish;
use crate::catalog::Catalog;
use crate::language::localized;
use crate::saved::SavedName;
use crate::split::{self, BalanceStat, Split, SplitError, SplitFinding, SplitPart, SplitSeverity};
use crate::sql::{Statement, identifier, literal};
use crate::text::counted;

/// Show a split: its plan, its parts by diagnosis, its strata.
///
/// With --format or -o only the strata are written; to a FILE that ends in .svg as a picture.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex split show pilot -o strata.svg")]
pub(super) struct SplitShowArgs {
    /// Name of the split.
    name: SavedName,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Check a split: its file, leaks, changes of the catalog, shares.
///
/// Errors are leaks or a changed file: a patient in two parts, cases with the same image in two parts, a
/// matched set in two parts, a held-out patient in another part, a date beyond a cut. Warnings are
/// patients who are new, gone or in another stratum, and counts that differ from their target by more
/// than two patients and 5% of their stratum. Cases that share images within one part are listed as
/// info. The exit code is 1 when there is an error or a warning.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex split check pilot")]
pub(super) struct SplitCheckArgs {
    /// Name of the split.
    name: SavedName,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// List the saved splits.
#[derive(Debug, Args)]
pub(super) struct SplitListArgs {
    #[command(flatten)]
    output: OutputArgs,
}

/// Drop a split; manifests made from it stay.
#[derive(Debug, Args)]
pub(super) struct SplitDropArgs {
    /// Name of the split.
    name: SavedName,
}

pub(super) fn show(
    context: &CommandContext,
    request: &SplitShowArgs,
) -> Result<ExitOutcome, CliFailure> {
    let catalog = context.open(&request.at)?;
    let split = split::load(catalog.dir(), &request.name)?;
    split::verify(catalog.dir(), &split)?;
    if request.output.is_given() {
        publish(context, &request.output, &split)?;
        return Ok(ExitOutcome::Done);
    }
    context.printer.print(&localized(&describe(&split)))?;
    OutputArgs::default().run(context, &catalog, &[groups(&catalog, &split)?])?;
    context.printer.print("\n")?;
    publish(context, &OutputArgs::default(), &split)?;
    if let Some(matching) = &split.matching {
        let text =
            matching.balance.iter().map(|stat| Some(stat.column.as_str())).collect::<StringArray>();
        let figure = |number: fn(&BalanceStat) -> Option<f64>| -> ArrayRef {
            Arc::new(matching.balance.iter().map(number).collect::<Float64Array>())
        };
        context.printer.print("\n")?;
        OutputArgs::default().write(
            context,
            &RecordBatch::try_from_iter([
                ("smd of", Arc::new(text) as ArrayRef),
                ("before", figure(|stat| stat.before.map(thousandths))),
                ("after", figure(|stat| stat.after.map(thousandths))),
            ])?,
        )?;
    }
    note!("{}", split.deviation()?);
    Ok(ExitOutcome::Done)
}

fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn describe(split: &Split) -> String {
    let mut lines = vec![format!(
        "split {} of cohort {}, made on snapshot {}",
        split.name, split.cohort, split.snapshot
    )];
    let part = |part: &SplitPart| {
        let since = part.first_day.as_ref().map_or(String::new(), |day| format!(" from {day}"));
        match (&part.ratio, part.count) {
            (Some(share), _) => format!("{} {share}{since}", part.name),
            (_, Some(count)) => format!("{} {}{since}", part.name, counted(count, "patient")),
            _ => part.name.clone(),
        }
    };
    let parts: Vec<String> = split.parts.iter().map(part).collect();
    lines.push(format!("parts: {}", parts.join(", ")));
    match &split.temporal {
        Some(column) => lines.push(format!("by time: {column}")),
        None if split.stratify.is_empty() => {}
        None => {
            lines.push(format!("stratified by: {} ({})", split.stratify.join(", "), split.method));
        }
    }
    lines.push(format!("seed: {}", split.seed));
    let filters = [
        ("extends", split.extends.as_ref().map(ToString::to_string)),
        ("balanced", split.balance.clone()),
        ("held out", split.hold_out.clone()),
    ];
    lines.extend(filters.into_iter().filter_map(|(name, text)| Some(format!("{name}: {}", text?))));
    if let Some(matching) = &split.matching {
        lines.push(format!(
            "matched: {} with {} {} on {}",
            matching.cases,
            matching.ratio,
            matching.controls,
            matching.on.join(", ")
        ));
    }
    for (reason, patients) in &split.excluded {
        lines.push(format!("excluded: {} ({reason})", counted(*patients, "patient")));
    }
    lines.join("\n") + "\n\n"
}

/// The patients of each part by diagnosis, and in total.
fn groups(catalog: &Catalog, split: &Split) -> Result<Statement, SplitError> {
    let count = |part: &SplitPart| {
        let (value, name) = (literal(&part.name), identifier(&part.name));
        format!(", count_if(s.split = {value}) AS {name}")
    };
    let counts: String = split.parts.iter().map(count).collect();
    let sql = format!(
        "SELECT CASE WHEN grouping(p.diagnosis) = 1 THEN 'all' ELSE p.diagnosis END AS diagnosis,
                count(*) AS patients{counts}
         FROM {} AS s LEFT JOIN patients AS p USING (case_id)
         GROUP BY ROLLUP (p.diagnosis) ORDER BY grouping(p.diagnosis), 1",
        split::relation(catalog.dir(), split)?
    );
    Ok(Statement::new(sql))
}

pub(super) fn check(
    context: &CommandContext,
    request: &SplitCheckArgs,
) -> Result<ExitOutcome, CliFailure> {
    let catalog = context.open(&request.at)?;
    let split = split::load(catalog.dir(), &request.name)?;
    let findings = split::check(&catalog, &split)?;
    let text = |cell: fn(&SplitFinding) -> Option<&str>| -> ArrayRef {
        Arc::new(findings.iter().map(cell).collect::<StringArray>())
    };
    let patients: UInt64Array = findings.iter().map(|finding| Some(finding.cases)).collect();
    request.output.write(
        context,
        &RecordBatch::try_from_iter([
            ("severity", text(|finding| Some(finding.severity.as_str()))),
            ("check", text(|finding| Some(finding.check))),
            ("patients", Arc::new(patients) as ArrayRef),
            ("first", text(|finding| finding.first.as_deref())),
            ("message", text(|finding| Some(&finding.message))),
        ])?,
    )?;
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count() as u64;
    let (error_count, warning_count) = (count(SplitSeverity::Error), count(SplitSeverity::Warning));
    let (patients, parts) = (counted(split.patients, "patient"), split.parts.len());
    let (errors, warnings) = (counted(error_count, "error"), counted(warning_count, "warning"));
    note!("split {}: {patients} in {parts} parts; {errors}, {warnings}", split.name);
    Ok(if error_count + warning_count == 0 { ExitOutcome::Done } else { ExitOutcome::WithErrors })
}

pub(super) fn list(
    context: &CommandContext,
    request: &SplitListArgs,
) -> Result<ExitOutcome, CliFailure> {
    let catalog = Catalog::open_within(&context.catalog, None, context.limits.clone())?;
    let mut outcome = ExitOutcome::Done;
    let mut splits = Vec::new();
    for split in split::list(catalog.dir()) {
        match split {
            Ok(split) => splits.push(split),
            Err(error) => {
                complain(&error.to_string());
                outcome = ExitOutcome::WithErrors;
            }
        }
    }
    let text = |cell: fn(&Split) -> String| -> ArrayRef {
        Arc::new(splits.iter().map(|split| Some(cell(split))).collect::<StringArray>())
    };
    let count = |cell: fn(&Split) -> u64| -> ArrayRef {
        Arc::new(splits.iter().map(|split| Some(cell(split))).collect::<UInt64Array>())
    };
    let parts = |split: &Split| -> String {
        let part = |part: &SplitPart| format!("{} {}", part.name, part.patients);
        split.parts.iter().map(part).collect::<Vec<_>>().join(", ")
    };
    request.output.write(
        context,
        &RecordBatch::try_from_iter([
            ("name", text(|split| split.name.to_string())),
            ("cohort", text(|split| split.cohort.to_string())),
            ("patients", count(|split| split.patients)),
            ("parts", text(parts)),
            ("stratify", text(|split| split.stratify.join(", "))),
            ("seed", count(|split| split.seed)),
            ("snapshot", count(|split| split.snapshot.into())),
        ])?,
    )?;
    Ok(outcome)
}

pub(super) fn delete(
    context: &CommandContext,
    request: &SplitDropArgs,
) -> Result<ExitOutcome, CliFailure> {
    let catalog = Catalog::open_within(&context.catalog, None, context.limits.clone())?;
    split::delete(catalog.dir(), &request.name)?;
    note!("split {} dropped", request.name);
    Ok(ExitOutcome::Done)
}
