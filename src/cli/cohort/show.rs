//! `mammodex cohort show`.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use clap::Args;

use super::super::output::{self, OutputArgs};
use super::super::{CliFailure, ExitOutcome, GlobalArgs, SnapshotArgs, many, open};
use super::{counted, diff};
use crate::chart::{self, FlowDiagram};
use crate::cohort::{self, AttritionStage, Cohort, DiagnosisCount, MemberUnit, SavedName};
use crate::disk::WholeFile;

/// Show a cohort: what each step leaves, its groups, its SQL.
///
/// The attrition table begins with the whole catalog and has a row per step: who is left, whom the
/// step excluded of those before it, and whom it alone would exclude of the whole catalog. With
/// --format or -o it is all that is written.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex cohort show t2_ge\n  \
    mammodex cohort show t2_ge -o attrition.csv --flow flow.svg")]
pub struct CohortShowArgs {
    /// Name of the cohort.
    name: SavedName,
    /// Draw the flow diagram (CONSORT, STARD) as SVG.
    #[arg(long, value_name = "FILE")]
    flow: Option<PathBuf>,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(
    global: &GlobalArgs,
    request: &CohortShowArgs,
) -> Result<ExitOutcome, CliFailure> {
    let catalog = open(global, &request.at)?;
    let cohort = cohort::load(catalog.dir(), &request.name)?;
    let definition = cohort.definition();
    let counts = definition.counts(&catalog)?;
    let stages = cohort::attrition(&catalog, &definition)?;
    let groups = cohort::groups(&catalog, &definition)?;
    let table = table(definition.unit, &stages)?;
    if request.output.format.is_some() || request.output.output.is_some() {
        request.output.write(&table)?;
    } else {
        output::print(&describe(&cohort))?;
        OutputArgs::default().write(&table)?;
        output::print("\n")?;
        OutputArgs::default().write(&by_group(definition.unit, &groups)?)?;
        output::print(&format!("\n{}\n", cohort.sql))?;
    }
    if let Some(path) = &request.flow {
        let drawing = chart::flow(&drawn(&cohort, &stages, &groups));
        WholeFile::write(path, drawing.as_bytes())
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        eprintln!("flow diagram: {}", path.display());
    }
    let now = catalog.snapshot().id;
    if (cohort.patients, cohort.images) != (counts.patients, counts.images) {
        eprintln!(
            "made on snapshot {} with {} patients and {} images; snapshot {now} gives {} and {}",
            cohort.snapshot, cohort.patients, cohort.images, counts.patients, counts.images
        );
    }
    if now != cohort.snapshot {
        // An older snapshot may be gone; the counts above stand without it.
        match diff::between(global, &cohort, cohort.snapshot, Some(now)) {
            Ok(changes) if changes.is_empty() => {}
            Ok(changes) => eprintln!(
                "{} since snapshot {}: `mammodex cohort diff {}` lists them",
                diff::summary(&changes),
                cohort.snapshot,
                cohort.name
            ),
            Err(error) => eprintln!("who came and went cannot be said: {error}"),
        }
    }
    Ok(ExitOutcome::Done)
}

fn describe(cohort: &Cohort) -> String {
    let mut text = format!("cohort {}, made on snapshot {}\n", cohort.name, cohort.snapshot);
    if let Some(note) = &cohort.note {
        text.push_str(&format!("note: {note}\n"));
    }
    if cohort.unit != MemberUnit::Patient {
        text.push_str(&format!("its members are {}\n", cohort.unit.table()));
    }
    let birads = cohort.steps.iter().any(|step| step.option == "birads");
    if cohort.unit == MemberUnit::Patient && birads {
        text.push_str("BI-RADS is that of the worse side, and images are of both\n");
    }
    if !cohort.views.is_empty() {
        text.push_str(&format!("images: views {} alone\n", cohort.views.join(", ")));
    }
    text.push('\n');
    text
}

fn table(unit: MemberUnit, stages: &[AttritionStage]) -> Result<RecordBatch, CliFailure> {
    let count = |of: fn(&AttritionStage) -> u64| -> ArrayRef {
        Arc::new(stages.iter().map(|stage| Some(of(stage))).collect::<UInt64Array>())
    };
    let steps: StringArray = stages.iter().map(|stage| Some(stage.step.as_str())).collect();
    let mut columns: Vec<(&str, ArrayRef)> = vec![("step", Arc::new(steps))];
    if has_count_of_its_own(unit) {
        columns.push((unit.table(), count(|stage| stage.members)));
    }
    columns.push(("patients", count(|stage| stage.patients)));
    columns.push(("images", count(|stage| stage.images)));
    columns.push(("excluded", count(|stage| stage.excluded)));
    columns.push(("excluded_alone", count(|stage| stage.excluded_alone)));
    Ok(RecordBatch::try_from_iter(columns)?)
}

/// Members, patients and images by group, and in all.
fn by_group(unit: MemberUnit, groups: &[DiagnosisCount]) -> Result<RecordBatch, CliFailure> {
    let mut rows = groups.to_vec();
    rows.push(DiagnosisCount {
        diagnosis: Some("all".to_owned()),
        members: groups.iter().map(|group| group.members).sum(),
        patients: groups.iter().map(|group| group.patients).sum(),
        images: groups.iter().map(|group| group.images).sum(),
    });
    let count = |of: fn(&DiagnosisCount) -> u64| -> ArrayRef {
        Arc::new(rows.iter().map(|group| Some(of(group))).collect::<UInt64Array>())
    };
    let names: StringArray = rows.iter().map(|group| group.diagnosis.clone()).collect();
    let mut columns: Vec<(&str, ArrayRef, bool)> = vec![("diagnosis", Arc::new(names), true)];
    if has_count_of_its_own(unit) {
        columns.push((unit.table(), count(|group| group.members), false));
    }
    columns.push(("patients", count(|group| group.patients), false));
    columns.push(("images", count(|group| group.images), false));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// Whether members are neither the patients nor the images, which are counted anyway.
fn has_count_of_its_own(unit: MemberUnit) -> bool {
    matches!(unit, MemberUnit::Breast | MemberUnit::Lesion)
}

/// The flow diagram: a box per stage, at the end one per group.
fn drawn(cohort: &Cohort, stages: &[AttritionStage], groups: &[DiagnosisCount]) -> FlowDiagram {
    let unit = cohort.unit;
    let left = |stage: &AttritionStage| {
        let said = counted(unit, stage.members, stage.patients, stage.images);
        said.split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    let step = |stage: &AttritionStage| chart::FlowStep {
        excluded: vec![
            format!("{} excluded", many(stage.excluded, unit.as_str())),
            stage.unmet.clone(),
        ],
        left: left(stage),
    };
    let group = |group: &DiagnosisCount| {
        let said = counted(unit, group.members, group.patients, group.images);
        let name = group.diagnosis.clone().unwrap_or_else(|| "no diagnosis".to_owned());
        let mut lines = vec![name];
        lines.extend(said.split(", ").map(str::to_owned));
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
