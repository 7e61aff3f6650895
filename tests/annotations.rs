//! Annotations: how they are written, how they are laid on their images, what they measure.

use crate::fixture::assert_said;
use std::f64::consts::PI;
use std::process::Command;

use mammodex::sample::{self, SampleFlaws, SamplePixels};

use crate::custom_data::DataSet;

/// A closed circle of whole pixels as the tool writes it, `count` points.
pub fn circle(x: f64, y: f64, radius: f64, count: usize) -> String {
    let point = |i: usize| {
        let turn = 2.0 * PI * (i % (count - 1)) as f64 / (count - 1) as f64;
        let (px, py) = (x + radius * turn.cos(), y + radius * turn.sin());
        format!("{{\"y\": {}, \"x\": {}}}", py.round(), px.round())
    };
    format!("[{}]", (0..count).map(point).collect::<Vec<_>>().join(", "))
}

/// The release's text of one file.
pub fn release(case: &str, reader: &str, contours: &str) -> String {
    format!(
        "{{\"user_id\": \"{reader}\", \"case_id\": \"{case}\", \"contour_list\": {contours}, \"discard_yn\": 0}}"
    )
}

fn one_case(contours: &str) -> DataSet {
    let set = DataSet::new();
    set.case("Cancer_00001");
    set.put("json/Cancer_00001.json", release("Cancer_00001", "u1", contours));
    set.index(&["--profile", "ncc"]);
    set
}

#[test]
fn every_way_of_writing_is_read_and_the_repairs_are_named() {
    let ring = circle(0.0, 0.0, 20.0, 41);
    let strict = release(
        "Cancer_00001",
        "u1",
        &format!("{{\"cancer\": {{\"lcc\": {{\"1565594002486\": {ring}}}}}}}"),
    );
    let lesion = format!("{{\"cancer\": {{\"lcc\": {{\"1565594002486\": {ring}}}}}}}");
    let utf16 = |text: &str| -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let forms: Vec<(&str, Vec<u8>, &str)> = vec![
        ("strict", strict.clone().into(), "[]"),
        ("unquoted key", strict.replace("\"discard_yn\"", "discard_yn").into(), "[unquoted_key]"),
        ("trailing comma", strict.replace("]}}}", "],}}}").into(), "[trailing_comma]"),
        (
            "as published",
            strict.replace("\"discard_yn\"", "discard_yn").replace("]}}}", "],}}}").into(),
            "[trailing_comma, unquoted_key]",
        ),
        ("comment", format!("// drawn\n{strict} /* end */").into(), "[comment]"),
        ("byte order mark", format!("\u{feff}{strict}").into(), "[byte_order_mark]"),
        ("UTF-16", utf16(&strict), "[byte_order_mark]"),
        (
            "CP949",
            encoding_rs::EUC_KR.encode(&strict.replace("\"u1\"", "\"판독자\"")).0.into_owned(),
            "[not_utf8]",
        ),
        (
            "JSON in a string",
            release("Cancer_00001", "u1", &serde_json::to_string(&lesion).unwrap()).into(),
            "[json_in_string]",
        ),
    ];
    for (form, bytes, repairs) in forms {
        let set = DataSet::new();
        set.case("Cancer_00001").put("a/Cancer_00001.json", bytes);
        set.index(&["--profile", "ncc"]);
        assert_eq!(
            set.rows(
                "SELECT case_id, labels, views, lesion_count, discarded, repairs FROM annotations"
            ),
            [format!("Cancer_00001|[cancer]|[LCC]|1|false|{repairs}")],
            "{form}"
        );
        assert_eq!(
            set.rows("SELECT view, label, lesion_id, epoch_ms(drawn_at), n_points, image_path, in_bounds FROM lesions"),
            ["LCC|cancer|1565594002486|1565594002486|41|dcm/Cancer/Cancer_00001/LCC.dcm|true"],
            "{form}"
        );
        assert_eq!(
            set.findings("annotation-repaired").len(),
            usize::from(repairs != "[]"),
            "{form}"
        );
    }
}

