//! A run reads what changed, and gives the tables that a run over everything gives.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use mammodex::sample::SampleFlaws;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::index::{Indexed, index, tree};

const CASE: &str = "dcm/Uncompressed/Normal/Normal_00001";

/// The bytes of a catalog's tables.
pub fn tables(catalog: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tree(&catalog.join("current"));
    files.retain(|name, _| name.ends_with(".parquet"));
    assert_eq!(files.len(), 8);
    files
}

/// Fails when two catalogs differ, naming the tables that do.
pub fn assert_same(one: &Path, other: &Path, after: &str) {
    let (one, other) = (tables(one), tables(other));
    let differ: Vec<&String> = one.keys().filter(|name| one[*name] != other[*name]).collect();
    assert!(differ.is_empty(), "after {after}: {differ:?} differ");
}

/// How many files a run says that it read.
fn read(said: &str) -> usize {
    let words: Vec<&str> = said.split_whitespace().collect();
    let at = words.iter().position(|word| word.starts_with("read)")).expect(said);
    words[at - 1].trim_start_matches('(').parse().unwrap()
}

impl Indexed {
    /// Indexes, compares with a fresh catalog, and gives how many files were read.
    fn step(&self, after: &str, more: &[&str]) -> usize {
        let (code, said) = self.index(more);
        assert!(code < 2, "after {after}: {said}");
        let fresh = self.dir.path().join("fresh");
        let _ = fs::remove_dir_all(&fresh);
        index(&self.data(), &fresh, more);
        assert_same(&self.catalog(), &fresh, after);
        read(&said)
    }

    /// Files that are read every time.
    fn always(&self) -> usize {
        files(&self.data())
            .iter()
            .filter(|f| matches!(extension(f), "json" | "txt" | "xlsx"))
            .count()
    }
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|e| e.to_str()).unwrap_or_default()
}

/// Every file below a folder, sorted.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn set_time(path: &Path, time: SystemTime) {
    File::options().write(true).open(path).unwrap().set_times(times(time)).unwrap();
}

fn times(time: SystemTime) -> FileTimes {
    FileTimes::new().set_modified(time)
}

fn time(path: &Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

/// Puts other bytes in the place of a file: another inode, the same length and time.
fn replace(path: &Path, bytes: &[u8]) {
    let before = fs::metadata(path).unwrap();
    let beside = path.with_extension("beside");
    fs::write(&beside, bytes).unwrap();
    set_time(&beside, before.modified().unwrap());
    fs::rename(&beside, path).unwrap();
    let after = fs::metadata(path).unwrap();
    assert_ne!(before.ino(), after.ino());
}

#[test]
fn only_what_changed_is_read_and_the_tables_are_those_of_a_fresh_run() {
    let set = Indexed::new(20, SampleFlaws::Without);
    let (_, said) = set.index(&[]);
    let all = files(&set.data()).len();
    assert_eq!(read(&said), all);
    let always = set.always();
    assert_eq!(set.step("nothing", &[]), 0);
    let image = set.data().join(CASE).join("LCC.dcm");

    // The length stays, the time moves on.
    let mut bytes = fs::read(&image).unwrap();
    let at = bytes.windows(4).position(|w| w == b"MONO").unwrap();
    bytes[at] = b'L';
    File::options().write(true).open(&image).unwrap().write_all_at(&bytes, 0).unwrap();
    assert_eq!(set.step("another value", &[]), always + 1);

    // Length and time stay, the inode differs.
    bytes[at] = b'N';
    replace(&image, &bytes);
    assert_eq!(set.step("another inode", &[]), always + 1);

    // Touched: the file's time differs and nothing else.
    let earlier = tables(&set.catalog());
    set_time(&image, SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000));
    assert_eq!(set.step("a touch", &[]), always + 1);
    let later = tables(&set.catalog());
    let differ: Vec<&String> = earlier.keys().filter(|n| earlier[*n] != later[*n]).collect();
    assert_eq!(differ, ["images.parquet", "sources.parquet"]);
    let file = |n: u32| set.catalog().join(format!("snapshots/{n:06}/images.parquet"));
    let (old, new) = (file(3).display().to_string(), file(4).display().to_string());
    let sql = format!(
        "SELECT count(*) FROM (SELECT * EXCLUDE modified_at FROM '{old}'
           EXCEPT SELECT * EXCLUDE modified_at FROM '{new}')"
    );
    assert_eq!(set.rows(&sql), ["0"]);

    // Added, removed, renamed.
    fs::copy(&image, image.with_file_name("COPY.dcm")).unwrap();
    set_time(&image.with_file_name("COPY.dcm"), SystemTime::UNIX_EPOCH);
    assert_eq!(set.step("a copy", &[]), always + 1);
    fs::remove_file(image.with_file_name("COPY.dcm")).unwrap();
    assert_eq!(set.step("its removal", &[]), always);
    fs::rename(set.data().join(CASE), set.data().join("elsewhere")).unwrap();
    assert_eq!(set.step("a folder's new name", &[]), always + 4);
    fs::rename(set.data().join("elsewhere"), set.data().join(CASE)).unwrap();
    assert_eq!(set.step("its old name", &[]), always + 4);
}

