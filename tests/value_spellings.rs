//! Folded text, groups, sides, views, makers and models: every spelling that is known.

use mammodex::records::diagnosis::Diagnosis;
use mammodex::records::laterality::Laterality::{self, B, L, R};
use mammodex::records::{text, vendor, view};

use crate::clinical_grammars::check;

#[test]
fn text_is_folded() {
    check(
        &[
            ("  a \u{a0} b\r\nc ", "a b c"),
            ("'1c", "1c"),
            ("４Ａ", "4A"),
            ("1.8㎝", "1.8cm"),
            ("\u{feff}T\u{200b}1c\u{2060}", "T1c"),
            ("유방\u{3000}암", "유방 암"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("a\u{0}b", "ab"),
            ("", ""),
        ],
        text::fold,
    );
}

#[test]
fn headers_have_keys() {
    assert_eq!(text::key("BIRADS category (좌)"), text::key("BI-RADS  Category[좌]"));
    assert_eq!(text::key("검사장비 모델"), text::key("검사장비\n모델"));
    assert_eq!(text::key("악성 종양의 크기 (cm)"), text::key("악성종양의크기（㎝）"));
    assert_ne!(text::key("BIRADS category (좌)"), text::key("BIRADS category (우)"));
}

#[test]
fn blank_is_blank() {
    for blank in [
        "",
        " ",
        "-",
        "--",
        ".",
        "\u{a0}",
        "—",
        "없음",
        "N/A",
        "n.a.",
        "NA",
        "#N/A",
        "null",
        "미상",
        "해당없음",
        "해당 없음",
        "Unknown",
        "?",
        "'",
        "NaN",
        "(없음)",
        "\u{200b}",
    ] {
        assert!(text::is_blank(blank), "{blank:?}");
    }
    for filled in ["0", "X", "no", "Tis", "양성", "이상소견 없음", "+"] {
        assert!(!text::is_blank(filled), "{filled:?}");
    }
}

#[test]
fn diagnoses() {
    use Diagnosis::{Benign, Malignant, Normal};
    for (text, expected) in [
        ("Normal", Some(Normal)),
        ("정상", Some(Normal)),
        ("BENIGN", Some(Benign)),
        ("양성", Some(Benign)),
        ("Benign_additional", Some(Benign)),
        ("cancer", Some(Malignant)),
        ("악성", Some(Malignant)),
        (" 암 ", Some(Malignant)),
        ("Malignant", Some(Malignant)),
        ("abnormal", None),
        ("cancer_00001", None),
        ("not cancer", None),
        ("", None),
    ] {
        assert_eq!(Diagnosis::parse(text), expected, "{text:?}");
    }
}

#[test]
fn sides_are_whole_words() {
    for (text, expected) in [
        ("L", Some(L)),
        ("left", Some(L)),
        ("Lt.", Some(L)),
        ("좌", Some(L)),
        ("좌측", Some(L)),
        ("왼쪽", Some(L)),
        ("R", Some(R)),
        ("RIGHT", Some(R)),
        ("우측", Some(R)),
        ("오른쪽", Some(R)),
        ("B", Some(B)),
        ("both", Some(B)),
        ("bilateral", Some(B)),
        ("양쪽", Some(B)),
        ("양측", Some(B)),
        ("lateral", None),
        ("unilateral", None),
        ("breast", None),
        ("d", None),
        ("", None),
    ] {
        assert_eq!(Laterality::parse(text), expected, "{text:?}");
    }
}

#[test]
fn view_codes() {
    for (scheme, code, base) in [
        ("SCT", "399162004", Some("CC")),
        ("SRT", "R-10242", Some("CC")),
        ("SNM3", "R-10226", Some("MLO")),
        ("99SDM", "R-10224", Some("ML")),
        ("", "R-10228", Some("LM")),
        (" sct ", " 399099002 ", Some("LMO")),
        ("SRT", "R-102D0", Some("SIO")),
        ("SRT", "R-40AAA", Some("ISO")),
        ("SNM3", "Y-X1770", Some("XCCL")),
        ("SNM3", "Y-X1771", Some("XCCM")),
        ("SCT", "399196006", Some("FB")),
        ("SRT", "G-8310", Some("SPECIMEN")),
        ("DCM", "399162004", None),
        ("SRT", "R-102D6", None),
        ("SCT", "399163009", None),
        ("SCT", "", None),
    ] {
        assert_eq!(view::from_code(scheme, code), base, "{scheme} {code}");
    }
    for (scheme, code, modifier) in [
        ("SCT", "399209000", Some("implant_displaced")),
        ("SRT", "R-102D5", Some("implant_displaced")),
        ("SRT", "R-102D6", Some("magnification")),
        ("SNM3", "R-102D7", Some("spot_compression")),
        ("SRT", "P2-00161", Some("anterior_compression")),
        ("SCT", "442580003", Some("axillary_tissue")),
        ("SRT", "R-10242", None),
        ("LN", "399209000", None),
    ] {
        assert_eq!(view::modifier(scheme, code), modifier, "{scheme} {code}");
    }
}

const VIEW_POSITIONS: &[(&str, &str)] = &[
    ("CC", "CC"),
    ("mlo", "MLO"),
    ("ML", "ML"),
    ("LM", "LM"),
    ("LMO", "LMO"),
    ("LML", "LML"),
    ("LMLO", "LMLO"),
    ("RLM", "RLM"),
    ("RCC", "RCC"),
    ("L-MLO", "LMLO"),
    ("R CC", "RCC"),
    ("MLO LEFT", "LMLO"),
    ("XCCL", "XCCL"),
    ("LXCCM", "LXCCM"),
    ("MLO ID", "MLO+implant_displaced"),
    ("RCCID", "RCC+implant_displaced"),
    ("CCM", "CC+magnification"),
    ("CC RL", "CC+rolled_lateral"),
    ("CV", "CC+cleavage"),
    ("cranio-caudal", "CC"),
    ("medio-lateral oblique", "MLO"),
    ("cranio-caudal exaggerated laterally", "XCCL"),
    ("L ML SPOT MAG", "LML+magnification+spot_compression"),
    ("lateral", "none"),
    ("RLCC", "CC+rolled_lateral"),
    ("L CC R", "none"),
    ("CC MLO", "none"),
    ("RMLC", "none"),
    ("AP", "none"),
    ("R", "none"),
    ("accident", "none"),
    ("", "none"),
];

#[test]
fn view_positions() {
    let read = |text: &str| {
        view::from_position(text).map_or("none".into(), |p| {
            let side = p.laterality.map_or("", Laterality::as_str);
            let marks: String = p.modifiers.iter().map(|m| format!("+{m}")).collect();
            format!("{side}{}{marks}", p.base)
        })
    };
    check(VIEW_POSITIONS, read);
}

#[test]
fn panes() {
    let read = |text: &str| {
        view::pane(text).map_or("none".into(), |p| {
            format!("{}{}", p.view(), if p.corrected { " corrected" } else { "" })
        })
    };
    check(
        &[
            ("lcc", "LCC"),
            ("RMLO", "RMLO"),
            ("lmlo", "LMLO"),
            ("rmlc", "RMLO corrected"),
            ("lmlc", "LMLO corrected"),
            ("L_CC", "LCC"),
            ("left-mlo", "LMLO"),
            ("CC_R", "RCC"),
            ("LeftCC", "LCC"),
            ("RIGHTMLO", "RMLO"),
            ("L LAT", "none"),
            ("좌 CC", "LCC"),
            ("cc", "none"),
            ("lcc2", "none"),
            ("xlcc", "none"),
            ("cancer", "none"),
            ("ml", "none"),
        ],
        read,
    );
}

const VENDORS: &[(&str, &str)] = &[
    ("GE MEDICAL SYSTEMS", "GE"),
    ("GE HEALTHCARE", "GE"),
    ("GE Healthcare", "GE"),
    ("GE", "GE"),
    ("HOLOGIC, Inc.", "Hologic"),
    ("Hologic, Inc.", "Hologic"),
    ("HOLOGIC, INC.", "Hologic"),
    ("LORAD", "Hologic"),
    ("LORAD.", "Hologic"),
    ("Lorad, A Hologic Company", "Hologic"),
    ("SIEMENS", "Siemens"),
    ("Siemens Healthineers", "Siemens"),
    ("FUJIFILM Corporation", "Fujifilm"),
    ("KODAK", "Carestream"),
    ("Carestream", "Carestream"),
    ("Carestream Health", "Carestream"),
    ("PHILIPS", "Philips"),
    ("Philips Digital Mammography Sweden AB", "Philips"),
    ("Sectra Imtec AB", "Sectra"),
    ("IMS s.r.l.", "IMS Giotto"),
    ("IMS srl", "IMS Giotto"),
    ("IMS Giotto SpA", "IMS Giotto"),
    ("Giotto", "IMS Giotto"),
    ("Planmed", "Planmed"),
    ("Planmed Oy", "Planmed"),
    ("Metaltronica", "Metaltronica"),
    ("KONICA MINOLTA", "Konica Minolta"),
    ("지멘스", "Siemens"),
    ("홀로직", "Hologic"),
    ("후지", "Fujifilm"),
    ("  Some\u{a0}Maker ", "Some Maker (unknown)"),
    ("GEnius Imaging", "GEnius Imaging (unknown)"),
    ("IMSANITY", "IMSANITY (unknown)"),
];

#[test]
fn vendors() {
    check(VENDORS, |text| {
        let found = vendor::vendor(text);
        if found.known { found.name } else { format!("{} (unknown)", found.name) }
    });
}

const MODELS: &[(&str, &str)] = &[
    ("Senograph DS VERSION ADS_53.40", "Senograph DS | ADS_53.40"),
    ("Senograph DS VERSION A DS_53.10.10", "Senograph DS | ADS_53.10.10"),
    ("Senograph DS ADS_43.10.1", "Senograph DS | ADS_43.10.1"),
    ("Senographe DS", "Senograph DS | "),
    ("Senographe Essential ADS_56.21.3", "Senographe Essential | ADS_56.21.3"),
    ("Senographe Essential VERSION ADS_53.40", "Senographe Essential | ADS_53.40"),
    ("Senograph 2000D ADS_17.4.5", "Senograph 2000D | ADS_17.4.5"),
    ("SenoIris_1SP2(440)", "SenoIris | 1SP2(440)"),
    ("Senographe Pristina", "Senographe Pristina | "),
    ("Selenia Dimensions", "Selenia Dimensions | "),
    ("Selenia Dimensions C-View", "Selenia Dimensions | "),
    ("SELENIA  DIMENSIONS", "Selenia Dimensions | "),
    ("Lorad Selenia", "Lorad Selenia | "),
    ("Hologic Selenia", "Lorad Selenia | "),
    ("HOLOGIC Selenia Dimensions", "Selenia Dimensions | "),
    ("MAMMOMAT Inspiration", "Mammomat Inspiration | "),
    ("Mammomat Novation DR", "Mammomat Novation DR | "),
    ("DSM", "DSM | "),
    ("FDR-3000AWS", "FDR-3000AWS | "),
    ("AMULET Innovality", "Amulet Innovality | "),
    ("Ads Application Package VERSION ADS_43.10.1", "none | ADS_43.10.1"),
    ("Something else", "none | "),
    ("", "none | "),
];

#[test]
fn models() {
    check(MODELS, |text| {
        let found = vendor::model(text);
        let family = found.family.unwrap_or("none".into());
        format!("{family} | {}", found.software.unwrap_or_default())
    });
}
