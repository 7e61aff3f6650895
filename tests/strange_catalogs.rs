//! Catalogs that a stranger sent: whoever writes their files writes the checksums too.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use mammodex::disk::sha256_of_file;
use mammodex::tables::snapshot::SnapshotDescription;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::fixture::{Fixture, Said};

/// Changes the description of the current snapshot and seals it again.
fn described(fixture: &Fixture, change: impl FnOnce(&mut SnapshotDescription)) {
    let path = fixture.catalog().join("current/snapshot.json");
    let mut description: SnapshotDescription =
        serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for (table, file) in &mut description.tables {
        let path = fixture.catalog().join(format!("current/{table}.parquet"));
        file.sha256 = sha256_of_file(&path).unwrap_or_default();
    }
    change(&mut description);
    fs::write(path, serde_json::to_vec(&description.sealed()).unwrap()).unwrap();
}

/// A Parquet file of one column with one long text, which is small when it is compressed.
fn bomb(path: &Path, column: &str, bytes: usize) {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a".repeat(bytes)]));
    let batch = RecordBatch::try_from_iter([(column, text)]).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(false)
        .build();
    let file = fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    assert!(fs::metadata(path).unwrap().len() < 200_000);
}

/// Parquet whose footer claims two billion columns.
fn endless_footer() -> Vec<u8> {
    let footer = b"\x15\x02\x19\xfc\xff\xff\xff\xff\x07\x00";
    [b"PAR1", &footer[..], &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

fn refused(said: &Said, words: &str) {
    assert!(said.code > 0 && said.code < 3, "{}: {}", said.code, said.err);
    assert!(said.err.contains(words), "{words}: {}", said.err);
    assert!(!said.err.contains("panicked"), "{}", said.err);
}

#[test]
fn a_list_that_unpacks_beyond_its_bounds_is_refused() {
    let fixture = Fixture::new();
    let list = fixture.dir.path().join("list.parquet");
    for (column, command) in [
        ("case_id", &["cohort", "create", "c", "--cases", "list.parquet"][..]),
        ("path", &["index", "data", "--catalog", "other", "--files-from", "list.parquet"]),
    ] {
        bomb(&list, column, 200 << 20);
        let said = fixture.run(command);
        refused(&said, "list.parquet");
        fs::write(&list, endless_footer()).unwrap();
        refused(&fixture.run(command), "its footer is damaged");
    }
}

#[test]
fn a_table_that_is_not_what_this_version_writes_is_refused() {
    let fixture = Fixture::new();
    let table = fixture.catalog().join("current/patients.parquet");
    let query = ["query", "SELECT count(*) FROM patients"];
    bomb(&table, "case_id", 200 << 20);
    described(&fixture, |_| {});
    refused(&fixture.run(&query), "patients.parquet: its columns are not those");
    fs::write(&table, endless_footer()).unwrap();
    described(&fixture, |_| {});
    refused(&fixture.run(&query), "patients.parquet: its footer is damaged");
    // Without room for the page, and with a name for the file.
    let fixture = Fixture::with(
        "UPDATE patients SET case_id = repeat('a', 150_000_000) WHERE case_id = 'Cancer_00001'",
    );
    for memory in ["200MB", "4GB"] {
        let said = fixture.run(&["query", "--memory", memory, "SELECT max(case_id) FROM patients"]);
        refused(&said, "patients.parquet: a page of column case_id unpacks to");
    }
}

#[test]
fn the_tables_of_a_description_are_those_of_this_version() {
    let fixture = Fixture::new();
    let query = ["query", "SELECT count(*) FROM images"];
    for name in ["../../../outside", "a\"; COPY x TO 'y", "\u{1b}[31m"] {
        described(&fixture, |description| {
            let file = description.tables["images"].clone();
            description.tables.insert(name.to_owned(), file);
        });
        let said = fixture.run(&query);
        refused(&said, "which is unknown");
        assert!(!said.err.contains('\u{1b}'), "{:?}", said.err);
        described(&fixture, |description| drop(description.tables.remove(name)));
    }
    fixture.done(&query);
    described(&fixture, |description| drop(description.tables.remove("images")));
    refused(&fixture.run(&query), "it does not name the table images");
}

#[test]
fn a_snapshot_is_within_its_catalog() {
    let (fixture, other) = (Fixture::new(), Fixture::new());
    let current = fixture.catalog().join("current");
    fs::remove_file(&current).unwrap();
    symlink(other.catalog().join("snapshots/000001"), &current).unwrap();
    for command in [&["query", "SELECT 1"][..], &["query", "--safe", "SELECT 1"], &["check"]] {
        refused(&fixture.run(command), "outside the catalog's snapshots");
    }
}

#[test]
fn links_of_a_catalog_lead_nowhere_else() {
    let fixture = Fixture::new();
    fixture.pilot("train=0.5,test=0.5", &[]);
    let catalog = fixture.catalog();
    let outside = fixture.dir.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let secret = "secret = [\n";
    let link = |name: &str| {
        let target = outside.join(Path::new(name).file_name().unwrap());
        fs::write(&target, secret).unwrap();
        let path = catalog.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        symlink(&target, &path).unwrap();
    };
    let rows = fixture.split_rows("pilot");
    let rows = rows.file_name().unwrap().to_str().unwrap().to_owned();
    let before: Vec<(&str, Vec<&str>, &str)> = vec![
        ("cohorts/c.toml", vec!["cohort", "show", "c"], "leads outside"),
        ("cohorts/c.toml", vec!["query", "FROM cohorts.c"], "leads outside"),
        (
            "cohorts/c.toml",
            vec!["cohort", "create", "c", "--where", "true", "--force"],
            "leads outside",
        ),
        ("splits/s.toml", vec!["split", "show", "s"], "leads outside"),
        ("checks/own.sql", vec!["check", "own"], "leads outside"),
        ("checks/waivers.toml", vec!["check"], "leads outside"),
        (
            "checks/waivers.toml",
            vec!["check", "waive", "case-spelled-twice", "--reason", "r"],
            "leads outside",
        ),
        (".lock", vec!["index", "data", "--catalog", "catalog"], ".lock"),
    ];
    for (name, command, words) in before {
        link(name);
        let said = fixture.run(&command);
        let text = format!("{}{}", said.out, said.err);
        assert!(said.code > 0 && text.contains(words), "{name} {command:?}: {text}");
        assert!(!text.contains("secret"), "{name}: {text}");
        let target = outside.join(Path::new(name).file_name().unwrap());
        assert_eq!(fs::read_to_string(target).unwrap(), secret, "{name} {command:?}");
        fs::remove_file(catalog.join(name)).unwrap();
    }
    // The rows of a split, and those of a reviewer.
    let path = catalog.join("splits").join(&rows);
    fs::rename(&path, outside.join(&rows)).unwrap();
    symlink(outside.join(&rows), &path).unwrap();
    refused(&fixture.run(&["query", "FROM splits.pilot"]), "leads outside");
    let safe = format!("FROM read_parquet('catalog/splits/{rows}')");
    assert!(fixture.run(&["query", "--safe", &safe]).code > 0);
    link("reviews/kim.jsonl");
    let count = fixture.done(&["query", "--format", "csv", "SELECT count(*) FROM reviews"]);
    assert_eq!(count.lines().last(), Some("0"));
}

#[test]
fn nothing_is_written_through_links_of_a_catalog() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| crate::fixture::run_in(dir.path(), arguments, "");
    let sample =
        ["sample", "data", "--patients", "4", "--seed", "5", "--pixels", "none", "--readers", "1"];
    assert_eq!(run(&sample).code, 0);
    assert!(run(&["index", "data"]).code < 2);
    let victim = dir.path().join("victim");
    fs::write(&victim, "mine").unwrap();
    let catalog = dir.path().join("catalog");
    let reviews = catalog.join("reviews");
    fs::create_dir(&reviews).unwrap();
    for name in [".files.csv.new", ".probe", ".current", "reviews/.kim.lock", "reviews/kim.jsonl"] {
        let _ = fs::remove_file(catalog.join(name));
        symlink(&victim, catalog.join(name)).unwrap();
    }
    fs::write(dir.path().join("data/new.csv"), "ID\n1\n").unwrap();
    assert!(run(&["index", "data"]).code < 2);
    let verdict = format!(
        r#"{{"number":1,"reviewer":"kim","given_at":"2026-01-31T09:30:00Z","contour_hash":"{}","case_id":"c","image_path":"i","verdict":"accept","seconds":1,"snapshot":1}}"#,
        "ab".repeat(32)
    );
    fs::write(dir.path().join("kim.jsonl"), verdict + "\n").unwrap();
    assert_eq!(run(&["review", "import", "kim.jsonl"]).code, 2);
    fs::remove_file(reviews.join(".kim.lock")).unwrap();
    assert_eq!(run(&["review", "import", "kim.jsonl"]).code, 2);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
    fs::remove_file(reviews.join("kim.jsonl")).unwrap();
    assert_eq!(run(&["review", "import", "kim.jsonl"]).code, 0);
}

#[test]
fn reviews_of_a_stranger_are_shown_without_their_escape_sequences() {
    let fixture = Fixture::new();
    let folder = fixture.catalog().join("reviews");
    fs::create_dir(&folder).unwrap();
    let hostile = "\\u001b]0;x\\u0007\\u202e\\u009b31m";
    let line = format!(
        r#"{{"number":1,"reviewer":"{hostile}","given_at":"{hostile}","contour_hash":"{hostile}","case_id":"{hostile}","image_path":"../../{hostile}","verdict":"accept","note":"{hostile}","seconds":1,"snapshot":1}}"#
    );
    let raw =
        format!("{line}\n\u{1b}[2J\u{202e}not a verdict\n{}\n", line.replace("\\u001b", "\u{1b}"));
    fs::write(folder.join("kim.jsonl"), &raw).unwrap();
    fs::write(folder.join("\u{1b}[31m.jsonl"), &raw).unwrap();
    fs::write(fixture.dir.path().join("kim.jsonl"), &raw).unwrap();
    let mut seen = String::new();
    for command in [
        &["query", "FROM reviews"][..],
        &["query", "FROM latest_verdicts"],
        &["query", "--format", "csv", "FROM reviews"],
        &["query", "--format", "markdown", "FROM reviews"],
        &["query", "FROM review_disagreements"],
        &["review", "import", "kim.jsonl"],
        &["review", "export", "out.json"],
        &["report", "-o", "report.html"],
    ] {
        let said = fixture.run(command);
        assert!(!said.err.contains("panicked"), "{command:?}: {}", said.err);
        for text in [&said.out, &said.err] {
            let raw = text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{9b}']);
            assert!(!raw || command.contains(&"csv"), "{command:?}: {text:?}");
            seen.push_str(text);
        }
    }
    assert!(seen.contains("\\x1b"), "{seen}");
}

#[test]
fn the_catalog_is_found_from_another_search_path() {
    let fixture = Fixture::new();
    let script = "SET search_path = 'temp';\nSELECT count(*) FROM patients;\n\
                  SELECT count(*) FROM memory.patients;\nATTACH 'x.db' AS x; USE x;\n\
                  SELECT count(*) FROM memory.images; SELECT count(*) FROM memory.cases;\n\
                  SHOW TABLES FROM x; USE memory; SELECT count(*) FROM images;";
    let said = fixture.run_with(&["shell", "--no-init", "--format", "csv"], script);
    assert!(said.err.contains("hint: USE memory returns to the catalog"), "{}", said.err);
    assert!(
        !said.err.contains("index DATASET") && !said.err.contains("was made without"),
        "{}",
        said.err
    );
    let counts: Vec<&str> = said.out.lines().filter(|line| line.parse::<u32>().is_ok()).collect();
    assert_eq!(counts, ["60", "236", "60", "236"], "{}", said.report());
    let tables = said.out.lines().filter(|line| ["images", "cases"].contains(line)).count();
    assert_eq!(tables, 0, "{}", said.out);
}