#[test]
fn another_profile_reads_everything_again() {
    let set = Indexed::new(60, SampleFlaws::With);
    set.index(&[]);
    let all = files(&set.data()).len();
    assert_eq!(set.step("the generic profile", &["--profile", "generic"]), all);
    assert_eq!(set.step("the profile before", &["--profile", "ncc"]), all);
    let always = set.always();
    let copy = set.data().join("new.dcm");
    fs::copy(set.data().join(CASE).join("LCC.dcm"), &copy).unwrap();
    set_time(&copy, SystemTime::UNIX_EPOCH);
    assert_eq!(set.step("a file", &[]), always + 1);
}

#[test]
fn a_state_that_is_damaged_missing_or_old_costs_time_alone() {
    let set = Indexed::new(10, SampleFlaws::Without);
    set.index(&[]);
    let state = set.catalog().join(".files.csv");
    let first = fs::read(&state).unwrap();
    let image = set.data().join(CASE).join("LCC.dcm");
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut damage: Vec<(&str, Vec<u8>)> = vec![
        ("no bytes", Vec::new()),
        ("other bytes", b"\xff\xfe\0nonsense\"\"\"".to_vec()),
        ("half", first[..first.len() / 2].to_vec()),
        ("all but the last digit", first[..first.len() - 2].to_vec()),
        ("the state of an older snapshot", first.clone()),
    ];
    for _ in 0..4 {
        let mut bytes = first.clone();
        let at = random.random_range(0..bytes.len());
        bytes[at] = random.random();
        damage.push(("one byte", bytes));
    }
    for (n, (what, bytes)) in damage.into_iter().enumerate() {
        fs::write(&state, bytes).unwrap();
        set_time(&image, SystemTime::UNIX_EPOCH + Duration::from_secs(n as u64));
        set.step(what, &[]);
        assert_eq!(set.step("nothing", &[]), 0, "after {what}");
    }
    fs::remove_file(&state).unwrap();
    fs::create_dir(&state).unwrap();
    set.step("a folder in its place", &[]);
    fs::remove_dir(&state).unwrap();
    assert_eq!(set.step("no state", &[]), files(&set.data()).len());
    assert_eq!(set.step("nothing", &[]), 0);
}

#[test]
fn a_snapshot_that_was_damaged_is_written_again() {
    let set = Indexed::new(10, SampleFlaws::Without);
    set.index(&[]);
    for table in ["images", "issues", "patients", "sources"] {
        let file = fs::canonicalize(set.catalog().join("current")).unwrap();
        let file = file.join(format!("{table}.parquet"));
        let mut bytes = fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x55;
        fs::write(&file, bytes).unwrap();
        set.step(table, &[]);
        fs::remove_file(file).unwrap(); // of the snapshot before
        assert_eq!(set.step("nothing", &[]), 0);
    }
}

