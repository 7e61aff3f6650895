//! `mammodex explain`: what a finding or a check means and what to do.

use clap::Args;

use super::context::CommandContext;
use super::outcome::{CliFailure, ExitOutcome};
use crate::language::{korean, localized};
use crate::quality::{CheckSuite, QualityCheck};
use crate::records::issue::{ISSUE_CODES, IssueSpec};
use crate::text::nearest;

/// Explain a finding or a check: what it means and what to do, in English and Korean.
///
/// Codes are those of the column `code` of the table `issues`, checks those of `mammodex check`, the catalog's
/// own included if there is a catalog. With --lang only that language is shown.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mammodex explain laterality-conflict\n  \
    mammodex explain patients.age_years.range --lang ko")]
pub struct ExplainArgs {
    /// Code of a finding, or name of a check.
    #[arg(value_name = "CODE")]
    name: String,
}

pub(super) fn run(context: &CommandContext, args: &ExplainArgs) -> Result<ExitOutcome, CliFailure> {
    let catalog_checks = context.open(&super::context::SnapshotArgs { snapshot: None });
    let catalog_checks = catalog_checks.ok().and_then(|catalog| CheckSuite::of(&catalog).ok());
    let suite = catalog_checks.unwrap_or_else(CheckSuite::of_program);
    let code = ISSUE_CODES.iter().find(|spec| spec.name == args.name);
    let check = suite.checks.iter().find(|check| check.name == args.name);
    if code.is_none() && check.is_none() {
        let codes = ISSUE_CODES.iter().map(|spec| spec.name);
        let names = codes.chain(suite.checks.iter().map(|check| check.name.as_str()));
        let near = nearest(&args.name, names);
        let near = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
        let lists = "`mammodex schema --issues` and `mammodex check --all` list them";
        return Err(format!("there is no finding or check {:?}{near}; {lists}", args.name).into());
    }
    let english = code.map(explained_code_in_english).into_iter();
    let english = english.chain(check.map(QualityCheck::explained)).collect::<Vec<_>>().join("\n");
    let text = match context.is_language_given {
        true => localized(&english).into_owned(),
        false => format!("{english}\n{}", korean(&english).unwrap_or_default()),
    };
    context.printer.print(&text)?;
    Ok(ExitOutcome::Done)
}

/// Code, severity, meaning and advice, in the language of this run.
pub(super) fn explained_code(spec: &IssueSpec) -> String {
    localized(&explained_code_in_english(spec)).into_owned()
}

fn explained_code_in_english(spec: &IssueSpec) -> String {
    let IssueSpec { name, severity, meaning, advice, .. } = spec;
    format!("{name} ({}): {meaning}\nWhat to do: {advice}\n", severity.as_str())
}
