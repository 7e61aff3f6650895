//! A run that is killed at any moment leaves a catalog that is whole.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use mammodex::sample::SampleFlaws;
use mammodex::tables::reader::TableReader;
use mammodex::tables::snapshot::{self, SnapshotDescription};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::chance::trials;
use crate::incremental::tables;
use crate::index::Indexed;

const KILLS: usize = 100;

/// Fails unless a snapshot's folder holds what its description says, to the byte.
fn assert_whole(dir: &Path) {
    let text = fs::read(dir.join("snapshot.json")).unwrap();
    let description: SnapshotDescription = serde_json::from_slice(&text).unwrap();
    assert_eq!(description.tables.len(), 8);
    assert!(description.is_whole(dir), "{} is not whole", dir.display());
    for name in description.tables.keys() {
        assert!(TableReader::open(dir, name).is_ok(), "{name}");
    }
}

/// When a run is killed.
enum Moment {
    /// So long after it began.
    After(Duration),
    /// So long after its tables are written: while it commits.
    Committing(Duration),
}

/// Starts a run and kills it; whether it came to its end before.
fn kill(set: &Indexed, moment: Moment) -> bool {
    let mut run = crate::fixture::command()
        .arg("index")
        .arg(set.data())
        .arg("--catalog")
        .arg(set.catalog())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    match moment {
        Moment::After(delay) => std::thread::sleep(delay),
        Moment::Committing(delay) => {
            let written = set.catalog().join("snapshots/.writing/snapshot.json");
            while !written.exists() && run.try_wait().unwrap().is_none() {
                std::hint::spin_loop();
            }
            // Shorter than a sleep can be.
            let began = Instant::now();
            while began.elapsed() < delay {}
        }
    }
    let _ = run.kill();
    run.wait().unwrap().code().is_some()
}

#[test]
fn a_run_killed_at_any_moment_leaves_a_whole_catalog() {
    let set = Indexed::new(40, SampleFlaws::Without);
    let (here, away) = (set.data().join("dcm/Uncompressed/Benign"), set.data().join("moved"));
    let toggle = || if here.exists() { fs::rename(&here, &away) } else { fs::rename(&away, &here) };
    // What runs that nobody stops make of the data as they are, and with a folder moved.
    let mut fresh = Vec::new();
    let mut took = Duration::MAX;
    for _ in 0..2 {
        let _ = fs::remove_dir_all(set.catalog());
        let began = Instant::now();
        set.index(&[]);
        took = took.min(began.elapsed());
        fresh.push(tables(&set.catalog()));
        toggle().unwrap();
    }
    assert_ne!(fresh[0], fresh[1]);
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let (mut ended, mut kept, mut none) = (0, 0, 0);
    let kills = trials(KILLS) as u32;
    for n in 0..kills {
        // By turns a first run, a later one, and one that finds what a killed one left.
        match n % 4 {
            0 => fs::remove_dir_all(set.catalog()).unwrap(),
            2 => toggle().unwrap(),
            _ => {}
        }
        let stood = set.catalog().join("current").exists();
        let moment = if random.random() {
            Moment::After(took.mul_f64(random.random_range(0.0..1.0)))
        } else {
            Moment::Committing(Duration::from_micros(random.random_range(0..3000)))
        };
        ended += u32::from(kill(&set, moment));
        let stands = set.catalog().join("current").exists();
        assert!(stands || !stood, "kill {n} took the catalog away");
        *if stands { &mut kept } else { &mut none } += 1;
        for id in snapshot::ids(&set.catalog()) {
            assert_whole(&snapshot::place(&set.catalog(), Some(id)));
        }
        if n % 2 == 1 {
            let (code, said) = set.index(&[]);
            assert!(code < 2, "after kill {n}: {said}");
            let want = &fresh[usize::from(!here.exists())];
            assert!(tables(&set.catalog()) == *want, "after kill {n} the tables differ");
            assert!(!set.catalog().join("snapshots/.writing").exists());
        }
    }
    eprintln!(
        "{kills} runs killed, {ended} had ended; {kept} catalogs held a snapshot, {none} none"
    );
    assert!(ended < kills * 3 / 4 && kept > kills / 4 && none > kills / 20);
}
