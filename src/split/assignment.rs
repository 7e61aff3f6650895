//! Third phase of a split: open patients get a part by strata, by the counts that are not full, or by
//! date.

use super::by_time::by_time;
use super::error::SplitError;
use super::exact::{exact, is_thin};
use super::grouping::PatientGrouping;
use super::groups::SplitGroups;
use super::iterative::iterative;
use super::placement::{FixedPart, Placement, SplitExclusion};
use super::plan::{AssignmentOrder, SplitMethod, SplitPlan};
use super::roster::SplitRoster;
use super::saved::Split;
use super::shares::SplitShares;
use crate::cohort::{PatientColumn, Strata, value_label};
use crate::text::counted;

/// The parts of all patients; none is open any more.
pub(super) struct SplitAssignment {
    pub placements: Vec<Placement>,
    pub method: SplitMethod,
    /// Whether single values are listed in place of the strata, which are many and small.
    pub lists_values: bool,
    /// The first day of each part with a share, in a split in time.
    pub first_days: Vec<Option<String>>,
    /// Patients in a part though their last date is one of a later part.
    pub late: u64,
}

impl SplitAssignment {
    /// Assigns the open patients.
    ///
    /// # Errors
    /// When counts do not fit the patients, or no patient has a date.
    pub fn new(
        roster: &SplitRoster,
        plan: &SplitPlan,
        earlier: Option<&Split>,
        grouping: &PatientGrouping,
    ) -> Result<Self, SplitError> {
        match &plan.order {
            AssignmentOrder::Strata { method, .. } => {
                Self::by_strata(roster, &plan.shares, *method, earlier, grouping)
            }
            AssignmentOrder::Time(column) => {
                Self::by_date(roster, &plan.shares, column, earlier, grouping)
            }
        }
    }

    fn by_strata(
        roster: &SplitRoster,
        shares: &SplitShares,
        method: Option<SplitMethod>,
        earlier: Option<&Split>,
        grouping: &PatientGrouping,
    ) -> Result<Self, SplitError> {
        let groups = &grouping.groups;
        // Sorted, so that the order in which columns are named has no effect.
        let mut columns = roster.stratum_columns.clone();
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        let strata = Strata::combine(&columns, roster.cases.len());
        let parts = shares.weights().len();
        let fixed: Vec<FixedPart> = (0_u32..)
            .zip(&grouping.placements)
            .filter_map(|(patient, placement)| match placement {
                Placement::Part(part) if *part < parts => Some((patient, *part)),
                _ => None,
            })
            .collect();
        let (weights, fixed) = match shares.total() {
            None => (shares.weights().to_vec(), fixed),
            Some(total) => {
                let open = groups.members().len() as u64;
                (open_counts(shares, total, open, &fixed, earlier)?, Vec::new())
            }
        };
        if shares.is_folds() && earlier.is_none() {
            check_folds(shares, &columns, groups, &fixed)?;
        }
        let is_thin = method.is_none() && columns.len() > 1 && is_thin(&strata, &weights);
        let method = method.unwrap_or(SplitMethod::Exact);
        let lists_values = is_thin || method == SplitMethod::Iterative;
        let mut placements = grouping.placements.clone();
        if !groups.is_empty() {
            let assigned = match method {
                SplitMethod::Iterative => iterative(groups, &columns, &fixed, &weights),
                SplitMethod::Exact | SplitMethod::Time => {
                    exact(groups, &columns, &strata, &fixed, &weights)
                }
            };
            place(&mut placements, groups, &assigned, parts);
        }
        if shares.is_folds() && earlier.is_none() {
            check_filled(shares, &placements)?;
        }
        Ok(Self { placements, method, lists_values, first_days: Vec::new(), late: 0 })
    }

    fn by_date(
        roster: &SplitRoster,
        shares: &SplitShares,
        column: &str,
        earlier: Option<&Split>,
        grouping: &PatientGrouping,
    ) -> Result<Self, SplitError> {
        let parts = shares.weights().len();
        let open = grouping.groups.members().len() as u64;
        if let Some(total) = shares.total().filter(|total| *total != open) {
            return Err(SplitError::Plan(format!(
                "--temporal with --counts must include every patient: the counts sum to {total} of \
                 {open} patients"
            )));
        }
        let dates = roster.dates.clone().unwrap_or_default();
        let mut placements = grouping.placements.clone();
        for (patient, placement) in placements.iter_mut().enumerate() {
            if *placement == Placement::Open && dates.value(patient).is_none() {
                *placement = Placement::Excluded(SplitExclusion::NoDate);
            }
        }
        let open: Vec<bool> = placements.iter().map(|p| *p == Placement::Open).collect();
        if !open.contains(&true) && earlier.is_none() {
            return Err(SplitError::Plan(format!("--temporal: no patient has a {column}")));
        }
        let groups = groups_of(&grouping.groups, &open, &roster.ranks);
        let newest: Vec<Option<&str>> = (0..groups.len())
            .map(|group| {
                let last = groups.get(group).iter().max_by_key(|m| dates.codes[**m as usize]);
                last.and_then(|member| dates.value(*member as usize))
            })
            .collect();
        let (first_days, assigned) = match earlier {
            Some(split) => {
                let first_days: Vec<Option<String>> =
                    split.parts.iter().map(|part| part.first_day.clone()).collect();
                let assigned = newest.iter().map(|day| part_of_day(&first_days, *day)).collect();
                (first_days, assigned)
            }
            None => {
                let assigned = by_time(&groups, &dates.codes, shares.weights());
                (first_days(&newest, &assigned, parts), assigned)
            }
        };
        place(&mut placements, &groups, &assigned, parts);
        let late = count_late(&placements, &dates, &first_days, parts);
        let method = SplitMethod::Time;
        Ok(Self { placements, method, lists_values: false, first_days, late })
    }
}

