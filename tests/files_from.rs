//! `mammodex index --files-from`: a list stands in for the walk.

use crate::fixture::assert_said;
use std::fs;
use std::process::Command;

use crate::sample_data::{SampleDataSet, files_below};

const PATHS: &str = "SELECT path FROM sources";

/// The paths of the data set's files, relative to it.
fn paths(set: &SampleDataSet) -> Vec<String> {
    files_below(&set.root()).into_iter().map(|(path, _)| path).collect()
}

#[test]
fn a_list_of_all_files_gives_what_the_walk_gives_however_it_is_written() {
    let set = SampleDataSet::new(6);
    set.index("walked", &[]);
    let all = paths(&set);
    let root = set.root();
    let mut messy: Vec<String> = all.iter().rev().map(|path| format!("./{path}\r")).collect();
    messy.push(format!("{}/dcm/../{}", root.display(), all[0]));
    messy.push(all[1].clone());
    messy.push(String::new());
    let lists = [
        ("list.txt", all.join("\n")),
        ("messy.txt", messy.join("\n")),
        (
            "list.csv",
            format!(
                "\u{feff}case,path\n{}",
                all.iter().map(|p| format!("x,\"{p}\"\n")).collect::<String>()
            ),
        ),
        (
            "list.tsv",
            format!("Path\tcase\n{}", all.iter().map(|p| format!("{p}\tx\n")).collect::<String>()),
        ),
        (
            "list.jsonl",
            all.iter().map(|p| format!("{{\"case\": 1, \"path\": \"{p}\"}}\n")).collect(),
        ),
    ];
    for (name, text) in lists {
        fs::write(set.dir.path().join(name), text).unwrap();
        let said = set.index(name.split('.').next_back().unwrap(), &["--files-from", name]);
        assert_eq!(said.code, 0, "{name}: {}", said.err);
        assert_eq!(
            set.tables(name.split('.').next_back().unwrap()),
            set.tables("walked"),
            "{name}"
        );
    }
    let sources = fs::canonicalize(set.catalog("walked").join("current/sources.parquet")).unwrap();
    set.index("parquet", &["--files-from", sources.to_str().unwrap()]);
    assert_eq!(set.tables("parquet"), set.tables("walked"));
    set.index_with("stdin", &["--files-from", "-"], &all.join("\n"));
    assert_eq!(set.tables("stdin"), set.tables("walked"));
}

#[test]
fn a_manifest_is_an_inventory() {
    let set = SampleDataSet::new(8);
    set.index("catalog", &[]);
    let run = |arguments: &[&str]| {
        let said = crate::fixture::run_in(set.dir.path(), arguments, "");
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    };
    run(&["cohort", "create", "some", "--catalog", "catalog", "--diagnosis", "malignant"]);
    for name in ["m.csv", "m.jsonl", "m.parquet"] {
        run(&["manifest", "create", "some", "--catalog", "catalog", "--output", name]);
        let catalog = name.replace('.', "_");
        set.index(&catalog, &["--files-from", name]);
        let images = "SELECT * FROM images WHERE case_id LIKE 'Cancer%'";
        assert_eq!(set.rows(&catalog, "SELECT * FROM images"), set.rows("catalog", images));
    }
}

