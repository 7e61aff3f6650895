//! Shards: whatever their number and order, linking gives the tables of `index`, byte for byte.

use std::fs;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::StringArray;
use arrow::compute::concat_batches;
use arrow::record_batch::{RecordBatch, RecordBatchReader};
use mammodex::sample::{self, SampleFlaws, SamplePixels, SampleRequest};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use zip::CompressionMethod::Deflated;

use crate::archives::zip;
use crate::fixture::{Said, assert_said, command_by, run, run_in};
use crate::sample_data::{SampleDataSet, files_below};

const NCC: &[&str] = &["--profile", "ncc"];

impl SampleDataSet {
    fn flawed() -> Self {
        let set = Self::empty();
        fs::remove_dir(set.root()).unwrap();
        let (root, pixels, faults) = (set.root(), SamplePixels::None, SampleFlaws::With);
        sample::write(&SampleRequest { root, patients: 60, seed: 7, pixels, readers: 2, faults })
            .unwrap();
        set
    }

    fn run(&self, arguments: &[&str]) -> Said {
        run_in(self.dir.path(), arguments, "")
    }

    /// Runs a command that ends well.
    fn done(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
        said.err
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Divides the data set into lists; returns their names, `PLAN/00000.jsonl` and so on.
    fn plan(&self, plan: &str, count: usize) -> Vec<String> {
        self.done(&["plan", "data", "--shards", &count.to_string(), "-o", plan]);
        let lists = names(&self.path(plan)).into_iter().filter(|name| name.ends_with(".jsonl"));
        let lists: Vec<String> = lists.map(|name| format!("{plan}/{name}")).collect();
        assert_eq!(lists.len(), count);
        lists
    }

    /// Scans each list into a shard in a folder; returns the names of the shards.
    fn scan(&self, lists: &[String], into: &str, options: &[&str]) -> Vec<String> {
        let scan = |(number, list): (usize, &String)| {
            let shard = format!("{into}/{number}");
            let arguments = ["scan", "data", "--files-from", list.as_str(), "--into", &shard];
            self.done(&[&arguments, options].concat());
            shard
        };
        lists.iter().enumerate().map(scan).collect()
    }

    fn link(&self, shards: &[String], catalog: &str, options: &[&str]) -> Said {
        let shards: Vec<&str> = shards.iter().map(String::as_str).collect();
        self.run(&[&["link", "data", "--catalog", catalog], &shards[..], options].concat())
    }

    /// Fails unless the tables of two catalogs are the same, byte for byte.
    fn assert_same(&self, one: &str, other: &str) {
        let (one, other) = (self.tables(one), self.tables(other));
        let names = |tables: &[(String, Vec<u8>)]| -> Vec<String> {
            tables.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&one), names(&other));
        for ((name, one), (_, other)) in one.iter().zip(&other) {
            assert!(one == other, "{name} differs");
        }
    }

    /// The number of files that a run says it read.
    fn read(said: &Said) -> usize {
        let words: Vec<&str> = said.err.split_whitespace().collect();
        let place = words.iter().position(|word| word.starts_with("read)")).expect(&said.err);
        words[place - 1].trim_start_matches('(').parse().unwrap()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Changes a value in the header of an image; the length stays. False where the header is compressed.
fn change_image(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap();
    let Some(place) = bytes.windows(4).position(|window| window == b"MONO") else { return false };
    fs::File::options().write(true).open(path).unwrap().write_all_at(b"L", place as u64).unwrap();
    true
}

/// Whether a shard has a file: not a table or an annotation.
fn is_scanned(path: &str) -> bool {
    ![".xlsx", ".json", ".txt"].iter().any(|end| path.ends_with(end))
}

/// Packs the folder of every third case into an archive.
fn pack_some(root: &Path) {
    let images = files_below(&root.join("dcm"));
    let mut folders: Vec<&Path> = images.iter().filter_map(|(_, path)| path.parent()).collect();
    folders.dedup();
    for folder in folders.into_iter().step_by(3) {
        let files: Vec<(String, Vec<u8>)> = files_below(folder)
            .into_iter()
            .map(|(name, path)| (name, fs::read(path).unwrap()))
            .collect();
        let members: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), &b[..])).collect();
        fs::write(folder.with_extension("zip"), zip(&members, Deflated)).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }
}

