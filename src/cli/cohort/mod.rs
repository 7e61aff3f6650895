//! `mammodex cohort`: sets of patients, breasts, images or lesions with a name.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use clap::{Args, Subcommand};

use super::output::{self, OutputArgs};
use super::{CliFailure, ExitOutcome, GlobalArgs, many};
use crate::cohort::{self, Cohort, MemberUnit, SavedName};

mod create;
mod diff;
mod show;
mod steps;

/// Make, list, show, compare and drop cohorts.
///
/// A cohort is a set of patients (or breasts, images, lesions), given by steps that are kept in
/// order. It is kept as a TOML file in the catalog's folder with its SQL, and stands in every query
/// as cohorts.NAME, with the columns of patients (breasts, images, lesions).
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

pub(super) fn run(global: &GlobalArgs, request: CohortArgs) -> Result<ExitOutcome, CliFailure> {
    match request.action {
        CohortAction::Create(request) => create::run(global, *request),
        CohortAction::List(request) => list(global, &request),
        CohortAction::Show(request) => show::run(global, &request),
        CohortAction::Diff(request) => diff::run(global, &request),
        CohortAction::Drop(request) => {
            cohort::delete(&global.catalog, &request.name)?;
            eprintln!("cohort {} is dropped", request.name);
            Ok(ExitOutcome::Done)
        }
    }
}

fn list(global: &GlobalArgs, request: &CohortListArgs) -> Result<ExitOutcome, CliFailure> {
    let mut cohorts = Vec::new();
    let mut outcome = ExitOutcome::Done;
    for cohort in cohort::list(&global.catalog) {
        match cohort {
            Ok(cohort) => cohorts.push(cohort),
            Err(error) => {
                output::complain(&error.to_string());
                outcome = ExitOutcome::WithErrors;
            }
        }
    }
    let text = |of: fn(&Cohort) -> Option<String>| -> ArrayRef {
        Arc::new(cohorts.iter().map(of).collect::<StringArray>())
    };
    let count = |of: fn(&Cohort) -> u64| -> ArrayRef {
        Arc::new(cohorts.iter().map(|c| Some(of(c))).collect::<UInt64Array>())
    };
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("name", text(|c| Some(c.name.to_string())), false),
        ("unit", text(|c| Some(c.unit.to_string())), false),
        ("patients", count(|c| c.patients), false),
        ("images", count(|c| c.images), false),
        ("snapshot", count(|c| c.snapshot.into()), false),
        ("note", text(|c| c.note.clone()), true),
    ])?;
    request.output.write(&batch)?;
    Ok(outcome)
}

/// `34 patients, 136 images`; of another unit its members first.
fn counted(unit: MemberUnit, members: u64, patients: u64, images: u64) -> String {
    let people = many(patients, "patient");
    match unit {
        MemberUnit::Patient => format!("{people}, {}", many(images, "image")),
        MemberUnit::Image => format!("{} of {people}", many(members, "image")),
        _ => format!("{} of {people}, {}", many(members, unit.as_str()), many(images, "image")),
    }
}
