//! Annotations as other programs and people write them: several in a file, in envelopes, with other
//! keys and labels, in deliveries without a time, under names that do not end in .json.

use crate::annotations::{circle, release};
use crate::custom_data::{DataSet, shared_case};

const CASES: &str = "SELECT case_id, pointer, lesion_count FROM annotations ORDER BY 1, 2";
const PLACED: &str = "SELECT case_id, image_path IS NOT NULL FROM lesions ORDER BY 1";

fn lesion(label: &str, view: &str) -> String {
    format!(
        "{{\"{label}\": {{\"{view}\": {{\"1565594002486\": {}}}}}}}",
        circle(0.0, 0.0, 20.0, 41)
    )
}

/// Two cases and one annotation file of this text.
fn one_file(name: &str, text: &str) -> DataSet {
    let set = DataSet::new();
    set.case("Cancer_00001").case("Cancer_00002").put(name, text);
    set.index(&["--profile", "ncc"]);
    set
}

#[test]
fn several_annotations_of_one_file_are_rows_each_with_its_case() {
    let [first, second] =
        ["Cancer_00001", "Cancer_00002"].map(|case| release(case, "u1", &lesion("cancer", "lcc")));
    for (text, pointers) in [
        (format!("[{first}, {second}]"), ["/0", "/1"]),
        (format!("{{\"data\": {{\"a\": {first}, \"b\": {second}}}}}"), ["/data/a", "/data/b"]),
        (format!("{{\"result\": [{first}, {second}]}}"), ["/result/0", "/result/1"]),
    ] {
        // The path names the first case, which says nothing of the second.
        let set = one_file("json/Cancer_00001.json", &text);
        let rows =
            [format!("Cancer_00001|{}|1", pointers[0]), format!("Cancer_00002|{}|1", pointers[1])];
        assert_eq!(set.rows(CASES), rows, "{text}");
        assert_eq!(set.rows(PLACED), ["Cancer_00001|true", "Cancer_00002|true"]);
        assert_eq!(set.findings("annotation-case-conflict"), [""; 0]);
    }
}

#[test]
fn documents_one_after_another_and_texts_of_json_are_read() {
    let [first, second] =
        ["Cancer_00001", "Cancer_00002"].map(|case| release(case, "u1", &lesion("cancer", "lcc")));
    let lines = [&first, &second].map(|text| text.replace('\n', " ")).join("\n");
    let [quoted, other] = [&first, &second].map(|text| serde_json::to_string(text).unwrap());
    for (name, text) in [
        ("json/all.jsonl", lines.clone()),
        ("json/all.json", lines.replace('\n', "\r\n\r\n")),
        ("json/all.json", format!("{first}{second}\0\0")),
        ("json/all.json", format!("\u{1e}{first}\n\u{1e}{second}\n")),
        ("json/all.json", format!("{first},\n{second},\n")),
        ("json/all.json", format!("[{quoted}, {other}]")),
    ] {
        let set = one_file(name, &text);
        let rows = ["Cancer_00001|/0|1", "Cancer_00002|/1|1"];
        assert_eq!(set.rows(CASES), rows, "{text}");
        assert_eq!(set.findings("annotation-unreadable"), [""; 0]);
    }
    let set = one_file("json/a.json", &format!("{{\"result\": {quoted}}}"));
    assert_eq!(set.rows(CASES), ["Cancer_00001|/result|1"]);
    let set = one_file("json/a.json", &format!("{first} and more"));
    assert_eq!(set.findings("annotation-unreadable"), ["json/a.json - -"]);
}

