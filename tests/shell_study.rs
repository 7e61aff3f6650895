//! `mammodex shell`: what it knows of the catalog, cohorts, splits, drawings, files, defaults.

use std::fs;

use crate::fixture::{Fixture, Said};

fn shell(fixture: &Fixture, input: &str) -> Said {
    fixture.run_with(&["shell"], input)
}

fn csv(fixture: &Fixture, input: &str) -> Said {
    fixture.run_with(&["shell", "--format", "csv"], input)
}

#[test]
fn a_column_is_described_with_its_values() {
    let fixture = Fixture::new();
    let said = shell(
        &fixture,
        ".describe patients.t_stage\n.describe vendor\n.describe patients.age_years\n.describe breasts\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    insta::assert_snapshot!("describe", said.out);
    let said = shell(&fixture, ".describe patients.vendr\n.describe nothing.here\n");
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("patients has no column vendr; did you mean vendor?"),
        "{}",
        said.err
    );
    assert!(said.err.contains("there is no table or column nothing.here"), "{}", said.err);
}

#[test]
fn a_described_value_is_harmless() {
    let fixture =
        Fixture::with("UPDATE patients SET vendor = chr(27) || '[2J' WHERE age_years = 41");
    let said =
        shell(&fixture, ".describe patients.vendor\nSELECT vendor, 1 AS n FROM patients;\n.plot\n");
    assert!(said.out.contains("\\x1b[2J │"), "{}", said.out);
    assert!(!said.out.contains('\x1b'), "{}", said.out);
}

#[test]
fn the_last_result_becomes_a_cohort() {
    let fixture = Fixture::new();
    let said = csv(
        &fixture,
        "SELECT case_id, t_stage FROM patients WHERE t_stage >= 2;\n.cohort save late T2 or more\n\
         SELECT count(*) AS n FROM cohorts.late;\n.cohort\n.cohort late\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("cohort late: 6 patients, 24 images; saved to "), "{}", said.err);
    assert!(said.out.contains("\nn\n6\n"), "{}", said.out);
    assert!(said.out.contains("late"), "{}", said.out);
    assert!(said.out.contains("WHERE t_stage >= 2"), "{}", said.out);
    assert_eq!(
        fixture.done(&["query", "--format", "csv", "SELECT count(*) AS n FROM cohorts.late"]),
        "n\n6\n"
    );
    let said = csv(&fixture, "SELECT case_id FROM patients;\n.cohort save late\n");
    assert!(said.err.contains("there is a cohort late already"), "{}", said.err);
}

#[test]
fn what_is_no_cohort_is_refused() {
    let fixture = Fixture::new();
    let refused = |input: &str, why: &str| {
        let said = csv(&fixture, input);
        assert_eq!(said.code, 1, "{input}: {}", said.out);
        assert!(said.err.contains(why), "{input}: {}", said.err);
        assert!(!fixture.catalog().join("cohorts/x.toml").exists());
    };
    refused(".cohort save x\n", "there is no result yet");
    refused(
        "SELECT vendor FROM patients;\n.cohort save x\n",
        "must return a column case_id; it returns vendor",
    );
    refused("SELECT 'nobody' AS case_id;\n.cohort save x\n", "1 of 1 case IDs are not in patients");
    refused("SELECT case_id FROM patients;\n.cohort save ../x\n", "is not a valid name");
    refused(
        "CREATE TEMP TABLE mine AS SELECT case_id FROM patients;\nFROM mine;\n.cohort save x\n",
        "mine does not exist",
    );
}

#[test]
fn splits_manifests_and_snapshots_are_at_hand() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    fixture.done(&["split", "create", "s", "--cohort", "all", "--ratios", "a=0.5,b=0.5"]);
    fixture.snapshot(2, "DELETE FROM patients WHERE diagnosis = 'normal'");
    let said = csv(
        &fixture,
        ".split\n.split s\n.manifest s -o list.csv\n.snapshot\nSELECT count(*) AS n FROM patients;\n\
         .snapshot 1\nSELECT count(*) AS n FROM patients;\n.snapshot 7\n.split t\n.manifest s -o x.csv --what\n",
    );
    assert_eq!(said.code, 1);
    assert!(said.out.starts_with("split,part,patients\ns,a,30\ns,b,30\n"), "{}", said.out);
    assert!(said.out.contains("stratum,split,patients\nall,a,30\nall,b,30\n"), "{}", said.out);
    assert!(said.out.contains("\nn\n24\n") && said.out.contains("\nn\n60\n"), "{}", said.out);
    assert!(said.err.contains("there are 1, 2 (asked now)"), "{}", said.err);
    assert!(said.err.contains("has no snapshot 7; snapshots: 1, 2"), "{}", said.err);
    assert!(said.err.contains("there is no split t; there are: s"), "{}", said.err);
    assert!(said.err.contains("unexpected argument '--what'"), "{}", said.err);
    let list = fs::read_to_string(fixture.dir.path().join("list.csv")).unwrap();
    assert!(list.starts_with("split,case_id"), "{list}");
}

