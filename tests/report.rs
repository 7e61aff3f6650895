//! The report: one page, its numbers, and what it withholds.

use std::fs;
use std::path::Path;

use mammodex::report::{ReportTexts, sections};
use serde_json::Value;

use crate::fixture::{self, assert_said, run_in};

/// A catalog of 120 patients with two readers, a cohort `all` and a split `parts`.
fn prepared() -> tempfile::TempDir {
    prepared_with("none")
}

fn prepared_with(pixels: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let sample = ["sample", "data", "--patients", "120", "--readers", "2", "--pixels", pixels];
    for arguments in [
        &sample[..],
        &["index", "data"],
        &["cohort", "create", "all", "--where", "true"],
        &[
            "split",
            "create",
            "parts",
            "--cohort",
            "all",
            "--ratios",
            "train=0.7,test=0.3",
            "--stratify",
            "diagnosis",
        ],
    ] {
        let said = run_in(dir.path(), arguments, "");
        assert!(said.code < 2, "{}", said.err);
    }
    dir
}

/// Makes a report with its JSON file and returns both.
fn made(dir: &Path, name: &str, arguments: &[&str]) -> (String, Value) {
    let (html, json) = (format!("{name}.html"), format!("{name}.json"));
    let files = ["-o", &html, "--json", &json];
    let said = run_in(dir, &[&["report"], arguments, &files].concat(), "");
    assert_eq!(said.code, 0, "{}", said.err);
    let text = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    (text(&html), serde_json::from_str(&text(&json)).unwrap())
}

/// Removes a normal case from the data set and writes its next snapshot.
fn reindexed_without_a_case(dir: &Path) {
    let folder = dir.join("data/dcm/Uncompressed/Normal");
    let case = fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    fs::remove_dir_all(case.path()).unwrap();
    let said = run_in(dir, &["index", "data", "--force"], "");
    assert!(said.code < 2, "{}", said.err);
}

#[test]
fn the_page_in_a_browser_is_its_json_in_both_languages() {
    let dir = prepared_with("small");
    made(dir.path(), "en", &["--min-cell", "1", "--outliers"]);
    made(dir.path(), "ko", &["parts", "--lang", "ko", "--audit"]);
    reindexed_without_a_case(dir.path());
    let both = ["--compare", "1", "--audit", "--outliers", "--min-cell", "1"];
    made(dir.path(), "both", &[&["parts"], &both[..]].concat());
    made(dir.path(), "both-ko", &[&["parts", "--lang", "ko"], &both[..]].concat());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report_page.py");
    for name in ["en", "ko", "both", "both-ko"] {
        let (html, json) = (format!("{name}.html"), format!("{name}.json"));
        let mut command = fixture::python();
        command.arg(&script).arg(dir.path()).args([html, json]);
        command.args(std::env::var_os("MAMMODEX_SCREENSHOTS"));
        let said = fixture::run(&mut command, dir.path(), "");
        match said.code {
            77 => eprintln!("skipped: there is no Chromium with its driver"),
            code => assert_eq!(code, 0, "{}", said.err),
        }
    }
}

#[test]
fn the_sql_beside_a_table_gives_its_numbers() {
    let dir = prepared();
    let (_, report) = made(dir.path(), "all", &["all", "--min-cell", "1", "--outliers"]);
    let mut compared = 0;
    for section in report["sections"].as_array().unwrap() {
        let Some(sql) = section["sql"].as_str() else { continue };
        let said = run_in(dir.path(), &["query", "--format", "json", sql], "");
        assert_eq!(said.code, 0, "{sql}\n{}", said.err);
        let rows: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&said.out).unwrap();
        let columns = section["columns"].as_array().unwrap();
        let shown = section["rows"].as_array().unwrap();
        let is_pivot = rows
            .first()
            .is_some_and(|row| row.len() == 3 && !row.contains_key(columns[1].as_str().unwrap()));
        for (place, row) in rows.iter().enumerate() {
            let cells: Vec<&Value> = row.values().collect();
            if is_pivot {
                let name = cells[1].as_str().map_or_else(
                    || cells[1].as_i64().map_or("missing".to_owned(), |n| n.to_string()),
                    str::to_owned,
                );
                let column = columns.iter().position(|column| *column == name).unwrap();
                let line = shown.iter().find(|line| line[0] == *cells[0]).unwrap();
                assert_eq!(line[column], *cells[2], "{}", section["name"]);
            } else {
                let line = shown[place].as_array().unwrap();
                assert_eq!(line.iter().collect::<Vec<_>>(), cells, "{}", section["name"]);
            }
            compared += 1;
        }
        if !is_pivot {
            assert_eq!(rows.len(), shown.len(), "{}", section["name"]);
        }
    }
    assert!(compared > 60, "{compared}");
}

