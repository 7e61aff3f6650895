//! Shortcuts: what the acquisition predicts of a label, and what weakens it.

use std::path::Path;
use std::process::Command;

use crate::fixture::{assert_said, binary_folder, python, run_in};

const MALIGNANT: &str = "p.diagnosis = 'malignant'";

/// A catalog in which most malignant cases are of GE and most normal ones of others, as the cohort `mixed`.
fn mixed() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let sample = ["sample", "data", "--patients", "300", "--pixels", "none", "--seed", "7"];
    done(dir.path(), &sample);
    done(dir.path(), &["index", "data"]);
    let biased = "p.diagnosis IN ('normal', 'malignant')
        AND ((p.diagnosis = 'malignant') = (p.vendor = 'GE') OR CAST(right(p.case_id, 5) AS INTEGER) % 6 = 0)";
    done(dir.path(), &["cohort", "create", "mixed", "--where", biased]);
    dir
}

fn done(dir: &Path, arguments: &[&str]) -> crate::fixture::Said {
    let said = run_in(dir, arguments, "");
    assert_eq!(said.code, 0, "{}", said.err);
    said
}

/// The rows of `mammodex shortcuts` as JSON, by attribute.
fn areas(dir: &Path, arguments: &[&str]) -> std::collections::BTreeMap<String, f64> {
    let said = done(dir, &[&["shortcuts"], arguments, &["--format", "json"]].concat());
    let rows: Vec<serde_json::Value> = serde_json::from_str(&said.out).unwrap();
    let area = |row: &serde_json::Value| {
        Some((row["attribute"].as_str()?.to_owned(), row["auc"].as_f64()?))
    };
    rows.iter().filter_map(area).collect()
}

#[test]
fn areas_are_those_of_scikit_learn() {
    let dir = mixed();
    done(dir.path(), &["cohort", "create", "all", "--where", "true"]);
    let json = ["-o", "measured.json", "--resamples", "100", "--folds", "4", "--seed", "9"];
    done(dir.path(), &[&["shortcuts", "all", "--label", "p.birads_max >= 4"], &json[..]].concat());
    let probe = python().args(["-c", "import duckdb, sklearn, numpy"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        eprintln!("skipped: Python has no duckdb, scikit-learn and numpy");
        return;
    }
    let root = env!("CARGO_MANIFEST_DIR");
    let said = python()
        .arg(format!("{root}/tests/shortcuts_compare.py"))
        .arg("catalog/current")
        .arg(format!("{root}/schema/shortcuts/attributes.toml"))
        .args(["measured.json", "p.birads_max >= 4", "9", "4"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let (count, differences) = text.split_once('\n').unwrap_or_else(|| {
        panic!("{text}{}", String::from_utf8_lossy(&said.stderr));
    });
    assert_eq!(differences.trim(), "");
    assert!(count.trim().parse::<usize>().unwrap() > 20, "{count}");
}

#[test]
fn the_commands_of_the_remedies_run_and_lower_the_area() {
    let dir = mixed();
    let said = done(dir.path(), &["shortcuts", "mixed", "--label", MALIGNANT]);
    let before = areas(dir.path(), &["mixed", "--label", MALIGNANT]);
    assert!(before["vendor"] > 0.75 && before["all together"] > 0.7, "{before:?}");
    let commands: Vec<&str> =
        said.err.lines().filter_map(|line| line.strip_prefix("  mammodex ")).collect();
    assert!(commands.len() >= 6, "{}", said.err);
    for command in commands {
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("sh")
            .args(["-c", &format!("mammodex {command}")])
            .env("PATH", format!("{}:{path}", binary_folder().display()))
            .current_dir(dir.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}\n{text}");
    }
    let matched = areas(dir.path(), &["mixed", "--split", "mixed_matched", "--label", MALIGNANT]);
    assert!(matched["vendor"] < 0.6 && matched["model_family"] < 0.6, "{matched:?}");
    let balanced = areas(dir.path(), &["mixed_model_family", "--label", MALIGNANT]);
    assert!(balanced["vendor"] < 0.6 && balanced["model_family"] < 0.6, "{balanced:?}");
    assert!(balanced["all together"] < before["all together"] - 0.1, "{balanced:?}");
}

#[test]
fn a_picture_is_drawn_and_the_same_request_writes_the_same_bytes() {
    let dir = mixed();
    for name in ["a.svg", "b.svg"] {
        done(dir.path(), &["shortcuts", "mixed", "--label", MALIGNANT, "-o", name]);
    }
    let [a, b] =
        ["a.svg", "b.svg"].map(|name| std::fs::read_to_string(dir.path().join(name)).unwrap());
    assert_eq!(a, b);
    assert!(a.starts_with("<svg") && a.contains("all together") && a.contains("manufacturer"));
}

#[test]
fn small_counts_are_withheld_and_further_attributes_are_measured() {
    let dir = mixed();
    let more =
        ["--attribute", "group=left(p.case_id, 3)", "--attribute", "number:row=p.source_row"];
    let said = done(
        dir.path(),
        &[&["shortcuts", "mixed", "--label", MALIGNANT, "--format", "json"], &more[..]].concat(),
    );
    let rows: Vec<serde_json::Value> = serde_json::from_str(&said.out).unwrap();
    let row = |name: &str| rows.iter().find(|row| row["attribute"] == name).unwrap();
    assert_eq!(row("group")["auc"], 1.0);
    assert_eq!(row("group")["highest_level"], "Can");
    assert_eq!(row("row")["levels"], 10);
    for row in &rows {
        for end in ["highest", "lowest"] {
            let images = row[format!("{end}_images")].as_f64();
            let share = row[format!("{end}_prevalence")].as_f64();
            let few = images.zip(share).map(|(n, p)| (n * p, n * (1.0 - p)));
            assert!(few.is_none_or(|(a, b)| [a, b].iter().all(|n| *n < 0.5 || *n >= 5.0)), "{row}");
        }
    }
    let few = done(
        dir.path(),
        &["shortcuts", "mixed", "--label", MALIGNANT, "--min-cell", "500", "--format", "json"],
    );
    assert!(!few.out.contains("\"highest_level\":\""), "{}", few.out);
}

#[test]
fn a_label_that_cannot_be_predicted_is_refused() {
    let dir = mixed();
    assert_said!(run_in(dir.path(), &["shortcuts", "mixed", "--label", "true"], ""), @r"
        exit code 2
        --- stderr ---
        mammodex: --label: 140 of 140 patients have it; 5 folds need as many with and without it
        ");
    assert_said!(run_in(dir.path(), &["shortcuts", "mixed", "--label", "p.diagnose = 'x'"], ""), @r#"
        exit code 2
        --- stderr ---
        mammodex: Binder Error: Values list "p" does not have a column named "diagnose"

        LINE 1: SELECT i.case_id, CAST((p.diagnose = 'x') AS BOOLEAN), CAST((i.vendor) AS VARCHAR...
                                        ^
        hint: did you mean diagnosis, a column of patients?
        "#);
    let twice = ["shortcuts", "mixed", "--label", MALIGNANT, "--attribute", "vendor=i.vendor"];
    assert_said!(run_in(dir.path(), &twice, ""), @r#"
        exit code 2
        --- stderr ---
        mammodex: --attribute: "vendor=i.vendor" has the name of an attribute that is measured anyway
        "#);
}