/// The groups with those members who are still open.
fn groups_of(groups: &SplitGroups, open: &[bool], ranks: &[u128]) -> SplitGroups {
    let several: Vec<Vec<u32>> = (0..groups.len())
        .map(|group| groups.get(group).to_vec())
        .filter(|members| members.len() > 1)
        .collect();
    SplitGroups::new(open, &several, ranks)
}

/// Checks that every value of every column has a patient for each fold: a fold without one has no
/// result for it.
fn check_folds(
    shares: &SplitShares,
    columns: &[PatientColumn],
    groups: &SplitGroups,
    fixed: &[FixedPart],
) -> Result<(), SplitError> {
    let folds = shares.names().len();
    for column in columns {
        let mut patients = vec![0_usize; column.values.len()];
        for patient in groups.members().iter().chain(fixed.iter().map(|(patient, _)| patient)) {
            patients[column.codes[*patient as usize] as usize] += 1;
        }
        let rare = column.values.iter().zip(patients).find(|(_, n)| (1..folds).contains(n));
        if let Some((value, patients)) = rare {
            let label = value_label(&column.name, value.as_deref());
            let verb = if patients == 1 { "has" } else { "have" };
            let patients = counted(patients as u64, "patient");
            return Err(SplitError::Plan(format!(
                "--folds {folds}: only {patients} {verb} {label}, so some folds would have none; use fewer \
                 folds, or omit the column or exclude the value"
            )));
        }
    }
    Ok(())
}

/// Checks that no fold is empty.
fn check_filled(shares: &SplitShares, placements: &[Placement]) -> Result<(), SplitError> {
    let is_filled = |part: usize| placements.contains(&Placement::Part(part));
    match shares.names().iter().enumerate().find(|(part, _)| !is_filled(*part)) {
        None => Ok(()),
        Some((_, name)) => Err(SplitError::Plan(format!(
            "--folds {}: {name} would be empty; the cohort has too few patients for so many folds",
            shares.names().len()
        ))),
    }
}

/// The places that are open in each part where the plan has counts. Patients beyond the counts get
/// one part more, and are excluded in the end.
fn open_counts(
    shares: &SplitShares,
    total: u64,
    open: u64,
    fixed: &[FixedPart],
    earlier: Option<&Split>,
) -> Result<Vec<u64>, SplitError> {
    let cases = open + fixed.len() as u64;
    // The counts of an earlier split hold, even when fewer patients are left.
    let unchanged = earlier
        .is_some_and(|split| split.shares().is_ok_and(|earlier_shares| earlier_shares == *shares));
    if total > cases && !unchanged {
        return Err(SplitError::Plan(format!(
            "--counts sum to {total} patients, more than the {cases} of the cohort"
        )));
    }
    let mut sizes = vec![0_u64; shares.weights().len()];
    fixed.iter().for_each(|(_, part)| sizes[*part] += 1);
    for ((count, size), name) in shares.weights().iter().zip(&sizes).zip(shares.names()) {
        if size > count && !unchanged {
            return Err(SplitError::Plan(format!(
                "--counts: {name} has {} already, more than {count}",
                counted(*size, "patient")
            )));
        }
    }
    let places = |(count, size): (&u64, &u64)| count.saturating_sub(*size);
    let mut counts: Vec<u64> = shares.weights().iter().zip(&sizes).map(places).collect();
    let all_places: u64 = counts.iter().sum();
    counts.extend((all_places < open).then(|| open - all_places));
    Ok(counts)
}

/// Places groups in their parts; a part beyond the last one has the patients beyond the counts.
fn place(placements: &mut [Placement], groups: &SplitGroups, assigned: &[usize], parts: usize) {
    for (group, part) in assigned.iter().enumerate() {
        let placement = if *part < parts {
            Placement::Part(*part)
        } else {
            Placement::Excluded(SplitExclusion::BeyondCounts)
        };
        for member in groups.get(group) {
            placements[*member as usize] = placement;
        }
    }
}

fn count_late(
    placements: &[Placement],
    dates: &PatientColumn,
    first_days: &[Option<String>],
    parts: usize,
) -> u64 {
    let is_late = |(patient, placement): (usize, &Placement)| match placement {
        Placement::Part(part) if *part < parts && dates.value(patient).is_some() => {
            part_of_day(first_days, dates.value(patient)) > *part
        }
        _ => false,
    };
    placements.iter().enumerate().map(|pair| u64::from(is_late(pair))).sum()
}

/// The last part that begins on this day or before; the first part has everything older.
fn part_of_day(first_days: &[Option<String>], day: Option<&str>) -> usize {
    let has_begun =
        |first: &Option<String>| first.as_deref().is_some_and(|first| Some(first) <= day);
    first_days.iter().rposition(has_begun).unwrap_or(0)
}

/// The first day of every part but the first one; none for an empty part.
fn first_days(days: &[Option<&str>], assigned: &[usize], parts: usize) -> Vec<Option<String>> {
    let first = |part: usize| {
        let in_part = days.iter().zip(assigned).filter(|(_, assigned)| **assigned == part);
        in_part.filter_map(|(day, _)| *day).min().map(str::to_owned)
    };
    (0..parts).map(|part| if part == 0 { None } else { first(part) }).collect()
}
