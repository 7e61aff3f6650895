//! `split create --force`: a split is replaced as one, whoever reads or writes it meanwhile.

use std::collections::BTreeSet;
use std::fs;
use std::thread;

use crate::fixture::{Fixture, Said};
use crate::split::{fixture, split};

/// The files of the folder of splits.
fn files(fixture: &Fixture) -> Vec<String> {
    let entries = fs::read_dir(fixture.catalog().join("splits")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_reader_sees_one_split_whole_while_another_process_replaces_it() {
    let fixture = fixture();
    let create = |seed: &str| fixture.run(&split("s", &["--force", "--seed", seed]));
    let manifest =
        |file: &str| -> Said { fixture.run(&["manifest", "create", "s", "--force", "-o", file]) };
    let read = |file: &str| fs::read_to_string(fixture.dir.path().join(file)).unwrap();
    let mut whole = BTreeSet::new();
    for seed in ["1", "2"] {
        assert_eq!(create(seed).code, 0);
        assert_eq!(manifest("whole.csv").code, 0);
        whole.insert(read("whole.csv"));
    }
    assert_eq!(whole.len(), 2);
    thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0..8 {
                let said = create(if turn % 2 == 0 { "1" } else { "2" });
                assert_eq!(said.code, 0, "{}", said.err);
            }
        });
        for turn in 0..8 {
            let file = format!("m{turn}.csv");
            let said = manifest(&file);
            assert_eq!(said.code, 0, "{}", said.err);
            assert!(whole.contains(&read(&file)), "{turn}: rows of two splits");
        }
    });
}

#[test]
fn two_writers_wait_for_each_other_and_one_of_two_new_names_is_refused() {
    let fixture = fixture();
    let codes: Vec<i32> = thread::scope(|scope| {
        let writers: Vec<_> = ["1", "2", "3"]
            .map(|seed| scope.spawn(|| fixture.run(&split("s", &["--seed", seed])).code))
            .into_iter()
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    assert_eq!(fixture.run(&["split", "check", "s"]).code, 0);
    assert_eq!(files(&fixture).iter().filter(|name| name.ends_with(".parquet")).count(), 1);
}

#[test]
fn what_a_killed_process_left_is_removed_and_a_split_is_dropped_with_all_its_files() {
    let fixture = fixture();
    fixture.done(&split("s", &["--seed", "1"]));
    fixture.done(&split("s2", &["--seed", "1"]));
    fs::write(fixture.catalog().join("splits/.s.rows.part"), "half").unwrap();
    fixture.done(&split("s", &["--seed", "2", "--force"]));
    assert!(files(&fixture).iter().all(|name| !name.ends_with(".part")), "{:?}", files(&fixture));
    fixture.done(&["split", "drop", "s"]);
    let left = files(&fixture);
    assert!(left.iter().all(|name| !name.starts_with("s.")), "{left:?}");
    assert_eq!(fixture.run(&["split", "check", "s2"]).code, 0);
}
