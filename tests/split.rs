//! `mammodex split`: no leakage, exact shares, the same from the same seed.

use std::collections::{BTreeMap, HashSet};

use mammodex::cohort::allot::{Member, Ratios, assign, quotas};
use proptest::prelude::*;

use crate::fixture::Fixture;

const RATIOS: &str = "train=0.7,val=0.1,test=0.2";

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    fixture
}

fn split<'a>(name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["split", "all", "--name", name, "--ratios", RATIOS], more].concat()
}

#[test]
fn the_balance_is_printed_and_the_split_kept() {
    let fixture = fixture();
    let said = fixture.run(&split("s", &["--stratify", "diagnosis,vendor", "--seed", "42"]));
    assert_eq!(said.code, 0, "{}", said.err);
    insta::assert_snapshot!("balance", format!("{}{}", said.out, said.err));
    let kept = std::fs::read_to_string(fixture.catalog().join("splits/s.toml")).unwrap();
    insta::assert_snapshot!(
        "kept",
        kept.lines().filter(|l| !l.starts_with("sha256")).take(40).collect::<Vec<_>>().join("\n")
    );
    let sql = "SELECT split, count(*) AS n, count(DISTINCT case_id) AS cases FROM splits.s GROUP BY 1 ORDER BY 1";
    assert_eq!(
        fixture.done(&["query", sql, "--format", "csv"]),
        "split,n,cases\ntest,12,12\ntrain,42,42\nval,6,6\n"
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let (one, two) = (fixture(), fixture());
    let bytes = |f: &Fixture, name: &str, seed: &str| {
        f.done(&split(name, &["--stratify", "diagnosis", "--seed", seed, "--force"]));
        let file = |ending: &str| {
            std::fs::read(f.catalog().join(format!("splits/{name}.{ending}"))).unwrap()
        };
        (file("parquet"), file("toml"))
    };
    assert_eq!(bytes(&one, "s", "1"), bytes(&two, "s", "1"));
    assert_ne!(bytes(&one, "s", "1").0, bytes(&two, "s", "2").0);
}

#[test]
fn missing_values_are_a_stratum_of_their_own() {
    let fixture = fixture();
    let out = fixture.done(&split("s", &["--stratify", "t_stage", "--format", "csv"]));
    assert!(out.contains("t_stage=NULL,48,"), "{out}");
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    let fixture = fixture();
    fixture.done(&["cohort", "create", "none", "--where", "false"]);
    let ratios = |text: &'static str| vec!["split", "all", "--name", "s", "--ratios", text];
    for (arguments, text) in [
        (ratios("a=0.5,b=0.6"), "must sum to 1; these sum to 1.1"),
        (ratios("a=0.5,a=0.5"), "\"a\" stands twice"),
        (ratios("a=0.5,=0.5"), "is not NAME=RATIO"),
        (ratios("a=1,b=0"), "is not NAME=RATIO"),
        (ratios("a=-1,b=2"), "is not NAME=RATIO"),
        (ratios("a=1e0"), "is not NAME=RATIO"),
        (split("s", &["--stratify", "nothing"]), "patients has no column \"nothing\""),
        (split("s", &["--stratify", "vendor,vendor"]), "stands twice"),
        (split("../s", &[]), "is no name"),
        (
            vec!["split", "nobody", "--name", "s", "--ratios", "a=1"],
            "there is no cohort nobody; there are: all, none",
        ),
        (vec!["split", "none", "--name", "s", "--ratios", "a=1"], "no patients to split"),
    ] {
        let said = fixture.run(&arguments);
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.err.contains(text), "{arguments:?}: {}", said.err);
    }
    fixture.done(&split("s", &[]));
    let said = fixture.run(&split("s", &[]));
    assert!(said.code == 2 && said.err.contains("--force replaces it"), "{}", said.err);
    fixture.done(&split("s", &["--force"]));
}

#[test]
fn thirds_are_a_whole() {
    let ratios = Ratios::parse("a=0.333,b=0.333,c=0.333").unwrap();
    assert_eq!(quotas(&[9], &ratios), [[3, 3, 3]]);
    let shares = Ratios::parse("a=0.7,b=0.1,c=0.2").unwrap().shares();
    assert_eq!(shares, ["0.7", "0.1", "0.2"]);
}

#[test]
fn dealing_out_a_million_is_quick() {
    let member = |n: usize| Member { case_id: format!("Case_{n:07}"), stratum: n % 97 };
    let members: Vec<Member> = (0..100_000).map(member).collect();
    let start = std::time::Instant::now();
    assign(&members, 97, &Ratios::parse(RATIOS).unwrap(), 1);
    // Built without optimisation; the release binary does ten times as many in less.
    assert!(start.elapsed().as_secs() < 20);
}

/// Parts with whole percent that sum to a hundred.
fn ratios() -> impl Strategy<Value = Ratios> {
    prop::collection::vec(1_u32..50, 1..6).prop_map(|weights| {
        let sum: u32 = weights.iter().sum();
        let mut shares: Vec<u32> = weights.iter().map(|w| (w * 1000 / sum).max(1)).collect();
        let rest: u32 = shares[1..].iter().sum();
        shares[0] = 1000 - rest;
        let parts: Vec<String> = shares
            .iter()
            .enumerate()
            .map(|(at, s)| format!("p{at}={}.{:03}", s / 1000, s % 1000))
            .collect();
        Ratios::parse(&parts.join(",")).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn shares_are_exact_within_one(sizes in prop::collection::vec(0_u64..60, 1..30), ratios in ratios()) {
        let quotas = quotas(&sizes, &ratios);
        for (size, row) in sizes.iter().zip(&quotas) {
            prop_assert_eq!(row.iter().sum::<u64>(), *size);
            for (count, ideal) in row.iter().zip(ratios.ideal(*size)) {
                prop_assert!((*count as f64 - ideal).abs() < 1.0, "{count} of {ideal}");
            }
        }
        let total: u64 = sizes.iter().sum();
        for (part, ideal) in ratios.ideal(total).iter().enumerate() {
            let count: u64 = quotas.iter().map(|row| row[part]).sum();
            prop_assert!((count as f64 - ideal).abs() < 1.0, "{count} of {ideal} over all");
        }
    }

    #[test]
    fn nobody_is_lost_or_doubled_and_order_changes_nothing(
        strata in prop::collection::vec(0_usize..5, 1..200),
        ratios in ratios(),
        seed: u64,
        turn in 0_usize..200,
    ) {
        let mut members: Vec<Member> = strata
            .iter()
            .enumerate()
            .map(|(n, stratum)| Member { case_id: format!("c{n}"), stratum: *stratum })
            .collect();
        let map = |members: &[Member]| -> BTreeMap<String, usize> {
            let parts = assign(members, 5, &ratios, seed);
            assert_eq!(parts.len(), members.len());
            members.iter().map(|m| m.case_id.clone()).zip(parts).collect()
        };
        let first = map(&members);
        prop_assert_eq!(first.len(), members.len());
        members.reverse();
        let at = turn % members.len();
        members.rotate_left(at);
        prop_assert_eq!(&first, &map(&members));
        let known: HashSet<usize> = first.values().copied().collect();
        prop_assert!(known.iter().all(|part| *part < ratios.names().len()));
    }
}
