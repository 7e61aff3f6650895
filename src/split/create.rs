//! From a plan to a saved split: who takes part, what moves together, who goes where.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::extension::EarlierPlacement;
use super::groups::{self, SplitGroups};
use super::matching::{self, MatchedSets};
use super::plan::{self, AssignmentOrder, HoldOut, MatchPlan, PatientSelection, SplitPlan, refuse};
use super::shared_images::{self, SharedImage};
use super::{MatchSummary, Split, SplitShares, balance, extension};
use crate::catalog::Catalog;
use crate::cohort::patients::{PatientExpr, Patients, Strata, types};
use crate::cohort::store::{self, IfExists, SPLITS, place};
use crate::cohort::{Cohort, CohortError};
use crate::disk::{io_error, sha256_of_file};

/// A split that was made, and what its maker should hear.
#[derive(Debug, Clone)]
pub struct SplitResult {
    /// The split.
    pub split: Split,
    /// Its Parquet file.
    pub path: PathBuf,
    /// What its maker should hear.
    pub news: SplitNotices,
}

/// What the maker of a split should hear.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SplitNotices {
    /// Cases that share images with another one, and the groups that they make.
    pub linked: (u64, u64),
    /// Shared values that stand under too many cases to prove anything.
    pub placeholders: Vec<SharedImage>,
    /// Cases that share images and stand in several parts of the split that was extended.
    pub straddling: Vec<Vec<String>>,
    /// Patients of the hold-out that have images with another value too.
    pub both: u64,
    /// Patients who kept the part of the split that was extended; none without one.
    pub kept: Option<u64>,
    /// Patients of that split whom the cohort does not have now.
    pub gone: u64,
    /// Patients whose last date by now is one of a later part of a split in time.
    pub late: u64,
    /// Whether the strata were too thin for exact shares.
    pub thin: bool,
}

/// Deals out a cohort and saves the result, the Parquet file first.
///
/// # Errors
/// When the name is taken, a column or value is not there, or the cohort is empty.
pub fn create(
    catalog: &Catalog,
    cohort: &Cohort,
    plan: &SplitPlan,
    standing: IfExists,
) -> Result<SplitResult, CohortError> {
    SplitDraft::begin(catalog, cohort, plan, standing, None)?.finish()
}

/// Deals out a cohort that has grown: everyone keeps the part of an earlier split, and new patients
/// go where they bring the shares nearest to what is wanted, where the counts have room, or where
/// their date belongs; as far as the balance stands, or matched among those not used. `counts` are
/// new ones for a split that was made with counts.
///
/// # Errors
/// As [`create`], and when the earlier split was changed by hand or does not say where a new patient
/// belongs.
pub fn extend(
    catalog: &Catalog,
    cohort: &Cohort,
    name: &super::SavedName,
    old: &Split,
    counts: Option<SplitShares>,
    standing: IfExists,
) -> Result<SplitResult, CohortError> {
    let plan = extension::again(old, name.clone(), counts)?;
    SplitDraft::begin(catalog, cohort, &plan, standing, Some(old))?.finish()
}

/// Where a patient stands while a split is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placement {
    /// Nowhere yet.
    Open,
    /// In a part.
    Part(usize),
    /// In none, and why.
    Out(&'static str),
}

/// Patients who may not be parted.
type PatientGroups = Vec<Vec<u32>>;

pub(super) struct SplitDraft<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) cohort: &'a Cohort,
    pub(super) plan: &'a SplitPlan,
    pub(super) people: Patients,
    pub(super) strata: Strata,
    /// The split that is extended.
    pub(super) old: Option<&'a Split>,
    pub(super) ranks: Vec<u128>,
    /// How many of `people.columns`, the first ones, make the strata.
    pub(super) axes: usize,
    pub(super) fates: Vec<Placement>,
    /// Matched sets that are new.
    pub(super) sets: MatchedSets,
    /// The numbers of the matched sets of the earlier split, by member.
    pub(super) kept_sets: BTreeMap<u32, i32>,
    pub(super) matching: Option<Box<MatchSummary>>,
    /// Patients of the earlier split whom the cohort does not have.
    pub(super) gone: BTreeMap<String, EarlierPlacement>,
    /// The first day of each part, in a split by date.
    pub(super) begins: Vec<Option<String>>,
    pub(super) news: SplitNotices,
}

