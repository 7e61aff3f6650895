//! What a command may write to: never the catalog or the data set, and nothing that is there already.

use std::fs;
use std::os::unix::fs::symlink;

use crate::fixture::{Fixture, assert_said};

/// Every option that names a file, with the ending it takes.
const OUTPUTS: [(&[&str], &str); 9] = [
    (&["query", "SELECT 1 AS a", "-o"], "csv"),
    (&["check", "-o"], "csv"),
    (&["cohort", "list", "-o"], "csv"),
    (&["cohort", "show", "all", "-o"], "csv"),
    (&["cohort", "show", "all", "--flow"], "svg"),
    (&["split", "show", "pilot", "-o"], "svg"),
    (&["split", "check", "pilot", "-o"], "csv"),
    (&["table1", "all", "-o"], "csv"),
    (&["manifest", "create", "pilot", "-o"], "csv"),
];

/// Further commands, which this fixture has no data for.
const MORE_OUTPUTS: [(&[&str], &str); 5] = [
    (&["audit", "-o"], "csv"),
    (&["snapshot", "list", "-o"], "csv"),
    (&["snapshot", "diff", "1", "1", "--table", "images", "-o"], "parquet"),
    (&["render", "Cancer_00001", "--four-view", "-o"], "png"),
    (&["review", "export", "-o"], "folder"),
];

/// Commands that write a folder.
const FOLDER_OUTPUTS: [&[&str]; 7] = [
    &["sample", "--patients", "5"],
    &["demo"],
    &["man"],
    &["render", "all", "-o"],
    &["review", "--reviewer", "kim", "--static"],
    &["export", "omop"],
    &["manifest", "create", "pilot", "--materialise"],
];

fn prepared() -> Fixture {
    let fixture = Fixture::new();
    fixture.pilot("train=0.7,test=0.3", &[]);
    fixture
}

