//! `mammodex split create`.

use clap::{ArgGroup, Args, ValueEnum, builder::PossibleValue};

use super::super::context::{CommandContext, SnapshotArgs};
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::output::OutputArgs;
use super::super::printer::{complain, note};
use super::balance::publish;
use crate::cohort;
use crate::saved::{IfExists, SavedName};
use crate::split::{
    self, AssignmentOrder, ClassBalance, ControlChoice, HoldOut, MatchPlan, PatientSelection,
    SplitError, SplitMethod, SplitNotice, SplitPlan, SplitResult, SplitShares, StratumColumn,
};
use crate::text::counted;

/// Create a split: assign the patients of a cohort to parts.
///
/// A patient is assigned as a whole, so that no patient is in two parts; cases that share an image
/// stay together. Every combination of values of the --stratify columns is assigned in proportion:
/// each part gets its share of each stratum, to within one patient, and its share of all. Where
/// strata are too thin for that, each value of each column is assigned in proportion instead
/// (iterative stratification). Missing values are a stratum of their own.
///
/// The assignment follows from the seed and the case IDs alone: it is the same on every machine and
/// for every order of rows. Patients who are excluded are in the split's file without a part, with
/// the reason.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("size").required(true).multiple(true),
    mut_arg("force", |argument| {
        argument.help("Replace an existing split of that name, and an existing FILE")
    }),
    after_long_help = "Examples:\n  \
    mammodex split create pilot --cohort t2_ge --ratios train=0.7,val=0.1,test=0.2 --stratify diagnosis,age_years:10 --seed 42\n  \
    mammodex split create cv --cohort all --folds 5 --stratify diagnosis,vendor\n  \
    mammodex split create matched --cohort all --ratios train=0.8,test=0.2 --match 'age_years+-2,vendor' --cases malignant --controls normal --ratio 1:2\n  \
    mammodex split create site --cohort all --ratios train=0.8,val=0.2 --hold-out vendor=Siemens\n  \
    mammodex split create pilot2 --cohort all --extend pilot"
)]
pub struct SplitCreateArgs {
    /// Name of the new split: letters, digits, - and _.
    name: SavedName,
    /// Name of the cohort whose patients are assigned.
    #[arg(long, value_name = "COHORT")]
    cohort: SavedName,
    /// Parts and their shares, which sum to 1.
    #[arg(
        long,
        value_name = "PART=SHARE,…",
        group = "size",
        conflicts_with_all = ["counts", "folds", "extend"]
    )]
    ratios: Option<String>,
    /// Parts and their numbers of patients; patients beyond these are excluded. With --extend, the
    /// sizes that the parts get.
    #[arg(long, value_name = "PART=COUNT,…", group = "size", conflicts_with = "folds")]
    counts: Option<String>,
    /// Number of parts of equal size, fold_0 to fold_(K-1).
    #[arg(long, value_name = "K", group = "size", conflicts_with = "extend")]
    folds: Option<u32>,
    /// Split whose parts are kept; patients who are new are assigned, with its shares, strata, seed,
    /// balance, matching or dates.
    #[arg(
        long,
        value_name = "SPLIT",
        group = "size",
        conflicts_with_all = ["stratify", "method", "seed", "balance", "criteria", "hold_out", "temporal"]
    )]
    extend: Option<SavedName>,
    /// Columns of patients that define the strata; age_years:10 is bands of ten years.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    stratify: Vec<String>,
    /// Assignment of strata [default: exact].
    #[arg(long, value_enum)]
    method: Option<SplitMethod>,
    /// Exclude patients until a column has these proportions, such as diagnosis=1:1:1 in the order of
    /// its values, or diagnosis=normal:2,malignant:1.
    #[arg(long, value_name = "COLUMN=PROPORTIONS", conflicts_with = "criteria")]
    balance: Option<String>,
    /// Match controls to cases: columns that must be equal, or with ± (or +-) may differ by that much,
    /// such as 'age_years±2,vendor'.
    #[arg(long = "match", value_name = "CRITERIA", requires_all = ["cases", "controls"])]
    criteria: Option<String>,
    /// The group that gets controls: a diagnosis, or COLUMN=VALUE.
    #[arg(long, value_name = "GROUP", requires = "criteria")]
    cases: Option<String>,
    /// The group that controls are chosen from: a diagnosis, or COLUMN=VALUE.
    #[arg(long, value_name = "GROUP", requires = "criteria")]
    controls: Option<String>,
    /// Controls per case, such as 1:2 [default: 1:1].
    #[arg(long, value_name = "1:N", requires = "criteria")]
    ratio: Option<String>,
    /// Choose controls so that as many cases as possible have one and the sum of distances is smallest,
    /// rather than the nearest for each case in turn.
    #[arg(long, requires = "criteria")]
    optimal: bool,
    /// Hold out the patients with one of these values for external validation, also when only some of
    /// their images have it.
    #[arg(long, value_name = "COLUMN=VALUES")]
    hold_out: Option<String>,
    /// Name of the part for held-out patients [default: external].
    #[arg(long, value_name = "PART", requires = "hold_out")]
    hold_out_as: Option<String>,
    /// Assign by date: the oldest patients to the first part, the newest to the last, each by the last
    /// date.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["stratify", "method"])]
    temporal: Option<String>,
    /// Seed of the assignment within the proportions [default: 0].
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl ValueEnum for SplitMethod {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Exact, Self::Iterative]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Exact => PossibleValue::new("exact").help("Every combination of values"),
            Self::Iterative => PossibleValue::new("iterative").help("Every value by itself"),
            Self::Time => return None,
        })
    }
}