impl<'a> SplitDraft<'a> {
    fn begin(
        catalog: &'a Catalog,
        cohort: &'a Cohort,
        plan: &'a SplitPlan,
        standing: IfExists,
        old: Option<&'a Split>,
    ) -> Result<Self, CohortError> {
        store::check_free(catalog.dir(), "split", SPLITS, &plan.name, standing)?;
        let definition = cohort.definition();
        let (exprs, axes) = exprs(catalog, plan)?;
        let people = Patients::read(catalog, &definition, &exprs)?;
        if people.is_empty() {
            return refuse(format!("cohort {} has no patients to split", cohort.name));
        }
        let mut draft = Self {
            catalog,
            cohort,
            plan,
            strata: Strata::join(&people.columns[..axes], people.len()),
            old,
            ranks: groups::ranks(&people, plan.seed),
            axes,
            fates: vec![Placement::Open; people.len()],
            sets: MatchedSets::default(),
            kept_sets: BTreeMap::new(),
            matching: None,
            gone: BTreeMap::new(),
            begins: Vec::new(),
            news: SplitNotices::default(),
            people,
        };
        if let Some(old) = old {
            draft.keep(extension::kept(catalog, old)?);
        }
        draft.select()?;
        draft.hold_out()?;
        Ok(draft)
    }

    /// Leaves out who does not take part; who has a part takes part.
    fn select(&mut self) -> Result<(), CohortError> {
        match &self.plan.selection {
            PatientSelection::Everyone => {}
            PatientSelection::Balance(wanted) => {
                let column = &self.people.columns[self.axes];
                let placed: Vec<bool> =
                    self.fates.iter().map(|fate| *fate != Placement::Open).collect();
                let out = balance::left_out(wanted, column, &self.strata, &self.ranks, &placed)?;
                for (fate, _) in self.fates.iter_mut().zip(out).filter(|(_, out)| *out) {
                    *fate = Placement::Out("balance");
                }
            }
            PatientSelection::Matched(wanted) => self.matched(wanted)?,
        }
        Ok(())
    }

    fn matched(&mut self, wanted: &MatchPlan) -> Result<(), CohortError> {
        let columns = &self.people.columns[self.axes..];
        let cases = matching::members("--cases", &wanted.cases, &columns[0])?;
        let mut controls = matching::members("--controls", &wanted.controls, &columns[1])?;
        controls.iter_mut().zip(&cases).for_each(|(control, case)| *control &= !case);
        let criteria = &columns[2..2 + wanted.criteria.len()];
        // Sets of an earlier split stay as they are.
        let open = |group: &[bool]| -> Vec<bool> {
            let both = group.iter().zip(&self.fates);
            both.map(|(is, fate)| *is && *fate == Placement::Open).collect()
        };
        let (new, free) = (open(&cases), open(&controls));
        let sets = matching::find(wanted, &new, &free, criteria, &self.ranks)?;
        for fate in self.fates.iter_mut().filter(|fate| **fate == Placement::Open) {
            *fate = Placement::Out("neither case nor control");
        }
        for (members, fate) in [
            (&sets.without, Placement::Out("no control found")),
            (&sets.spare, Placement::Out("not needed as a control")),
            (&sets.sets.concat(), Placement::Open),
        ] {
            members.iter().for_each(|member| self.fates[*member as usize] = fate);
        }
        let mut all: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
        for (member, id) in &self.kept_sets {
            all.entry(*id).or_default().push(*member);
        }
        let all: Vec<Vec<u32>> = all.into_values().chain(sets.sets.iter().cloned()).collect();
        let (whole, fewer) = matching::sizes(&all, &cases, wanted.ratio);
        self.matching = Some(Box::new(MatchSummary {
            on: wanted.criteria.iter().map(|criterion| criterion.text.clone()).collect(),
            cases: wanted.cases.to_string(),
            controls: wanted.controls.to_string(),
            ratio: wanted.ratio as u64,
            choice: wanted.choice,
            sets: whole,
            fewer,
            apart: matching::apart(wanted, &cases, &controls, criteria, &all),
        }));
        self.sets = sets;
        Ok(())
    }

