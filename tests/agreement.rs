//! Agreement of readers: the table `agreement` and its measures.

use std::fs;

use crate::fixture::{assert_said, python, run_in};

/// A data set of 60 patients, 12 of them with contours of so many readers, and its catalog.
fn readers(count: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let count = count.to_string();
    let sample = ["sample", "data", "--patients", "60", "--readers", &count, "--seed", "3"];
    assert_eq!(run_in(dir.path(), &sample, "").code, 0);
    index(dir.path());
    dir
}

fn index(dir: &std::path::Path) {
    let said = run_in(dir, &["index", "data"], "");
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn measures_of_two_readers_are_shown_with_intervals_over_cases() {
    let dir = readers(2);
    assert_said!(run_in(dir.path(), &["agreement", "--resamples", "200"], ""), @r"
        exit code 0
        --- stdout ---
         readers │ measure                               │ n  │ estimate │ 95 % CI
        ─────────┼───────────────────────────────────────┼────┼──────────┼──────────────────
         all     │ full agreement                        │ 12 │ 1.000    │ 1.000 to 1.000
         all     │ contours found by both                │ 30 │ 1.000    │ 1.000 to 1.000
         all     │ Dice, mean                            │ 30 │ 0.925    │ 0.895 to 0.952
         all     │ Dice, median                          │ 30 │ 0.931    │ 0.884 to 1.000
         all     │ IoU, mean                             │ 30 │ 0.867    │ 0.814 to 0.913
         all     │ Hausdorff distance, mean, mm          │ 30 │ 1.655    │ 1.033 to 2.290
         all     │ Hausdorff distance 95 %, mean, mm     │ 30 │ 1.481    │ 0.943 to 2.093
         all     │ mean surface distance, mean, mm       │ 30 │ 0.635    │ 0.397 to 0.907
         all     │ contour on a view, kappa              │ 48 │ 1.000    │ 1.000 to 1.000
         all     │ contour on a view, alpha              │ 48 │ 1.000    │ 1.000 to 1.000
         all     │ unreadable case, kappa                │ 12 │          │
         all     │ unreadable case, alpha                │ 12 │          │
         all     │ label, kappa                          │ 30 │          │
         all     │ label, alpha                          │ 30 │          │
         all     │ longest diameter, ICC(2,1)            │ 30 │ 0.994    │ 0.982 to 0.998
         all     │ longest diameter, mean difference, mm │ 30 │ 0.105    │ -0.411 to 0.833
         all     │ longest diameter, lower limit, mm     │ 30 │ -2.132   │ -2.866 to -1.151
         all     │ longest diameter, upper limit, mm     │ 30 │ 2.341    │ 1.146 to 3.451
        (18 rows)
        --- stderr ---
        0 of 12 cases have no full agreement at a Dice coefficient of 0.8
        ");
    assert_said!(run_in(dir.path(), &["agreement", "--cases", "--threshold", "0.9", "--format", "csv"], ""), @r#"
        exit code 0
        --- stdout ---
        case_id,reader_a,reader_b,views,matched,only_a,only_b,not_compared,dice_min,dice_mean,hausdorff_max_mm,same_label,same_discard,annotation_path_a,annotation_pointer_a,annotation_path_b,annotation_pointer_b
        Cancer_00008,annotation_user4,annotation_user5,4,2,0,0,0,0.8140043763676149,0.8599936411752604,2.917516466448936,true,true,annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/Cancer_00008.json,"",annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/annotation_user5/Cancer_00008.json,""
        Cancer_00005,annotation_user1,annotation_user5,4,4,0,0,0,0.8173913043478261,0.8629307101599699,3.000237049092681,true,true,annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/Cancer_00005.json,"",annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/annotation_user5/Cancer_00005.json,""
        Cancer_00006,annotation_user4,annotation_user5,4,4,0,0,0,0.8458646616541353,0.9258839103303544,3.1216548961113415,true,true,annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/Cancer_00006.json,"",annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/annotation_user5/Cancer_00006.json,""
        Cancer_00010,annotation_user2,annotation_user5,4,2,0,0,0,0.8514056224899599,0.8962910465390976,2.792093020000003,true,true,annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/Cancer_00010.json,"",annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/annotation_user5/Cancer_00010.json,""
        Cancer_00002,annotation_user4,annotation_user5,4,2,0,0,0,0.8553719008264463,0.8989974258230593,2.792093020000003,true,true,annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/Cancer_00002.json,"",annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/annotation_user5/Cancer_00002.json,""
        Cancer_00012,annotation_user4,annotation_user5,4,2,0,0,0,0.8632075471698113,0.8757842961502262,2.792093020000003,true,true,annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/Cancer_00012.json,"",annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/annotation_user5/Cancer_00012.json,""
        Cancer_00009,annotation_user2,annotation_user5,4,2,0,0,0,0.8638132295719845,0.8992333474592595,2.609506057781921,true,true,annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/Cancer_00009.json,"",annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success/annotation_user5/Cancer_00009.json,""
        --- stderr ---
        7 of 12 cases have no full agreement at a Dice coefficient of 0.9
        "#);
}

#[test]
fn contours_matching_and_measures_are_those_of_other_programs() {
    let dir = readers(2);
    let json = ["agreement", "--format", "json", "-o", "measures.json", "--resamples", "100"];
    assert_eq!(run_in(dir.path(), &json, "").code, 0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agreement_compare.py");
    let probe = python().args(["-c", "import duckdb, shapely, scipy, sklearn, pandas"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        eprintln!("skipped: Python has no duckdb, shapely, scipy, scikit-learn and pandas");
        return;
    }
    let said = python()
        .args([script, "catalog/current", "measures.json"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let (count, differences) = text.split_once('\n').unwrap_or_else(|| {
        panic!("{text}{}", String::from_utf8_lossy(&said.stderr));
    });
    assert_eq!(differences.trim(), "");
    let count: usize = count.trim_end_matches(" matches").parse().unwrap();
    assert!(count > 15, "{count}");
}

#[test]
fn of_three_readers_every_pair_is_compared() {
    let dir = readers(3);
    let sql = "SELECT count(DISTINCT case_id) AS cases, count(DISTINCT (reader_a, reader_b)) > 2 AS pairs,
                      count(DISTINCT case_id || annotation_path_a || annotation_path_b) AS compared
               FROM agreement";
    assert_said!(run_in(dir.path(), &["query", sql, "--format", "csv"], ""), @r"
        exit code 0
        --- stdout ---
        cases,pairs,compared
        12,true,36
        ");
    let said = run_in(dir.path(), &["agreement", "--pairs", "--format", "csv"], "");
    assert!(
        said.out.lines().filter(|line| line.contains("Dice, mean")).count() > 3,
        "{}",
        said.out
    );
}

#[test]
fn a_newer_delivery_is_compared_with_the_one_before_it() {
    let dir = readers(1);
    let said = run_in(dir.path(), &["agreement", "--within-reader"], "");
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: no case of the catalog has two deliveries of one reader: there is nothing to compare
        ");
    let (old, new) = ("20190812_KST", "20190930_KST");
    let success = format!("annotation_result_1st/{old}/dst_json/{old}/Success");
    let newer = dir.path().join("data").join(success.replace(old, new));
    fs::create_dir_all(&newer).unwrap();
    let file =
        fs::read_dir(dir.path().join("data").join(&success)).unwrap().next().unwrap().unwrap();
    fs::copy(file.path(), newer.join(file.file_name())).unwrap();
    index(dir.path());
    let sql = "SELECT comparison, dice_min, same_discard,
                      annotation_path_a LIKE '%20190812%' AS older_first FROM reader_agreement";
    assert_said!(run_in(dir.path(), &["query", sql, "--format", "csv"], ""), @r"
        exit code 0
        --- stdout ---
        comparison,dice_min,same_discard,older_first
        within_reader,1.0,true,true
        ");
}

#[test]
fn readings_beyond_fifty_of_a_case_are_a_finding() {
    let dir = readers(1);
    let success =
        dir.path().join("data/annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success");
    let first = fs::read_to_string(success.join("Cancer_00010.json")).unwrap();
    let reader = first.find("annotation_user").unwrap();
    for number in 10..62 {
        let folder = success.join(format!("reader{number}"));
        fs::create_dir(&folder).unwrap();
        let (start, end) = first.split_at(reader);
        let text = format!("{start}another{number}_{end}");
        fs::write(folder.join("Cancer_00010.json"), text).unwrap();
    }
    index(dir.path());
    let sql = "SELECT code, message FROM issues WHERE code = 'readings-not-compared'
               UNION ALL SELECT 'pairs', count(DISTINCT (reader_a, reader_b))::VARCHAR FROM agreement
               ORDER BY ALL";
    assert_said!(run_in(dir.path(), &["query", sql, "--format", "csv"], ""), @r"
        exit code 0
        --- stdout ---
        code,message
        pairs,1225
        readings-not-compared,the case has 53 readings
        ");
}

#[test]
fn a_place_that_is_refused_is_refused_before_the_work() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), &["sample", "data", "--patients", "20"], "");
    run_in(dir.path(), &["index", "data"], "");
    // One reader: the work itself would be refused for another reason.
    for (place, reason) in [
        ("catalog/a.csv", "is in the catalog's folder"),
        ("data/a.csv", "is in the data set's folder"),
        ("a.unknown", "the ending names no format"),
    ] {
        let said = run_in(dir.path(), &["agreement", "-o", place], "");
        assert_eq!(said.code, 2);
        assert!(said.err.contains(reason), "{}", said.err);
    }
}

#[test]
fn differences_of_sizes_are_drawn_in_both_languages() {
    let dir = readers(2);
    assert_said!(run_in(dir.path(), &["agreement", "-o", "sizes.svg", "--resamples", "100"], ""), @r"
        exit code 0
        --- stderr ---
        0 of 12 cases have no full agreement at a Dice coefficient of 0.8
        ");
    let picture = fs::read_to_string(dir.path().join("sizes.svg")).unwrap();
    assert_eq!(picture.matches("<circle").count(), 30, "a dot for each matched pair");
    for line in ["mean difference 0.10 mm", "lower limit -2.13 mm", "upper limit 2.34 mm"] {
        assert!(picture.contains(line), "{line}: {picture}");
    }
    let korean = ["agreement", "--lang", "ko", "-o", "ko.svg", "--resamples", "100"];
    assert_eq!(run_in(dir.path(), &korean, "").code, 0);
    let picture = fs::read_to_string(dir.path().join("ko.svg")).unwrap();
    assert!(picture.contains("평균 차이 0.10 mm") && picture.contains("두 판독의 평균, mm"));
    let said = run_in(dir.path(), &["agreement", "--cases", "-o", "cases.svg"], "");
    assert_eq!(said.code, 2, "{}", said.err);
    let said = run_in(dir.path(), &["agreement", "-o", "sizes.svg"], "");
    assert!(said.code == 2 && said.err.contains("--force"), "{}", said.err);
}

/// Contours that cross themselves around holes, on pixels that are not square.
#[test]
fn random_contours_have_the_overlap_and_distances_of_a_reference_of_its_own() {
    let probe = python().args(["-c", "import duckdb, shapely, numpy, pandas, pydicom"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        eprintln!("skipped: Python has no duckdb, shapely, numpy, pandas and pydicom");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let sample = ["sample", "data", "--patients", "200", "--readers", "2", "--seed", "3"];
    assert_eq!(run_in(dir.path(), &sample, "").code, 0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agreement_random.py");
    let by_python = |arguments: [&str; 2]| {
        let said = python().arg(script).args(arguments).current_dir(dir.path()).output().unwrap();
        let [out, err] = [said.stdout, said.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(said.status.success(), "{out}{err}");
    };
    by_python(["plant", "data"]);
    let said = run_in(dir.path(), &["index", "data"], "");
    assert!(said.code < 2, "{}", said.err);
    by_python(["compare", "catalog/current"]);
}