#[test]
fn one_file_without_network_or_script_and_with_the_same_bytes() {
    let dir = prepared();
    let (first, _) = made(dir.path(), "first", &["parts"]);
    let (second, _) = made(dir.path(), "second", &["parts"]);
    assert_eq!(first, second);
    assert!(first.len() < 5_000_000);
    for word in ["<script", "src=", "@import", "url(", "http://", "https://"] {
        let rest = first.replace("http://www.w3.org/2000/svg", "");
        assert!(!rest.contains(word), "{word}");
    }
    let data = dir.path().join("data").display().to_string();
    assert!(!first.contains(&data), "the folder of the data set is named");
}

#[test]
fn small_counts_are_withheld_and_single_cases_are_not_listed() {
    let dir = prepared();
    let (html, report) = made(dir.path(), "small", &["all"]);
    let outline = sections().unwrap();
    let mut withheld = 0;
    for section in report["sections"].as_array().unwrap() {
        let spec = outline.sections.iter().find(|spec| section["name"] == *spec.name).unwrap();
        let columns = section["columns"].as_array().unwrap();
        for row in section["rows"].as_array().unwrap() {
            for (column, cell) in columns.iter().zip(row.as_array().unwrap()).skip(spec.keys) {
                let counts = !spec.counts.is_empty()
                    && (spec.pivot || spec.counts.iter().any(|name| column == name));
                let count = cell.as_u64().unwrap_or(0);
                assert!(!counts || !(1..5).contains(&count), "{}: {row}", spec.name);
                withheld += u64::from(counts && cell.is_string());
            }
        }
    }
    assert!(withheld > 5, "{withheld}");
    assert!(!html.contains("Cancer_0"));
    let (html, _) = made(dir.path(), "cases", &["all", "--outliers"]);
    assert!(html.contains("mammodex render Cancer_0"));
}