    /// Gives the patients of a hold-out their part, which comes after those with shares.
    fn hold_out(&mut self) -> Result<(), CohortError> {
        let Some(held) = &self.plan.hold_out else { return Ok(()) };
        if self.plan.shares.names().contains(&held.part) {
            return refuse(format!("--hold-out-as: {} is a part with a share", held.part));
        }
        let column = self.people.columns.iter().find(|column| column.name == "hold_out");
        let column = column.cloned().unwrap_or_default();
        let (mut found, external) = (0, Placement::Part(self.plan.shares.names().len()));
        for (member, fate) in self.fates.iter_mut().enumerate() {
            let Some(value) = column.of(member) else { continue };
            if *fate == Placement::Open {
                *fate = external;
            }
            found += u64::from(matches!(fate, Placement::Part(_)));
            self.news.both += u64::from(*fate == external && value == "both");
        }
        if found == 0 {
            let there = values(self.catalog, held)?;
            let (value, column) = (held.values.join(","), &held.column);
            return refuse(format!("--hold-out: nobody has {value:?}: {column} has {there}"));
        }
        Ok(())
    }

    /// Gives everyone the part of the earlier split.
    fn keep(&mut self, old: BTreeMap<String, EarlierPlacement>) {
        let names = self.names();
        let mut kept = 0;
        for (case, its) in old {
            match (self.people.find(&case), names.iter().position(|name| *name == its.part)) {
                (Some(member), Some(part)) => {
                    self.fates[member] = Placement::Part(part);
                    let number = u32::try_from(member).unwrap_or(u32::MAX);
                    self.kept_sets.extend(its.set.map(|set| (number, set)));
                    kept += 1;
                }
                (None, _) => drop(self.gone.insert(case, its)),
                (Some(_), None) => {}
            }
        }
        self.news.kept = Some(kept);
        self.news.gone = self.gone.len() as u64;
    }

    /// The names of all parts.
    pub(super) fn names(&self) -> Vec<String> {
        let held = self.plan.hold_out.iter().map(|held| held.part.clone());
        self.plan.shares.names().iter().cloned().chain(held).collect()
    }

    fn finish(mut self) -> Result<SplitResult, CohortError> {
        let (linked, groups) = self.bind()?;
        let open: Vec<bool> = self.fates.iter().map(|fate| *fate == Placement::Open).collect();
        let units = SplitGroups::new(&open, &groups, &self.ranks);
        let method = self.deal(&units)?;
        let path = self.write(&linked)?;
        let sha256 = sha256_of_file(&path).map_err(io_error("read", &path))?;
        let split = self.describe(method, sha256);
        store::write(&place(self.catalog.dir(), SPLITS, &self.plan.name, "toml"), &split)?;
        Ok(SplitResult { split, path, news: self.news })
    }