#[test]
fn nothing_drawn_is_an_annotation_and_no_finding() {
    for nothing in
        ["{}", "\"\"", "\"{}\"", "null", "[]", "{\"cancer\": {}}", "{\"cancer\": {\"lcc\": {}}}"]
    {
        let set = one_case(nothing);
        assert_eq!(
            set.rows("SELECT lesion_count, discarded, views FROM annotations"),
            ["0|false|[]"],
            "{nothing}"
        );
        assert!(set.findings("contour-unreadable").is_empty(), "{nothing}");
        assert_eq!(set.rows("SELECT annotation_count, lesion_count FROM patients"), ["1|0"]);
    }
    let set = one_case("{\"cancer\": {\"lcc\": {\"7\": {}, \"8\": []}}}");
    assert_eq!(set.findings("contour-empty").len(), 2);
    let set = DataSet::new();
    set.case("Cancer_00001");
    set.put("a/Cancer_00001.json", r#"{"user_id": 3, "case_id": "Cancer_00001", "discard_yn": 1}"#);
    set.put("a/other.json", "{}").put("a/list.json", "[1, 2]");
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.findings("annotation-without-contours"), ["a/Cancer_00001.json - -"]);
    assert_eq!(set.rows("SELECT reader, discarded, lesion_count FROM annotations"), ["3|true|0"]);
    assert_eq!(
        set.rows("SELECT count(*) FROM sources WHERE status = 'ignored' AND path LIKE '%.json'"),
        ["2"]
    );
}

#[test]
fn discard_yn_means_not_to_be_used() {
    for (flag, told) in [
        (", \"discard_yn\": 1", "true"),
        (", \"discard_yn\": 0", "false"),
        (", \"discard_yn\": \"1\"", "true"),
        (", \"discard_yn\": \"0\"", "false"),
        (", \"discard_yn\": true", "true"),
        (", \"discard_yn\": \"Y\"", "true"),
        (", \"discard_yn\": null", "-"),
        (", \"discard_yn\": 2", "-"),
        (", \"discard_yn\": \"maybe\"", "-"),
        ("", "-"),
    ] {
        let set = DataSet::new();
        set.case("Cancer_00001");
        set.put("Cancer_00001.json", format!("{{\"user_id\": \"u\", \"case_id\": \"Cancer_00001\", \"contour_list\": {{}}{flag}}}"));
        set.index(&["--profile", "ncc"]);
        assert_eq!(set.rows("SELECT discarded FROM annotations"), [told], "{flag}");
        assert_eq!(set.rows("SELECT discarded FROM patients"), [told], "{flag}");
        let unread = set.findings("annotation-flag-unreadable").len();
        assert_eq!(unread, usize::from(flag.contains('2') || flag.contains("maybe")), "{flag}");
    }
}

#[test]
fn labels_lesions_and_views_are_kept_apart() {
    let ring = |x: f64| circle(x, 0.0, 6.0, 33);
    let set = one_case(&format!(
        "{{\"cancer\": {{\"rmlc\": {{\"1\": {}, \"2\": {}}}, \"R_CC\": {{\"3\": {}}}}}, \"benign\": {{\"lmlo\": {{\"1\": {}}}}}, \"x\": {{\"left\": {{\"9\": {}}}}}}}",
        ring(0.0),
        ring(15.0),
        ring(0.0),
        ring(0.0),
        ring(0.0)
    ));
    assert_eq!(
        set.rows("SELECT coalesce(view, '?'), label, lesion_id, image_path IS NOT NULL FROM lesions ORDER BY 1, 2, 3"),
        ["?|x|9|false", "LMLO|benign|1|true", "RCC|cancer|3|true", "RMLO|cancer|1|true", "RMLO|cancer|2|true"]
    );
    assert_eq!(
        set.findings("view-key-corrected"),
        ["json/Cancer_00001.json /contour_list/cancer/rmlc -"]
    );
    assert_eq!(set.findings("view-key-unknown"), ["json/Cancer_00001.json /contour_list/x/left -"]);
    assert_eq!(
        set.rows("SELECT labels, views FROM annotations"),
        ["[benign, cancer, x]|[LMLO, RCC, RMLO]"]
    );
}