#[test]
fn json_of_a_case_that_is_no_annotation_is_a_finding() {
    for text in ["{}", "null", "[]", "{\"version\": 1}"] {
        let set = one_file("json/Cancer_00001.json", text);
        let wanted = ["json/Cancer_00001.json - -"];
        assert_eq!(set.findings("annotation-format-unsupported"), wanted, "{text}");
        let set = one_file("package.json", text);
        assert_eq!(set.findings("annotation-format-unsupported"), [""; 0], "{text}");
    }
    for (text, format) in [
        (r#"[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]"#, "COCO"),
        (r#"{"annotations": [], "categories": []}"#, "COCO"),
        (r#"{"LCC.png1": {"filename": "LCC.png", "regions": []}}"#, "VGG Image Annotator"),
        (r#"[{"id": 1, "annotations": [], "data": {}}]"#, "Label Studio"),
        (r#"{"type": "FeatureCollection", "features": []}"#, "GeoJSON"),
        (r#"{"size": {"height": 1}, "objects": []}"#, "Supervisely"),
    ] {
        let set = one_file("other/a.json", text);
        let sql = "SELECT message FROM issues WHERE code = 'annotation-format-unsupported'";
        let wanted = format!("annotations in the format of {format}, which is not read");
        assert_eq!(set.rows(sql), [wanted]);
    }
}

#[test]
fn an_annotation_in_an_envelope_is_read() {
    let text = release("Cancer_00001", "u1", &lesion("cancer", "rcc"));
    let set = one_file("json/a.json", &format!("{{\"code\": 200, \"result\": {text}}}"));
    assert_eq!(set.rows(CASES), ["Cancer_00001|/result|1"]);
}

#[test]
fn keys_in_another_spelling_are_read_and_named() {
    let text = release("Cancer_00001", "u1", &lesion("cancer", "rcc"))
        .replace("user_id", "userId")
        .replace("case_id", "CASE_ID")
        .replace("contour_list", "contourList")
        .replace("\"discard_yn\": 0", "\"Discard-YN\": 1");
    let set = one_file("json/a.json", &text);
    assert_eq!(
        set.rows("SELECT case_id, reader, discarded, lesion_count, repairs FROM annotations"),
        ["Cancer_00001|u1|true|1|[key_spelling]"]
    );
}

#[test]
fn labels_in_another_spelling_are_the_label_of_the_vocabulary() {
    for (written, label) in
        [("Benign", "benign"), ("양성", "benign"), ("MALIGNANT", "cancer"), ("암", "cancer")]
    {
        let set = one_file("json/a.json", &release("Cancer_00001", "u1", &lesion(written, "rcc")));
        assert_eq!(
            set.rows("SELECT label, label_raw FROM lesions"),
            [format!("{label}|{written}")]
        );
        assert_eq!(set.rows("SELECT labels FROM annotations"), [format!("[{label}]")]);
        assert_eq!(set.findings("label-unknown"), [""; 0]);
    }
    let set = one_file("json/a.json", &release("Cancer_00001", "u1", &lesion("mass?", "rcc")));
    assert_eq!(set.rows("SELECT label, label_raw FROM lesions"), ["mass?|mass?"]);
    assert_eq!(set.findings("label-unknown"), ["json/a.json /contour_list/mass? -"]);
}

#[test]
fn a_key_repeated_inside_a_point_is_a_finding() {
    let ring = circle(0.0, 0.0, 20.0, 41).replacen("\"x\": 20", "\"x\": 20, \"x\": 19", 1);
    let contours = format!("{{\"cancer\": {{\"lcc\": {{\"7\": {ring}}}}}}}");
    let set = one_file("json/a.json", &release("Cancer_00001", "u1", &contours));
    assert_eq!(
        set.findings("annotation-key-repeated"),
        ["json/a.json /contour_list/cancer/lcc/7/0/x -"]
    );
}

#[test]
fn an_annotation_that_is_not_called_json_finds_its_images_wherever_it_sorts() {
    for name in ["a/result", "zzz/result", "dcm/Cancer/Cancer_00001/notes.txt"] {
        let set = one_file(name, &release("Cancer_00001", "u1", &lesion("cancer", "lcc")));
        assert_eq!(
            set.rows("SELECT image_path FROM lesions"),
            ["dcm/Cancer/Cancer_00001/LCC.dcm"],
            "{name}"
        );
        assert_eq!(set.findings("contour-without-image"), [""; 0]);
        // The second run takes the images over and reads the annotation again.
        set.put("new", "x");
        set.index(&["--profile", "ncc"]);
        assert_eq!(set.rows(PLACED), ["Cancer_00001|true"], "{name}");
    }
}

#[test]
fn of_two_deliveries_the_newer_one_counts_by_time() {
    let superseded = "SELECT delivery, superseded FROM annotations ORDER BY 1";
    let deliver = |names: [&str; 2]| {
        let set = DataSet::new();
        set.case("Cancer_00001");
        for name in names {
            let text = release("Cancer_00001", "u1", &lesion("cancer", "lcc"));
            set.put(&format!("{name}/Cancer_00001.json"), text);
        }
        set.index(&["--profile", "ncc"]);
        set
    };
    let set = deliver(["20190812_KST", "20190813_090000_KST"]);
    assert_eq!(set.rows(superseded), ["20190812_KST|true", "20190813_090000_KST|false"]);
    assert_eq!(set.findings("delivery-order-unknown"), [""; 0]);
    // One without a time may be the older or the newer one of that day.
    let set = deliver(["20190812_KST", "20190812_153000_KST"]);
    assert_eq!(set.rows(superseded), ["20190812_153000_KST|false", "20190812_KST|false"]);
    assert_eq!(set.findings("delivery-order-unknown"), ["20190812_KST/Cancer_00001.json - -"]);
}

#[test]
fn annotations_in_formats_that_are_not_read_are_findings() {
    let set = DataSet::new();
    set.case("Cancer_00001");
    set.put("a/labelme.json", "{\"version\": \"5.0\", \"shapes\": [], \"imagePath\": \"LCC.png\"}");
    set.put("a/coco.json", "{\"images\": [], \"annotations\": [], \"categories\": []}");
    set.put(
        "a/cvat.xml",
        "<?xml version=\"1.0\"?>\n<annotations>\n<version>1.1</version></annotations>",
    );
    set.put("20190812_KST/other.json", "{\"a\": 1}");
    set.put("b/other.json", "{\"a\": 1}");
    set.index(&["--profile", "ncc"]);
    assert_eq!(
        set.findings("annotation-format-unsupported"),
        ["20190812_KST/other.json - -", "a/coco.json - -", "a/cvat.xml - -", "a/labelme.json - -"]
    );
}

#[test]
fn the_shared_cases_of_annotations_are_read_or_reported() {
    if let Some(set) = shared_case("clinical-12-json-list-of-annotations") {
        assert_eq!(
            set.rows("SELECT case_id FROM annotations ORDER BY 1"),
            ["Cancer_00001", "Cancer_00002"]
        );
        assert_eq!(set.rows(PLACED), ["Cancer_00001|true", "Cancer_00002|true"]);
    }
    if let Some(set) = shared_case("clinical-12b-json-wrapped") {
        assert_eq!(set.rows("SELECT case_id FROM annotations"), ["Cancer_00001"]);
    }
    if let Some(set) = shared_case("clinical-22b-date-only-and-timed") {
        assert_eq!(set.findings("delivery-order-unknown").len(), 1);
        assert_eq!(set.rows("SELECT count(*) FROM annotations WHERE superseded"), ["0"]);
    }
    if let Some(set) = shared_case("clinical-23-label-spelling") {
        assert_eq!(set.findings("lesion-side-contradicts"), [""; 0]);
        assert_eq!(set.rows("SELECT DISTINCT label FROM lesions"), ["benign"]);
    }
}
