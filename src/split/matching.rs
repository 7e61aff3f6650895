//! Matching: for each case the controls that have the same, or nearly the same, values.

use std::collections::BTreeMap;

use super::error::SplitError;
use super::match_plan::{ControlChoice, MatchPlan, PatientGroup};
use super::min_cost_flow::{self, FlowArc};
use crate::cohort::{MILLION, PatientColumn};

/// The largest number of pairs of different values that the optimal choice handles within a minute.
const MAX_ARCS: usize = 2_000_000;

/// Cases with their controls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchedSets {
    /// Each case followed by its controls, sorted by case.
    pub sets: Vec<Vec<u32>>,
    /// Cases without any control.
    pub unmatched_cases: Vec<u32>,
    /// Controls that were not assigned to a case.
    pub spare_controls: Vec<u32>,
}

/// Patients with the same values in all criteria with a caliper: the values, and the patients in the
/// random order.
type CaliperClass = (Vec<i64>, Vec<u32>);

/// Cases and possible controls with the same values in all criteria without a caliper.
#[derive(Default)]
struct MatchCell {
    cases: BTreeMap<Vec<i64>, Vec<u32>>,
    controls: BTreeMap<Vec<i64>, Vec<u32>>,
}

/// Whether each patient is in the group.
///
/// # Errors
/// When no patient is.
pub fn group_members(
    option: &str,
    group: &PatientGroup,
    column: &PatientColumn,
) -> Result<Vec<bool>, SplitError> {
    let same = |value: &Option<String>| {
        value.as_ref().is_some_and(|v| v.to_lowercase() == group.value.to_lowercase())
    };
    let Some(code) = column.values.iter().position(same) else {
        let values: Vec<&str> = column.values.iter().flatten().map(String::as_str).collect();
        let (value, name, values) = (&group.value, &group.column, values.join(", "));
        let text = format!("{option}: no patient has {name} = {value:?}; values: {values}");
        return Err(SplitError::Plan(text));
    };
    Ok(column.codes.iter().map(|c| *c as usize == code).collect())
}

/// Finds controls. A case or control that lacks a value of a criterion matches none. No patient is used
/// twice; a patient who is both case and control is a case.
///
/// # Errors
/// When the optimal choice would have too many pairs to consider.
pub fn find(
    matching: &MatchPlan,
    cases: &[bool],
    controls: &[bool],
    criteria: &[PatientColumn],
    ranks: &[u128],
) -> Result<MatchedSets, SplitError> {
    let mut order: Vec<u32> = (0_u32..).zip(cases).map(|(patient, _)| patient).collect();
    order.sort_unstable_by_key(|patient| (ranks[*patient as usize], *patient));
    let numbers: Vec<Vec<Option<i64>>> = criteria.iter().map(PatientColumn::millionths).collect();
    let mut cells: BTreeMap<Vec<u32>, MatchCell> = BTreeMap::new();
    let mut sets = MatchedSets::default();
    for patient in order {
        let index = patient as usize;
        let (is_case, is_control) = (cases[index], controls[index]);
        if !is_case && !is_control {
            continue;
        }
        let Some((exact, within_caliper)) = match_key(matching, criteria, &numbers, index) else {
            if is_case { &mut sets.unmatched_cases } else { &mut sets.spare_controls }
                .push(patient);
            continue;
        };
        let cell = cells.entry(exact).or_default();
        let side = if is_case { &mut cell.cases } else { &mut cell.controls };
        side.entry(within_caliper).or_default().push(patient);
    }
    for cell in cells.into_values() {
        let cases: Vec<CaliperClass> = cell.cases.into_iter().collect();
        let controls: Vec<CaliperClass> = cell.controls.into_iter().collect();
        let chosen = match matching.choice {
            ControlChoice::Nearest => nearest(matching, &cases, &controls, ranks),
            ControlChoice::Optimal => optimal(matching, &cases, &controls)?,
        };
        sets.add(chosen, &controls);
    }
    sets.sets.sort_unstable();
    sets.unmatched_cases.sort_unstable();
    sets.spare_controls.sort_unstable();
    Ok(sets)
}

impl MatchedSets {
    /// Adds the sets of one cell. `chosen` has each case with its controls.
    fn add(&mut self, chosen: Vec<(u32, Vec<u32>)>, controls: &[CaliperClass]) {
        let mut used: Vec<u32> = Vec::new();
        for (case, mut set) in chosen {
            if set.is_empty() {
                self.unmatched_cases.push(case);
                continue;
            }
            set.sort_unstable();
            used.extend(&set);
            set.insert(0, case);
            self.sets.push(set);
        }
        used.sort_unstable();
        let all = controls.iter().flat_map(|(_, members)| members);
        self.spare_controls.extend(all.filter(|control| used.binary_search(control).is_err()));
    }
}

