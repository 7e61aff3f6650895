//! `mammodex split create`.

use clap::{ArgGroup, Args, ValueEnum, builder::PossibleValue};

use super::super::output::{self, OutputArgs};
use super::super::{CliFailure, ExitOutcome, GlobalArgs, SnapshotArgs, many};
use crate::cohort::{self, CohortError, IfExists, SavedName};
use crate::results::escape;
use crate::split::Split;
use crate::split::{
    self, AssignmentOrder, ClassBalance, ControlChoice, HoldOut, MatchPlan, PatientSelection,
    SplitMethod, SplitNotices, SplitPlan, SplitResult, SplitShares, StratumColumn,
};

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
    /// Keep the parts of this split and assign the patients who are new, with its shares, strata, seed,
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
    /// How strata are assigned; by default the size of the strata decides.
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
    /// Replace an existing split of that name.
    #[arg(long)]
    force: bool,
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
            Self::Exact => PossibleValue::new("exact").help("every combination of values"),
            Self::Iterative => PossibleValue::new("iterative").help("every value by itself"),
            Self::Time => return None,
        })
    }
}

pub(super) fn create(
    global: &GlobalArgs,
    request: &SplitCreateArgs,
) -> Result<ExitOutcome, CliFailure> {
    let name = &request.name;
    let catalog = super::super::open(global, &request.at)?;
    let cohort = cohort::load(catalog.dir(), &request.cohort)?;
    let standing = if request.force { IfExists::Replace } else { IfExists::Keep };
    let made = match &request.extend {
        Some(old) => {
            let old = split::load(catalog.dir(), old)?;
            let counts =
                request.counts.as_ref().map(|text| SplitShares::counts(text)).transpose()?;
            split::extend(&catalog, &cohort, name, &old, counts, standing)?
        }
        None => split::create(&catalog, &cohort, &plan(request, name)?, standing)?,
    };
    super::publish(&request.output, &made.split)?;
    eprintln!("{}", super::deviation(&made.split)?);
    eprintln!("patients in more than one part: {}", made.split.overlap(catalog.dir())?);
    for line in told(&made) {
        eprintln!("{}", escape::lines(&line));
    }
    for group in &made.news.straddling {
        output::complain(&format!(
            "these share images and stand in several parts, where --extend leaves them: {}",
            group.join(", ")
        ));
    }
    if let (late @ 1.., Some(column)) = (made.news.late, &made.split.temporal) {
        output::complain(&format!(
            "{} now dated ({column}) in the days of a later part; --extend moves nobody",
            many(late, "patient")
        ));
    }
    let SplitResult { split, path, news } = &made;
    let patients = many(split.patients, "patient");
    eprintln!("split {}: {patients}; kept in {}", split.name, path.display());
    let sound = news.straddling.is_empty() && news.late == 0;
    Ok(if sound { ExitOutcome::Done } else { ExitOutcome::WithErrors })
}

fn plan(request: &SplitCreateArgs, name: &SavedName) -> Result<SplitPlan, CliFailure> {
    let shares = match (&request.ratios, &request.counts, request.folds) {
        (Some(text), ..) => SplitShares::ratios(text)?,
        (_, Some(text), _) => SplitShares::counts(text)?,
        (.., folds) => SplitShares::folds(folds.unwrap_or_default())?,
    };
    let axes = request.stratify.iter().map(|text| StratumColumn::parse(text));
    let order = match &request.temporal {
        Some(column) => AssignmentOrder::Time(column.clone()),
        None => {
            AssignmentOrder::Strata { by: axes.collect::<Result<_, _>>()?, method: request.method }
        }
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

fn selection(request: &SplitCreateArgs) -> Result<PatientSelection, CohortError> {
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

/// What else is to be said of a new split.
fn told(made: &SplitResult) -> Vec<String> {
    let SplitResult { split, news, .. } = made;
    let mut lines = Vec::new();
    if split.method == SplitMethod::Iterative {
        lines.push(if news.thin {
            "dealt out by iterative stratification: the strata are too thin for exact shares \
             (--method exact forces them)"
                .to_owned()
        } else {
            "dealt out by iterative stratification".to_owned()
        });
    }
    lines.extend(found(news));
    if let (Some(kept), Some(old)) = (news.kept, &split.extends) {
        let new = split.patients.saturating_sub(kept);
        lines.push(format!("kept from {old}: {}; new: {new}", many(kept, "patient")));
        if news.gone > 0 {
            let gone = many(news.gone, "patient");
            lines.push(format!("{gone} of {old} not in the cohort now; their parts are kept"));
        }
    }
    if let (true, Some(text)) = (news.both > 0, &split.hold_out) {
        let both = many(news.both, "patient");
        lines.push(format!("{both} held out by {text} with images of another value too"));
    }
    lines.extend(matched(split));
    for (why, patients) in &split.left_out {
        lines.push(format!("left out: {} ({why})", many(*patients, "patient")));
    }
    for part in split.parts.iter().filter(|part| part.patients == 0) {
        let patients = many(split.patients, "patient");
        lines.push(format!("{} is empty: {patients} are too few for it", part.name));
    }
    lines
}

fn found(news: &SplitNotices) -> Vec<String> {
    let mut lines = Vec::new();
    let (cases, groups) = news.linked;
    if groups > 0 {
        let groups = many(groups, "group");
        lines.push(format!("{cases} cases in {groups} share images and stay together"));
    }
    for link in &news.placeholders {
        lines.push(format!(
            "{} {} stands under {} cases: taken for a placeholder, not for one patient",
            link.column,
            link.value,
            link.cases.len()
        ));
    }
    lines
}

fn matched(split: &Split) -> Vec<String> {
    let Some(matching) = &split.matching else { return Vec::new() };
    let (sets, fewer) = (many(matching.sets, "set"), matching.fewer);
    let mut lines = vec![format!(
        "matched: {sets} of {} with {}, {fewer} with fewer than {}",
        matching.cases, matching.controls, matching.ratio
    )];
    let figure = |smd: Option<f64>| smd.map_or("none".to_owned(), |smd| format!("{smd:.3}"));
    for apart in &matching.apart {
        lines.push(format!(
            "SMD of {}: {} before, {} after",
            apart.column,
            figure(apart.before),
            figure(apart.after)
        ));
    }
    lines
}