/// Compares what `link` makes of 1, 2 and 7 shards, shuffled, with what `index` makes.
fn assert_shards_give_what_index_gives(set: &SampleDataSet, profile: &[&str], scan: &[&str]) {
    let whole = set.index("whole", &[profile, scan].concat());
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for count in [1, 2, 7] {
        let lists = set.plan(&format!("plan{count}"), count);
        let options = [profile, scan].concat();
        let mut shards = set.scan(&lists, &format!("shards{count}"), &options);
        shards.shuffle(&mut rng);
        let catalog = format!("linked{count}");
        let linked = set.link(&shards, &catalog, profile);
        assert_eq!(linked.code, whole.code, "{}", linked.err);
        set.assert_same("whole", &catalog);
        // The findings are reported alike.
        let findings = |said: &Said| -> Vec<String> {
            said.err.lines().filter(|line| line.starts_with("  ")).map(str::to_owned).collect()
        };
        assert_eq!(findings(&linked), findings(&whole));
        // A second run has nothing to do, whichever it is.
        let again = set.link(&shards, &catalog, profile);
        assert!(again.err.contains("nothing changed"), "{}", again.err);
        let again = set.index(&catalog, &[profile, scan].concat());
        assert!(again.err.contains("nothing changed"), "{}", again.err);
    }
}

#[test]
fn shards_give_what_index_gives() {
    assert_shards_give_what_index_gives(&SampleDataSet::flawed(), NCC, &[]);
}

#[test]
fn shards_give_what_index_gives_with_archives_attributes_and_hashes() {
    let set = SampleDataSet::flawed();
    pack_some(&set.root());
    let scan = ["--tags", "KVP,Grid,BodyPartThickness", "--hash-pixels"];
    assert_shards_give_what_index_gives(&set, NCC, &scan);
}

#[test]
fn many_shards_of_interleaved_files_are_linked_with_few_open_files() {
    let set = SampleDataSet::flawed();
    pack_some(&set.root());
    let scan = ["--tags", "Grid", "--hash-pixels"];
    let whole = set.index("whole", &[NCC, &scan].concat());
    let paths: Vec<String> = files_below(&set.root()).into_iter().map(|(path, _)| path).collect();
    let lists: Vec<String> = (0..20)
        .map(|number| {
            let own = paths.iter().filter(|path| is_scanned(path)).skip(number).step_by(20);
            let list = format!("list{number}.txt");
            let text: String = own.map(|path| format!("{path}\n")).collect();
            fs::write(set.path(&list), text).unwrap();
            list
        })
        .collect();
    let shards = set.scan(&lists, "shards", &[NCC, &scan].concat());
    // Each shard has four tables, and begins before the others end.
    let mut command = command_by("bash", &["-c", "ulimit -n 72; exec \"$@\"", "bash"]);
    let command = command.current_dir(set.dir.path()).env("HOME", set.dir.path());
    let shards = shards.iter().map(String::as_str);
    let arguments = ["link", "data", "--catalog", "linked", "--profile", "ncc"];
    let linked = run(command.args(arguments).args(shards), set.dir.path(), "");
    assert_eq!(linked.code, whole.code, "{}", linked.err);
    set.assert_same("whole", "linked");
    let left: Vec<String> = names(&set.path("linked"));
    assert!(left.iter().all(|name| !name.starts_with("mammodex-")), "{left:?}");
}

#[test]
fn shards_give_what_index_gives_by_a_profile_that_finds_cases_in_headers() {
    assert_shards_give_what_index_gives(&SampleDataSet::new(12), &["--profile", "generic"], &[]);
}

