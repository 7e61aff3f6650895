//! The actions on cohorts; listing and dropping, which are short.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use clap::{Args, Subcommand};

use super::super::context::CommandContext;
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::output::OutputArgs;
use super::super::printer::{complain, note};
use crate::catalog::Catalog;
use crate::cohort::{self, Cohort};
use crate::saved::SavedName;

use super::{create, diff, show};

/// Create, list, show, compare and drop cohorts.
///
/// A cohort is a set of patients (or breasts, images, lesions), defined by steps in order. It is saved
/// with its SQL as a TOML file in the catalog's folder, and queries can name it as cohorts.NAME, with
/// the columns of patients (breasts, images, lesions).
#[derive(Debug, Args)]
pub struct CohortArgs {
    #[command(subcommand)]
    action: CohortAction,
}

#[derive(Debug, Subcommand)]
enum CohortAction {
    Create(Box<create::CohortCreateArgs>),
    List(CohortListArgs),
    Show(show::CohortShowArgs),
    Diff(diff::CohortDiffArgs),
    Drop(CohortDropArgs),
}

/// List the saved cohorts.
#[derive(Debug, Args)]
struct CohortListArgs {
    #[command(flatten)]
    output: OutputArgs,
}

/// Drop a cohort; splits and manifests made from it stay.
#[derive(Debug, Args)]
struct CohortDropArgs {
    /// Name of the cohort.
    name: SavedName,
}

pub fn run(context: &CommandContext, request: CohortArgs) -> Result<ExitOutcome, CliFailure> {
    match request.action {
        CohortAction::Create(request) => create::run(context, *request),
        CohortAction::List(request) => list(context, &request),
        CohortAction::Show(request) => show::run(context, &request),
        CohortAction::Diff(request) => diff::run(context, &request),
        CohortAction::Drop(request) => {
            cohort::delete(&context.catalog, &request.name)?;
            note!("cohort {} dropped", request.name);
            Ok(ExitOutcome::Done)
        }
    }
}

fn list(context: &CommandContext, request: &CohortListArgs) -> Result<ExitOutcome, CliFailure> {
    Catalog::describe(&context.catalog, None)?;
    let mut cohorts = Vec::new();
    let mut outcome = ExitOutcome::Done;
    for cohort in cohort::list(&context.catalog) {
        match cohort {
            Ok(cohort) => cohorts.push(cohort),
            Err(error) => {
                complain(&error.to_string());
                outcome = ExitOutcome::WithErrors;
            }
        }
    }
    let text = |cell: fn(&Cohort) -> Option<String>| -> ArrayRef {
        Arc::new(cohorts.iter().map(cell).collect::<StringArray>())
    };
    let count = |cell: fn(&Cohort) -> u64| -> ArrayRef {
        Arc::new(cohorts.iter().map(|c| Some(cell(c))).collect::<UInt64Array>())
    };
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("name", text(|c| Some(c.name.to_string())), false),
        ("unit", text(|c| Some(c.unit.to_string())), false),
        ("patients", count(|c| c.patients), false),
        ("images", count(|c| c.images), false),
        ("snapshot", count(|c| c.snapshot.into()), false),
        ("note", text(|c| c.note.clone()), true),
    ])?;
    request.output.write(context, &batch)?;
    Ok(outcome)
}
