//! Files that lie beside data: ignored with a reason, and never in the way of `--strict`.

use crate::custom_data::{DataSet, shared_case, xlsx};

const IGNORED: &str =
    "SELECT path, status, reason FROM sources WHERE status <> 'indexed' ORDER BY path";

#[test]
fn files_that_programs_leave_are_ignored_with_a_reason_and_counted() {
    let set = DataSet::new();
    set.case("Cancer_00001");
    let table: &[&[&str]] = &[&["ID", "BIRADS category (양쪽)"], &["1", "5"]];
    set.put("clinical/Cancer.xlsx", xlsx(&[("Cancer", table)]));
    set.put("clinical/~$Cancer.xlsx", [0x15_u8; 165]);
    set.put("clinical/.~lock.Cancer.xlsx#", ",user,host,28.11.2026 10:00,file:///home;");
    set.put("clinical/._Cancer.xlsx", [0, 5, 0x16, 7, 0, 2, 0, 0]);
    set.put("clinical/.DS_Store", [0, 0, 0, 1, b'B', b'u', b'd', b'1']);
    let mut ole = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    ole.resize(4096, 0);
    set.put("Thumbs.db", &ole)
        .put("codebook.doc", &ole)
        .put("안내문.hwp", &ole)
        .put("unnamed", &ole);
    set.put("LCC.dcm.gz", [0x1f, 0x8b, 8, 0]);
    let report = set.index(&["--profile", "ncc", "--strict"]);
    assert_eq!(report.code, 0, "{}", report.err);
    assert_eq!(
        set.rows(IGNORED),
        [
            "LCC.dcm.gz|ignored|compressed with gzip; decompress it to have it read",
            "Thumbs.db|ignored|thumbnails of Windows Explorer",
            "clinical/.DS_Store|ignored|folder metadata of macOS",
            "clinical/._Cancer.xlsx|ignored|metadata of macOS (AppleDouble)",
            "clinical/.~lock.Cancer.xlsx#|ignored|a lock file of LibreOffice",
            "clinical/~$Cancer.xlsx|ignored|an owner file of Microsoft Office: a workbook is open or was not closed properly",
            "codebook.doc|ignored|a Word document",
            "unnamed|ignored|an OLE file without a workbook",
            "안내문.hwp|ignored|a Hangul document",
        ]
    );
    assert_eq!(
        set.rows("SELECT file, severity FROM issues WHERE code = 'file-unrecognised' ORDER BY 1"),
        ["LCC.dcm.gz|info", "codebook.doc|info", "unnamed|info", "안내문.hwp|info"]
    );
    assert!(report.err.contains("ignored 9 files: "), "{}", report.err);
    assert!(report.err.contains("; other reasons (4)"), "{}", report.err);
    // A run that changes nothing counts them too.
    let again = set.index(&["--profile", "ncc", "--strict"]);
    assert!(again.err.contains("nothing changed") && again.err.contains("ignored 9 files"));
}

#[test]
fn an_image_is_an_image_under_any_name() {
    let set = DataSet::new();
    set.image("Cancer_00001/._LCC.gz", &[("ImageLaterality", "L"), ("ViewPosition", "CC")]);
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.rows("SELECT view FROM images"), ["LCC"]);
}

#[test]
fn the_shared_cases_with_side_files_are_no_errors() {
    for case in ["clinical-26-hwp-and-thumbs", "clinical-27-lock-and-appledouble"] {
        let Some(set) = shared_case(case) else { return };
        assert_eq!(
            set.rows("SELECT count(*) FROM issues WHERE severity = 'error'"),
            ["0"],
            "{case}"
        );
        assert_eq!(set.rows("SELECT count(*) FROM images"), ["4"], "{case}");
    }
    let Some(set) = shared_case("dicom-19-other-files") else { return };
    let unnamed = set.rows(
        "SELECT path FROM sources WHERE status <> 'indexed' AND (path LIKE '%.dcm' OR path LIKE '%.gz')
         AND path NOT LIKE '.\\_%' ESCAPE '\\' AND path NOT IN (SELECT file FROM issues)",
    );
    assert_eq!(unnamed, [""; 0]);
}
