//! Matched controls: for each case those who are like her in what must not differ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::min_cost_flow::{self, FlowArc};
use super::plan::{ControlChoice, MatchPlan, PatientGroup, refuse};
use crate::cohort::CohortError;
use crate::cohort::patients::{MILLION, PatientColumn};
use crate::statistics::smd;

/// More pairs of different values than the optimal choice can weigh in a minute.
const MOST_ARCS: usize = 2_000_000;

/// Cases with their controls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchedSets {
    /// A case and after her her controls, sorted by case.
    pub sets: Vec<Vec<u32>>,
    /// Cases for whom there is no control.
    pub without: Vec<u32>,
    /// Controls that no case took.
    pub spare: Vec<u32>,
}

/// How far cases and controls lie apart in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceStat {
    /// The column.
    pub column: String,
    /// Standardised mean difference of all cases and all possible controls; absent where one
    /// group has no values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// The same of those who were matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<f64>,
}

/// People alike in all criteria with a caliper: their values, and they in the order of chance.
type CaliperClass = (Vec<i64>, Vec<u32>);

/// Cases and possible controls of one combination of the values that must be the same.
#[derive(Default)]
struct MatchCell {
    cases: BTreeMap<Vec<i64>, Vec<u32>>,
    controls: BTreeMap<Vec<i64>, Vec<u32>>,
}

/// Whether each patient is of the group.
///
/// # Errors
/// When nobody is.
pub fn members(
    option: &str,
    group: &PatientGroup,
    column: &PatientColumn,
) -> Result<Vec<bool>, CohortError> {
    let same = |value: &Option<String>| {
        value.as_ref().is_some_and(|v| v.to_lowercase() == group.value.to_lowercase())
    };
    let Some(code) = column.values.iter().position(same) else {
        let there: Vec<&str> = column.values.iter().flatten().map(String::as_str).collect();
        let (value, name, there) = (&group.value, &group.column, there.join(", "));
        return refuse(format!("{option}: nobody has {value:?}: {name} has {there}"));
    };
    Ok(column.codes.iter().map(|c| *c as usize == code).collect())
}

/// Finds controls. A case or control without a value of a criterion matches nobody. Nobody is used
/// twice; a patient who is case and control is a case.
///
/// # Errors
/// When the optimal choice would have to weigh too many pairs.
pub fn find(
    matching: &MatchPlan,
    cases: &[bool],
    controls: &[bool],
    criteria: &[PatientColumn],
    ranks: &[u128],
) -> Result<MatchedSets, CohortError> {
    let mut order: Vec<u32> = (0_u32..).zip(cases).map(|(at, _)| at).collect();
    order.sort_unstable_by_key(|member| (ranks[*member as usize], *member));
    let numbers: Vec<Vec<Option<i64>>> = criteria.iter().map(PatientColumn::millionths).collect();
    let mut cells: BTreeMap<Vec<u32>, MatchCell> = BTreeMap::new();
    let mut sets = MatchedSets::default();
    for member in order {
        let at = member as usize;
        let (is_case, is_control) = (cases[at], controls[at]);
        if !is_case && !is_control {
            continue;
        }
        let Some((same, near)) = traits(matching, criteria, &numbers, at) else {
            if is_case { &mut sets.without } else { &mut sets.spare }.push(member);
            continue;
        };
        let cell = cells.entry(same).or_default();
        let side = if is_case { &mut cell.cases } else { &mut cell.controls };
        side.entry(near).or_default().push(member);
    }
    for cell in cells.into_values() {
        let cases: Vec<CaliperClass> = cell.cases.into_iter().collect();
        let controls: Vec<CaliperClass> = cell.controls.into_iter().collect();
        let taken = match matching.choice {
            ControlChoice::Nearest => nearest(matching, &cases, &controls, ranks),
            ControlChoice::Optimal => optimal(matching, &cases, &controls)?,
        };
        sets.take(taken, &controls);
    }
    sets.sets.sort_unstable();
    sets.without.sort_unstable();
    sets.spare.sort_unstable();
    Ok(sets)
}

