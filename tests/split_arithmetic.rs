//! The arithmetic of splits: properties that hold for every input.

use std::collections::BTreeMap;

use mammodex::cohort::{PatientColumn, Strata};
use mammodex::split::FixedPart;
use mammodex::split::by_time::by_time;
use mammodex::split::exact::{exact, is_thin};
use mammodex::split::groups::{SplitGroups, merge, rank};
use mammodex::split::iterative::iterative;
use mammodex::split::min_cost_flow::{FlowArc, assign};
use mammodex::split::rounding::quotas;
use mammodex::split::shares::SplitShares;
use proptest::prelude::*;

#[test]
fn thirds_are_a_whole() {
    let shares = SplitShares::ratios("a=0.333,b=0.333,c=0.333").unwrap();
    assert_eq!(quotas(&[9], shares.weights()), [[3, 3, 3]]);
    let shares = SplitShares::ratios("a=0.7,b=0.1,c=0.2").unwrap();
    assert_eq!(shares.texts(), ["0.7", "0.1", "0.2"]);
    assert_eq!(SplitShares::folds(3).unwrap().texts(), ["1/3", "1/3", "1/3"]);
}

/// Two to five weights.
fn weights() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(1_u64..50, 2..6)
}

fn ideal(count: u64, weights: &[u64]) -> Vec<f64> {
    let sum: u64 = weights.iter().sum();
    weights.iter().map(|w| count as f64 * *w as f64 / sum as f64).collect()
}

fn column(name: &str, codes: &[u32]) -> PatientColumn {
    let values = (0..=codes.iter().copied().max().unwrap_or(0)).map(|v| Some(v.to_string()));
    PatientColumn { name: name.to_owned(), values: values.collect(), codes: codes.to_vec() }
}

/// Exact stratification by one column.
fn exact_by(
    groups: &SplitGroups,
    codes: &[u32],
    fixed: &[FixedPart],
    weights: &[u64],
) -> Vec<usize> {
    let columns = [column("s", codes)];
    exact(groups, &columns, &Strata::combine(&columns, codes.len()), fixed, weights)
}

fn ranks(count: usize, seed: u64) -> Vec<u128> {
    (0..count).map(|n| rank(seed, &format!("c{n}"))).collect()
}

fn alone(count: usize, seed: u64) -> SplitGroups {
    SplitGroups::new(&vec![true; count], &[], &ranks(count, seed))
}

/// The part of each member.
fn of_members(units: &SplitGroups, parts: &[usize], count: usize) -> Vec<Option<usize>> {
    let mut of = vec![None; count];
    for (unit, part) in parts.iter().enumerate() {
        for member in units.get(unit) {
            assert_eq!(of[*member as usize].replace(*part), None, "nobody twice");
        }
    }
    of
}

/// Patients by value and part.
fn tally(codes: &[u32], parts: &[Option<usize>], width: usize) -> BTreeMap<u32, Vec<u64>> {
    let mut counts: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for (code, part) in codes.iter().zip(parts) {
        let row = counts.entry(*code).or_insert_with(|| vec![0; width]);
        row[part.unwrap()] += 1;
    }
    counts
}