#[test]
fn a_plan_keeps_cases_and_archives_together() {
    let set = SampleDataSet::new(30);
    pack_some(&set.root());
    let lists = set.plan("plan", 6);
    let mut cases: Vec<(String, String)> = Vec::new();
    let mut files = 0;
    for list in &lists {
        let text = fs::read_to_string(set.path(list)).unwrap();
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let path = value["path"].as_str().unwrap();
            assert!(set.root().join(path).is_file(), "{path}");
            let name = path.split('/').find(|part| part.contains("_0")).unwrap_or(path);
            cases.push((name.trim_end_matches(".zip").to_owned(), list.clone()));
            files += 1;
        }
    }
    // Neither the workbook nor annotations.
    let scanned = files_below(&set.root()).into_iter().filter(|(path, _)| is_scanned(path));
    assert_eq!(files, scanned.count());
    cases.sort();
    cases.dedup();
    let mut once = cases.clone();
    once.dedup_by(|later, first| later.0 == first.0);
    assert_eq!(cases, once, "a case is in two lists");
    // Members of archives count, so that lists take the same time.
    let scanned = set.scan(&lists, "shards", NCC);
    for shard in scanned {
        let text = fs::read_to_string(set.path(&shard).join("shard.json")).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let images = value["tables"]["images"]["rows"].as_u64().unwrap();
        assert!((16..=24).contains(&images), "{shard}: {images}");
    }
    set.done(&["plan", "data", "--size", "50", "--profile", "ncc", "-o", "sized"]);
    assert_eq!(
        names(&set.path("sized")),
        ["00000.jsonl", "00001.jsonl", "00002.jsonl", "plan.json"]
    );
}