#[test]
fn results_are_drawn() {
    let fixture = Fixture::new();
    let said = shell(
        &fixture,
        ".mode csv\nSELECT diagnosis, count(*) AS patients FROM patients GROUP BY 1 ORDER BY 1;\n.plot\n.plot -o bars.svg\n\
         SELECT age_years FROM patients;\n.plot\n.plot -o ages.svg\n\
         SELECT * FROM (VALUES ('a', -2), ('b', NULL), ('긴 이름', 4)) t(l, v);\n.plot\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let drawn: String =
        said.out.lines().filter(|l| l.contains('│')).map(|l| format!("{l}\n")).collect();
    insta::assert_snapshot!("plot", drawn);
    let svg = |name: &str| fs::read_to_string(fixture.dir.path().join(name)).unwrap();
    insta::assert_snapshot!("plot_bars_svg", svg("bars.svg"));
    insta::assert_snapshot!("plot_histogram_svg", svg("ages.svg"));
    let said = shell(
        &fixture,
        ".plot\nSELECT case_id, vendor, 1 AS n FROM patients;\n.plot\n.plot -x f\n",
    );
    assert!(said.err.contains("there is no result yet"), "{}", said.err);
    assert!(said.err.contains("others are not drawn"), "{}", said.err);
    assert!(said.err.contains("usage: .plot [-o FILE.svg]"), "{}", said.err);
}

#[test]
fn every_value_of_a_histogram_is_in_a_bin() {
    let fixture = Fixture::new();
    for values in [
        "(0.1), (0.2), (0.30000000000000004), (0.7)",
        "(-1e300), (1e300)",
        "(5), (5)",
        "(1e-9), (2e-9)",
    ] {
        let said =
            csv(&fixture, &format!("SELECT v::DOUBLE AS v FROM (VALUES {values}) t(v);\n.plot\n"));
        let count = |line: &str| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap();
        let drawn: usize = said.out.lines().filter(|l| l.contains('│')).map(count).sum();
        assert_eq!(drawn, values.matches('(').count(), "{values}: {} {}", said.out, said.err);
    }
}

#[test]
fn files_take_results_and_appear_whole() {
    let fixture = Fixture::new();
    let path = |name: &str| fixture.dir.path().join(name);
    let said = shell(
        &fixture,
        ".once one.csv\nSELECT 1 AS a;\nSELECT 2 AS a;\n.output all.txt\nSELECT 3 AS a;\nSELECT 4 AS a;\n.output\n\
         .output only.json\nSELECT 5 AS a;\nSELECT 6 AS a;\n.output 'with blank.md'\nSELECT 7 AS a;\n.once p.parquet\n\
         SELECT 8 AS a;\n.once /nowhere/x.csv\nSELECT 9 AS a;\n.once bad.csv\nSELECT error('no');\n",
    );
    assert_eq!(said.code, 1);
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    assert_eq!(read("one.csv"), "a\n1\n");
    assert_eq!(read("all.txt"), " a\n───\n 3\n(1 row)\n\n a\n───\n 4\n(1 row)\n");
    assert_eq!(read("only.json"), "[\n{\"a\":5}\n]\n");
    assert_eq!(read("with blank.md"), "| a |\n| ---: |\n| 7 |\n");
    assert!(path("p.parquet").exists() && !path("bad.csv").exists());
    assert!(said.err.contains("a json file holds one result"), "{}", said.err);
    assert!(said.err.contains("cannot write /nowhere/x.csv"), "{}", said.err);
    assert!(said.out.contains(" 2\n") && !said.out.contains(" 3\n"), "{}", said.out);
    let left = fs::read_dir(fixture.dir.path()).unwrap().flatten();
    let parts: Vec<_> =
        left.filter(|e| e.file_name().to_string_lossy().ends_with(".part")).collect();
    assert!(parts.is_empty(), "{parts:?}");
}

#[test]
fn files_take_what_subcommands_print() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "late", "--where", "t_stage >= 2"]);
    let said = shell(
        &fixture,
        ".output all.txt\n.cohort\n.cohort late\n.check\n.output\n.once one.csv\n.cohort\n.cohort\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let text = |name: &str| fs::read_to_string(fixture.dir.path().join(name)).unwrap();
    let all = text("all.txt");
    assert!(all.starts_with(" name "), "{all}");
    assert!(all.contains("cohort late, made on") && all.contains("views-incomplete"), "{all}");
    assert!(text("one.csv").starts_with("name,unit,"));
    assert!(said.out.starts_with(" name "), "{}", said.out);
    assert_eq!(said.out.matches("late").count(), 1, "{}", said.out);
}