#[test]
fn the_newest_delivery_counts_and_the_older_is_kept() {
    let file = |x: f64| {
        release(
            "Cancer_00001",
            "u1",
            &format!("{{\"cancer\": {{\"lcc\": {{\"1\": {}}}}}}}", circle(x, 0.0, 9.0, 33)),
        )
    };
    let set = DataSet::new();
    set.case("Cancer_00001");
    set.put("annotation_result_1st/20191001_093000_KST/Cancer_00001.json", file(0.0));
    set.put(
        "annotation_result_1st/dst_json/20191105_101500_KST/Success/Cancer_00001.json",
        file(10.0),
    );
    set.put(
        "annotation_result_1st/20191105_101500_KST/Cancer_00001.json",
        file(20.0).replace("u1", "u2"),
    );
    set.index(&["--profile", "ncc"]);
    assert_eq!(
        set.rows("SELECT reader, delivery, superseded FROM annotations ORDER BY path"),
        [
            "u1|20191001_093000_KST|true",
            "u2|20191105_101500_KST|false",
            "u1|20191105_101500_KST|false"
        ]
    );
    assert_eq!(
        set.rows("SELECT superseded, count(*) FROM lesions GROUP BY 1 ORDER BY 1"),
        ["false|2", "true|1"]
    );
    assert_eq!(
        set.rows("SELECT annotation_count, lesion_count, readers FROM patients"),
        ["2|2|[u1, u2]"]
    );
    assert_eq!(set.rows("SELECT lesion_count FROM breasts ORDER BY laterality"), ["2", "0"]);
    assert!(set.findings("annotation-repeated").is_empty());
    // Two files of one reader, none newer: both count, and that is said.
    set.put("other/Cancer_00001.json", file(5.0)).put("again/Cancer_00001.json", file(5.0));
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.findings("annotation-repeated").len(), 2);
}

