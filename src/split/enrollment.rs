//! First phase of a split: which patients take part.

use std::collections::BTreeMap;

use super::downsampling;
use super::earlier::{EarlierPlacement, EarlierPlacements};
use super::error::SplitError;
use super::hold_out::HoldOut;
use super::match_balance;
use super::match_plan::MatchPlan;
use super::match_summary::MatchSummary;
use super::matching::{self, MatchedSets};
use super::placement::{Placement, SplitExclusion};
use super::plan::{PatientSelection, SplitPlan};
use super::roster::SplitRoster;
use crate::catalog::Catalog;

/// The patients who take part: those with a part already, those who are open, and why the others are
/// excluded.
#[derive(Default)]
pub(super) struct Enrollment {
    pub placements: Vec<Placement>,
    /// The patients who keep the part of an earlier split; none without one.
    pub kept: Option<u64>,
    /// The patients of the earlier split who are not in the cohort.
    pub absent: EarlierPlacements,
    /// Matched sets that are new.
    pub new_sets: Vec<Vec<u32>>,
    /// The numbers of the matched sets of the earlier split, by patient.
    pub earlier_sets: BTreeMap<u32, i32>,
    pub matching: Option<Box<MatchSummary>>,
    /// Patients of the hold-out that have images with another value too.
    pub mixed_hold_out: u64,
}

impl Enrollment {
    /// Places patients of an earlier split in their parts, selects among the others, and assigns the
    /// hold-out.
    ///
    /// # Errors
    /// When the plan names values that no patient has.
    pub fn new(
        catalog: &Catalog,
        roster: &SplitRoster,
        plan: &SplitPlan,
        earlier: Option<EarlierPlacements>,
    ) -> Result<Self, SplitError> {
        let placements = vec![Placement::Open; roster.cases.len()];
        let mut enrollment = Self { placements, ..Self::default() };
        if let Some(earlier) = earlier {
            enrollment.keep(roster, &plan.part_names(), earlier);
        }
        match (&plan.selection, &roster.balance) {
            (PatientSelection::Balance(classes), Some(column)) => {
                let placed: Vec<bool> =
                    enrollment.placements.iter().map(|p| *p != Placement::Open).collect();
                let (strata, ranks) = (&roster.strata, &roster.ranks);
                let excluded = downsampling::excluded(classes, column, strata, ranks, &placed)?;
                for (placement, _) in
                    enrollment.placements.iter_mut().zip(excluded).filter(|(_, excluded)| *excluded)
                {
                    *placement = Placement::Excluded(SplitExclusion::Balance);
                }
            }
            (PatientSelection::Matched(plan), _) => enrollment.find_controls(roster, plan)?,
            _ => {}
        }
        if let Some(held) = &plan.hold_out {
            enrollment.hold_out(catalog, roster, plan, held)?;
        }
        Ok(enrollment)
    }

    /// Places patients in their part of the earlier split.
    fn keep(&mut self, roster: &SplitRoster, parts: &[String], earlier: EarlierPlacements) {
        let mut count = 0;
        for (case, placement) in earlier {
            let EarlierPlacement { part, set } = &placement;
            match (roster.cases.find(&case), parts.iter().position(|name| name == part)) {
                (Some(patient), Some(part)) => {
                    self.placements[patient] = Placement::Part(part);
                    let number = u32::try_from(patient).unwrap_or(u32::MAX);
                    self.earlier_sets.extend(set.map(|set| (number, set)));
                    count += 1;
                }
                (None, _) => drop(self.absent.insert(case, placement)),
                (Some(_), None) => {}
            }
        }
        self.kept = Some(count);
    }

    /// Matches controls to the cases that have none, and excludes who is neither. The sets of an
    /// earlier split do not change.
    fn find_controls(&mut self, roster: &SplitRoster, plan: &MatchPlan) -> Result<(), SplitError> {
        let Some(columns) = &roster.matching else { return Ok(()) };
        let cases = matching::group_members("--cases", &plan.cases, &columns.cases)?;
        let mut controls =
            matching::group_members("--controls", &plan.controls, &columns.controls)?;
        controls.iter_mut().zip(&cases).for_each(|(control, case)| *control &= !case);
        let open = |group: &[bool]| -> Vec<bool> {
            let members = group.iter().zip(&self.placements);
            members.map(|(is_member, p)| *is_member && *p == Placement::Open).collect()
        };
        let (open_cases, open_controls) = (open(&cases), open(&controls));
        let MatchedSets { sets, unmatched_cases, spare_controls } =
            matching::find(plan, &open_cases, &open_controls, &columns.criteria, &roster.ranks)?;
        for placement in self.placements.iter_mut().filter(|p| **p == Placement::Open) {
            *placement = Placement::Excluded(SplitExclusion::NeitherCaseNorControl);
        }
        for (patients, placement) in [
            (&unmatched_cases, Placement::Excluded(SplitExclusion::NoControl)),
            (&spare_controls, Placement::Excluded(SplitExclusion::SpareControl)),
            (&sets.concat(), Placement::Open),
        ] {
            patients.iter().for_each(|patient| self.placements[*patient as usize] = placement);
        }
        let mut all_sets: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
        for (patient, number) in &self.earlier_sets {
            all_sets.entry(*number).or_default().push(*patient);
        }
        let all_sets: Vec<Vec<u32>> = all_sets.into_values().chain(sets.iter().cloned()).collect();
        let (with_case, incomplete) = match_balance::count_sets(&all_sets, &cases, plan.ratio);
        self.matching = Some(Box::new(MatchSummary {
            on: plan.criteria.iter().map(|criterion| criterion.text.clone()).collect(),
            cases: plan.cases.to_string(),
            controls: plan.controls.to_string(),
            ratio: plan.ratio as u64,
            choice: plan.choice,
            sets: with_case,
            incomplete_sets: incomplete,
            balance: match_balance::balance(plan, &cases, &controls, &columns.criteria, &all_sets),
        }));
        self.new_sets = sets;
        Ok(())
    }

    /// Assigns the patients of a hold-out to their part, which comes after those with shares.
    fn hold_out(
        &mut self,
        catalog: &Catalog,
        roster: &SplitRoster,
        plan: &SplitPlan,
        held: &HoldOut,
    ) -> Result<(), SplitError> {
        if plan.shares.names().contains(&held.part) {
            let text = format!("--hold-out-as: {} is a part with a share", held.part);
            return Err(SplitError::Plan(text));
        }
        let Some(column) = &roster.hold_out else { return Ok(()) };
        let held_out_part = Placement::Part(plan.shares.names().len());
        let mut with_part = 0_u64;
        for (patient, placement) in self.placements.iter_mut().enumerate() {
            let Some(value) = column.value(patient) else { continue };
            if *placement == Placement::Open {
                *placement = held_out_part;
            }
            with_part += u64::from(matches!(placement, Placement::Part(_)));
            self.mixed_hold_out += u64::from(*placement == held_out_part && value == "both");
        }
        if with_part == 0 {
            let values = held.example_values(catalog)?;
            let (wanted, column) = (held.values.join(","), &held.column);
            return Err(SplitError::Plan(format!(
                "--hold-out: no patient has {column} = {wanted:?}; values: {values}"
            )));
        }
        Ok(())
    }
}