#[test]
fn scripts_are_read_also_from_each_other() {
    let fixture = Fixture::new();
    let write = |name: &str, text: &str| fs::write(fixture.dir.path().join(name), text).unwrap();
    write("a.sql", "SELECT 'a' AS s;\n.read b.sql\n");
    write("b.sql", "-- comment\nSELECT 'b'\n  AS s\n");
    write("round.sql", ".read round.sql\n");
    let said = csv(&fixture, ".read a.sql\n.read round.sql\n.read none.sql\nSELECT 'on' AS s;\n");
    assert_eq!((said.code, said.out.as_str()), (1, "s\na\ns\nb\ns\non\n"));
    assert!(said.err.contains("scripts read each other too deep"), "{}", said.err);
    assert!(said.err.contains("cannot read none.sql"), "{}", said.err);
}

#[test]
fn defaults_come_from_the_users_files() {
    let fixture = Fixture::new();
    let home = fixture.dir.path();
    fs::create_dir_all(home.join(".config/mammodex")).unwrap();
    let config = |text: &str| fs::write(home.join(".config/mammodex/config.toml"), text).unwrap();
    config("format = \"csv\"\ntimer = true\n");
    let said = fixture.run(&["query", "SELECT 1 AS n"]);
    assert_eq!((said.code, said.out.as_str()), (0, "n\n1\n"), "{}", said.err);
    assert_eq!(fixture.done(&["query", "--format", "jsonl", "SELECT 1 AS n"]), "{\"n\":1}\n");
    let said = shell(&fixture, "SELECT NULL AS n;\n.mode table\n.nullvalue ?\nSELECT NULL AS n;\n");
    assert_eq!(said.out, "n\n\n n\n───\n ?\n(1 row)\n");
    assert!(said.err.contains(" s\n"), "the timer is on: {}", said.err);

    fs::write(home.join(".mammodexrc"), ".mode jsonl\n.timer off\n").unwrap();
    assert_eq!(shell(&fixture, "SELECT 1 AS n;").out, "{\"n\":1}\n");
    assert_eq!(fixture.run_with(&["shell", "--no-init"], "SELECT 1 AS n;").out, "n\n1\n");

    config("format = \"csv\"\n\ncolour = 1\n");
    let said = fixture.run(&["query", "SELECT 1"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("config.toml:3: unknown field `colour`"), "{}", said.err);
    config("\nformat = \"xls\"\n");
    let said = shell(&fixture, "SELECT 1;");
    assert!(said.err.contains("config.toml:2: there is no format \"xls\""), "{}", said.err);
    config("catalog = \"here\"\n");
    assert!(shell(&fixture, "").err.contains("must be an absolute path"));
}

#[test]
fn the_catalog_of_the_config_is_a_default_alone() {
    let fixture = Fixture::new();
    let other = Fixture::with("DELETE FROM patients");
    let home = fixture.dir.path();
    fs::create_dir_all(home.join(".config/mammodex")).unwrap();
    let text = format!("catalog = {:?}\n", other.catalog());
    fs::write(home.join(".config/mammodex/config.toml"), text).unwrap();
    let count = "SELECT count(*) AS n FROM patients";
    assert_eq!(fixture.done(&["query", "--format", "csv", count]), "n\n0\n");
    assert_eq!(
        fixture.done(&["query", "--catalog", "catalog", "--format", "csv", count]),
        "n\n60\n"
    );
}

#[test]
fn a_foreign_folder_runs_nothing() {
    let fixture = Fixture::new();
    let folder = fixture.dir.path().join("foreign");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(".mammodexrc"), "SELECT 'foreign' AS s;\n").unwrap();
    fs::write(folder.join("config.toml"), "format = \"csv\"\n").unwrap();
    let catalog = fixture.catalog();
    let out = crate::fixture::command()
        .args(["--catalog", catalog.to_str().unwrap(), "shell"])
        .current_dir(&folder)
        .env("HOME", fixture.dir.path())
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("MAMMODEX_CONFIG")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout), "");
}

#[test]
fn commands_follow_the_words_of_the_subcommands() {
    let fixture = Fixture::new();
    let typed = "SELECT case_id FROM patients WHERE diagnosis = 'malignant';\n.cohort create m\n\
                 .cohort create b --diagnosis benign\n.cohort list\n.cohort show m\n\
                 .split create s --cohort m --ratios a=1\n.split list\n.split check s\n\
                 .manifest create s -o m.csv\n.manifest verify m.csv\n.split drop s\n.cohort drop b\n\
                 SELECT count(*) AS n FROM cohorts.m;\n";
    let said = fixture.run_with(&["shell", "--format", "csv"], typed);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.ends_with("n\n12\n"), "{}", said.out);
    assert!(fixture.catalog().join("cohorts/m.toml").exists());
    assert!(!fixture.catalog().join("cohorts/b.toml").exists());
    assert!(!fixture.catalog().join("splits/s.toml").exists());
}