impl MatchedSets {
    fn take(&mut self, taken: Vec<(u32, Vec<u32>)>, controls: &[CaliperClass]) {
        let mut used: Vec<u32> = Vec::new();
        for (case, mut found) in taken {
            if found.is_empty() {
                self.without.push(case);
                continue;
            }
            found.sort_unstable();
            used.extend(&found);
            found.insert(0, case);
            self.sets.push(found);
        }
        used.sort_unstable();
        let all = controls.iter().flat_map(|(_, members)| members);
        self.spare.extend(all.filter(|member| used.binary_search(member).is_err()));
    }
}

/// What must be the same, and what must be near; none when a value is missing.
fn traits(
    matching: &MatchPlan,
    criteria: &[PatientColumn],
    numbers: &[Vec<Option<i64>>],
    at: usize,
) -> Option<(Vec<u32>, Vec<i64>)> {
    let (mut same, mut near) = (Vec::new(), Vec::new());
    for ((criterion, column), numbers) in matching.criteria.iter().zip(criteria).zip(numbers) {
        let code = column.codes[at];
        match criterion.caliper {
            Some(_) => near.push(numbers[code as usize]?),
            None => {
                column.values[code as usize].as_ref()?;
                same.push(code);
            }
        }
    }
    Some((same, near))
}

/// The distance of two classes: the sum of differences in parts of the caliper, in millionths;
/// none where one is beyond its caliper.
fn distance(matching: &MatchPlan, a: &[i64], b: &[i64]) -> Option<u64> {
    let calipers = matching.criteria.iter().filter_map(|criterion| criterion.caliper);
    let mut sum = 0_u64;
    for ((caliper, a), b) in calipers.zip(a).zip(b) {
        let off = a.abs_diff(*b);
        if off > caliper.unsigned_abs() {
            return None;
        }
        let part = u128::from(off) * u128::from(MILLION.unsigned_abs());
        sum += u64::try_from(part / u128::from(caliper.unsigned_abs().max(1))).unwrap_or(0);
    }
    Some(sum)
}

/// Each case in the order of chance takes the nearest control left; then each a second one, and so
/// on. Of several as near, chance decides.
fn nearest(
    matching: &MatchPlan,
    cases: &[CaliperClass],
    controls: &[CaliperClass],
    ranks: &[u128],
) -> Vec<(u32, Vec<u32>)> {
    let reach = |(values, _): &CaliperClass| -> Vec<(u64, usize)> {
        let near = |(at, (other, _)): (usize, &CaliperClass)| {
            Some((distance(matching, values, other)?, at))
        };
        controls.iter().enumerate().filter_map(near).collect()
    };
    let reach: Vec<Vec<(u64, usize)>> = cases.iter().map(reach).collect();
    let mut order: Vec<(u32, usize, Vec<u32>)> = Vec::new();
    for (class, (_, members)) in cases.iter().enumerate() {
        order.extend(members.iter().map(|member| (*member, class, Vec::new())));
    }
    order.sort_unstable_by_key(|(member, ..)| (ranks[*member as usize], *member));
    let mut used = vec![0_usize; controls.len()];
    for round in 0..matching.ratio {
        for (_, class, found) in order.iter_mut().filter(|(.., found)| found.len() == round) {
            let next = |(cost, at): &(u64, usize)| {
                let member = *controls[*at].1.get(used[*at])?;
                Some((*cost, ranks[member as usize], *at, member))
            };
            if let Some((.., at, member)) = reach[*class].iter().filter_map(next).min() {
                used[at] += 1;
                found.push(member);
            }
        }
    }
    order.into_iter().map(|(case, _, found)| (case, found)).collect()
}