#[test]
fn the_tools_own_layout_has_bare_numbers() {
    let set = DataSet::new();
    for (group, case) in [("cancer", "00001"), ("normal", "2")] {
        for view in ["LCC", "LMLO", "RCC", "RMLO"] {
            let (side, position) = view.split_at(1);
            set.image(
                &format!("dicom/{group}/{case}/{view}.dcm"),
                &[("ImageLaterality", side), ("ViewPosition", position), ("PatientID", "x")],
            );
        }
    }
    let ring = circle(0.0, 0.0, 9.0, 33);
    for reader in [3, 4] {
        set.put(
            &format!("result/{reader}/1.json"),
            format!("{{\"seq\": 9, \"user_id\": {reader}, \"case_id\": 1, \"contour_list\": {{\"cancer\": {{\"rcc\": {{\"1\": {ring}}}}}}}, \"discard_yn\": 0, \"density_yn\": 1}}"),
        );
    }
    set.put("cancer.csv", "ID,BIRADS (우)\n1.0,5\n");
    let said = set.index(&[]);
    assert_said!(said, @r#"
    exit code 1
    --- stderr ---
    11 files (11 read), profile ncc-tool: 2 patients, 8 images, 2 annotations, 2 lesions
      error       1  image-without-patient
      warning       8  pixels-missing
      info       8  spacing-unknown
    snapshot 1 is in catalog/current
    each finding: mammodex query --catalog catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    assert_eq!(
        set.rows(
            "SELECT case_id, diagnosis, image_count, readers, birads_right FROM patients ORDER BY 1"
        ),
        ["1|malignant|4|[3, 4]|5", "2|normal|4|[]|-"]
    );
    assert_eq!(
        set.rows("SELECT reader, case_id, image_path FROM lesions"),
        ["3|1|dicom/cancer/00001/RCC.dcm", "4|1|dicom/cancer/00001/RCC.dcm"]
    );
    // One number in two groups is two women.
    set.image("dicom/benign/2/LCC.dcm", &[("ImageLaterality", "L"), ("ViewPosition", "CC")]);
    set.index(&[]);
    assert_eq!(set.rows("SELECT case_id FROM issues WHERE code = 'group-conflict'"), ["2"]);
    assert_eq!(set.rows("SELECT diagnosis FROM patients WHERE case_id = '2'"), ["-"]);
}

#[test]
fn contours_that_the_tool_would_not_write_are_kept_and_flagged() {
    let open = circle(0.0, 0.0, 9.0, 41).replace(", {\"y\": 0, \"x\": 9}]", "]");
    let bow = "[{\"x\":0,\"y\":0},{\"x\":10,\"y\":10},{\"x\":10,\"y\":0},{\"x\":0,\"y\":10},{\"x\":0,\"y\":0}]";
    let whole = circle(0.0, 0.0, 9.0, 41);
    let set = one_case(&format!(
        "{{\"cancer\": {{\"lcc\": {{
            \"1\": {whole}, \"2\": {whole}, \"2\": {bow}, \"3\": {open}, \"4\": {},
            \"5\": [{{\"x\":1,\"y\":1}},{{\"x\":5,\"y\":5}},{{\"x\":1,\"y\":1}}],
            \"6\": [{{\"x\":1,\"y\":1}},{{\"x\":\"no\",\"y\":5}},{{\"y\":1}}, 7], \"7\": 12,
            \"8\": [{{\"x\":-3,\"y\":0}},{{\"x\":0,\"y\":0}},{{\"x\":4,\"y\":0}}] }}}}}}",
        circle(38.0, 0.0, 9.0, 41)
    ));
    assert_eq!(
        set.rows(
            "SELECT lesion_id, n_points, is_closed, is_short, self_intersecting, in_bounds, is_duplicate,
               round(area_px2)::INT, max_diameter_px IS NULL
             FROM lesions ORDER BY lesion_id, n_points DESC"
        ),
        [
            "1|41|true|false|false|true|false|252|false",
            "2|41|true|false|false|true|true|252|false",
            "2|5|true|true|true|true|false|0|false",
            "3|40|false|false|false|true|false|252|false",
            "4|41|true|false|false|false|false|252|false",
            "5|3|true|true|-|true|false|-|true",
            "6|1|false|true|-|true|false|-|true",
            "8|3|false|true|true|true|false|0|false",
        ]
    );
    let place = |id: &str| format!("json/Cancer_00001.json /contour_list/cancer/lcc/{id} -");
    assert_eq!(set.findings("contour-duplicate"), [place("2")]);
    assert_eq!(set.findings("annotation-key-repeated"), [place("2")]);
    assert_eq!(set.findings("contour-open"), [place("3"), place("6"), place("8")]);
    assert_eq!(set.findings("contour-self-crossing"), [place("2"), place("8")]);
    assert_eq!(set.findings("contour-short"), [place("2"), place("8")]);
    assert_eq!(set.findings("contour-degenerate"), [place("5"), place("6")]);
    assert_eq!(
        set.findings("contour-unreadable"),
        [place("6/1"), place("6/2"), place("6/3"), place("7")]
    );
    assert_eq!(set.findings("contour-out-of-image"), ["json/Cancer_00001.json lcc/4 -"]);
    assert_eq!(
        set.rows("SELECT count(*) FROM lesions WHERE isnan(area_px2) OR isnan(circularity) OR isnan(solidity) OR isnan(centroid_x_px) OR isnan(area_mm2)"),
        ["0"]
    );
}

#[test]
fn an_annotation_without_its_image_is_told() {
    let ring = circle(0.0, 0.0, 9.0, 33);
    let contours = format!("{{\"cancer\": {{\"lmlo\": {{\"1\": {ring}}}}}}}");
    let set = DataSet::new();
    set.image("dcm/Cancer_00001/LCC.dcm", &[("ImageLaterality", "L"), ("ViewPosition", "CC")]);
    set.put("Cancer_00001.json", release("Cancer_00001", "u", &contours));
    set.put("Cancer_00002.json", release("Cancer_00002", "u", &contours));
    set.put("Cancer_00003.json", release("Cancer_00004", "u", "{}"));
    set.put("nobody.json", release("someone", "u", "{}"));
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.findings("contour-without-image"), ["Cancer_00001.json lmlo/1 -"]);
    assert_eq!(
        set.findings("annotation-without-images"),
        ["Cancer_00002.json - -", "Cancer_00003.json - -"]
    );
    assert_eq!(set.findings("annotation-case-conflict"), ["Cancer_00003.json - Cancer_00003"]);
    assert_eq!(set.findings("case-unknown"), ["nobody.json - someone"]);
    // It keeps its own points and measures in pixels; where in an image it lies is not known.
    assert_eq!(
        set.rows("SELECT case_id, contour IS NULL, in_bounds, len(points_raw), area_px2 > 0, area_mm2 FROM lesions ORDER BY 1"),
        ["Cancer_00001|true|-|33|true|-", "Cancer_00002|true|-|33|true|-"]
    );
}

#[test]
fn origin_and_direction_are_the_profiles() {
    let point = "[{\"x\": 10, \"y\": 20}, {\"x\": 30, \"y\": 20}, {\"x\": 10, \"y\": 40}]";
    let ncc = mammodex::sources::profile::Profile::text("ncc").unwrap();
    // Rows 100, columns 80.
    for (origin, y, first) in [
        ("centre", "down", "50.0|70.0"),
        ("centre", "up", "50.0|30.0"),
        ("top_left", "down", "10.0|20.0"),
        ("top_left", "up", "10.0|80.0"),
    ] {
        let set = DataSet::new();
        set.case("Cancer_00001");
        set.put(
            "Cancer_00001.json",
            release(
                "Cancer_00001",
                "u",
                &format!("{{\"cancer\": {{\"lcc\": {{\"1\": {point}}}}}}}"),
            ),
        );
        let own = ncc
            .replace("origin = \"centre\"", &format!("origin = \"{origin}\""))
            .replace("y = \"down\"", &format!("y = \"{y}\""));
        std::fs::write(set.root().join("../own.toml"), own).unwrap();
        set.index(&["--profile", "own.toml"]);
        assert_eq!(
            set.rows("SELECT contour[1].x, contour[1].y FROM lesions"),
            [first],
            "{origin} {y}"
        );
        assert_eq!(
            set.rows("SELECT points_raw[1].x, points_raw[1].y, area_px2 FROM lesions"),
            ["10.0|20.0|200.0"]
        );
    }
}

