//! `mammodex check`: rules that the catalog's rows must keep.

use clap::Args;

use super::context::{CommandContext, SnapshotArgs};
use super::outcome::{CliFailure, ExitOutcome};
use super::output::OutputArgs;
use super::printer::{note, write_note};
use crate::quality::{self, CheckResult, QualityCheck};
use crate::text::counted;

/// Check the catalog for contradictions, such as a contour on the healthy side.
///
/// Without NAME, lists every check with the number of rows that break it; with NAME, those rows. The exit
/// code is 1 if a check of severity error has rows.
///
/// Findings about single files and cells are in the table issues; checks compare rows of several
/// tables. docs/issues.md explains both.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex check\n  \
    mammodex check t-against-size -o doubtful.csv")]
pub struct CheckArgs {
    /// Names of the checks whose rows are shown.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    at: SnapshotArgs,
}

pub(super) fn run(
    context: &CommandContext,
    request: &CheckArgs,
) -> Result<ExitOutcome, CliFailure> {
    let chosen = request.names.iter().map(|name| quality::check(name));
    let chosen = chosen.collect::<Result<Vec<&'static QualityCheck>, _>>()?;
    let catalog = context.open(&request.at)?;
    let found = if chosen.is_empty() {
        let found = quality::count_all(&catalog, quality::checks())?;
        request.output.write(context, &quality::overview(&found)?)?;
        sum_up(&found);
        found
    } else {
        let counted = chosen.iter().map(|check| CheckResult::new(check, &catalog));
        let found = counted.collect::<Result<Vec<CheckResult>, _>>()?;
        for check in &chosen {
            write_note(check.explained().trim_end());
        }
        let statements: Vec<_> = chosen.iter().map(|check| check.statement()).collect();
        request.output.run(context, &catalog, &statements)?;
        found
    };
    Ok(if found.iter().any(CheckResult::is_failure) {
        ExitOutcome::WithErrors
    } else {
        ExitOutcome::Done
    })
}

fn sum_up(found: &[CheckResult]) {
    let broken = found.iter().filter(|f| f.rows > 0).count();
    let failures = found.iter().filter(|f| f.is_failure()).count();
    let checks = counted(found.len() as u64, "check");
    if broken == 0 {
        note!("{checks}, none has rows");
    } else {
        note!("{checks}, {broken} with rows, {failures} of these of severity error");
        note!("the rows of one: mammodex check NAME");
    }
}