/// Five folds of a cohort of the release's size by vendor, T, histology and BI-RADS: no combination is off by a
/// patient, no single value by two.
#[test]
fn exact_folds_of_thousands_are_near_in_every_combination_and_value() {
    for (patients, seed) in [7_500, 1_500].into_iter().flat_map(|n| (0..8).map(move |s| (n, s))) {
        // Values of a column differ in how common they are: the lesser of two draws.
        let draw = |name: &str, values: u32| -> Vec<u32> {
            let value = |n: usize| {
                let draw =
                    |turn: u32| rank(seed, &format!("{name} {turn} {n}")) % u128::from(values);
                u32::try_from(draw(0).min(draw(1))).unwrap()
            };
            (0..patients).map(value).collect()
        };
        let columns = [("vendor", 5), ("t", 8), ("histology", 6), ("birads", 7)];
        let columns = columns.map(|(name, values)| column(name, &draw(name, values)));
        let groups = alone(patients, seed);
        let strata = Strata::combine(&columns, patients);
        let weights = [1; 5];
        let parts = exact(&groups, &columns, &strata, &[], &weights);
        let parts = of_members(&groups, &parts, patients);
        let [joint, single, part] = deviations(&columns, &parts, &weights);
        assert!(
            joint < 1.0 && single < 2.0 && part < 1.0,
            "{patients} {seed}: {joint} {single} {part}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn shares_are_exact_within_one(sizes in prop::collection::vec(0_u64..60, 1..30), weights in weights()) {
        let quotas = quotas(&sizes, &weights);
        for (size, row) in sizes.iter().zip(&quotas) {
            prop_assert_eq!(row.iter().sum::<u64>(), *size);
            for (count, ideal) in row.iter().zip(ideal(*size, &weights)) {
                prop_assert!((*count as f64 - ideal).abs() < 1.0, "{count} of {ideal}");
            }
        }
        for (part, ideal) in ideal(sizes.iter().sum(), &weights).iter().enumerate() {
            let count: u64 = quotas.iter().map(|row| row[part]).sum();
            prop_assert!((count as f64 - ideal).abs() < 1.0, "{count} of {ideal} over all");
        }
    }

    #[test]
    fn exact_cells_are_within_one_patient(
        codes in prop::collection::vec(0_u32..6, 1..200), weights in weights(), seed: u64,
    ) {
        let units = alone(codes.len(), seed);
        let parts = exact_by(&units, &codes, &[], &weights);
        let of = of_members(&units, &parts, codes.len());
        for row in tally(&codes, &of, weights.len()).values() {
            for (count, ideal) in row.iter().zip(ideal(row.iter().sum(), &weights)) {
                prop_assert!((*count as f64 - ideal).abs() < 1.0, "{count} of {ideal}");
            }
        }
    }

    #[test]
    fn single_values_of_exact_strata_are_near_their_shares(
        rows in prop::collection::vec((0_u32..3, 0_u32..4, 0_u32..5), 1..300), weights in weights(), seed: u64,
    ) {
        let columns = [
            column("a", &rows.iter().map(|r| r.0).collect::<Vec<_>>()),
            column("b", &rows.iter().map(|r| r.1).collect::<Vec<_>>()),
            column("c", &rows.iter().map(|r| r.2).collect::<Vec<_>>()),
        ];
        let groups = alone(rows.len(), seed);
        let strata = Strata::combine(&columns, rows.len());
        let of = of_members(&groups, &exact(&groups, &columns, &strata, &[], &weights), rows.len());
        let [joint, single, part] = deviations(&columns, &of, &weights);
        prop_assert!(joint < 1.0 && single < 2.0 && part < 1.0, "{joint} {single} {part}");
    }

    #[test]
    fn iterative_parts_are_exact_and_values_near(
        rows in prop::collection::vec((0_u32..3, 0_u32..4, 0_u32..5), 1..200), weights in weights(), seed: u64,
    ) {
        let columns = [
            column("a", &rows.iter().map(|r| r.0).collect::<Vec<_>>()),
            column("b", &rows.iter().map(|r| r.1).collect::<Vec<_>>()),
            column("c", &rows.iter().map(|r| r.2).collect::<Vec<_>>()),
        ];
        let units = alone(rows.len(), seed);
        let of = of_members(&units, &iterative(&units, &columns, &[], &weights), rows.len());
        let all = vec![0; rows.len()];
        for (count, ideal) in tally(&all, &of, weights.len())[&0].iter().zip(ideal(rows.len() as u64, &weights)) {
            prop_assert!((*count as f64 - ideal).abs() < 1.0, "{count} of {ideal} over all");
        }
        for column in &columns {
            for row in tally(&column.codes, &of, weights.len()).values() {
                for (count, ideal) in row.iter().zip(ideal(row.iter().sum(), &weights)) {
                    let bound = 4.0 + 0.3 * ideal;
                    prop_assert!((*count as f64 - ideal).abs() < bound, "{count} of {ideal}");
                }
            }
        }
    }

    #[test]
    fn nobody_who_belongs_together_is_parted_or_lost(
        codes in prop::collection::vec(0_u32..4, 2..120),
        pairs in prop::collection::vec((0_usize..120, 0_usize..120), 0..30),
        weights in weights(),
        seed: u64,
    ) {
        let n = codes.len();
        let pairs = pairs.iter().map(|(a, b)| vec![(a % n) as u32, (b % n) as u32]);
        let groups = merge(pairs, n);
        let units = SplitGroups::new(&vec![true; n], &groups, &ranks(n, seed));
        prop_assert_eq!(units.members().len(), n);
        for parts in [
            exact_by(&units, &codes, &[], &weights),
            iterative(&units, &[column("s", &codes)], &[], &weights),
            by_time(&units, &codes, &weights),
        ] {
            let of = of_members(&units, &parts, n);
            prop_assert!(of.iter().all(|part| part.is_some_and(|p| p < weights.len())));
            for group in &groups {
                let part = of[group[0] as usize];
                prop_assert!(group.iter().all(|member| of[*member as usize] == part));
            }
        }
    }

    #[test]
    fn chance_alone_orders_units(
        codes in prop::collection::vec(0_u32..4, 1..100), weights in weights(), seed: u64, turn in 0_usize..100,
    ) {
        // The same patients in another order of rows, each with the rank of her case.
        let n = codes.len();
        let ranks = ranks(n, seed);
        let turned: Vec<usize> = (0..n).map(|at| (at * 7 + turn) % n).collect();
        let mut order = turned.clone();
        order.sort_unstable();
        order.dedup();
        prop_assume!(order.len() == n);
        let first = SplitGroups::new(&vec![true; n], &[], &ranks);
        let parts = of_members(&first, &exact_by(&first, &codes, &[], &weights), n);
        let other_ranks: Vec<u128> = turned.iter().map(|at| ranks[*at]).collect();
        let other_codes: Vec<u32> = turned.iter().map(|at| codes[*at]).collect();
        let second = SplitGroups::new(&vec![true; n], &[], &other_ranks);
        let other = of_members(&second, &exact_by(&second, &other_codes, &[], &weights), n);
        for (at, was) in turned.iter().enumerate() {
            prop_assert_eq!(other[at], parts[*was]);
        }
    }

    #[test]
    fn who_has_a_part_makes_room_for_the_others(
        codes in prop::collection::vec(0_u32..4, 2..150), weights in weights(), seed: u64, old in 1_usize..100,
    ) {
        // The first `old` of a hundred are dealt out, then the rest.
        let n = codes.len();
        let old = (n * old / 100).max(1);
        let ranks = ranks(n, seed);
        let open = |fresh: bool| (0..n).map(|at| (at >= old) == fresh).collect::<Vec<bool>>();
        let first = SplitGroups::new(&open(false), &[], &ranks);
        let of = of_members(&first, &exact_by(&first, &codes, &[], &weights), n);
        let placed: Vec<(u32, usize)> = of.iter().enumerate().filter_map(|(at, p)| Some((at as u32, (*p)?))).collect();
        let rest = SplitGroups::new(&open(true), &[], &ranks);
        for parts in [
            exact_by(&rest, &codes, &placed, &weights),
            iterative(&rest, &[column("s", &codes)], &placed, &weights),
        ] {
            let all = of_members(&rest, &parts, n);
            let all: Vec<Option<usize>> = all.iter().zip(&of).map(|(new, old)| new.or(*old)).collect();
            for row in tally(&codes, &all, weights.len()).values() {
                for (count, ideal) in row.iter().zip(ideal(row.iter().sum(), &weights)) {
                    prop_assert!((*count as f64 - ideal).abs() < 2.5, "{count} of {ideal}");
                }
            }
        }
    }

    #[test]
    fn time_runs_forward_and_days_stay_whole(
        days in prop::collection::vec(0_u32..40, 1..150), weights in weights(), seed: u64,
    ) {
        let units = alone(days.len(), seed);
        let of = of_members(&units, &by_time(&units, &days, &weights), days.len());
        let mut pairs: Vec<(u32, usize)> = days.iter().copied().zip(of.into_iter().flatten()).collect();
        pairs.sort_unstable();
        for pair in pairs.windows(2) {
            prop_assert!(pair[0].1 <= pair[1].1, "{pair:?}");
            prop_assert!(pair[0].0 != pair[1].0 || pair[0].1 == pair[1].1, "{pair:?}");
        }
    }

    #[test]
    fn pairs_cost_least_of_all_that_there_could_be(
        asking in 1_usize..5, giving in 1_usize..5, costs in prop::collection::vec(prop::option::of(0_u64..9), 16),
    ) {
        let arcs: Vec<FlowArc> = (0..asking)
            .flat_map(|from| (0..giving).map(move |to| (from, to)))
            .filter_map(|(from, to)| Some(FlowArc { from, to, cost: costs[from * 4 + to]? }))
            .collect();
        let flows = assign(&vec![1; asking], &vec![1; giving], &arcs, 1);
        let chosen = arcs.iter().zip(&flows).filter(|(_, flow)| **flow > 0);
        let (mut count, mut cost) = (0, 0);
        for (arc, flow) in chosen {
            count += flow;
            cost += arc.cost * flow;
        }
        prop_assert_eq!((count, cost), best(&arcs, 0, asking, &mut vec![false; giving]));
    }
}

/// The most pairs, and of these the least cost, by trying everything.
fn best(arcs: &[FlowArc], from: usize, asking: usize, used: &mut Vec<bool>) -> (u64, u64) {
    if from == asking {
        return (0, 0);
    }
    let mut found = best(arcs, from + 1, asking, used);
    for arc in arcs.iter().filter(|arc| arc.from == from) {
        if !used[arc.to] {
            used[arc.to] = true;
            let (count, cost) = best(arcs, from + 1, asking, used);
            used[arc.to] = false;
            let one = (count + 1, cost + arc.cost);
            if one.0 > found.0 || (one.0 == found.0 && one.1 < found.1) {
                found = one;
            }
        }
    }
    found
}

/// Synthetic patients with columns as skewed as clinical ones: vendor, T, histology and BI-RADS.
fn clinical(count: usize, seed: u64) -> Vec<PatientColumn> {
    let draw = |name: &str, salt: u64, shares: &[u32]| {
        let total: u32 = shares.iter().sum();
        let code = |patient: usize| {
            let mut left = (rank(seed ^ salt, &format!("p{patient}")) % u128::from(total)) as u32;
            let index = shares.iter().position(|share| {
                let here = left < *share;
                left = left.saturating_sub(*share);
                here
            });
            index.unwrap() as u32
        };
        column(name, &(0..count).map(code).collect::<Vec<_>>())
    };
    vec![
        draw("vendor", 1, &[40, 38, 15, 7]),
        draw("t_stage", 2, &[60, 15, 14, 6, 3, 2]),
        draw("histology", 3, &[55, 20, 10, 6, 4, 3, 1, 1]),
        draw("birads", 4, &[30, 25, 15, 15, 10, 5]),
    ]
}

/// The largest deviations of a combination, of a single value, and of a part.
fn deviations(columns: &[PatientColumn], of: &[Option<usize>], weights: &[u64]) -> [f64; 3] {
    let largest = |codes: &[u32]| {
        let mut largest = 0.0_f64;
        for row in tally(codes, of, weights.len()).values() {
            for (count, ideal) in row.iter().zip(ideal(row.iter().sum(), weights)) {
                largest = largest.max((*count as f64 - ideal).abs());
            }
        }
        largest
    };
    let joint = largest(&Strata::combine(columns, of.len()).codes);
    let single = columns.iter().map(|c| largest(&c.codes)).fold(0.0, f64::max);
    [joint, single, largest(&vec![0; of.len()])]
}

#[test]
fn combinations_and_single_values_are_both_near_their_shares() {
    for count in [1_500, 7_500] {
        for weights in [vec![7, 1, 2], vec![1; 5]] {
            for seed in 0..8 {
                let columns = clinical(count, seed);
                let groups = alone(count, seed);
                let strata = Strata::combine(&columns, count);
                let parts = exact(&groups, &columns, &strata, &[], &weights);
                let of = of_members(&groups, &parts, count);
                let [joint, single, part] = deviations(&columns, &of, &weights);
                let reached = format!("{count} {weights:?} {seed}: {joint} {single} {part}");
                assert!(joint < 1.0 && single < 1.0 && part < 1.0, "{reached}");
            }
        }
    }
}

#[test]
fn strata_of_single_patients_are_balanced_too() {
    for count in [300, 1_500, 7_500] {
        for weights in [vec![7, 1, 2], vec![18, 1, 1], vec![1; 5]] {
            for seed in 0..8 {
                let mut columns = clinical(count, seed);
                let age = |patient: usize| (rank(seed ^ 5, &format!("p{patient}")) % 50) as u32;
                columns.push(column("age", &(0..count).map(age).collect::<Vec<_>>()));
                let groups = alone(count, seed);
                let strata = Strata::combine(&columns, count);
                assert!(is_thin(&strata, &weights));
                let parts = exact(&groups, &columns, &strata, &[], &weights);
                let of = of_members(&groups, &parts, count);
                let [joint, single, part] = deviations(&columns, &of, &weights);
                let reached = format!("{count} {weights:?} {seed}: {joint} {single} {part}");
                assert!(joint < 1.0 && single <= 2.0 && part < 1.0, "{reached}");
            }
        }
    }
}
