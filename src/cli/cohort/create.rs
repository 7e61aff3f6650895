//! `mammodex cohort create`.

use clap::Args;

use super::super::{CliFailure, ExitOutcome, GlobalArgs, SnapshotArgs, many, open};
use super::counted;
use super::steps::StepArgs;
use crate::cohort::{self, Cohort, IfExists, MemberUnit, SavedName};

/// Save a cohort.
///
/// All steps given must hold, and are kept in the order given: `cohort show` says what each one
/// leaves. Within one, values parted by commas are alternatives. Names of vendors, groups, views
/// and histologies are those of the catalog, in any case.
///
/// T and N: 2 is the category (0 is T0 and Tis), 1c or Tis the code; >=, >, <= and < compare. A
/// comparison with a code, such as '>=1c', takes higher categories whole and, of the same one,
/// the codes that are known to fit. BI-RADS is that of the worse side: 4 takes 4A, 4B and 4C too,
/// 4A only itself; 0 is incomplete, so that '<3' does not take it.
///
/// --unit breast takes sides instead of patients: BI-RADS is that of the side, T, N, histology and
/// size speak of the side with the tumour, and only images of that side belong to the cohort. The
/// units image and lesion do likewise for single images and contours.
///
/// --where takes any condition on `patients AS p`, of other units on `breasts AS b`, `images AS i`,
/// `lesions AS l` too. Images of a patient are asked with EXISTS:
/// --where "EXISTS (SELECT 1 FROM images i WHERE i.case_id = p.case_id AND i.kvp_kv > 30)".
///
/// --view limits the images: manifests of the cohort hold images of these views alone, and who has
/// none is left out. --union, --intersect and --except take the cohorts as they are now: changing
/// or dropping one later changes nothing here.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex cohort create t2_ge --t-stage '>=2' --vendor GE --note 'for the pilot'\n  \
    mammodex cohort create young --where 'p.age_years < 40' --view RCC,LCC\n  \
    mammodex cohort create suspicious --unit breast --birads 4,5\n  \
    mammodex cohort create fresh --union t2_ge,young --except pilot\n  \
    mammodex cohort create drawn --sql 'SELECT case_id FROM lesions WHERE area_mm2 > 100'")]
pub struct CohortCreateArgs {
    /// Letters, digits, - and _.
    name: SavedName,
    /// What its members are.
    #[arg(long, value_enum, default_value_t, value_name = "UNIT")]
    unit: MemberUnit,
    /// Why it is made.
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
    global: &GlobalArgs,
    request: CohortCreateArgs,
) -> Result<ExitOutcome, CliFailure> {
    if request.steps.0.is_empty() {
        return Err("give --sql or a filter; all patients are --where true".into());
    }
    let catalog = open(global, &request.at)?;
    let definition = cohort::compile(&catalog, request.unit, &request.steps.0)?;
    let (cohort, counts) = Cohort::new(&catalog, request.name, request.note, definition)?;
    let standing = if request.force { IfExists::Replace } else { IfExists::Keep };
    let path = cohort::save(catalog.dir(), &cohort, standing)?;
    let Cohort { name, unit, patients, images, .. } = &cohort;
    let said = counted(*unit, counts.members, *patients, *images);
    eprintln!("cohort {name}: {said}; kept in {}", path.display());
    if counts.repeated > 0 {
        let rows = many(counts.repeated, "row");
        eprintln!("the query named {} again in {rows}; each counts once", unit.table());
    }
    if counts.members == 0 {
        eprintln!("nobody is in it: look at `mammodex cohort show {name}`");
    }
    Ok(ExitOutcome::Done)
}
