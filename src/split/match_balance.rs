//! How similar matched cases and controls are.

use super::match_plan::{MatchCriterion, MatchPlan};
use super::match_summary::BalanceStat;
use crate::cohort::{MILLION, PatientColumn};
use crate::statistics::smd;

/// The number of sets with a case, and of these with fewer controls than requested. A set of an earlier
/// split may have lost its case.
pub fn count_sets(sets: &[Vec<u32>], cases: &[bool], ratio: usize) -> (u64, u64) {
    let (mut with_case, mut incomplete) = (0, 0);
    for set in sets {
        let set_cases = set.iter().filter(|patient| cases[**patient as usize]).count();
        with_case += u64::from(set_cases > 0);
        incomplete += u64::from(set_cases > 0 && set.len() - set_cases < ratio);
    }
    (with_case, incomplete)
}

/// The standardised difference of cases and controls in each criterion: of numbers with a caliper by
/// means, of other columns by the proportions of values, where missing counts as a value.
pub fn balance(
    matching: &MatchPlan,
    cases: &[bool],
    controls: &[bool],
    criteria: &[PatientColumn],
    sets: &[Vec<u32>],
) -> Vec<BalanceStat> {
    let patients = |group: &[bool]| -> Vec<u32> {
        (0_u32..).zip(group).filter(|(_, is_member)| **is_member).map(|(p, _)| p).collect()
    };
    let (all_cases, all_controls) = (patients(cases), patients(controls));
    let (matched_cases, matched_controls): (Vec<u32>, Vec<u32>) =
        sets.iter().flatten().partition(|patient| cases[**patient as usize]);
    let stat = |(criterion, column): (&MatchCriterion, &PatientColumn)| {
        let difference = |a: &[u32], b: &[u32]| {
            if criterion.caliper.is_some() {
                let numbers = column.millionths();
                let values = |group: &[u32]| -> Vec<f64> {
                    let number = |m: &u32| numbers[column.codes[*m as usize] as usize];
                    group.iter().filter_map(number).map(|n| n as f64 / MILLION as f64).collect()
                };
                smd::continuous(&values(a), &values(b)).map(f64::abs)
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
            before: difference(&all_cases, &all_controls),
            after: difference(&matched_cases, &matched_controls),
        }
    };
    matching.criteria.iter().zip(criteria).map(stat).collect()
}