#[test]
fn what_is_missing_is_a_finding_and_what_comes_back_is_read() {
    let set = SampleDataSet::new(5);
    let all = paths(&set);
    let image = all.iter().find(|path| path.ends_with("LCC.dcm")).unwrap();
    let aside = set.dir.path().join("aside.dcm");
    fs::rename(set.root().join(image), &aside).unwrap();
    let list = format!("{}\ndcm\nnowhere/x.dcm\n", all.join("\n"));
    fs::write(set.dir.path().join("list"), list).unwrap();
    let said = set.index("catalog", &["--files-from", "list"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let rejected = "SELECT path, kind, size_bytes, modified_at, status, reason FROM sources
         WHERE status = 'rejected'";
    assert_eq!(
        set.rows("catalog", rejected),
        [
            "dcm|other|0|-|rejected|the inventory names it, and it is not a file".to_owned(),
            format!("{image}|other|0|-|rejected|the inventory names it, and it does not exist"),
            "nowhere/x.dcm|other|0|-|rejected|the inventory names it, and it does not exist"
                .to_owned(),
        ]
    );
    let issues = "SELECT severity, file FROM issues WHERE code = 'file-missing' ORDER BY file";
    assert_eq!(set.rows("catalog", issues).len(), 3);
    // The same again reads nothing.
    let said = set.index("catalog", &["--files-from", "list"]);
    assert_said!(said, @r#"
    exit code 1
    --- stderr ---
    27 files (0 read), profile ncc: 5 patients, 19 images, 1 annotation, 4 lesions
      error       1  views-missing
      error       3  file-missing
      warning      19  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    nothing changed: snapshot 1 stays in catalog/current
    each finding: mammodex query --catalog catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    fs::rename(&aside, set.root().join(image)).unwrap();
    set.index("catalog", &["--files-from", "list"]);
    assert_eq!(set.rows("catalog", issues).len(), 2);
    set.index("fresh", &["--files-from", "list"]);
    assert_eq!(set.tables("catalog"), set.tables("fresh"));
    // And the walk after it.
    set.index("catalog", &[]);
    set.index("walked", &[]);
    assert_eq!(set.tables("catalog"), set.tables("walked"));
}

#[test]
fn a_list_that_cannot_be_used_is_refused_with_its_line() {
    let set = SampleDataSet::new(5);
    fs::write(set.dir.path().join("outside.dcm"), "x").unwrap();
    let outside = set.dir.path().join("outside.dcm");
    let lists: [(&str, Vec<u8>, &str); 8] = [
        (
            "a",
            b"dcm/x\n../outside.dcm\n".to_vec(),
            "a, line 2: \"../outside.dcm\" names no file below",
        ),
        ("b", format!("path\n{}\n", outside.display()).into_bytes(), "b, line 2:"),
        ("c", b"ok\n\xff\xfe\n".to_vec(), "c, line 2: it is not UTF-8, UTF-16 or CP949"),
        ("d", b"{\"path\": \"x\"}\n{\"file\": 1}\n".to_vec(), "d, line 2: it has no text called"),
        ("e", b"dcm/../../data2/x\n".to_vec(), "e, line 1"),
        (
            "f",
            b"PAR1 and no more".to_vec(),
            "cannot use the inventory f: it cannot be read as Parquet",
        ),
        ("g", b"./\n".to_vec(), "g, line 1"),
        ("h/none", Vec::new(), "cannot read the inventory h/none"),
    ];
    for (name, bytes, says) in lists {
        if !name.contains('/') {
            fs::write(set.dir.path().join(name), bytes).unwrap();
        }
        let said = set.index("catalog", &["--files-from", name]);
        assert!(said.code == 2 && said.err.contains(says), "{name}: {}", said.err);
    }
    set.index("walked", &[]);
    let images = set.catalog("walked").join("current/lesions.parquet");
    let said = set.index("catalog", &["--files-from", images.to_str().unwrap()]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: cannot use the inventory [DIR]/walked/current/lesions.parquet: it has no column path
    ");
    assert!(!set.catalog("catalog").join("current").exists());
}

#[test]
fn members_of_archives_can_be_named() {
    let set = SampleDataSet::new(5);
    let folder = files_below(&set.root().join("dcm"))[0].1.parent().unwrap().to_owned();
    let archive = folder.with_extension("zip");
    let pack = "import sys, zipfile, os\nz = zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED)\n\
        for n in sorted(os.listdir(sys.argv[1])): z.write(os.path.join(sys.argv[1], n), n)\nz.close()";
    let made = Command::new("python3").args(["-c", pack]).arg(&folder).arg(&archive).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: python3 is not there");
        return;
    }
    fs::remove_dir_all(&folder).unwrap();
    let archive = archive.strip_prefix(set.root()).unwrap().display().to_string();
    let list = format!("{archive}!/RCC.dcm\n{archive}!/none.dcm\n");
    set.index_with("catalog", &["--files-from", "-"], &list);
    assert_eq!(
        set.rows("catalog", "SELECT path, status, row_count FROM sources"),
        [
            format!("{archive}|indexed|1"),
            format!("{archive}!/RCC.dcm|indexed|1"),
            format!("{archive}!/none.dcm|rejected|0"),
        ]
    );
    // A walk afterwards finds the members that the list did not name.
    set.index("catalog", &[]);
    set.index("fresh", &[]);
    assert_eq!(set.tables("catalog"), set.tables("fresh"));
    assert_eq!(set.rows("catalog", PATHS), set.rows("fresh", PATHS));
}
