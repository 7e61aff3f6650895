//! `mammodex cohort show`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use clap::Args;

use super::super::context::{CommandContext, SnapshotArgs};
use super::super::destination::{self, DestinationError};
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::output::OutputArgs;
use super::super::printer::note;
use super::diff;
use super::size::size_text;
use crate::chart::{self, FlowDiagram};
use crate::cohort::{self, AttritionStage, Cohort, DiagnosisCount, MemberUnit};
use crate::disk::WholeFile;
use crate::language::localized;
use crate::saved::SavedName;
use crate::text::counted;

/// Show a cohort: its attrition table, its members by diagnosis, its SQL.
///
/// The attrition table begins with the whole catalog and has one row per step: the members left, those
/// that the step excluded, and those that it alone would exclude from the whole catalog. With --format
/// or -o only this table is written.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex cohort show t2_ge\n  \
    mammodex cohort show t2_ge -o attrition.csv --flow flow.svg")]
pub struct CohortShowArgs {
    /// Name of the cohort.
    name: SavedName,
    /// Draw the flow diagram (CONSORT, STARD) to an SVG file.
    #[arg(long, value_name = "FILE")]
    flow: Option<PathBuf>,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(
    context: &CommandContext,
    request: &CohortShowArgs,
) -> Result<ExitOutcome, CliFailure> {
    request.output.check(context)?;
    if let Some(path) = &request.flow {
        check_flow(context, path, &request.output)?;
    }
    let catalog = context.open(&request.at)?;
    let cohort = cohort::load(catalog.dir(), &request.name)?;
    let definition = cohort.definition();
    let counts = definition.counts(&catalog)?;
    let stages = cohort::attrition(&catalog, &definition)?;
    let groups = cohort::by_diagnosis(&catalog, &definition)?;
    let table = table(definition.unit, &stages)?;
    if request.output.is_given() {
        request.output.write(context, &table)?;
    } else {
        context.printer.print(&localized(&describe(&cohort)))?;
        OutputArgs::default().write(context, &table)?;
        context.printer.print("\n")?;
        OutputArgs::default().write(context, &by_group(definition.unit, &groups)?)?;
        context.printer.print(&format!("\n{}\n", cohort.sql))?;
    }
    if let Some(path) = &request.flow {
        let drawing = chart::flow(&flow_diagram(&cohort, &stages, &groups));
        WholeFile::write(path, drawing.as_bytes())
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        note!("flow diagram: {}", path.display());
    }
    let now = catalog.snapshot().id;
    if (cohort.patients, cohort.images) != (counts.patients, counts.images) {
        note!(
            "made on snapshot {} with {} and {}; on snapshot {now} it has {} and {}",
            cohort.snapshot,
            counted(cohort.patients, "patient"),
            counted(cohort.images, "image"),
            counts.patients,
            counts.images
        );
    }
    if now != cohort.snapshot {
        // The older snapshot may have been removed.
        match diff::between(context, &cohort, cohort.snapshot, Some(now)) {
            Ok(changes) if changes.is_empty() => {}
            Ok(changes) => note!(
                "{} since snapshot {}: `mammodex cohort diff {}` lists them",
                diff::summary(&changes),
                cohort.snapshot,
                cohort.name
            ),
            Err(error) => {
                note!("cannot compare with snapshot {}: {error}", cohort.snapshot);
            }
        }
    }
    Ok(ExitOutcome::Done)
}

/// Refuses the file of the flow diagram, where it may not be written.
fn check_flow(
    context: &CommandContext,
    path: &Path,
    output: &OutputArgs,
) -> Result<(), DestinationError> {
    let is_svg = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg"));
    destination::check_ending(path, is_svg, &["svg"])?;
    destination::check_file(context, path, output.if_exists())
}

fn describe(cohort: &Cohort) -> String {
    let mut text = format!("cohort {}, made on snapshot {}\n", cohort.name, cohort.snapshot);
    if let Some(note) = &cohort.note {
        text.push_str(&format!("note: {note}\n"));
    }
    if cohort.unit != MemberUnit::Patient {
        text.push_str(&format!("unit: {}\n", cohort.unit.table()));
    }
    let birads = cohort.steps.iter().any(|step| step.option == "birads");
    if cohort.unit == MemberUnit::Patient && birads {
        text.push_str("BI-RADS is that of the worse side; images are of both sides\n");
    }
    if !cohort.views.is_empty() {
        text.push_str(&format!("images: only views {}\n", cohort.views.join(", ")));
    }
    text.push('\n');
    text
}

fn table(unit: MemberUnit, stages: &[AttritionStage]) -> Result<RecordBatch, CliFailure> {
    let count = |cell: fn(&AttritionStage) -> u64| -> ArrayRef {
        Arc::new(stages.iter().map(|stage| Some(cell(stage))).collect::<UInt64Array>())
    };
    let steps: StringArray = stages.iter().map(|stage| Some(stage.step.as_str())).collect();
    let mut columns: Vec<(&str, ArrayRef)> = vec![("step", Arc::new(steps))];
    if has_member_column(unit) {
        columns.push((unit.table(), count(|stage| stage.members)));
    }
    columns.push(("patients", count(|stage| stage.patients)));
    columns.push(("images", count(|stage| stage.images)));
    columns.push(("excluded", count(|stage| stage.excluded)));
    columns.push(("excluded_alone", count(|stage| stage.excluded_alone)));
    Ok(RecordBatch::try_from_iter(columns)?)
}

/// Members, patients and images by diagnosis, and in total.
fn by_group(unit: MemberUnit, groups: &[DiagnosisCount]) -> Result<RecordBatch, CliFailure> {
    let mut rows = groups.to_vec();
    rows.push(DiagnosisCount {
        diagnosis: Some("all".to_owned()),
        members: groups.iter().map(|group| group.members).sum(),
        patients: groups.iter().map(|group| group.patients).sum(),
        images: groups.iter().map(|group| group.images).sum(),
    });
    let count = |cell: fn(&DiagnosisCount) -> u64| -> ArrayRef {
        Arc::new(rows.iter().map(|group| Some(cell(group))).collect::<UInt64Array>())
    };
    let names: StringArray = rows.iter().map(|group| group.diagnosis.clone()).collect();
    let mut columns: Vec<(&str, ArrayRef, bool)> = vec![("diagnosis", Arc::new(names), true)];
    if has_member_column(unit) {
        columns.push((unit.table(), count(|group| group.members), false));
    }
    columns.push(("patients", count(|group| group.patients), false));
    columns.push(("images", count(|group| group.images), false));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// Whether members are neither patients nor images, which have columns anyway.
fn has_member_column(unit: MemberUnit) -> bool {
    matches!(unit, MemberUnit::Breast | MemberUnit::Lesion)
}

/// The flow diagram: a box per stage, at the end one per group.
fn flow_diagram(
    cohort: &Cohort,
    stages: &[AttritionStage],
    groups: &[DiagnosisCount],
) -> FlowDiagram {
    let unit = cohort.unit;
    let left = |stage: &AttritionStage| {
        let size = size_text(unit, stage.members, stage.patients, stage.images);
        size.split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    let step = |stage: &AttritionStage| chart::FlowStep {
        excluded: vec![
            format!("{} excluded", counted(stage.excluded, unit.as_str())),
            stage.negation.clone(),
        ],
        left: left(stage),
    };
    let group = |group: &DiagnosisCount| {
        let size = size_text(unit, group.members, group.patients, group.images);
        let name = group.diagnosis.clone().unwrap_or_else(|| "no diagnosis".to_owned());
        let mut lines = vec![name];
        lines.extend(size.split(", ").map(str::to_owned));
        lines
    };
    let mut start = vec!["In the catalog".to_owned()];
    start.extend(stages.first().into_iter().flat_map(left));
    FlowDiagram {
        title: format!("Flow of cohort {}", cohort.name),
        start,
        steps: stages.iter().skip(1).map(step).collect(),
        groups: groups.iter().map(group).collect(),
    }
}