/// The values of a patient that must be the same, and those that must be within a caliper; none when a
/// value is missing.
fn match_key(
    matching: &MatchPlan,
    criteria: &[PatientColumn],
    numbers: &[Vec<Option<i64>>],
    patient: usize,
) -> Option<(Vec<u32>, Vec<i64>)> {
    let (mut exact, mut within_caliper) = (Vec::new(), Vec::new());
    for ((criterion, column), numbers) in matching.criteria.iter().zip(criteria).zip(numbers) {
        let code = column.codes[patient];
        match criterion.caliper {
            Some(_) => within_caliper.push(numbers[code as usize]?),
            None => {
                column.values[code as usize].as_ref()?;
                exact.push(code);
            }
        }
    }
    Some((exact, within_caliper))
}

/// The distance of two classes: the total of the differences as fractions of their calipers, in
/// millionths; none where a difference exceeds its caliper.
fn distance(matching: &MatchPlan, a: &[i64], b: &[i64]) -> Option<u64> {
    let calipers = matching.criteria.iter().filter_map(|criterion| criterion.caliper);
    let mut sum = 0_u64;
    for ((caliper, a), b) in calipers.zip(a).zip(b) {
        let difference = a.abs_diff(*b);
        if difference > caliper.unsigned_abs() {
            return None;
        }
        let scaled = u128::from(difference) * u128::from(MILLION.unsigned_abs());
        sum += u64::try_from(scaled / u128::from(caliper.unsigned_abs().max(1))).unwrap_or(0);
    }
    Some(sum)
}

/// Each case in the random order gets the nearest control that is left; then each a second one, and so
/// on. Of several at the same distance the first in the random order is taken.
fn nearest(
    matching: &MatchPlan,
    cases: &[CaliperClass],
    controls: &[CaliperClass],
    ranks: &[u128],
) -> Vec<(u32, Vec<u32>)> {
    let reach = |(values, _): &CaliperClass| -> Vec<(u64, usize)> {
        let within = |(class, (other, _)): (usize, &CaliperClass)| {
            Some((distance(matching, values, other)?, class))
        };
        controls.iter().enumerate().filter_map(within).collect()
    };
    let reach: Vec<Vec<(u64, usize)>> = cases.iter().map(reach).collect();
    let mut order: Vec<(u32, usize, Vec<u32>)> = Vec::new();
    for (class, (_, members)) in cases.iter().enumerate() {
        order.extend(members.iter().map(|member| (*member, class, Vec::new())));
    }
    order.sort_unstable_by_key(|(member, ..)| (ranks[*member as usize], *member));
    let mut used = vec![0_usize; controls.len()];
    for round in 0..matching.ratio {
        for (_, class, set) in order.iter_mut().filter(|(.., set)| set.len() == round) {
            let next = |(cost, class): &(u64, usize)| {
                let control = *controls[*class].1.get(used[*class])?;
                Some((*cost, ranks[control as usize], *class, control))
            };
            if let Some((.., class, control)) = reach[*class].iter().filter_map(next).min() {
                used[class] += 1;
                set.push(control);
            }
        }
    }
    order.into_iter().map(|(case, _, set)| (case, set)).collect()
}

/// As many cases as possible get a control, at the smallest sum of distances; then as many as possible
/// get a second one.
fn optimal(
    matching: &MatchPlan,
    cases: &[CaliperClass],
    controls: &[CaliperClass],
) -> Result<Vec<(u32, Vec<u32>)>, SplitError> {
    let mut arcs = Vec::new();
    for (from, (a, _)) in cases.iter().enumerate() {
        for (to, (b, _)) in controls.iter().enumerate() {
            arcs.extend(distance(matching, a, b).map(|cost| FlowArc { from, to, cost }));
        }
        if arcs.len() > MAX_ARCS {
            return Err(SplitError::Plan(
                "--optimal: too many pairs of values; match one more column exactly, reduce a \
                 difference, or omit --optimal"
                    .to_owned(),
            ));
        }
    }
    let sizes = |classes: &[CaliperClass]| -> Vec<u64> {
        classes.iter().map(|(_, members)| members.len() as u64).collect()
    };
    let flows = min_cost_flow::assign(&sizes(cases), &sizes(controls), &arcs, matching.ratio);
    let mut used = vec![0_usize; controls.len()];
    let mut by_class: Vec<Vec<u32>> = vec![Vec::new(); cases.len()];
    for (arc, flow) in arcs.iter().zip(flows) {
        let flow = usize::try_from(flow).unwrap_or(usize::MAX);
        let members = controls[arc.to].1.iter().skip(used[arc.to]).take(flow);
        by_class[arc.from].extend(members);
        used[arc.to] += flow;
    }
    let mut chosen = Vec::new();
    for ((_, members), class_controls) in cases.iter().zip(by_class) {
        let first = chosen.len();
        chosen.extend(members.iter().map(|case| (*case, Vec::new())));
        for (turn, control) in class_controls.into_iter().enumerate() {
            chosen[first + turn % members.len()].1.push(control);
        }
    }
    Ok(chosen)
}
