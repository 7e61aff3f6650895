//! `mammodex cohort create`.

use clap::Args;

use super::super::context::{CommandContext, SnapshotArgs};
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::printer::note;
use super::size::size_text;
use super::steps::StepArgs;
use crate::cohort::{self, Cohort, MemberUnit};
use crate::saved::{IfExists, SavedName};
use crate::text::counted;

/// Create a cohort.
///
/// A member must meet all steps. Their order is kept: `cohort show` lists what each one excludes.
/// Values separated by commas are alternatives. Names of vendors, groups, views and histologies are
/// those of the catalog, in upper or lower case.
///
/// T and N: 2 is the category (0 is T0 and Tis), 1c or Tis the code; >=, >, <= and < compare. A
/// comparison with a code, such as '>=1c', includes higher categories whole and, of the same category,
/// the codes that are known to fit. BI-RADS is that of the worse side: 4 includes 4A, 4B and 4C, 4A
/// only itself; 0 is incomplete, so that '<3' does not include it.
///
/// With --unit breast the members are sides instead of patients: BI-RADS is that of the side; T, N,
/// histology and size refer to the side with the tumour; and only images of that side belong to the
/// cohort. The units image and lesion do the same for single images and contours.
///
/// --where is any condition on `patients AS p`, for other units also on `breasts AS b`, `images AS i`,
/// `lesions AS l`. For a condition on images of a patient use EXISTS:
/// --where "EXISTS (SELECT 1 FROM images i WHERE i.case_id = p.case_id AND i.kvp_kv > 30)".
///
/// --view limits the images: manifests of the cohort have only images of these views, and members
/// without one are excluded. --union, --intersect and --except use the cohorts as they are now:
/// changing or dropping one later has no effect.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex cohort create t2_ge --t-stage '>=2' --vendor GE --note 'for the pilot'\n  \
    mammodex cohort create young --where 'p.age_years < 40' --view RCC,LCC\n  \
    mammodex cohort create suspicious --unit breast --birads 4,5\n  \
    mammodex cohort create fresh --union t2_ge,young --except pilot\n  \
    mammodex cohort create drawn --sql 'SELECT case_id FROM lesions WHERE area_mm2 > 100'")]
pub struct CohortCreateArgs {
    /// Name of the cohort: letters, digits, - and _.
    name: SavedName,
    /// Unit of its members.
    #[arg(long, value_enum, default_value_t, value_name = "UNIT")]
    unit: MemberUnit,
    /// Purpose of the cohort.
    #[arg(long)]
    note: Option<String>,
    /// Replace a cohort of that name.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    steps: StepArgs,
}

impl clap::ValueEnum for MemberUnit {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.as_str()))
    }
}

pub(super) fn run(
    context: &CommandContext,
    request: CohortCreateArgs,
) -> Result<ExitOutcome, CliFailure> {
    if request.steps.0.is_empty() {
        return Err("give at least one step; for all patients use --where true".into());
    }
    let catalog = context.open(&request.at)?;
    let definition = cohort::compile(&catalog, request.unit, &request.steps.0)?;
    let (cohort, counts) = Cohort::new(&catalog, request.name, request.note, definition)?;
    let if_exists = if request.force { IfExists::Replace } else { IfExists::Fail };
    let path = cohort::save(catalog.dir(), &cohort, if_exists)?;
    let Cohort { name, unit, patients, images, .. } = &cohort;
    let size = size_text(*unit, counts.members, *patients, *images);
    note!("cohort {name}: {size}; saved to {}", path.display());
    for caution in catalog.cautions(&cohort.definition().sql)? {
        note!("{caution}");
    }
    if counts.repeated > 0 {
        let rows = counted(counts.repeated, "row");
        note!("{rows} of the query repeat {} that other rows have; each counts once", unit.table());
    }
    if counts.members == 0 {
        note!("it is empty: `mammodex cohort show {name}` lists what each step excludes");
    }
    Ok(ExitOutcome::Done)
}