#[test]
fn a_repeated_scan_is_harmless_and_gives_the_same_bytes() {
    let set = SampleDataSet::new(6);
    let lists = set.plan("plan", 2);
    let shards = set.scan(&lists, "shards", NCC);
    let bytes = |shard: &str| -> Vec<(String, Vec<u8>)> {
        let files = files_below(&set.path(shard)).into_iter();
        files.map(|(name, path)| (name, fs::read(path).unwrap())).collect()
    };
    let first = bytes(&shards[0]);
    let scan = ["scan", "data", "--profile", "ncc", "--files-from", "plan/00000.jsonl", "--into"];
    assert_said!(set.run(&[&scan[..], &["shards/0"]].concat()), @r"
        exit code 0
        --- stderr ---
        13 files, 12 images: shards/0 holds them already
        ");
    set.done(&[&scan[..], &["elsewhere/0"]].concat());
    assert_eq!(bytes("elsewhere/0"), first);
    // Other files in the same place are a mistake.
    let other = ["scan", "data", "--profile", "ncc", "--files-from", "plan/00001.jsonl", "--into"];
    assert_said!(set.run(&[&other[..], &["shards/0"]].concat()), @r"
        exit code 2
        --- stderr ---
        mammodex: shards/0 holds a shard of other files, or of an earlier state of them: name another folder, or use --force to replace it
        ");
    assert_eq!(bytes("shards/0"), first);
    set.done(&[&other[..], &["elsewhere/0", "--force"]].concat());
    assert_eq!(bytes("elsewhere/0"), bytes("shards/1"));
    // Repeated shards count once.
    set.done(&[&scan[..], &["again/0"]].concat());
    let said = set.link(&[shards, vec!["again".to_owned()]].concat(), "linked", &[]);
    assert!(said.err.starts_with("2 shards linked"), "{}", said.err);
    set.index("whole", &[]);
    set.assert_same("whole", "linked");
}

#[test]
fn files_that_no_shard_covers_are_counted_and_named() {
    let set = SampleDataSet::new(6);
    let lists = set.plan("plan", 3);
    let mut shards = set.scan(&lists, "shards", NCC);
    // One shard is lost, one file changed, one file is new, one is gone.
    shards.remove(1);
    let of_list = |number: usize| -> Vec<String> {
        let text = fs::read_to_string(set.path(&lists[number])).unwrap();
        let path = |line: &str| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["path"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        text.lines().map(path).collect()
    };
    let changed = of_list(0).into_iter().skip(2).any(|path| change_image(&set.root().join(path)));
    assert!(changed);
    let copy = set.root().join("dcm/new.dcm");
    fs::copy(set.root().join(&of_list(0)[1]), &copy).unwrap();
    fs::remove_file(set.root().join(&of_list(2)[3])).unwrap();
    let said = set.link(&shards, "linked", &["--uncovered", "rest.jsonl"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: shards do not cover 10 files of the data set (1 changed since they were scanned): dcm/Uncompressed/Benign/Benign_00001/LMLO.dcm, dcm/Uncompressed/Normal/Normal_00001/LCC.dcm, dcm/Uncompressed/Normal/Normal_00001/LMLO.dcm, dcm/Uncompressed/Normal/Normal_00001/RCC.dcm, dcm/Uncompressed/Normal/Normal_00001/RMLO.dcm, …; scan the list that --uncovered LIST writes, or use --read-uncovered to read them now
        ");
    assert!(!set.catalog("linked").exists());
    // Their list is scanned like any other.
    set.scan(&["rest.jsonl".to_owned()], "rest", NCC);
    let said = set.link(&[shards.clone(), vec!["rest".to_owned()]].concat(), "linked", &[]);
    assert_said!(said, @r#"
        exit code 1
        --- stderr ---
        3 shards linked
        shards hold 1 file that the data set no longer has
        29 files (4 read), profile ncc: 6 patients, 24 images, 1 annotation, 4 lesions
          error       1  views-missing
          error       1  sop-duplicate
          warning      24  pixels-missing
          info       1  file-unrecognised
          info       1  annotation-repaired
          ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
        snapshot 1 is in linked/current
        each finding: mammodex query --catalog linked "SELECT severity, code, file, place, message FROM issues"
        "#);
    set.index("whole", &[]);
    set.assert_same("whole", "linked");
    // Or the run reads them.
    let said = set.link(&shards, "read", &["--read-uncovered"]);
    let own = files_below(&set.root()).into_iter().filter(|(path, _)| !is_scanned(path)).count();
    assert_eq!(SampleDataSet::read(&said), of_list(1).len() + 2 + own, "{}", said.err);
    set.assert_same("whole", "read");
}

#[test]
fn later_shards_are_linked_beside_earlier_snapshots() {
    let set = SampleDataSet::new(8);
    let lists = set.plan("plan", 4);
    let shards = set.scan(&lists, "shards", NCC);
    let list = ["--files-from", "some.txt"];
    let paths = lists[..3].iter().map(|list| fs::read_to_string(set.path(list)).unwrap());
    fs::write(set.path("some.txt"), paths.collect::<String>()).unwrap();
    // The profile is named, since it cannot be guessed of some files alone.
    let said = set.link(&shards[..3], "linked", &list);
    assert!(said.code < 2, "{}", said.err);
    let said = set.index("whole", &[&list[..], NCC].concat());
    assert!(said.code < 2, "{}", said.err);
    set.assert_same("whole", "linked");
    // The snapshot covers what is not in the new shard.
    let said = set.link(&shards[3..], "linked", &[]);
    assert!(said.code < 2, "{}", said.err);
    set.index("whole", NCC);
    set.assert_same("whole", "linked");
}

#[test]
fn shards_of_several_states_of_a_file_give_its_present_state() {
    let set = SampleDataSet::new(4);
    let lists = set.plan("plan", 1);
    set.scan(&lists, "early", NCC);
    let image = set.root().join("dcm/Uncompressed/Normal/Normal_00001/LCC.dcm");
    assert!(change_image(&image));
    set.scan(&lists, "late", NCC);
    set.index("whole", NCC);
    for (order, catalog) in [(["early", "late"], "one"), (["late", "early"], "other")] {
        let said = set.link(&order.map(str::to_owned), catalog, &[]);
        assert!(said.code < 2, "{}", said.err);
        set.assert_same("whole", catalog);
    }
    let said = set.link(&["early".to_owned()], "stale", &[]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("Normal_00001/LCC.dcm"), "{}", said.err);
}

#[test]
fn a_shard_that_is_not_whole_is_reported() {
    let set = SampleDataSet::new(4);
    let lists = set.plan("plan", 2);
    set.scan(&lists, "shards", NCC);
    // A scan that was killed, or a copy that was broken off before the last file.
    fs::create_dir(set.path("shards/2")).unwrap();
    fs::copy(set.path("shards/1/images.parquet"), set.path("shards/2/images.parquet")).unwrap();
    let shards = ["shards".to_owned()];
    let said = set.link(&shards, "linked", &[]);
    assert!(
        said.err.starts_with("shards/2 is not a finished shard and is ignored\n2 shards linked\n")
    );
    set.index("whole", NCC);
    set.assert_same("whole", "linked");
    // A table that was damaged.
    let table = set.path("shards/1/sources.parquet");
    let bytes = fs::read(&table).unwrap();
    fs::write(&table, &bytes[..bytes.len() / 2]).unwrap();
    assert_said!(set.link(&shards, "damaged", &[]), @r"
        exit code 2
        --- stderr ---
        mammodex: shards/1/sources.parquet is missing or differs from its checksum: scan the shard again
        ");
    fs::remove_file(&table).unwrap();
    assert!(set.link(&shards, "damaged", &[]).err.contains("shards/1/sources.parquet is missing"));
    fs::write(&table, bytes).unwrap();
    // A description that was edited, and one of another version.
    let place = set.path("shards/1/shard.json");
    let text = fs::read_to_string(&place).unwrap();
    for (from, to) in [
        ("\"unread\": 0", "\"unread\": 1"),
        ("\"format\": 1", "\"format\": 9"),
        ("\"images\": {", "\"../../images\": {"),
        ("{", ""),
    ] {
        fs::write(&place, text.replacen(from, to, 1)).unwrap();
        let said = set.link(&shards, "damaged", &[]);
        assert_eq!(said.code, 2, "{from}");
        assert!(said.err.contains("shards/1/shard.json does not describe a shard"), "{}", said.err);
    }
    assert!(!set.catalog("damaged").exists());
}

#[test]
fn shards_that_were_scanned_in_other_ways_are_refused() {
    let set = SampleDataSet::new(4);
    let lists = set.plan("plan", 2);
    let scan = |list: &str, shard: &str, more: &[&str]| {
        let arguments = ["scan", "data", "--files-from", list, "--into", shard];
        set.done(&[&arguments, more].concat());
    };
    scan(&lists[0], "shards/0", NCC);
    scan(&lists[1], "shards/1", &["--profile", "ncc", "--tags", "KVP"]);
    assert_said!(set.link(&["shards".to_owned()], "linked", &[]), @r#"
        exit code 2
        --- stderr ---
        mammodex: shards/0 and shards/1 were scanned in different ways: attributes "" and "KVP"
        "#);
    assert_said!(set.link(&["shards/0".to_owned()], "linked", &["--profile", "cmmd"]), @r#"
        exit code 2
        --- stderr ---
        mammodex: shards/0 was scanned in another way than this run scans: profile "ncc" and "cmmd"
        "#);
    let inside = ["scan", "data", "--profile", "ncc", "--into", "data/shards/0"];
    assert!(set.run(&inside).err.contains("data/shards/0 is inside the data set data"));
    let inside = ["plan", "data", "--shards", "2", "-o", "data/plan"];
    assert!(set.run(&inside).err.contains("data/plan is inside the data set data"));
    fs::create_dir(set.path("empty")).unwrap();
    assert_said!(set.link(&["empty".to_owned()], "linked", &[]), @r"
        exit code 2
        --- stderr ---
        mammodex: none of the folders is a finished shard
        ");
    // A profile of the same name with another rule.
    let text = set.run(&["profile", "show", "ncc"]).out;
    fs::write(set.path("own.toml"), text.replace("[\"LCC\", ", "[")).unwrap();
    let said = set.link(&["shards/0".to_owned()], "linked", &["--profile", "own.toml"]);
    assert_said!(said, @r"
    exit code 2
    --- stderr ---
    mammodex: shards/0 was scanned in another way than this run scans: the text of the profile, or the build of mammodex
    ");
}

#[test]
fn a_shard_of_a_stranger_is_not_trusted() {
    let set = SampleDataSet::new(4);
    let lists = set.plan("plan", 1);
    set.scan(&lists, "shards", NCC);
    // Tables that are not those of a shard, with right checksums.
    let shard = set.path("shards/0");
    let sources = shard.join("sources.parquet");
    let original = fs::read(&sources).unwrap();
    let text = fs::read_to_string(shard.join("shard.json")).unwrap();
    let paths = |batch: &RecordBatch| batch.project(&[0]).unwrap();
    let reversed = |batch: &RecordBatch| {
        let rows = (0..batch.num_rows()).rev().map(|row| batch.slice(row, 1));
        concat_batches(&batch.schema(), &rows.collect::<Vec<_>>()).unwrap()
    };
    let virus = |batch: &RecordBatch| {
        let mut columns = batch.columns().to_vec();
        columns[1] = Arc::new(StringArray::from(vec!["virus"; batch.num_rows()]));
        RecordBatch::try_new(batch.schema(), columns).unwrap()
    };
    let changes: [(&TableChange, &str); 3] = [
        (&paths, "its columns are not those that this version writes"),
        (&reversed, "its rows are not sorted by path"),
        (&virus, "column kind has a value that is not known"),
    ];
    for (change, expected) in changes {
        let changed = rewritten(&original, change);
        fs::write(&sources, &changed).unwrap();
        fs::write(shard.join("shard.json"), resealed(&text, "sources", &changed)).unwrap();
        let said = set.link(&["shards".to_owned()], "linked", &[]);
        assert_eq!(said.code, 2, "{expected}: {}", said.err);
        assert!(said.err.contains("shards/0/sources.parquet"), "{expected}: {}", said.err);
        assert!(said.err.contains(expected), "{expected}: {}", said.err);
    }
    // A table that breaks off in the middle.
    fs::write(&sources, &original).unwrap();
    let images = shard.join("images.parquet");
    let mut bytes = fs::read(&images).unwrap();
    let middle = bytes.len() / 3;
    bytes[40..middle].fill(0xFF);
    fs::write(&images, &bytes).unwrap();
    fs::write(shard.join("shard.json"), resealed(&text, "images", &bytes)).unwrap();
    let said = set.link(&["shards".to_owned()], "linked", &[]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("shards/0/images.parquet"), "{}", said.err);
    assert!(!set.catalog("linked").exists());
}

/// A change of the rows of a table.
type TableChange = dyn Fn(&RecordBatch) -> RecordBatch;

/// A Parquet file with its rows changed.
fn rewritten(table: &[u8], change: &TableChange) -> Vec<u8> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(table).unwrap();
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let schema = batches.schema();
    let batches: Vec<RecordBatch> = batches.map(Result::unwrap).collect();
    let changed = change(&concat_batches(&schema, &batches).unwrap());
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, changed.schema(), None).unwrap();
    writer.write(&changed).unwrap();
    writer.close().unwrap();
    out
}

/// The description of a shard with another table, as a stranger may write it: every checksum is right.
fn resealed(text: &str, table: &str, bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let hex = |bytes: &[u8]| mammodex::disk::hex(&Sha256::digest(bytes));
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    value["tables"][table]["sha256"] = hex(bytes).into();
    value["checksum"] = "".into();
    let sealed = hex(&serde_json::to_vec(&value).unwrap());
    value["checksum"] = sealed.into();
    format!("{value:#}\n")
}