#[test]
fn two_snapshots_are_shown_side_by_side_and_changes_are_counted() {
    let dir = prepared();
    reindexed_without_a_case(dir.path());
    let (html, report) = made(dir.path(), "both", &["--compare", "1", "--min-cell", "1"]);
    assert_eq!(report["verdict"]["changes"]["older"], 1);
    assert!(
        report["verdict"]["changes"]["removed"].as_u64().unwrap() >= 4,
        "{}",
        report["verdict"]
    );
    let section = |name: &str| {
        report["sections"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap().clone()
    };
    let composition = section("composition");
    let columns: Vec<&str> =
        composition["columns"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(&columns[..5], ["diagnosis", "patients", "patients (1)", "images", "images (1)"]);
    let normal = composition["rows"][0].as_array().unwrap();
    assert_eq!(normal[4].as_u64().unwrap() - normal[3].as_u64().unwrap(), 4, "{normal:?}");
    assert!(html.contains("patients (1)"));
    assert_eq!(report["compared_verdict"]["images"], 480);
    assert_eq!(report["verdict"]["images"], 476);
}

/// Numbers of a section by the names of its rows and of a column.
fn numbers(report: &Value, section: &str, column: &str) -> Vec<(String, Value)> {
    let sections = report["sections"].as_array().unwrap();
    let section = sections.iter().find(|other| other["name"] == section).unwrap();
    let columns = section["columns"].as_array().unwrap();
    let place = columns.iter().position(|name| name == column);
    let place = place.unwrap_or_else(|| panic!("{column} is not among {columns:?}"));
    let rows = section["rows"].as_array().unwrap().iter();
    rows.map(|row| (row[0].to_string() + &row[1].to_string(), row[place].clone())).collect()
}

#[test]
fn every_section_is_compared_with_the_report_of_the_earlier_snapshot() {
    let dir = prepared();
    let all = ["parts", "--audit", "--outliers", "--min-cell", "1"];
    let (_, first) = made(dir.path(), "first", &all);
    reindexed_without_a_case(dir.path());
    let (_, both) = made(dir.path(), "both", &[&all[..], &["--compare", "1"]].concat());
    let outline = sections().unwrap();
    let mut compared = 0;
    for section in first["sections"].as_array().unwrap() {
        let name = section["name"].as_str().unwrap();
        let spec = outline.sections.iter().find(|spec| spec.name == name).unwrap();
        let rows = section["rows"].as_array().unwrap();
        // What has changed is itself a comparison; headers that are gone are audited as unreadable.
        if rows.is_empty() || ["changes", "audit"].contains(&name) {
            continue;
        }
        let columns = section["columns"].as_array().unwrap().iter().skip(spec.keys);
        for column in columns.filter(|column| !spec.once.iter().any(|once| column == &once)) {
            let column = column.as_str().unwrap();
            let column_then = format!("{column} (1)");
            let sections = both["sections"].as_array().unwrap();
            let later = sections.iter().find(|other| other["name"] == name).unwrap();
            let place = |section: &Value, column: &str| {
                let columns = section["columns"].as_array().unwrap();
                let place = columns.iter().position(|name| name == column);
                place.unwrap_or_else(|| panic!("{name}: {column} is not among {columns:?}"))
            };
            let (then, beside) = (place(section, column), place(later, &column_then));
            for row in rows {
                let keys = &row.as_array().unwrap()[..spec.keys];
                let is_same = |other: &&Value| &other.as_array().unwrap()[..spec.keys] == keys;
                let other = later["rows"].as_array().unwrap().iter().find(is_same);
                let other = other.unwrap_or_else(|| panic!("{name}: {keys:?}"));
                assert_eq!(other[beside], row[then], "{name}: {keys:?} {column}");
                compared += 1;
            }
        }
    }
    assert!(compared > 300, "{compared}");
    assert!(numbers(&both, "balance", "test (1)").iter().any(|(_, count)| *count == 36));
    let audited = numbers(&both, "audit", "of (1)");
    assert!(audited.iter().any(|(_, of)| of == 480), "{audited:?}");
}

#[test]
fn single_cases_have_small_pictures_unless_they_may_show_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let sample = ["sample", "data", "--patients", "30", "--readers", "2"];
    for arguments in [&sample[..], &["index", "data"]] {
        assert!(run_in(dir.path(), arguments, "").code < 2);
    }
    let (html, _) = made(dir.path(), "pictures", &["--outliers"]);
    let pictures = html.matches("src=\"data:image/jpeg;base64,").count();
    assert!(pictures >= 5, "{pictures}");
    assert!(html.len() < 5_000_000, "{}", html.len());
    let data = dir.path().join("data").display().to_string();
    assert!(!html.contains(&data) && !html.contains(".dcm"));
    assert!(!made(dir.path(), "without", &[]).0.contains("data:image"));
    fs::rename(dir.path().join("data"), dir.path().join("moved")).unwrap();
    let (gone, _) = made(dir.path(), "gone", &["--outliers"]);
    assert!(!gone.contains("data:image"));
    assert!(gone.contains("No picture: no image of a standard view can be read"));
    let (moved, _) = made(dir.path(), "moved", &["--outliers", "--root", "moved"]);
    assert_eq!(moved, html);
}

#[test]
fn every_text_has_both_languages() {
    let texts = ReportTexts::get();
    let all = [&texts.texts, &texts.columns, &texts.values];
    let pairs = all.into_iter().flatten().map(|text| (text.code.as_str(), &*text.en, &*text.ko));
    let outline = sections().unwrap();
    let titles = outline.sections.iter().flat_map(|spec| [&spec.title, &spec.text]);
    let clusters = outline.clusters.iter().flat_map(|cluster| [&cluster.title, &cluster.text]);
    let claims =
        outline.claims.iter().flat_map(|item| std::iter::once(&item.title).chain(&item.blank));
    let others = titles.chain(clusters).chain(claims).map(|text| ("", &*text.en, &*text.ko));
    // Names that Korean readers know in Latin letters.
    let latin = ["birads", "birads_max", "n", "auc", "checksum", "image"];
    let is_korean = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
    let mut count = 0;
    for (code, en, ko) in pairs.chain(others) {
        assert!(!en.is_empty() && !is_korean(en), "{code}: {en}");
        assert!(is_korean(ko) || (latin.contains(&code) && ko == en), "{code}: {ko}");
        count += 1;
    }
    assert!(count > 150, "{count}");
    assert!(outline.claims.iter().all(|item| item.section.is_some() || item.blank.is_some()));
    for item in outline.claims.iter().filter_map(|item| item.section.as_ref()) {
        assert!(outline.sections.iter().any(|spec| spec.name == *item), "{item}");
    }
}

#[test]
fn every_column_of_a_table_has_a_name() {
    let dir = prepared();
    let texts = ReportTexts::get();
    let outline = sections().unwrap();
    let (_, report) = made(dir.path(), "all", &["parts", "--outliers", "--audit"]);
    let sections = report["sections"].as_array().unwrap();
    assert_eq!(sections.len(), outline.sections.len());
    for section in sections {
        let spec = outline.sections.iter().find(|spec| section["name"] == *spec.name).unwrap();
        let columns: Vec<&str> =
            section["columns"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        // Columns of a pivoted table, and parts of a split, are values.
        let named = if spec.pivot || spec.name == "balance" { 1 } else { columns.len() };
        for column in columns.iter().take(named) {
            assert!(
                texts.columns.iter().any(|text| text.code == **column),
                "{}: {column}",
                spec.name
            );
        }
    }
}

#[test]
fn an_unknown_subject_and_an_existing_file_are_refused() {
    let dir = prepared();
    assert_said!(run_in(dir.path(), &["report", "alle", "-o", "r.html"], ""), @r"
        exit code 2
        --- stderr ---
        mammodex: there is no cohort alle; did you mean all?
        ");
    fs::write(dir.path().join("r.html"), "mine").unwrap();
    assert_said!(run_in(dir.path(), &["report", "-o", "r.html"], ""), @r"
        exit code 2
        --- stderr ---
        mammodex: r.html exists; --force replaces it
        ");
}

#[test]
fn a_fault_that_is_a_finding_and_a_check_is_counted_once_in_the_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let sample = ["sample", "data", "--patients", "60", "--flaws"];
    for arguments in [&sample[..], &["index", "data"]] {
        assert!(run_in(dir.path(), arguments, "").code < 2);
    }
    let (_, report) = made(dir.path(), "flaws", &[]);
    let rows = |name: &str| {
        let sections = report["sections"].as_array().unwrap();
        sections.iter().find(|s| s["name"] == name).unwrap()["rows"].as_array().unwrap().clone()
    };
    let findings = rows("findings");
    let errors: Vec<&Value> =
        findings.iter().filter(|row| row[0] == "error").map(|row| &row[1]).collect();
    let failed: Vec<Value> = rows("checks")
        .into_iter()
        .filter(|row| row[0] == "error" && row[2] == "failed")
        .map(|row| row[6].clone())
        .collect();
    let other = failed.iter().filter(|finding| !errors.contains(finding)).count();
    assert!(failed.len() > other, "{failed:?} {errors:?}");
    assert_eq!(report["verdict"]["failed_checks"], other);
}
