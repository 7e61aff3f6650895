//! `mammodex shell`: columns described, cohorts, splits, drawings, files, defaults.

use std::fs;

use crate::fixture::{Fixture, Said, assert_said};

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
    assert_said!(said, @"
    exit code 1
    --- stderr ---
    mammodex: patients has no column vendr; did you mean vendor?
    mammodex: there is no table or column nothing.here; .tables lists the tables
    ");
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
        "SELECT case_id, t_stage FROM patients WHERE t_stage >= 2;\n\
         .cohort create late --note 'T2 or more'\n\
         SELECT count(*) AS n FROM cohorts.late;\n.cohort list\n",
    );
    assert_said!(said, @"
    exit code 0
    --- stdout ---
    case_id,t_stage
    Cancer_00003,2
    Cancer_00004,3
    Cancer_00005,4
    Cancer_00009,2
    Cancer_00010,3
    Cancer_00011,4
    n
    6
    name,unit,patients,images,snapshot,note
    late,patient,6,24,1,T2 or more
    --- stderr ---
    cohort late: 6 patients, 24 images; saved to catalog/cohorts/late.toml
    ");
    assert_eq!(
        fixture.done(&["query", "--format", "csv", "SELECT count(*) AS n FROM cohorts.late"]),
        "n\n6\n"
    );
    let definition = fs::read_to_string(fixture.catalog().join("cohorts/late.toml")).unwrap();
    assert!(definition.contains("WHERE t_stage >= 2"), "{definition}");
    let said =
        csv(&fixture, "SELECT case_id FROM patients WHERE t_stage = 4;\n.cohort create late\n");
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    case_id
    Cancer_00005
    Cancer_00011
    --- stderr ---
    mammodex: there is a cohort late already; --force replaces it
    ");
    let said = csv(
        &fixture,
        "SELECT case_id FROM patients WHERE t_stage = 4;\n.cohort create late --force\n",
    );
    assert_said!(said, @"
    exit code 0
    --- stdout ---
    case_id
    Cancer_00005
    Cancer_00011
    --- stderr ---
    cohort late: 2 patients, 8 images; saved to catalog/cohorts/late.toml
    ");
}

#[test]
fn a_step_is_used_in_place_of_the_last_result() {
    let fixture = Fixture::new();
    let said = csv(
        &fixture,
        "SELECT case_id FROM patients LIMIT 1;\n.cohort create m --diagnosis=malignant\n\
         .cohort create b --diagnosis benign\n",
    );
    assert_said!(said, @"
    exit code 0
    --- stdout ---
    case_id
    Normal_00001
    --- stderr ---
    cohort m: 12 patients, 48 images; saved to catalog/cohorts/m.toml
    cohort b: 12 patients, 48 images; saved to catalog/cohorts/b.toml
    ");
}

#[test]
fn a_result_that_is_not_a_cohort_is_refused() {
    let fixture = Fixture::new();
    let refused = |input: &str| {
        let said = csv(&fixture, input);
        assert!(!fixture.catalog().join("cohorts/x.toml").exists());
        said
    };
    assert_said!(refused(".cohort create x\n"), @"
    exit code 1
    --- stderr ---
    mammodex: there is no result yet: run a query that returns case_id, or give steps
    ");
    assert_said!(refused("SELECT vendor FROM patients WHERE t_stage = 4;\n.cohort create x\n"), @"
    exit code 1
    --- stdout ---
    vendor
    SIEMENS
    SIEMENS
    --- stderr ---
    mammodex: --sql: the query must return a column case_id; it returns vendor
    ");
    assert_said!(refused("SELECT 'nobody' AS case_id;\n.cohort create x\n"), @r#"
    exit code 1
    --- stdout ---
    case_id
    nobody
    --- stderr ---
    mammodex: --sql: 1 of 1 case IDs are not in patients, for example "nobody"
    "#);
    assert_said!(refused("SELECT 'x' AS case_id;\n.cohort create ../x\n"), @r#"
    exit code 1
    --- stdout ---
    case_id
    x
    --- stderr ---
    mammodex: invalid value '../x' for '<NAME>': "../x" is not a valid name: use up to 64 Latin letters, digits, - and _, not beginning with -
    "#);
    let said =
        refused("CREATE TEMP TABLE mine AS SELECT 'x' AS case_id;\nFROM mine;\n.cohort create x\n");
    assert!(said.err.contains("Table with name mine does not exist"), "{}", said.err);
}

#[test]
fn splits_manifests_and_snapshots_are_at_hand() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    fixture.done(&["split", "create", "s", "--cohort", "all", "--ratios", "a=0.5,b=0.5"]);
    fixture.snapshot(2, "DELETE FROM patients WHERE diagnosis = 'normal'");
    let said = csv(
        &fixture,
        ".split list\n.manifest create s -o list.csv --snapshot 1\n\
         SELECT count(*) AS n FROM patients;\n.snapshot use 1\nSELECT count(*) AS n FROM patients;\n\
         .snapshot use 7\n.snapshot use\n.snapshot use x\n.split show t\n\
         .manifest create s -o x.csv --what\n",
    );
    assert_said!(said, @r#"
    exit code 1
    --- stdout ---
    name,cohort,patients,parts,stratify,seed,snapshot
    s,all,60,"a 30, b 30","",0,1
    n
    24
    n
    60
    --- stderr ---
    list.csv: 232 images of 58 patients
    excluded: 4 images of 1 discarded case
    without an image: 1 patient
    provenance: list.csv.provenance.json
    snapshot 1 of [DIR]/data
    mammodex: the catalog at catalog has no snapshot 7; snapshots: 1, 2
    mammodex: usage: .snapshot list|show|diff|restore|prune|verify|use …
    mammodex: "x" is not the number of a snapshot
    mammodex: there is no split t; there are: s
    mammodex: unexpected argument '--what' found
    "#);
    let list = fs::read_to_string(fixture.dir.path().join("list.csv")).unwrap();
    assert!(list.starts_with("split,case_id"), "{list}");
    let listed = fixture.done(&["snapshot", "list", "--format", "csv"]);
    assert_eq!(csv(&fixture, ".snapshot list\n").out, listed);
}

#[test]
fn commands_need_a_verb_of_their_subcommand() {
    let fixture = Fixture::new();
    let said = shell(
        &fixture,
        ".cohort\n.split\n.manifest\n.snapshot\n.cohort all\n.split s\n.snapshot 1\n\
         .manifest s -o list.csv\n.cohort save late\n",
    );
    assert_said!(said, @"
    exit code 1
    --- stderr ---
    mammodex: usage: .cohort create|list|show|diff|drop …
    mammodex: usage: .split create|show|check|list|drop …
    mammodex: usage: .manifest create|verify …
    mammodex: usage: .snapshot list|show|diff|restore|prune|verify|use …
    mammodex: usage: .cohort create|list|show|diff|drop …
    mammodex: usage: .split create|show|check|list|drop …
    mammodex: usage: .snapshot list|show|diff|restore|prune|verify|use …
    mammodex: usage: .manifest create|verify …
    mammodex: usage: .cohort create|list|show|diff|drop …
    ");
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
    let said = shell(&fixture, ".plot\nSELECT case_id, vendor FROM patients;\n.plot\n.plot -x f\n");
    assert!(said.err.contains("there is no result yet"), "{}", said.err);
    assert!(said.err.contains("other results are not drawn"), "{}", said.err);
    assert!(said.err.contains("usage: .plot [-o FILE.svg [--force]]"), "{}", said.err);
}

#[test]
fn numbers_are_scattered_dates_are_in_order_and_groups_have_colours() {
    let fixture = Fixture::new();
    let said = shell(
        &fixture,
        "SELECT range AS x, range * range / 2.0 AS y, if(range < 6, 'few', 'many') AS size FROM range(12);\n\
         .plot\n.plot -o scatter.svg\n\
         SELECT * FROM (VALUES (2016, 3), (2013, 5), (2014, 4)) t(year, n);\n.plot\n\
         SELECT * FROM (VALUES (DATE '2015-03-01', 2), (DATE '2014-11-30', 1)) t(day, n);\n.plot\n\
         SELECT * FROM (VALUES ('GE', 'benign', 1), ('Hologic', 'benign', 2), ('GE', 'normal', 3)) t(vendor, diagnosis, n);\n\
         .plot\n.plot -o groups.svg\n\
         SELECT DATE '2015-01-01' + (range * 400)::INT AS day, range / 1.0 AS v, NULL::VARCHAR AS g FROM range(30);\n.plot\n\
         SELECT 1.5 AS x, NULL::DOUBLE AS y UNION ALL SELECT 1.5, 2;\n.plot\n\
         SELECT range AS x, range AS y, range::VARCHAR AS g FROM range(8);\n.plot\n",
    );
    let lines = said.out.lines().filter(|line| !line.starts_with(" x │") && !line.is_empty());
    let drawn: String = lines.map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!("plot_scatter", drawn);
    let svg = |name: &str| fs::read_to_string(fixture.dir.path().join(name)).unwrap();
    insta::assert_snapshot!("plot_scatter_svg", svg("scatter.svg"));
    insta::assert_snapshot!("plot_groups_svg", svg("groups.svg"));
    assert!(
        said.err.contains("g has 8 values: colours distinguish at most 7 groups"),
        "{}",
        said.err
    );
    assert_eq!(said.err.matches("mammodex: ").count(), 1, "{}", said.err);
}

#[test]
fn drawings_replace_no_file_unasked_and_stay_out_of_the_catalog() {
    let fixture = Fixture::new();
    let place = fixture.catalog().join("bars.svg");
    let query = "SELECT diagnosis, count(*) AS patients FROM patients GROUP BY 1;\n";
    fs::write(fixture.dir.path().join("bars.svg"), "mine").unwrap();
    let said = shell(
        &fixture,
        &format!(
            "{query}.plot -o bars.svg\n.plot -o {}\n.plot -o {} --force\n",
            place.display(),
            place.display()
        ),
    );
    assert_eq!(said.code, 1, "{}", said.err);
    let refused: Vec<&str> = said.err.lines().filter(|l| l.starts_with("mammodex: ")).collect();
    assert_eq!(refused.len(), 3, "{}", said.err);
    assert!(refused[0].contains("--force"), "{}", said.err);
    assert!(!place.exists());
    assert_eq!(fs::read_to_string(fixture.dir.path().join("bars.svg")).unwrap(), "mine");
    let said = shell(&fixture, &format!("{query}.plot -o bars.svg --force\n"));
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(fs::read_to_string(fixture.dir.path().join("bars.svg")).unwrap().starts_with("<svg"));
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
         SELECT 8 AS a;\n.once /nowhere/x.csv\n.once bad.csv\nSELECT error('no');\n",
    );
    assert_eq!(said.code, 1);
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    assert_eq!(read("one.csv"), "a\n1\n");
    assert_eq!(read("all.txt"), " a\n───\n 3\n(1 row)\n\n a\n───\n 4\n(1 row)\n");
    assert_eq!(read("only.json"), "[\n{\"a\":5}\n]\n");
    assert_eq!(read("with blank.md"), "| a |\n| ---: |\n| 7 |\n");
    assert!(path("p.parquet").exists() && !path("bad.csv").exists());
    assert_said!(said, @"
    exit code 1
    --- stdout ---
     a
    ───
     2
    (1 row)
    --- stderr ---
    all.txt: 2 results
    mammodex: a json file holds one result, and 2 statements return rows
    only.json: 1 result
    mammodex: cannot write /nowhere/x.csv: its folder does not exist
    mammodex: Invalid Input Error: no
    with blank.md: 1 result
    ");
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
        ".output all.txt\n.cohort list\n.cohort show late\n.check\n.output\n.once one.csv\n.cohort list\n\
         .cohort list\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let text = |name: &str| fs::read_to_string(fixture.dir.path().join(name)).unwrap();
    let all = text("all.txt");
    assert!(all.starts_with(" name "), "{all}");
    assert!(all.contains("cohort late, made on") && all.contains("views-incomplete"), "{all}");
    assert!(text("one.csv").starts_with("name,unit,"));
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     name │ unit    │ patients │ images │ snapshot │ note
    ──────┼─────────┼──────────┼────────┼──────────┼──────
     late │ patient │        6 │     24 │        1 │ NULL
    (1 row)
    --- stderr ---
    all.txt: 3 results
    ");
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
    assert_said!(said, @"
    exit code 1
    --- stdout ---
    s
    a
    s
    b
    s
    on
    --- stderr ---
    mammodex: round.sql was not read: scripts are nested too deep
    mammodex: cannot read none.sql: No such file or directory (os error 2)
    ");
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
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: [DIR]/.config/mammodex/config.toml:3: unknown field `colour`, expected one of `catalog`, `lang`, `format`, `maxrows`, `nullvalue`, `pager`, `vi`, `wrap`, `timer`
    ");
    config("\nformat = \"xls\"\n");
    let said = shell(&fixture, "SELECT 1;");
    assert_said!(said, @r#"
    exit code 2
    --- stderr ---
    mammodex: [DIR]/.config/mammodex/config.toml:2: there is no format "xls"; there are table, csv, tsv, json, jsonl, markdown, html, line, latex, parquet, xlsx, docx
    "#);
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