pub(super) fn create(
    context: &CommandContext,
    request: &SplitCreateArgs,
) -> Result<ExitOutcome, CliFailure> {
    request.output.check_with_picture(context)?;
    let name = &request.name;
    let catalog = context.open(&request.at)?;
    let cohort = cohort::load(catalog.dir(), &request.cohort)?;
    let if_exists = if request.output.force { IfExists::Replace } else { IfExists::Fail };
    let SplitResult { split, path, notices } = match &request.extend {
        Some(earlier) => {
            let earlier = split::load(catalog.dir(), earlier)?;
            let counts =
                request.counts.as_ref().map(|text| SplitShares::counts(text)).transpose()?;
            split::extend(&catalog, &cohort, name, &earlier, counts, if_exists)?
        }
        None => split::create(&catalog, &cohort, &plan(request, name)?, if_exists)?,
    };
    publish(context, &request.output, &split)?;
    note!("{}", split.deviation()?);
    note!("patients in more than one part: {}", split::overlap(catalog.dir(), &split)?);
    for notice in &notices {
        if notice.is_warning() {
            complain(&notice.to_string());
        } else {
            note!("{}", notice);
        }
    }
    let patients = counted(split.patients, "patient");
    note!("split {}: {patients}; saved to {}", split.name, path.display());
    let sound = !notices.iter().any(SplitNotice::is_leak);
    Ok(if sound { ExitOutcome::Done } else { ExitOutcome::WithErrors })
}

fn plan(request: &SplitCreateArgs, name: &SavedName) -> Result<SplitPlan, CliFailure> {
    let shares = match (&request.ratios, &request.counts, request.folds) {
        (Some(text), ..) => SplitShares::ratios(text)?,
        (_, Some(text), _) => SplitShares::counts(text)?,
        (.., folds) => SplitShares::folds(folds.unwrap_or_default())?,
    };
    let columns = request.stratify.iter().map(|text| StratumColumn::parse(text));
    let order = match &request.temporal {
        Some(column) => AssignmentOrder::Time(column.clone()),
        None => AssignmentOrder::Strata {
            by: columns.collect::<Result<_, _>>()?,
            method: request.method,
        },
    };
    let part = request.hold_out_as.as_deref().unwrap_or("external");
    let hold_out = request.hold_out.as_ref().map(|text| HoldOut::parse(text, part));
    Ok(SplitPlan {
        name: name.clone(),
        shares,
        seed: request.seed.unwrap_or_default(),
        order,
        selection: selection(request)?,
        hold_out: hold_out.transpose()?,
    })
}

fn selection(request: &SplitCreateArgs) -> Result<PatientSelection, SplitError> {
    if let Some(text) = &request.balance {
        return Ok(PatientSelection::Balance(ClassBalance::parse(text)?));
    }
    let (Some(criteria), Some(cases), Some(controls)) =
        (&request.criteria, &request.cases, &request.controls)
    else {
        return Ok(PatientSelection::Everyone);
    };
    let ratio = request.ratio.as_deref().unwrap_or("1:1");
    let choice = if request.optimal { ControlChoice::Optimal } else { ControlChoice::Nearest };
    Ok(PatientSelection::Matched(MatchPlan::parse(criteria, cases, controls, ratio, choice)?))
}