/// As many cases as possible with a control, at the least sum of distances; then as many as
/// possible with a second one.
fn optimal(
    matching: &MatchPlan,
    cases: &[CaliperClass],
    controls: &[CaliperClass],
) -> Result<Vec<(u32, Vec<u32>)>, CohortError> {
    let mut arcs = Vec::new();
    for (from, (a, _)) in cases.iter().enumerate() {
        for (to, (b, _)) in controls.iter().enumerate() {
            arcs.extend(distance(matching, a, b).map(|cost| FlowArc { from, to, cost }));
        }
        if arcs.len() > MOST_ARCS {
            return refuse(
                "--optimal: too many values to weigh; match one more column exactly, make a \
                 greatest difference smaller, or leave --optimal out",
            );
        }
    }
    let sizes = |classes: &[CaliperClass]| -> Vec<u64> {
        classes.iter().map(|(_, members)| members.len() as u64).collect()
    };
    let flows = min_cost_flow::assign(&sizes(cases), &sizes(controls), &arcs, matching.ratio);
    let mut used = vec![0_usize; controls.len()];
    let mut given: Vec<Vec<u32>> = vec![Vec::new(); cases.len()];
    for (arc, flow) in arcs.iter().zip(flows) {
        let flow = usize::try_from(flow).unwrap_or(usize::MAX);
        let members = controls[arc.to].1.iter().skip(used[arc.to]).take(flow);
        given[arc.from].extend(members);
        used[arc.to] += flow;
    }
    let mut taken = Vec::new();
    for ((_, members), given) in cases.iter().zip(given) {
        let first = taken.len();
        taken.extend(members.iter().map(|case| (*case, Vec::new())));
        for (turn, control) in given.into_iter().enumerate() {
            taken[first + turn % members.len()].1.push(control);
        }
    }
    Ok(taken)
}

/// How many sets have a case, and how many of these fewer controls than asked. A set of an earlier
/// split may have lost its case since.
pub fn sizes(sets: &[Vec<u32>], cases: &[bool], ratio: usize) -> (u64, u64) {
    let (mut whole, mut fewer) = (0, 0);
    for set in sets {
        let found = set.iter().filter(|member| cases[**member as usize]).count();
        whole += u64::from(found > 0);
        fewer += u64::from(found > 0 && set.len() - found < ratio);
    }
    (whole, fewer)
}

/// How far the groups lie apart in each criterion: numbers with a caliper by their means, other
/// columns by the shares of their values, the missing one being a value.
pub fn apart(
    matching: &MatchPlan,
    cases: &[bool],
    controls: &[bool],
    criteria: &[PatientColumn],
    sets: &[Vec<u32>],
) -> Vec<BalanceStat> {
    let of = |group: &[bool]| -> Vec<u32> {
        (0_u32..).zip(group).filter(|(_, is)| **is).map(|(at, _)| at).collect()
    };
    let all = (of(cases), of(controls));
    let (matched_cases, matched_controls): (Vec<u32>, Vec<u32>) =
        sets.iter().flatten().partition(|member| cases[**member as usize]);
    let row = |(criterion, column): (&super::plan::MatchCriterion, &PatientColumn)| {
        let difference = |a: &[u32], b: &[u32]| {
            if criterion.caliper.is_some() {
                let numbers = column.millionths();
                let of = |group: &[u32]| -> Vec<f64> {
                    let number = |m: &u32| numbers[column.codes[*m as usize] as usize];
                    group.iter().filter_map(number).map(|n| n as f64 / MILLION as f64).collect()
                };
                smd::continuous(&of(a), &of(b)).map(f64::abs)
            } else {
                let count = |group: &[u32]| -> Vec<u64> {
                    let mut counts = vec![0; column.values.len()];
                    group.iter().for_each(|m| counts[column.codes[*m as usize] as usize] += 1);
                    counts
                };
                smd::categorical(&count(a), &count(b))
            }
        };
        BalanceStat {
            column: column.name.clone(),
            before: difference(&all.0, &all.1),
            after: difference(&matched_cases, &matched_controls),
        }
    };
    matching.criteria.iter().zip(criteria).map(row).collect()
}
