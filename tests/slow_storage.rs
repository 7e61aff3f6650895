//! Storage that keeps requests waiting: many are under way at a time, and the results are the same.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use mammodex::storage::{Requests, request};

use crate::fixture::{mammodex, run, run_in};
use crate::preload;

/// Each open and each read of the data set waits.
const SHIM: &str = include_str!("../bench/slow.c");

#[test]
fn an_index_of_slow_storage_has_the_same_tables() {
    let dir = tempfile::tempdir().unwrap();
    let dir = &dir.path().canonicalize().unwrap();
    let Some(shim) = preload::library(dir, SHIM) else { return };
    assert_eq!(run_in(dir, &["sample", "data", "--patients", "150", "--flaws"], "").code, 0);
    let plain = run_in(dir, &["index", "data", "--catalog", "plain"], "");
    let slow = |requests: &str| {
        let mut command = mammodex(dir);
        command.env("LD_PRELOAD", &shim).env("SLOW_REPORT", dir.join("waiting"));
        command.env("SLOW_MICROSECONDS", "2000").env("SLOW_BELOW", dir.join("data"));
        command.args(["index", "data", "--requests", requests, "--catalog", requests]);
        let slow = run(&mut command, dir, "");
        assert_eq!(slow.code, plain.code, "{}", slow.err);
        for entry in fs::read_dir(dir.join("plain/current")).unwrap() {
            let name = entry.unwrap().file_name();
            if Path::new(&name).extension().is_some_and(|end| end == "parquet") {
                let table = |catalog: &str| fs::read(dir.join(catalog).join("current").join(&name));
                assert!(table(requests).unwrap() == table("plain").unwrap(), "{name:?}");
            }
        }
        let report = fs::read_to_string(dir.join("waiting")).unwrap();
        report.split(' ').next().unwrap().parse::<usize>().unwrap()
    };
    let waiting = slow("256");
    assert!(waiting > 24, "{waiting} requests were under way at most");
    let waiting = slow("12");
    assert!((8..=16).contains(&waiting), "{waiting} requests were under way at most");
}

/// A read that waits, and how many do at a time.
#[derive(Default)]
struct SlowStorage {
    waiting: AtomicUsize,
    most: AtomicUsize,
}

impl SlowStorage {
    fn read(&self, number: usize, wait: Duration) -> usize {
        let waiting = self.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(waiting, Ordering::SeqCst);
        request(|| sleep(wait));
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        number
    }
}

/// Reads numbers as the batches of a run do.
fn for_each<N: Send, E>(
    requests: &Requests,
    numbers: impl Iterator<Item = N>,
    read: &(dyn Fn(&mut (), N) -> N + Sync),
    take: impl FnMut(N) -> Result<(), E>,
) -> Result<(), E> {
    requests.with_readers(&|| (), read, |readers| readers.for_each(numbers, take))
}

#[test]
fn one_long_read_does_not_hold_up_the_others() {
    let (requests, storage) = (Requests::new(64), SlowStorage::default());
    let began = Instant::now();
    let read = |_: &mut (), number: usize| {
        // As a workbook that takes long to parse, before many small annotations.
        if number == 0 {
            sleep(Duration::from_millis(400));
        }
        storage.read(number, Duration::from_millis(4))
    };
    let read = |state: &mut (), number| (read(state, number), began.elapsed());
    let (numbers, ends): (Vec<_>, Vec<_>) =
        requests.map((0..1_000).collect(), || (), read).into_iter().unzip();
    assert!(numbers.into_iter().eq(0..1_000));
    let others = ends[1..].iter().max().unwrap();
    assert!(*others < ends[0], "{others:?} of {:?}", ends[0]);
}

#[test]
fn folders_within_folders_share_the_threads() {
    let (requests, storage) = (Requests::new(64), SlowStorage::default());
    let wait = Duration::from_millis(4);
    let folder = |_: &mut (), folder: usize| {
        let read = |_: &mut (), number| storage.read(number, wait);
        requests.map((folder..folder + 300).collect(), || (), read)
    };
    let folders = requests.map((0..20).collect(), || (), folder);
    assert!(folders.into_iter().enumerate().all(|(n, read)| read.into_iter().eq(n..n + 300)));
    let most = storage.most.load(Ordering::SeqCst);
    assert!((40..=64).contains(&most), "{most}");
}

#[test]
fn requests_grow_while_reads_wait_and_shrink_when_they_do_not() {
    let (requests, storage) = (Requests::new(64), SlowStorage::default());
    let read = |wait: Duration| {
        let mut taken = Vec::new();
        let read = |_: &mut (), number| storage.read(number, wait);
        let take = |number| {
            taken.push(number);
            Ok::<(), ()>(())
        };
        for_each(&requests, 0..300, &read, take).unwrap();
        assert!(taken.iter().copied().eq(0..300), "the order is that of the items");
        let read = |_: &mut (), number| storage.read(number, wait);
        assert!(requests.map((0..300).collect(), || (), read).into_iter().eq(0..300));
    };
    read(Duration::from_millis(4));
    assert_eq!(requests.count(), 64);
    let most = storage.most.load(Ordering::SeqCst);
    assert!((40..=64 + 16).contains(&most), "{most}");
    read(Duration::ZERO);
    assert!(requests.count() < 64);
}

#[test]
fn the_first_error_ends_the_reads() {
    for wait in [0, 3] {
        let mut taken = 0;
        let read = |_: &mut (), number: u32| {
            request(|| sleep(Duration::from_millis(wait)));
            number
        };
        let take = |number| {
            taken += 1;
            if number == 90 { Err(number) } else { Ok(()) }
        };
        assert_eq!(for_each(&Requests::default(), 0..200, &read, take), Err(90));
        assert_eq!(taken, 91);
    }
}

#[test]
fn what_needs_no_request_does_not_hide_that_reads_wait() {
    let (requests, storage) = (Requests::new(64), SlowStorage::default());
    let read = |_: &mut (), number: usize| {
        // Three of four are known already, as in a later run.
        let is_known = number % 4 < 3;
        if is_known { number } else { storage.read(number, Duration::from_millis(4)) }
    };
    let mut taken = Vec::new();
    let take = |number| {
        taken.push(number);
        Ok::<(), ()>(())
    };
    for_each(&requests, 0..2_000, &read, take).unwrap();
    assert!(taken.into_iter().eq(0..2_000));
    assert_eq!(requests.count(), 64);
}