#[test]
fn millimetres_follow_both_spacings() {
    let ring = "[{\"x\":0,\"y\":0},{\"x\":10,\"y\":0},{\"x\":10,\"y\":20},{\"x\":0,\"y\":20},{\"x\":0,\"y\":0}]";
    let set = DataSet::new();
    set.image(
        "Cancer_00001/LCC.dcm",
        &[("ImageLaterality", "L"), ("ViewPosition", "CC"), ("ImagerPixelSpacing", "0.2\\0.1")],
    );
    set.put(
        "Cancer_00001.json",
        release("Cancer_00001", "u", &format!("{{\"cancer\": {{\"lcc\": {{\"1\": {ring}}}}}}}")),
    );
    set.index(&["--profile", "ncc"]);
    // 10 columns of 0.1 mm and 20 rows of 0.2 mm.
    assert_eq!(
        set.rows("SELECT area_px2, perimeter_px, round(area_mm2, 6), round(perimeter_mm, 6), round(max_diameter_mm, 6), round(min_diameter_mm, 6) FROM lesions"),
        ["200.0|60.0|4.0|10.0|4.123106|1.0"]
    );
}

/// Shapely's measures of the same rings, on a sample with faults.
#[test]
fn shapely_measures_the_same() {
    const SCRIPT: &str = r"
import duckdb, sys, math, shapely
from shapely import wkb
rows = duckdb.sql(f'''SELECT contour_wkb, contour, area_px2, perimeter_px, solidity, centroid_x_px, centroid_y_px,
  self_intersecting, max_diameter_px, n_points FROM '{sys.argv[1]}/current/lesions.parquet' WHERE contour_wkb IS NOT NULL''').fetchall()
def same(a, b): return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)
seen = 0
for raw, points, area, perimeter, solidity, cx, cy, crossing, widest, n in rows:
    shape = wkb.loads(bytes(raw))
    assert shape.is_valid == (not crossing), (shape.wkt, crossing)
    assert same(shape.length, perimeter), (shape.length, perimeter)
    assert set((p['x'], p['y']) for p in points) == set(shape.exterior.coords)
    hull = shape.convex_hull
    if not crossing:
        assert same(shape.area, area), (shape.area, area)
        assert same(shape.centroid.x, cx) and same(shape.centroid.y, cy)
        assert same(hull.area * solidity, area), (hull.area, solidity, area)
    if hull.geom_type == 'Polygon':
        corners = list(hull.exterior.coords)
        assert same(max(math.dist(a, b) for a in corners for b in corners), widest)
    seen += 1
print(seen)
";
    let Some(python) = python() else { return };
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("data");
    let (pixels, faults) = (SamplePixels::None, SampleFlaws::With);
    sample::write(&sample::SampleRequest {
        root: root.clone(),
        patients: 60,
        seed: 11,
        pixels,
        readers: 1,
        faults,
    })
    .unwrap();
    let catalog = dir.path().join("catalog");
    let out = crate::fixture::command()
        .arg("index")
        .arg(root)
        .arg("--catalog")
        .arg(&catalog)
        .output()
        .unwrap();
    assert!(out.status.code().is_some_and(|code| code < 2));
    let out = Command::new(python).args(["-c", SCRIPT]).arg(&catalog).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let seen: usize = String::from_utf8_lossy(&out.stdout).trim().parse().unwrap();
    assert!(seen > 20, "{seen}");
}

/// A Python that has shapely and duckdb.
fn python() -> Option<String> {
    let named = std::env::var("MAMMODEX_PYTHON").ok();
    for python in named.iter().map(String::as_str).chain(["python3"]) {
        let done = Command::new(python).args(["-c", "import shapely, duckdb"]).output();
        if done.is_ok_and(|out| out.status.success()) {
            return Some(python.to_owned());
        }
    }
    eprintln!("skipped: no Python with shapely and duckdb (MAMMODEX_PYTHON names one)");
    None
}