    /// Finds who may not be parted. Those linked with someone who has a part get it too; those
    /// linked with several parts stay out. Gives the cases that share images, and these together
    /// with matched sets.
    fn bind(&mut self) -> Result<(PatientGroups, PatientGroups), CohortError> {
        let found = shared_images::find(self.catalog)?;
        self.news.placeholders = found.placeholders;
        let people = self.people.len();
        let (groups, strangers) = self.numbered(found.found);
        let all = people + strangers.len();
        let linked = groups::merge(groups.into_iter(), all);
        let together = groups::merge(linked.iter().chain(&self.sets.sets).cloned(), all);
        let names = self.names();
        let part_of_stranger = |member: u32| {
            let case = strangers.get((member as usize).checked_sub(people)?)?;
            let part = &self.gone.get(case)?.part;
            names.iter().position(|name| name == part)
        };
        let inside = |group: &[u32]| -> Vec<u32> {
            group.iter().copied().filter(|member| (*member as usize) < people).collect()
        };
        let mut fates = self.fates.clone();
        for group in &together {
            let part = |member: &u32| match self.fates.get(*member as usize) {
                Some(Placement::Part(part)) => Some(*part),
                Some(_) => None,
                None => part_of_stranger(*member),
            };
            let mut parts: Vec<usize> = group.iter().filter_map(part).collect();
            parts.sort_unstable();
            parts.dedup();
            let fate = match parts.as_slice() {
                [] => continue,
                [only] => Placement::Part(*only),
                _ => Placement::Out("linked to two parts"),
            };
            let members = inside(group);
            for member in &members {
                if fates[*member as usize] == Placement::Open {
                    fates[*member as usize] = fate;
                }
            }
            if parts.len() > 1 {
                let name = |member: &u32| self.people.cases.value(*member as usize).to_owned();
                self.news.straddling.push(members.iter().map(name).collect());
            }
        }
        self.fates = fates;
        let several = |groups: Vec<Vec<u32>>| -> Vec<Vec<u32>> {
            groups.iter().map(|group| inside(group)).filter(|group| group.len() > 1).collect()
        };
        let linked = several(linked);
        self.news.linked =
            (linked.iter().map(|group| group.len() as u64).sum(), linked.len() as u64);
        Ok((linked, several(together)))
    }

    /// Linked cases by number, and the cases that the cohort does not have, whose numbers come after
    /// those of its patients: they can link two that it has, and keep parts.
    fn numbered(&self, links: Vec<SharedImage>) -> (PatientGroups, Vec<String>) {
        let people = self.people.len();
        let mut strangers: Vec<String> = Vec::new();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for link in links {
            let number = |case: String| match self.people.find(&case) {
                Some(at) => u32::try_from(at).unwrap_or(u32::MAX),
                None => *numbers.entry(case).or_insert_with_key(|case| {
                    strangers.push(case.clone());
                    u32::try_from(people + strangers.len() - 1).unwrap_or(u32::MAX)
                }),
            };
            groups.push(link.cases.into_iter().map(number).collect());
        }
        (groups, strangers)
    }
}

/// What is read of every patient: first the axes, whose number is given too, then what selects,
/// holds out or dates her.
fn exprs(catalog: &Catalog, plan: &SplitPlan) -> Result<(Vec<PatientExpr>, usize), CohortError> {
    let patients = types(catalog, "patients")?;
    let mut exprs = match &plan.order {
        AssignmentOrder::Strata { by, .. } => plan::axes(by, &patients)?,
        AssignmentOrder::Time(_) => Vec::new(),
    };
    let axes = exprs.len();
    match &plan.selection {
        PatientSelection::Everyone => {}
        PatientSelection::Balance(balance) => {
            plan::known(&patients, "--balance", &balance.column)?;
            exprs.push(plan::plain(&balance.column));
        }
        PatientSelection::Matched(wanted) => {
            plan::known(&patients, "--cases", &wanted.cases.column)?;
            plan::known(&patients, "--controls", &wanted.controls.column)?;
            exprs.push(plan::plain(&wanted.cases.column));
            exprs.push(plan::plain(&wanted.controls.column));
            for criterion in &wanted.criteria {
                exprs.push(criterion.expr(&patients)?);
            }
        }
    }
    if let Some(held) = &plan.hold_out {
        exprs.push(held.expr(&patients, &types(catalog, "images")?)?);
    }
    if let AssignmentOrder::Time(column) = &plan.order {
        exprs.push(plan::last_date(column, &patients, &types(catalog, "images")?)?);
    }
    Ok((exprs, axes))
}

/// The values that a hold-out could have named.
fn values(catalog: &Catalog, held: &HoldOut) -> Result<String, CohortError> {
    let column = crate::catalog::script::identifier(&held.column);
    let mut found = Vec::new();
    for table in ["patients", "images"] {
        let has = types(catalog, table)?.contains_key(&held.column);
        if has {
            let sql = format!(
                "SELECT DISTINCT CAST({column} AS VARCHAR) FROM {table} WHERE {column} IS NOT NULL LIMIT 20"
            );
            found.extend(catalog.values::<String>(&sql)?);
        }
    }
    found.sort();
    found.dedup();
    Ok(found.join(", "))
}
