//! What a command may write to: never the catalog or the data set, and nothing that is there already.

use std::fs;
use std::os::unix::fs::symlink;

use crate::fixture::Fixture;

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
    for (command, ending) in OUTPUTS {
        for place in [
            "catalog/current/images.parquet".to_owned(),
            format!("catalog/x.{ending}"),
            format!("alias/x.{ending}"),
            format!("catalog/none/../x.{ending}"),
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
    assert!(said.code == 2 && said.err.contains("data set's folder"), "{}", said.err);
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
fn an_ending_that_names_no_format_is_an_error() {
    let fixture = prepared();
    for (command, _) in OUTPUTS {
        let said = fixture.run(&[command, &["x.xyz"]].concat());
        assert!(said.code == 2 && said.err.contains("the ending names no format"), "{}", said.err);
        assert!(!fixture.dir.path().join("x.xyz").exists(), "{command:?}");
    }
    assert_eq!(fixture.run(&["query", "SELECT 1", "-o", "/dev/null"]).code, 0);
}
