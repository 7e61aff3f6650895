//! `mammodex check waive`: rows that are accepted.

use clap::Args;

use crate::cli::context::{CommandContext, SnapshotArgs};
use crate::cli::outcome::{CliFailure, ExitOutcome};
use crate::cli::printer::note;
use crate::quality::{CheckSuite, CheckWaiver, WaiverList, is_date};
use crate::text::counted;

/// Accept the rows of a check, with the reason.
///
/// The check is then waived as long as it has no more rows than now. The waiver is saved to
/// checks/waivers.toml in the catalog's folder, in place of an earlier one of the same check.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex check waive patients.age_years.range --reason \"confirmed by the hospital\" --who Kim\n  \
    mammodex check waive patients.age_years.range --remove")]
pub struct WaiveArgs {
    /// Name of the check.
    #[arg(value_name = "NAME")]
    name: String,
    /// Why its rows are accepted.
    #[arg(long, value_name = "TEXT", required_unless_present = "remove")]
    reason: Option<String>,
    /// Who accepts them.
    #[arg(long, value_name = "PERSON")]
    who: Option<String>,
    /// Number of the last snapshot that it covers.
    #[arg(long, value_name = "N")]
    until_snapshot: Option<u32>,
    /// Last day on which it counts, as in 2027-01-31.
    #[arg(long, value_name = "DAY", value_parser = parse_day)]
    until: Option<String>,
    /// Cover any number of rows.
    #[arg(long)]
    any_rows: bool,
    /// Remove the waiver of the check.
    #[arg(long, conflicts_with_all = ["reason", "who", "until_snapshot", "until", "any_rows"])]
    remove: bool,
    #[command(flatten)]
    at: SnapshotArgs,
}

fn parse_day(text: &str) -> Result<String, String> {
    if is_date(text) { Ok(text.to_owned()) } else { Err("not a day as in 2027-01-31".to_owned()) }
}

pub(super) fn run(context: &CommandContext, args: &WaiveArgs) -> Result<ExitOutcome, CliFailure> {
    let catalog = context.open(&args.at)?;
    let mut list = WaiverList::read(catalog.dir())?;
    let before = list.waivers.len();
    list.waivers.retain(|waiver| waiver.check != args.name);
    if args.remove {
        if list.waivers.len() == before {
            return Err(format!("there is no waiver of {}", args.name).into());
        }
        let path = list.write(catalog.dir())?;
        note!("the waiver of {} is removed from {}", args.name, path.display());
        return Ok(ExitOutcome::Done);
    }
    let suite = CheckSuite { waivers: WaiverList::default(), ..CheckSuite::of(&catalog)? };
    let report = suite.only(std::slice::from_ref(&args.name))?.run(&catalog)?;
    let result = report.results.first().ok_or("the check has no result")?;
    if result.rows == 0 {
        return Err(format!("{} has no rows: there is nothing to waive", args.name).into());
    }
    let reason = args.reason.as_deref().unwrap_or_default().trim();
    if reason.is_empty() {
        return Err("a waiver needs a reason".into());
    }
    list.waivers.push(CheckWaiver {
        check: args.name.clone(),
        reason: reason.to_owned(),
        who: args.who.clone(),
        rows: (!args.any_rows).then_some(result.rows),
        until_snapshot: args.until_snapshot,
        until: args.until.clone(),
    });
    let path = list.write(catalog.dir())?;
    note!("waived: {}, {}; saved to {}", args.name, counted(result.rows, "row"), path.display());
    Ok(ExitOutcome::Done)
}