#[test]
fn a_file_that_was_written_while_the_run_looked_is_read_again() {
    let set = Indexed::new(10, SampleFlaws::Without);
    let image = set.data().join(CASE).join("LCC.dcm");
    // A clock of whole seconds, as on FAT and old NFS: two writes in one second look alike.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
    set_time(&image, now);
    set.index(&[]);
    let mut bytes = fs::read(&image).unwrap();
    let at = bytes.windows(4).position(|w| w == b"MONO").unwrap();
    bytes[at] = b'L';
    let file = File::options().write(true).open(&image).unwrap();
    file.write_all_at(&bytes, 0).unwrap();
    file.set_times(times(now)).unwrap();
    assert_eq!(set.step("a write in the same second", &[]), set.always() + 1);
}

/// One change of a data set, and what it was.
fn change(random: &mut ChaCha8Rng, data: &Path, catalog: &Path) -> String {
    let all = files(data);
    let file = all.choose(random).unwrap();
    let name = file.strip_prefix(data).unwrap().display().to_string();
    let bytes = fs::read(file).unwrap();
    let mutated = |random: &mut ChaCha8Rng| {
        let mut bytes = bytes.clone();
        for _ in 0..random.random_range(1..4) {
            if let Some(byte) = bytes.choose(random).copied() {
                let at = random.random_range(0..bytes.len());
                bytes[at] = byte;
            }
        }
        bytes
    };
    match random.random_range(0..10) {
        0 => {
            fs::write(file, mutated(random)).unwrap();
            format!("other bytes in {name}")
        }
        1 => {
            replace(file, &mutated(random));
            format!("another inode for {name}")
        }
        2 => {
            fs::write(file, &bytes[..random.random_range(0..=bytes.len())]).unwrap();
            format!("{name} cut")
        }
        3 => {
            fs::remove_file(file).unwrap();
            format!("{name} removed")
        }
        4 => {
            let copy = file.with_file_name(format!("copy {} of, \"it\"\n.dcm", all.len()));
            fs::write(&copy, mutated(random)).unwrap();
            format!("{name} copied")
        }
        5 => {
            let folder = file.parent().unwrap();
            let place = data.join(format!("moved-{}", random.random::<u16>()));
            if folder == data {
                return "nothing".to_owned();
            }
            fs::rename(folder, &place).unwrap();
            format!("the folder of {name} moved to {}", place.display())
        }
        6 => {
            set_time(file, time(file) + Duration::from_nanos(1_000_001));
            format!("{name} touched")
        }
        7 => {
            let (other, beside) = (all.choose(random).unwrap(), data.join("beside"));
            fs::rename(file, &beside).unwrap();
            if other != file {
                fs::rename(other, file).unwrap();
            }
            fs::rename(&beside, other).unwrap();
            format!("{name} and {} change places", other.display())
        }
        8 => {
            fs::write(file.with_file_name(format!("new-{}", all.len())), &bytes).unwrap();
            format!("{name} copied without an extension")
        }
        _ => {
            let state = catalog.join(".files.csv");
            let bytes = fs::read(&state).unwrap_or_default();
            fs::write(&state, &bytes[..random.random_range(0..=bytes.len())]).unwrap();
            "the state cut".to_owned()
        }
    }
}

fn edits(patients: u32, faults: SampleFlaws, seed: u64, steps: u32) {
    let set = Indexed::new(patients, faults);
    set.index(&[]);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut done = Vec::new();
    for _ in 0..steps {
        for _ in 0..random.random_range(1..4) {
            done.push(change(&mut random, &set.data(), &set.catalog()));
        }
        set.step(&format!("{done:#?}"), &["--profile", "ncc"]);
    }
}

#[test]
fn any_edits_give_the_tables_of_a_fresh_run() {
    edits(10, SampleFlaws::Without, 1, 12);
    edits(10, SampleFlaws::Without, 2, 12);
}

#[test]
fn any_edits_of_faulty_data_give_the_tables_of_a_fresh_run() {
    edits(60, SampleFlaws::With, 3, 12);
}
