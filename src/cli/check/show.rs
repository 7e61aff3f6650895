//! Running checks and showing their results.

use super::arguments::{CheckArgs, CheckCommand};
use super::changes;
use super::output::CheckFormat;
use crate::catalog::Catalog;
use crate::cli::context::CommandContext;
use crate::cli::outcome::{CliFailure, ExitOutcome};
use crate::cli::output::OutputArgs;
use crate::cli::printer::{complain, note, write_note};
use crate::quality::{self, CheckStatus, CheckSuite, QualityReport};
use crate::records::issue::Severity;
use crate::shell::DisplayOptions;
use crate::text::counted;

/// Runs the command.
pub(in crate::cli) fn run(
    context: &CommandContext,
    args: &CheckArgs,
) -> Result<ExitOutcome, CliFailure> {
    if let Some(CheckCommand::Waive(waive)) = &args.command {
        return super::waive::run(context, waive);
    }
    let catalog = context.open(&args.at)?;
    let suite = CheckSuite::of(&catalog)?;
    let suite = if args.names.is_empty() { suite } else { suite.only(&args.names)? };
    if args.sql {
        return print_sql(context, &suite);
    }
    if let Some(since) = args.since {
        return changes::run(context, args, &catalog, &suite, since);
    }
    let output = args.output.for_results();
    if let Some(format) = args.output.ci_format() {
        let report = suite.run(&catalog)?;
        let text = match format {
            CheckFormat::Sarif => format!("{:#}\n", quality::sarif(&catalog, &report)?),
            _ => quality::junit(&report)?,
        };
        output.write_text(context, &text)?;
        sum_up(&report);
        return Ok(outcome(&report));
    }
    output.check(context)?;
    if args.names.is_empty() {
        let report = suite.run(&catalog)?;
        write_overview(context, args, &output, &report)?;
        sum_up(&report);
        return Ok(outcome(&report));
    }
    let columns_differ = output.format().is_delimited();
    if columns_differ && suite.checks.len() > 1 {
        let format = output.format().name();
        return Err(format!(
            "the rows of {} have different columns, and {format} has room for one table: give one \
             name, -o FILE.xlsx, or --format jsonl",
            counted(suite.checks.len() as u64, "check")
        )
        .into());
    }
    let report = suite.run(&catalog)?;
    write_rows(context, &output, &catalog, &report)?;
    Ok(outcome(&report))
}

fn outcome(report: &QualityReport) -> ExitOutcome {
    if report.has_failures() { ExitOutcome::WithErrors } else { ExitOutcome::Done }
}

fn print_sql(context: &CommandContext, suite: &CheckSuite) -> Result<ExitOutcome, CliFailure> {
    let sql = suite.checks.iter().map(|check| format!("/* {} */\n{};\n", check.name, check.sql()));
    context.printer.print(&sql.collect::<Vec<_>>().join("\n"))?;
    Ok(ExitOutcome::Done)
}

fn write_overview(
    context: &CommandContext,
    args: &CheckArgs,
    output: &OutputArgs,
    report: &QualityReport,
) -> Result<(), CliFailure> {
    let is_data = output.format().is_data();
    let batch = if is_data {
        let batch = quality::numbers(&report.results)?;
        // SQL has lines of its own, which tools that read lines take for rows.
        let is_lines = output.format().is_delimited();
        let columns: Vec<usize> = (0..batch.num_columns() - usize::from(is_lines)).collect();
        batch.project(&columns)?
    } else {
        quality::page(report.results.iter().filter(|result| args.all || result.is_notable()))?
    };
    if is_data || batch.num_rows() > 0 {
        let names = report.results.iter().filter(|result| args.all || result.is_notable());
        let longest = names.map(|result| result.check.name.len()).max().unwrap_or_default();
        // A name that is cut cannot be copied.
        let look = DisplayOptions { widths: vec![0, longest], ..output.look.clone() };
        OutputArgs { look, ..output.clone() }.write(context, &batch)?;
    }
    Ok(())
}

/// The rows of each check that was run, below its explanation.
fn write_rows(
    context: &CommandContext,
    output: &OutputArgs,
    catalog: &Catalog,
    report: &QualityReport,
) -> Result<(), CliFailure> {
    let mut statements = Vec::new();
    let mut sheets = Vec::new();
    for result in &report.results {
        write_note(result.check.explained().trim_end());
        match &result.status {
            CheckStatus::Error(reason) => complain(&format!("{}: {reason}", result.check.name)),
            CheckStatus::NotApplicable => note!("the catalog has no row that it applies to"),
            _ => {}
        }
        if let (Some(population), Some(percent)) = (result.population, result.percent()) {
            note!("{} of {population} ({percent:.1} %): {}", result.rows, result.status.as_str());
        }
        if !matches!(result.status, CheckStatus::Error(_)) {
            statements.push(result.check.statement());
            sheets.push(result.check.name.clone());
        }
    }
    name_waivers(report);
    if !statements.is_empty() {
        output.run_named(context, catalog, &statements, &sheets)?;
    }
    Ok(())
}

fn sum_up(report: &QualityReport) {
    let count = |status| report.count(status, None);
    let failed = |severity| report.count("failed", Some(severity));
    let (errors, warnings) = (failed(Severity::Error), failed(Severity::Warning));
    let mut parts = vec![match count("failed") {
        0 => "none failed".to_owned(),
        all => format!(
            "{all} failed ({}, {}, {} of severity info)",
            counted(errors, "error"),
            counted(warnings, "warning"),
            failed(Severity::Info)
        ),
    }];
    for status in ["error", "waived", "passed", "not applicable"] {
        let word = if status == "error" { "could not be run" } else { status };
        parts.extend(Some(count(status)).filter(|all| *all > 0).map(|all| format!("{all} {word}")));
    }
    note!("{}: {}", counted(report.results.len() as u64, "check"), parts.join(", "));
    for result in &report.results {
        if let CheckStatus::Error(reason) = &result.status {
            complain(&format!("{}: {reason}", result.check.name));
        }
    }
    name_waivers(report);
    if count("failed") > 0 {
        note!("the rows of one: mammodex check NAME; its SQL: mammodex check --sql NAME");
    }
}

/// Names every waiver that covers rows, and every one that covers nothing.
fn name_waivers(report: &QualityReport) {
    for result in &report.results {
        if let CheckStatus::Waived(waiver) = &result.status {
            let who = waiver.who.as_ref().map(|who| format!(" ({who})")).unwrap_or_default();
            let rows = counted(result.rows, "row");
            note!("waived: {}, {rows}: {}{who}", waiver.check, waiver.reason);
        }
    }
    for fault in &report.waiver_faults {
        note!("the waiver of {} covers nothing: {}", fault.waiver.check, fault.reason);
    }
}
