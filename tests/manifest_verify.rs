//! `mammodex manifest verify`: what differs is found, and only that.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use mammodex::disk::sha256_of_file;
use serde_json::json;

use crate::fixture::{Fixture, Said, assert_said};

/// Files of the fixture have four bytes.
const SIZES: &str = "UPDATE images SET size_bytes = 4";

fn prepared() -> Fixture {
    let fixture = Fixture::with(SIZES);
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    let split =
        ["split", "create", "pilot", "--cohort", "all", "--stratify", "diagnosis", "--ratios"];
    fixture.done(&[&split[..], &["train=0.7,test=0.3"]].concat());
    fixture
}

fn path(fixture: &Fixture, name: &str) -> PathBuf {
    fixture.dir.path().join(name)
}

/// What a check says on both streams, and that its exit code fits.
fn verify(fixture: &Fixture, name: &str) -> Said {
    let said = fixture.run(&["manifest", "verify", name, "--format", "csv"]);
    let findings = said.out.lines().count() - 1;
    assert_eq!(said.code, i32::from(findings > 0), "{} {}", said.out, said.err);
    said
}

fn sound(fixture: &Fixture, name: &str) {
    let said = verify(fixture, name);
    assert_eq!(said.out, "check,place,message\n", "{name}");
}

#[test]
fn what_was_just_written_holds() {
    let fixture = prepared();
    for arguments in [
        &["-o", "m.csv"][..],
        &["-o", "m.jsonl", "--label", "t_stage >= 2", "--paths", "absolute"],
        &[
            "-o",
            "m.parquet",
            "--sha256",
            "--columns",
            "path,case_id,view_modifiers,patients.age_years",
        ],
        &["-o", "p.parquet", "--per", "patient"],
        &["-o", "s.csv", "--sha256", "--relative-to", "catalog", "--include", "discarded"],
        &["-o", "monai.json", "--format", "monai"],
        &["-o", "croissant", "--format", "croissant"],
        &["--materialise", "laid", "--link", "sym"],
    ] {
        fixture.done(&[&["manifest", "create", "pilot"], arguments].concat());
        sound(&fixture, arguments[1]);
    }
    let said = fixture.run(&["manifest", "verify", "m.csv"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert_eq!(said.err, "m.csv: 232 rows, 232 files, snapshot 1: no differences\n");
    let said = fixture.run(&["manifest", "verify", "nothing.csv"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: nothing.csv.provenance.json: No such file or directory (os error 2); a manifest is verified by the provenance file beside it
    ");
}

#[test]
fn files_that_changed_are_listed() {
    let fixture = prepared();
    fixture.done(&["manifest", "create", "pilot", "-o", "m.csv", "--sha256"]);
    let file = |name: &str| fixture.root().join("dicom/Normal_00001").join(name);
    fs::write(file("LCC.dcm"), "DICN").unwrap();
    fs::write(file("LMLO.dcm"), "longer").unwrap();
    fs::remove_file(file("RCC.dcm")).unwrap();
    insta::assert_snapshot!(verify(&fixture, "m.csv").out, @r#"
    check,place,message
    files,dicom/Normal_00001/LCC.dcm,its content was changed: its checksum differs
    files,dicom/Normal_00001/LMLO.dcm,"it has 6 bytes, the catalog says 4"
    files,dicom/Normal_00001/RCC.dcm,No such file or directory (os error 2)
    "#);
    // What was missing when it was written stays left out.
    fixture.run(&["manifest", "create", "pilot", "-o", "n.csv"]);
    let said = verify(&fixture, "n.csv");
    assert_eq!(said.out.lines().count(), 2, "the longer one: {}", said.out);
}

#[test]
fn rows_that_changed_are_listed() {
    let fixture = prepared();
    for name in ["m.csv", "m.jsonl"] {
        fixture.done(&["manifest", "create", "pilot", "-o", name]);
        let text = fs::read_to_string(path(&fixture, name)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let moved = lines.iter().find(|line| line.contains("train")).unwrap();
        let other = moved.replacen("train", "test", 1);
        fs::write(path(&fixture, name), text.replace(moved, &other)).unwrap();
        let said = verify(&fixture, name);
        assert!(said.out.contains("bytes, the provenance says"), "{}", said.out);
        assert!(said.out.contains("patients,Benign_00001,\"the patient is in test, train\""));
        let cell = r#"split is ""test"" in the manifest, ""train"" by the query"#;
        assert_eq!(said.out.matches(cell).count(), 1, "{}", said.out);
        assert!(!said.out.contains("this row"), "{}", said.out);
        // Rows in another order are told too.
        let mut lines = lines;
        lines.swap(5, 9);
        fs::write(path(&fixture, name), lines.join("\n") + "\n").unwrap();
        assert!(verify(&fixture, name).out.contains("its checksum differs"));
    }
}

#[test]
fn a_catalog_or_split_that_changed_is_told() {
    let fixture = prepared();
    fixture.done(&["manifest", "create", "pilot", "-o", "m.csv"]);
    fixture.done(&["manifest", "create", "pilot", "-o", "monai.json", "--format", "monai"]);
    fixture.snapshot(2, SIZES);
    sound(&fixture, "m.csv");
    fixture.snapshot(
        1,
        "UPDATE images SET size_bytes = 4; DELETE FROM images WHERE case_id = 'Normal_00002'",
    );
    let said = verify(&fixture, "m.csv");
    assert_said!(said, @r#"
    exit code 1
    --- stdout ---
    check,place,message
    snapshot,images,the table has changed since the manifest was written
    rows,Normal_00002 dicom/Normal_00002/LCC.dcm,"the manifest has this row, the query does not return it"
    rows,Normal_00002 dicom/Normal_00002/LMLO.dcm,"the manifest has this row, the query does not return it"
    rows,Normal_00002 dicom/Normal_00002/RCC.dcm,"the manifest has this row, the query does not return it"
    rows,Normal_00002 dicom/Normal_00002/RMLO.dcm,"the manifest has this row, the query does not return it"
    --- stderr ---
    m.csv: 232 rows, 228 files, snapshot 1: 5 differences
    "#);
    assert_eq!(said.out.matches("the query does not return it").count(), 4, "{}", said.out);
    let said = verify(&fixture, "monai.json");
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    check,place,message
    snapshot,images,the table has changed since the manifest was written
    rows,pilot,the query selects other images or labels than the manifest has
    --- stderr ---
    monai.json: 232 rows, 228 files, snapshot 1: 2 differences
    ");
    fixture.snapshot(1, SIZES);
    let split =
        ["split", "create", "pilot", "--cohort", "all", "--force", "--seed", "9", "--ratios"];
    fixture.done(&[&split[..], &["train=0.7,test=0.3"]].concat());
    let said = verify(&fixture, "m.csv");
    assert!(
        said.out.contains("source,pilot,\"the split's seed is 9, the provenance says 0"),
        "{}",
        said.out
    );
    fs::remove_file(fixture.split_rows("pilot")).unwrap();
    fs::remove_file(fixture.catalog().join("splits/pilot.toml")).unwrap();
    let said = verify(&fixture, "m.csv");
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    check,place,message
    source,pilot,there is no split or cohort pilot; there are: all
    --- stderr ---
    m.csv: 232 rows, 0 files, snapshot 1: 1 difference
    ");
}

#[test]
fn files_of_a_folder_are_checked_one_by_one() {
    let fixture = prepared();
    fixture.done(&["manifest", "create", "pilot", "-o", "c", "--format", "croissant"]);
    let csv = path(&fixture, "c/images.csv");
    fs::write(&csv, fs::read_to_string(&csv).unwrap() + "x\n").unwrap();
    fs::remove_file(path(&fixture, "c/croissant.json")).unwrap();
    fs::write(path(&fixture, "c/more.json"), "{}").unwrap();
    let said = verify(&fixture, "c");
    assert_eq!(said.out.lines().count(), 4, "{}", said.out);
    for what in ["c/images.csv,\"it has", "c/croissant.json,No such", "c/more.json,it was added"] {
        assert!(said.out.contains(what), "{what}: {}", said.out);
    }
}

#[test]
fn a_check_that_was_stopped_goes_on() {
    let fixture = prepared();
    fixture.done(&["manifest", "create", "pilot", "-o", "m.csv"]);
    fs::remove_file(fixture.root().join("dicom/Benign_00001/LCC.dcm")).unwrap();
    let account = sha256_of_file(&path(&fixture, "m.csv.provenance.json")).unwrap();
    let state = |account: &str| {
        let finding = json!({ "check": "files", "place": "x.dcm", "message": "kept" });
        let state = json!({ "provenance": account, "done": 100, "differences": [finding] });
        fs::write(path(&fixture, "m.csv.verify"), state.to_string()).unwrap();
    };
    state(&account);
    let said = verify(&fixture, "m.csv");
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    check,place,message
    files,x.dcm,kept
    --- stderr ---
    resumed after 100 files of an earlier verification
    m.csv: 232 rows, 232 files, snapshot 1: 1 difference
    ");
    assert!(!path(&fixture, "m.csv.verify").exists());
    state("that of another manifest");
    let said = verify(&fixture, "m.csv");
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    check,place,message
    files,dicom/Benign_00001/LCC.dcm,No such file or directory (os error 2)
    --- stderr ---
    m.csv: 232 rows, 232 files, snapshot 1: 1 difference
    ");
}

#[test]
fn a_check_that_was_killed_goes_on_from_its_last_note() {
    let last = "dicom/Normal_00035/RMLO.dcm";
    let fixture = Fixture::with(&format!(
        "{SIZES}; UPDATE images SET size_bytes = NULL WHERE path = '{last}'"
    ));
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    fixture.done(&["manifest", "create", "all", "-o", "m.csv", "--sha256"]);
    let first = fixture.root().join("dicom/Benign_00001/LCC.dcm");
    fs::write(&first, "DICN").unwrap();
    // So long that the check is at it when it is killed; a hole on disk.
    let large = fixture.root().join(last);
    fs::File::options().write(true).open(&large).unwrap().set_len(1 << 36).unwrap();
    let mut run = crate::fixture::command()
        .args(["manifest", "verify", "m.csv"])
        .current_dir(fixture.dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !path(&fixture, "m.csv.verify").exists() {
        assert!(run.try_wait().unwrap().is_none(), "it ended before it could be killed");
        std::thread::yield_now();
    }
    run.kill().unwrap();
    assert!(run.wait().unwrap().code().is_none());
    fs::write(&large, "DICM").unwrap();
    fs::write(&first, "DICM").unwrap();
    let said = verify(&fixture, "m.csv");
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    check,place,message
    files,dicom/Benign_00001/LCC.dcm,its content was changed: its checksum differs
    --- stderr ---
    resumed after 128 files of an earlier verification
    m.csv: 232 rows, 232 files, snapshot 1: 1 difference
    ");
    // What was found stays found: the first file is not looked at again.
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    check,place,message
    files,dicom/Benign_00001/LCC.dcm,its content was changed: its checksum differs
    --- stderr ---
    resumed after 128 files of an earlier verification
    m.csv: 232 rows, 232 files, snapshot 1: 1 difference
    ");
    assert!(!path(&fixture, "m.csv.verify").exists());
    sound(&fixture, "m.csv");
}

#[test]
fn without_the_catalog_the_files_are_still_compared() {
    let fixture = prepared();
    for (name, more) in [
        ("m.csv", &["--sha256"][..]),
        ("n.csv", &["--paths", "absolute"]),
        ("p.jsonl", &["--per", "patient"]),
        ("q.parquet", &["--per", "patient", "--relative-to", "."]),
        ("monai.json", &["--format", "monai", "--sha256"]),
    ] {
        fixture.done(&[&["manifest", "create", "pilot", "-o", name], more].concat());
    }
    let aside = path(&fixture, "aside");
    fs::rename(fixture.catalog(), &aside).unwrap();
    for name in ["m.csv", "n.csv", "p.jsonl", "q.parquet", "monai.json"] {
        sound(&fixture, name);
    }
    let said = fixture.run(&["manifest", "verify", "m.csv"]);
    assert_said!(said, @"
    exit code 0
    --- stderr ---
    no catalog at catalog: run `mammodex index DATASET --catalog catalog` first
    compared without the catalog: rows by the provenance, files by what names them
    m.csv: 232 rows, 232 files, snapshot 1: no differences
    ");
    fs::write(fixture.root().join("dicom/Normal_00001/LCC.dcm"), "DICN").unwrap();
    fs::remove_file(fixture.root().join("dicom/Normal_00001/RCC.dcm")).unwrap();
    for (name, differences) in
        [("m.csv", 2), ("n.csv", 1), ("p.jsonl", 1), ("q.parquet", 1), ("monai.json", 2)]
    {
        let said = verify(&fixture, name);
        assert_eq!(said.out.lines().count() - 1, differences, "{name}: {}", said.out);
        assert!(said.out.contains("files,dicom/Normal_00001/RCC.dcm,No such file"), "{}", said.out);
    }
    let text = fs::read_to_string(path(&fixture, "n.csv")).unwrap();
    let shorter: Vec<&str> = text.lines().take(200).collect();
    fs::write(path(&fixture, "n.csv"), shorter.join("\n") + "\n").unwrap();
    let said = verify(&fixture, "n.csv");
    assert_said!(said, @r#"
    exit code 1
    --- stdout ---
    check,place,message
    manifest,n.csv,"it has 19357 bytes, the provenance says 22526"
    rows,n.csv,"it has 199 rows, the provenance says 232"
    files,dicom/Normal_00001/RCC.dcm,No such file or directory (os error 2)
    --- stderr ---
    no catalog at catalog: run `mammodex index DATASET --catalog catalog` first
    compared without the catalog: rows by the provenance, files by what names them
    n.csv: 232 rows, 199 files, snapshot 1: 3 differences
    "#);
}

#[test]
fn a_damaged_table_is_a_difference_and_files_are_still_compared() {
    let fixture = prepared();
    fixture.done(&["manifest", "create", "pilot", "-o", "m.csv"]);
    let table = fixture.catalog().join("snapshots/000001/images.parquet");
    let mut bytes = fs::read(&table).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&table, bytes).unwrap();
    fs::remove_file(fixture.root().join("dicom/Normal_00001/RCC.dcm")).unwrap();
    let said = verify(&fixture, "m.csv");
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    check,place,message
    snapshot,images,the table has changed since the manifest was written
    files,dicom/Normal_00001/RCC.dcm,No such file or directory (os error 2)
    --- stderr ---
    m.csv: 232 rows, 232 files, snapshot 1: 2 differences
    ");
}

/// Edits the provenance of a manifest: the value at a pointer becomes another.
fn edit(fixture: &Fixture, name: &str, pointer: &str, value: serde_json::Value) {
    let path = path(fixture, &format!("{name}.provenance.json"));
    let mut provenance: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    *provenance.pointer_mut(pointer).unwrap_or_else(|| panic!("{name} has no {pointer}")) = value;
    fs::write(&path, provenance.to_string()).unwrap();
}

#[test]
fn an_edited_provenance_is_compared_with_the_rows() {
    let fixture = prepared();
    let label = ["--label", "diagnosis = 'malignant'"];
    let write = |name: &str, more: &[&str]| {
        fixture.done(&[&["manifest", "create", "pilot", "--force", "-o", name], more].concat());
    };
    let edits = |name: &str, more: &[&str], edits: &[(&str, serde_json::Value)]| {
        write(name, more);
        sound(&fixture, name);
        edits.iter().for_each(|(pointer, value)| edit(&fixture, name, pointer, value.clone()));
        let out = verify(&fixture, name).out;
        out.lines().skip(1).collect::<Vec<_>>().join("\n")
    };
    let counts = [
        ("/counts/train/benign/images", json!(1)),
        ("/counts/test/normal", json!({})),
        ("/excluded/discarded/images", json!(0)),
        ("/manifest/rows", json!(233)),
    ];
    insta::assert_snapshot!(edits("m.csv", &[], &counts), @r#"
        provenance,rows,"the provenance says 233, the rows give 232"
        provenance,counts.test.normal.patients,"the provenance says nothing, the rows give 10"
        provenance,counts.test.normal.images,"the provenance says nothing, the rows give 40"
        provenance,counts.train.benign.images,"the provenance says 1, the rows give 32"
        provenance,excluded.discarded.images,"the provenance says 0, the rows give 4"
        "#);
    let labels = [("/labels/train/1", json!(0)), ("/manifest/columns/3", json!("View"))];
    insta::assert_snapshot!(edits("m.jsonl", &label, &labels), @r#"
        provenance,columns,"the provenance says [""split"",""case_id"",""diagnosis"",""View"",""laterality"",""path"",""sop_instance_uid"",""label""], the rows give [""split"",""case_id"",""diagnosis"",""view"",""laterality"",""path"",""sop_instance_uid"",""label""]"
        provenance,labels.train.1,"the provenance says 0, the rows give 32"
        "#);
    let classes = [
        ("/manifest/classes/images", json!(["malignant", "normal", "benign"])),
        ("/counts/train/benign/patients", json!(0)),
    ];
    insta::assert_snapshot!(edits("monai.json", &["--format", "monai"], &classes), @r#"
        provenance,classes.images,"the provenance says [""malignant"",""normal"",""benign""], the rows give [""normal"",""benign"",""malignant""]"
        provenance,counts.train.benign.patients,"the provenance says 0, the rows give 8"
        "#);
    let cohort = [("/cohort/unit", json!("image")), ("/cohort/name", json!("other"))];
    insta::assert_snapshot!(edits("n.csv", &[], &cohort), @r#"
        source,pilot,"the cohort is ""all"", the provenance says ""other"""
        source,pilot,the cohort differs from the recorded one: unit
        "#);
    // Without the catalog the rows are counted.
    write("m.csv", &label);
    for (pointer, value) in &counts[..1] {
        edit(&fixture, "m.csv", pointer, value.clone());
    }
    edit(&fixture, "m.csv", "/labels/train/1", json!(7));
    fs::rename(fixture.catalog(), path(&fixture, "aside")).unwrap();
    insta::assert_snapshot!(verify(&fixture, "m.csv").out, @r#"
        check,place,message
        provenance,counts.train.benign.images,"the provenance says 1, the rows give 32"
        provenance,labels.train.1,"the provenance says 7, the rows give 32"
        "#);
}

#[test]
fn columns_that_were_edited_away_are_differences() {
    let fixture = prepared();
    for columns in [json!([]), json!(["path", "PATH", ""])] {
        fixture.done(&["manifest", "create", "pilot", "--force", "-o", "m.jsonl"]);
        edit(&fixture, "m.jsonl", "/manifest/columns", columns);
        let said = verify(&fixture, "m.jsonl");
        let lines: Vec<&str> = said.out.lines().skip(1).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("provenance,columns,"), "{lines:?}");
    }
    // Nothing names a column any more.
    let empty = ["manifest", "create", "pilot", "--force", "-o", "m.jsonl"];
    fixture.done(&empty);
    edit(&fixture, "m.jsonl", "/manifest/columns", json!([]));
    fs::write(path(&fixture, "m.jsonl"), "").unwrap();
    let said = fixture.run(&["manifest", "verify", "m.jsonl"]);
    assert_eq!(said.code, 2, "{} {}", said.out, said.err);
    assert!(
        said.err.contains("neither the provenance nor the first line names a column"),
        "{}",
        said.err
    );
}

#[test]
fn files_are_compared_without_the_catalog_whatever_columns_the_provenance_names() {
    let fixture = prepared();
    let columns = "split,case_id,diagnosis,view,laterality,path,sop_instance_uid";
    for file in ["m.jsonl", "m.csv", "m.parquet", "m.xlsx"] {
        fixture.done(&["manifest", "create", "pilot", "-o", file]);
        edit(&fixture, file, "/manifest/columns", json!([]));
        let said =
            fixture.run(&["manifest", "verify", file, "--catalog", "gone", "--format", "csv"]);
        assert_eq!(said.code, 1, "{file}: {}", said.err);
        let lines = said.out.lines().skip(1);
        let named = columns
            .split(',')
            .map(|name| format!("provenance,columns,the provenance does not name {name}"));
        assert_eq!(lines.collect::<Vec<_>>(), named.collect::<Vec<_>>(), "{file}");
        assert!(said.err.contains("232 rows, 232 files"), "{file}: {}", said.err);
    }
}

#[test]
fn a_newer_snapshot_is_noted() {
    let fixture = prepared();
    fixture.done(&["manifest", "create", "pilot", "-o", "m.csv"]);
    fixture.snapshot(2, SIZES);
    let said = fixture.run(&["manifest", "verify", "m.csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let note = "the manifest is of snapshot 1; the current one is 2";
    assert!(said.err.contains(note), "{}", said.err);
}

#[test]
fn columns_are_matched_by_name() {
    let fixture = prepared();
    fixture.done(&["manifest", "create", "pilot", "-o", "m.csv"]);
    let text = fs::read_to_string(path(&fixture, "m.csv")).unwrap();
    let swapped: Vec<String> = text
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            cells.swap(0, 1);
            cells.join(",")
        })
        .collect();
    fs::write(path(&fixture, "m.csv"), swapped.join("\n") + "\n").unwrap();
    let said = verify(&fixture, "m.csv");
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    check,place,message
    manifest,m.csv,its content was changed: its checksum differs
    --- stderr ---
    m.csv: 232 rows, 232 files, snapshot 1: 1 difference
    ");
    let dropped: Vec<&str> = text.lines().map(|line| line.split_once(',').unwrap().1).collect();
    fs::write(path(&fixture, "m.csv"), dropped.join("\n") + "\n").unwrap();
    let said = verify(&fixture, "m.csv");
    assert_said!(said, @r#"
    exit code 1
    --- stdout ---
    check,place,message
    manifest,m.csv,"it has 16324 bytes, the provenance says 17654"
    manifest,m.csv,the column split is missing
    --- stderr ---
    m.csv: 232 rows, 232 files, snapshot 1: 2 differences
    "#);
}

#[test]
fn progress_follows_no_link() {
    let fixture = prepared();
    fixture.done(&["manifest", "create", "pilot", "-o", "m.csv", "--sha256"]);
    let victim = path(&fixture, "victim");
    let account = sha256_of_file(&path(&fixture, "m.csv.provenance.json")).unwrap();
    let state = json!({ "provenance": account, "done": 232, "differences": [] }).to_string();
    fs::write(&victim, &state).unwrap();
    std::os::unix::fs::symlink(&victim, path(&fixture, "m.csv.verify")).unwrap();
    fs::remove_file(fixture.root().join("dicom/Normal_00001/RCC.dcm")).unwrap();
    let said = verify(&fixture, "m.csv");
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    check,place,message
    files,dicom/Normal_00001/RCC.dcm,No such file or directory (os error 2)
    --- stderr ---
    m.csv: 232 rows, 232 files, snapshot 1: 1 difference
    ");
    assert_eq!(fs::read_to_string(&victim).unwrap(), state, "what the link names is untouched");
}