#[test]
fn no_output_is_in_the_catalog_or_the_data_set() {
    let fixture = prepared();
    let dir = fixture.dir.path();
    symlink(fixture.catalog(), dir.join("alias")).unwrap();
    for (command, ending) in OUTPUTS.into_iter().chain(MORE_OUTPUTS) {
        for place in [
            "catalog/current/images.parquet".to_owned(),
            format!("catalog/x.{ending}"),
            format!("alias/x.{ending}"),
            format!("catalog/none/../x.{ending}"),
            format!("none/../catalog/x.{ending}"),
            format!("none/../alias/../data/x.{ending}"),
            format!("data/x.{ending}"),
        ] {
            let said = fixture.run(&[command, &[&*place, "--force"]].concat());
            assert_eq!(said.code, 2, "{command:?} {place}: {}", said.err);
            let is_refused = said.err.contains("name another place")
                || said.err.contains("the ending names no format");
            assert!(is_refused, "{command:?} {place}: {}", said.err);
        }
    }
    let said = fixture.run(&["manifest", "create", "pilot", "--materialise", "data/laid"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: data/laid is in the data set's folder, which is only read; name another place
        ");
    for (command, place) in ["catalog/new", "data/new", "alias/new", "none/../catalog/new"]
        .into_iter()
        .flat_map(|place| FOLDER_OUTPUTS.map(|command| (command, place)))
    {
        let said = fixture.run(&[command, &[place]].concat());
        assert!(said.code == 2 && said.err.contains("name another place"), "{}", said.err);
    }
    for command in [".once", ".output"] {
        let said = fixture.run_with(&["shell"], &format!("{command} catalog/x.csv\nSELECT 1;\n"));
        assert!(said.code == 1 && said.err.contains("name another place"), "{}", said.err);
    }
    assert_eq!(fixture.run(&["query", "SELECT count(*) FROM images"]).code, 0);
}

#[test]
fn a_file_that_exists_is_replaced_on_request_alone() {
    let fixture = prepared();
    for (command, ending) in OUTPUTS {
        let name = format!("x.{ending}");
        let path = fixture.dir.path().join(&name);
        fs::write(&path, "mine").unwrap();
        let said = fixture.run(&[command, &[&*name]].concat());
        assert!(said.code == 2 && said.err.contains("--force replaces it"), "{}", said.err);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine", "{command:?}");
        fixture.run(&[command, &[&*name, "--force"]].concat());
        assert_ne!(fs::read_to_string(&path).unwrap(), "mine", "{command:?}");
    }
}

#[test]
fn a_part_whose_name_leads_elsewhere_is_refused_wherever_it_is_written() {
    let fixture = prepared();
    let toml = fixture.catalog().join("splits/pilot.toml");
    let text = fs::read_to_string(&toml).unwrap();
    let (text, _checksum) = text.trim_end().rsplit_once('\n').unwrap();
    let long = "n".repeat(65);
    for name in ["../x", "/x", "a/b", "..", ".", ".x", "a.b", "-x", "a b", "a\\b", "a:b", "", &long]
    {
        let ratios = format!("train=0.5,{name}=0.5");
        let said = fixture.run(&["split", "create", "s", "--cohort", "all", "--ratios", &ratios]);
        assert_eq!(said.code, 2, "{name:?}: {}", said.err);
        fs::write(&toml, text.replace("name = \"test\"", &format!("name = '{name}'"))).unwrap();
        for format in ["imagefolder", "csv", "nnunet"] {
            let arguments = ["manifest", "create", "pilot", "--format", format, "-o", "out"];
            let said = fixture.run(&arguments);
            assert_eq!(said.code, 2, "{name:?} {format}: {}", said.err);
            assert!(said.err.contains("is not a valid name of a part"), "{}", said.err);
        }
        assert!(!fixture.dir.path().join("out").exists());
    }
    fs::write(&toml, text).unwrap();
    fixture.done(&["split", "create", "k", "--cohort", "all", "--ratios", "훈련=0.7,검증=0.3"]);
    fixture.done(&["manifest", "create", "k", "--materialise", "laid", "--link", "copy"]);
    assert!(fixture.dir.path().join("laid/훈련").is_dir());
}

#[test]
fn one_changed_byte_of_a_folder_is_found() {
    let fixture = Fixture::with("UPDATE images SET size_bytes = 4");
    fixture.pilot("train=0.7,test=0.3", &[]);
    let (dir, laid) = (fixture.dir.path(), fixture.dir.path().join("laid"));
    fixture.done(&["manifest", "create", "pilot", "--materialise", "laid", "--link", "copy"]);
    let files = mammodex::disk::files_below(&laid).unwrap();
    assert_eq!(fixture.run(&["manifest", "verify", "laid"]).code, 0);
    for name in files.iter().step_by(40).chain(files.iter().filter(|f| f.ends_with("manifest.csv")))
    {
        let whole = fs::read(laid.join(name)).unwrap();
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        fs::write(laid.join(name), &flipped).unwrap();
        let said = fixture.run(&["manifest", "verify", "laid"]);
        let named = said.out.contains(&*name.to_string_lossy());
        assert!(said.code == 1 && named, "{}: {} {}", name.display(), said.out, said.err);
        fs::write(laid.join(name), &whole).unwrap();
    }
    // A link in the place of a copy has the same bytes, until somebody changes what it leads to.
    let copy = files.iter().find(|file| file.extension().is_some_and(|e| e == "dcm")).unwrap();
    fs::write(dir.join("other.dcm"), "DICN").unwrap();
    fs::remove_file(laid.join(copy)).unwrap();
    symlink(dir.join("other.dcm"), laid.join(copy)).unwrap();
    assert_eq!(fixture.run(&["manifest", "verify", "laid"]).code, 1);
}

#[test]
fn no_output_is_below_the_images_that_a_command_reads() {
    let fixture = prepared();
    let other = fixture.dir.path().join("other");
    fs::rename(fixture.root(), &other).unwrap();
    for command in [
        &["render", "Cancer_00001", "--root", "other", "-o", "other/pictures"][..],
        &["manifest", "create", "pilot", "--root", "other", "-o", "other/m.csv"],
        &["manifest", "create", "pilot", "--root", "other", "--materialise", "other/laid"],
    ] {
        let said = fixture.run(command);
        assert!(said.code == 2 && said.err.contains("data set's folder"), "{}", said.err);
    }
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
}

#[test]
fn a_file_named_in_the_shell_is_replaced_on_request_alone() {
    let fixture = prepared();
    let file = fixture.dir.path().join("x.csv");
    for (command, end) in [(".once", ""), (".output", ".output\n")] {
        fs::write(&file, "mine").unwrap();
        let run = |force: &str| {
            let input = format!("{command} x.csv{force}\nSELECT 1 AS a;\n{end}");
            fixture.run_with(&["shell"], &input)
        };
        let said = run("");
        assert!(said.code == 1 && said.err.contains("--force replaces it"), "{}", said.err);
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
        let said = run(" --force");
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(fs::read_to_string(&file).unwrap(), "a\n1\n");
    }
    for misuse in [".once --force", ".output --force", ".once a.csv b.csv", ".once"] {
        let said = fixture.run_with(&["shell"], &format!("{misuse}\n"));
        assert!(said.code == 1 && said.err.contains("FILE [--force]"), "{misuse}: {}", said.err);
    }
}

#[test]
fn an_ending_that_names_no_format_is_an_error() {
    let fixture = prepared();
    for (command, _) in OUTPUTS {
        let said = fixture.run(&[command, &["x.xyz"]].concat());
        assert!(said.code == 2 && said.err.contains("the ending names no format"), "{}", said.err);
        assert!(!fixture.dir.path().join("x.xyz").exists(), "{command:?}");
    }
    assert_eq!(fixture.run(&["query", "SELECT 1", "-o", "/dev/null"]).code, 0);
}

#[test]
fn a_file_that_cannot_be_written_is_refused_before_the_work() {
    let fixture = prepared();
    fs::create_dir(fixture.dir.path().join("folder.csv")).unwrap();
    let create = ["split", "create", "other", "--cohort", "all", "--ratios", "a=1", "-o"];
    for (file, reason) in [
        ("none/x.csv", "its folder does not exist"),
        ("folder.csv", "it is a folder"),
        ("data/x.csv", "name another place"),
        ("x.exe", "the ending names no format"),
    ] {
        let said = fixture.run(&[&create[..], &[file, "--force"]].concat());
        assert!(said.code == 2 && said.err.contains(reason), "{file}: {}", said.err);
        assert!(!fixture.catalog().join("splits/other.toml").exists(), "{file}");
    }
}
