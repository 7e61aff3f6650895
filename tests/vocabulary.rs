//! Free text and the vocabulary: histology, locations, the files of `schema/vocabulary`, and what
//! holds for any text.

use std::collections::{BTreeMap, BTreeSet};

use mammodex::records::laterality::Laterality;
use mammodex::records::outcome::ParseOutcome;
use mammodex::records::side_file::SideFile;
use mammodex::records::{
    birads, diagnosis, histology, label, location, size, stage, text, vendor, view,
};
use mammodex::schema;
use proptest::prelude::*;

use crate::clinical_grammars::check;

fn type_of(text: &str) -> String {
    let show = |kind: histology::HistologyType| format!("{} {}", kind.group, kind.icdo3);
    match histology::parse(text) {
        ParseOutcome::Value(kind) => show(kind),
        ParseOutcome::Doubtful(kind, _) => format!("{}?", show(kind)),
        ParseOutcome::Empty | ParseOutcome::Unreadable(_) => "none".to_owned(),
    }
}

const HISTOLOGY_IN_ENGLISH: &[(&str, &str)] = &[
    ("Invasive ductal carcinoma", "IDC 8500/3"),
    ("INVASIVE DUCTAL CARCINOMA, NOS", "IDC 8500/3"),
    ("Infiltrating duct carcinoma", "IDC 8500/3"),
    ("IDC", "IDC 8500/3"),
    ("IDC NOS", "IDC 8500/3"),
    ("Invasive carcinoma of no special type", "IDC 8500/3"),
    ("invasive carcinoma NST", "IDC 8500/3"),
    ("Ductal carcinoma, invasive", "IDC 8500/3"),
    ("Ductal carcinoma", "IDC 8500/3"),
    ("Invasive lobular carcinoma", "ILC 8520/3"),
    ("ILC", "ILC 8520/3"),
    ("Ductal carcinoma in situ", "DCIS 8500/2"),
    ("DCIS, high grade", "DCIS 8500/2"),
    ("Intraductal carcinoma", "DCIS 8500/2"),
    ("non-invasive ductal carcinoma", "DCIS 8500/2"),
    ("Lobular carcinoma in situ", "LCIS 8520/2"),
    ("LCIS", "LCIS 8520/2"),
    ("IDC + ILC", "mixed 8522/3"),
    ("Invasive ductal and lobular carcinoma", "mixed 8522/3"),
    ("mixed ductal and lobular carcinoma", "mixed 8522/3"),
    ("Invasive carcinoma, mixed ductal and lobular", "mixed 8522/3"),
    ("Invasive ca. mixed lobular and ductal", "mixed 8522/3"),
    ("Invasive carcinoma, ductal and lobular", "mixed 8522/3"),
    ("Invasive carcinoma, ductal type with focal lobular", "IDC 8500/3"),
    ("Invasive carcinoma: lobular", "ILC 8520/3"),
    ("DCIS, solid and cribriform type", "DCIS 8500/2"),
    ("Ductal carcinoma in situ, comedo and micropapillary", "DCIS 8501/2"),
    ("DCIS and invasive cribriform carcinoma", "cribriform 8201/3"),
    ("mixed ductal and lobular carcinoma in situ", "mixed in situ 8522/2"),
    ("Invasive ductal carcinoma with mucinous carcinoma", "mixed 8523/3"),
    ("Invasive lobular and tubular carcinoma", "mixed 8524/3"),
    ("Invasive ductal carcinoma with mucinous features", "IDC 8500/3"),
    ("Invasive ductal carcinoma with DCIS", "IDC 8500/3"),
    ("DCIS and invasive ductal carcinoma", "IDC 8500/3"),
    ("Invasive ductal carcinoma, DCIS", "IDC 8500/3"),
    ("DCIS + LCIS", "mixed in situ 8522/2"),
    ("Ductal and lobular carcinoma in situ", "mixed in situ 8522/2"),
    ("DCIS with microinvasion", "microinvasive 8500/3"),
    ("Mucinous carcinoma", "mucinous 8480/3"),
    ("Colloid carcinoma", "mucinous 8480/3"),
    ("Tubular carcinoma", "tubular 8211/3"),
    ("Medullary carcinoma", "medullary 8510/3"),
    ("Atypical medullary carcinoma", "medullary 8513/3"),
    ("Invasive papillary carcinoma", "papillary 8503/3"),
    ("Intraductal papillary carcinoma", "papillary 8503/2"),
    ("Encapsulated papillary carcinoma", "papillary 8504/2"),
    ("Encapsulated papillary carcinoma with invasion", "papillary 8504/3"),
    ("Solid papillary carcinoma", "papillary 8509/2"),
    ("Intraductal papilloma", "benign 8503/0"),
    ("Invasive micropapillary carcinoma", "micropapillary 8507/3"),
    ("Metaplastic carcinoma", "metaplastic 8575/3"),
    ("Apocrine carcinoma", "apocrine 8401/3"),
    ("Mucinous", "mucinous 8480/3"),
    ("Tubular", "tubular 8211/3"),
    ("Papillary", "papillary 8503/3"),
    ("Apocrine", "apocrine 8401/3"),
    ("NST", "IDC 8500/3"),
    ("Carcinoma with squamous metaplasia", "metaplastic 8575/3"),
    ("8500/3", "IDC 8500/3"),
    ("Carcinoma, squamous metaplasia", "metaplastic 8575/3"),
    ("Invasive ductal carcinoma, apocrine metaplasia", "IDC 8500/3"),
    ("Cribriform carcinoma", "cribriform 8201/3"),
    ("Paget's disease", "Paget 8540/3"),
    ("Paget disease with DCIS", "Paget 8543/3"),
    ("Paget’s disease and invasive ductal carcinoma", "Paget 8541/3"),
    ("Malignant phyllodes tumor", "phyllodes 9020/3"),
    ("Phyllodes tumour", "phyllodes 9020/1"),
    ("Sarcoma", "sarcoma 8800/3"),
    ("Angiosarcoma", "sarcoma 9120/3"),
    ("Malignant lymphoma", "lymphoma 9590/3"),
    ("Diffuse large B-cell lymphoma", "lymphoma 9680/3"),
    ("Adenoid cystic carcinoma", "adenoid cystic 8200/3"),
    ("Neuroendocrine carcinoma", "neuroendocrine 8246/3"),
    ("Secretory carcinoma", "secretory 8502/3"),
    ("Inflammatory carcinoma", "inflammatory 8530/3"),
    ("DCIS without invasion", "DCIS 8500/2"),
    ("Invasive carcinoma", "carcinoma 8010/3"),
    ("Carcinoma with medullary features", "medullary 8510/3"),
    ("Carcinoma with apocrine differentiation", "apocrine 8401/3"),
    ("IDC with medullary features", "IDC 8500/3"),
    ("Invasive mammary carcinoma with ductal and lobular features", "mixed 8522/3"),
    ("Intraductal papilloma with DCIS", "DCIS 8500/2"),
    ("Intraductal papilloma, DCIS", "DCIS 8500/2"),
    ("triple negative IDC", "IDC 8500/3"),
    ("inv. ductal ca.", "IDC 8500/3"),
];

#[test]
fn histology_in_english() {
    check(HISTOLOGY_IN_ENGLISH, type_of);
}

const HISTOLOGY_IN_KOREAN: &[(&str, &str)] = &[
    ("침윤성 유관암", "IDC 8500/3"),
    ("침윤성유관암종", "IDC 8500/3"),
    ("침윤성 관암종", "IDC 8500/3"),
    ("비침윤성 유관암", "DCIS 8500/2"),
    ("유관 상피내암", "DCIS 8500/2"),
    ("관상피내암", "DCIS 8500/2"),
    ("유관상피내암종", "DCIS 8500/2"),
    ("침윤성 소엽암", "ILC 8520/3"),
    ("소엽상피내암종", "LCIS 8520/2"),
    ("점액성 암종", "mucinous 8480/3"),
    ("관상암", "tubular 8211/3"),
    ("수질암", "medullary 8510/3"),
    ("화생성 암종", "metaplastic 8575/3"),
    ("화생암", "metaplastic 8575/3"),
    ("점액성", "mucinous 8480/3"),
    ("침윤성 유방암, 특정 유형 없음", "IDC 8500/3"),
    ("침윤성 유방암종, 비특수형", "IDC 8500/3"),
    ("아포크린 화생", "none"),
    ("유방암의증", "none"),
    ("파제트병", "Paget 8540/3"),
    ("악성 엽상종양", "phyllodes 9020/3"),
    ("미세유두암종", "micropapillary 8507/3"),
    ("침윤성 유두상암", "papillary 8503/3"),
    ("침윤성 유관암, 상피내암 없음", "IDC 8500/3"),
    ("침윤성 유관암 및 침윤성 소엽암", "mixed 8522/3"),
    ("유방암 의심", "none"),
];

#[test]
fn histology_in_korean() {
    check(HISTOLOGY_IN_KOREAN, type_of);
}

#[test]
fn histology_says_nothing_where_nothing_is_said() {
    for text in [
        "",
        "-",
        "no malignancy",
        "No evidence of ductal carcinoma",
        "negative for DCIS",
        "r/o IDC",
        "suspicious for invasive ductal carcinoma",
        "Atypical ductal hyperplasia",
        "inductal",
        "fibrocystic change",
        "apocrine metaplasia",
        "fibrocystic change with apocrine metaplasia",
        "squamous metaplasia",
        "mucinous cyst",
        "tubular adenoma",
        "papillary lesion",
        "IDC vs ILC",
        "metastatic carcinoma",
    ] {
        assert_eq!(type_of(text), "none", "{text:?}");
    }
}

/// `R LOQ`, with `?` when in doubt, `!` when unreadable.
pub fn place_of(text: &str) -> String {
    let show = |l: &location::TumourLocation| {
        format!("{} {}", l.side.map_or("-", Laterality::as_str), l.quadrant.unwrap_or("-"))
    };
    match location::parse(text) {
        ParseOutcome::Empty => "empty".into(),
        ParseOutcome::Value(place) => show(&place),
        ParseOutcome::Doubtful(place, _) => format!("{}?", show(&place)),
        ParseOutcome::Unreadable(_) => "!".into(),
    }
}

const LOCATIONS: &[(&str, &str)] = &[
    ("Breast, left", "L -"),
    ("Breast, right", "R -"),
    ("Lt. breast UOQ", "L UOQ"),
    ("Rt breast, upper outer quadrant", "R UOQ"),
    ("left breast upper-inner", "L UIQ"),
    ("right lower lateral", "R LOQ"),
    ("좌측 유방 상외측", "L UOQ"),
    ("우측유방하내측", "R LIQ"),
    ("좌상외측", "L UOQ"),
    ("우상내", "R UIQ"),
    ("우측 유륜하", "R central"),
    ("좌", "L -"),
    ("right breast, 10 o'clock", "R UOQ"),
    ("left breast, 10 o’clock", "L UIQ"),
    ("left breast 2 o'clock", "L UOQ"),
    ("right breast 5 o'clock", "R LIQ"),
    ("좌측 유방 4시 방향", "L LOQ"),
    ("우측 10-11시", "R UOQ"),
    ("left 12 o'clock", "L -"),
    ("left 3 o'clock", "L -"),
    ("left 12:30", "L -"),
    ("left 12:30 o'clock", "L UOQ"),
    ("10 o'clock", "!"),
    ("left 13 o'clock", "L -?"),
    ("좌측 0시 방향", "L -?"),
    ("LUOQ", "L UOQ"),
    ("C50.4", "- UOQ"),
    ("left axillary tail", "L axillary tail"),
    ("Lt subareolar", "L central"),
    ("both breasts", "B -"),
    ("양측 유방", "B -"),
    ("left and right breast", "B -"),
    ("Rt & Lt", "B -"),
    ("left or right", "- -?"),
    ("left right", "B -?"),
    ("both, left", "B -?"),
    ("left UOQ, LIQ", "L -?"),
    ("left lateral", "L -"),
    ("lateral", "!"),
    ("Breast", "!"),
    ("경우", "!"),
    ("r/o malignancy, left", "L -?"),
    ("Lt 11 o'clock, 3cm from nipple", "L UIQ"),
    ("우10시", "R UOQ"),
    ("Rt10H", "R UOQ"),
    ("수술 10시 시행", "!"),
    ("left UOQ, 3 cm from right border", "L UOQ?"),
    ("left UOQ, 3 cm from left border", "L UOQ"),
    ("좌측 상외측, 우측 경계에서 3 cm", "L UOQ?"),
    ("Rt upper, 2 cm from the medial margin", "R -"),
    ("Rt LIQ 4 cm away from lateral edge", "R LIQ"),
    ("specimen from left breast", "L -"),
    ("Lt 5 o'clock, right cyst", "L LOQ"),
    ("좌측 5시, 우측 낭종", "L LOQ"),
    ("right cyst", "!"),
    ("Rt. SOQ", "R UOQ"),
    ("left; previously right lumpectomy", "L -"),
    ("Rgt UOQ", "R UOQ"),
    ("Lt IIQ", "L LIQ"),
    ("좌측 유방에서 발견", "L -"),
    ("", "empty"),
];

#[test]
fn locations() {
    check(LOCATIONS, place_of);
}

/// The rows of one vocabulary file, as any reader of CSV sees them.
fn rows(stem: &str) -> Vec<csv::StringRecord> {
    let (_, text) = schema::VOCABULARY.iter().find(|(name, _)| *name == stem).unwrap();
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap_or_else(|e| panic!("{stem}.csv: {e}"))).collect()
}

/// Which columns of a file, by their key or as they stand, may not repeat.
#[test]
fn every_vocabulary_reads_and_nothing_stands_twice() {
    let unique: BTreeMap<&str, &[usize]> = BTreeMap::from([
        ("age", &[0, 1][..]),
        ("annotation_formats", &[0, 1, 2]),
        ("assertions", &[0]),
        ("audit_attributes", &[0]),
        ("blank", &[1]),
        ("birads", &[0, 1]),
        ("deidentification_codes", &[0]),
        ("device_corrections", &[0, 1]),
        ("diagnosis", &[0]),
        ("group_context", &[0, 1]),
        ("header_words", &[0, 1]),
        ("headers", &[1]),
        ("histology", &[0]),
        ("histology_mixed", &[0, 1]),
        ("histology_words", &[0, 1]),
        ("identifying", &[0]),
        ("labels", &[1]),
        ("laterality", &[0]),
        ("location", &[0]),
        ("mammogram_evidence", &[0]),
        ("mammogram_types", &[0, 2]),
        ("models", &[0, 1]),
        ("other_schemes", &[0]),
        ("side_files", &[0, 1]),
        ("personal", &[0, 3]),
        ("placeholders", &[0]),
        ("possible_values", &[0]),
        ("size", &[0, 1]),
        ("special_views", &[0, 2]),
        ("standard_views", &[0, 1]),
        ("totals", &[0]),
        ("uid_roots", &[0]),
        ("vendors", &[0]),
        ("view_modifiers", &[2]),
        ("view_spellings", &[0]),
        ("views", &[2]),
        ("yes_no", &[0]),
    ]);
    let stems: BTreeSet<&str> = schema::VOCABULARY.iter().map(|(stem, _)| *stem).collect();
    assert_eq!(stems, unique.keys().copied().collect());
    for (stem, columns) in unique {
        let mut seen = BTreeSet::new();
        for row in rows(stem) {
            // Marks and operators have no key: they count as they stand.
            let name = |at: &usize| match text::key(&row[*at]) {
                key if key.is_empty()
                    || [
                        "assertions",
                        "group_context",
                        "header_words",
                        "histology",
                        "personal",
                        "side_files",
                    ]
                    .iter()
                    .any(|s| stem.starts_with(s)) =>
                {
                    row[*at].to_owned()
                }
                _ if stem == "size" => row[*at].to_owned(),
                key => key,
            };
            let key: Vec<String> = columns.iter().map(name).collect();
            assert!(seen.insert(key), "schema/vocabulary/{stem}.csv: {row:?} stands twice");
            assert!(row.iter().all(|cell| cell == cell.trim()), "{stem}: {row:?}: blanks");
        }
        assert!(!seen.is_empty(), "{stem} is empty");
    }
}

#[test]
fn every_row_is_used() {
    for row in rows("blank") {
        assert!(text::is_blank(&row[1]), "{row:?}");
    }
    for row in rows("totals") {
        assert!(text::is_total(&format!("{}: 1,500명", &row[0])), "{row:?}");
    }
    assert!(!text::is_total("Cancer_00001") && !text::is_total("1") && !text::is_total("계획"));
    for row in rows("diagnosis") {
        assert_eq!(diagnosis::Diagnosis::parse(&row[0]).unwrap().as_str(), &row[1]);
    }
    for row in rows("laterality") {
        assert_eq!(Laterality::parse(&row[0]).unwrap().as_str(), &row[1]);
    }
    for row in rows("labels") {
        assert_eq!(label::parse(&row[1].to_uppercase()), Some(&row[0]));
    }
    for row in rows("side_files") {
        let name = match &row[0] {
            "prefix" => format!("{}Cancer.XLSX", &row[1]),
            "suffix" => format!("Cancer{}", row[1].to_uppercase()),
            "name" => row[1].to_uppercase(),
            _ => panic!("{row:?}: no rule of this name"),
        };
        let side_file = SideFile::from_name(&name).unwrap();
        assert_eq!(side_file.reason, &row[3]);
        assert!(["yes", "no"].contains(&&row[2]), "{row:?}");
    }
    assert_eq!(SideFile::from_name("Cancer.xlsx"), None);
    assert_eq!(SideFile::from_name(".doc"), None);
    for row in rows("views") {
        assert_eq!(view::from_code(&row[1], &row[2]), Some(&row[0]));
    }
    for row in rows("view_modifiers") {
        assert_eq!(view::modifier(&row[1], &row[2]), Some(&row[0]));
    }
    for row in rows("other_schemes") {
        assert_eq!(view::from_code(&row[0], "R-10242"), None, "{row:?}");
    }
    for row in rows("vendors") {
        let found = vendor::vendor(&row[0]);
        assert!(found.known && found.name == row[1], "{row:?}: {found:?}");
        if &row[2] == "start" {
            let longer = vendor::vendor(&format!("{} of somewhere", &row[0]));
            assert_eq!(longer.name, row[1], "{row:?}");
        } else {
            assert_eq!(&row[2], "whole");
        }
    }
    for row in rows("models") {
        match &row[0] {
            "model" => assert_eq!(vendor::model(&row[1]).family.as_deref(), Some(&row[2])),
            "software" => assert!(regex::Regex::new(&row[1]).is_ok(), "{row:?}"),
            _ => panic!("{row:?}: neither model nor software"),
        }
    }
}

#[test]
fn every_view_spelling_is_used() {
    let bases: BTreeSet<String> = rows("views").iter().map(|row| row[0].to_owned()).collect();
    let modifiers: BTreeSet<String> =
        rows("view_modifiers").iter().map(|row| row[0].to_owned()).collect();
    for row in rows("view_spellings") {
        if ["refused", "filler"].contains(&&row[3]) {
            assert_eq!(view::pane(&format!("L CC {}", &row[0])), None, "{row:?}");
            assert_eq!(view::from_position(&row[0]), None, "{row:?}");
            continue;
        }
        if let Some(side) = row[3].strip_prefix("side ") {
            let pane = view::pane(&row[0]).unwrap();
            assert_eq!((pane.base, pane.laterality.as_str()), (&row[1], side));
            continue;
        }
        assert!(row[1].is_empty() || bases.contains(&row[1]), "{row:?}");
        assert!(row[2].is_empty() || modifiers.contains(&row[2]), "{row:?}");
        let text =
            if row[1].is_empty() { format!("L CC {}", &row[0]) } else { format!("L {}", &row[0]) };
        let pane = view::pane(&text).unwrap_or_else(|| panic!("{row:?}"));
        assert_eq!(pane.base, if row[1].is_empty() { "CC" } else { &row[1] });
        assert_eq!(pane.modifiers.first().copied().unwrap_or_default(), &row[2]);
        assert_eq!(pane.corrected, &row[3] == "misspelt");
    }
}

#[test]
fn every_clinical_word_is_used() {
    for row in rows("birads") {
        let word = &row[1];
        let (text, readable) = match &row[0] {
            "prefix" => (format!("{word} 4a"), true),
            "suffix" => (format!("4a {word}"), true),
            "descriptor" => (format!("4a: {word}"), true),
            "screening" => (word.to_owned(), false),
            "density" => (format!("{word} 2"), false),
            _ => panic!("{row:?}: unknown kind"),
        };
        let reading = birads::parse(&text);
        assert_eq!(reading.value().map(|b| b.code()), readable.then(|| "4A".into()), "{row:?}");
    }
    for row in rows("size") {
        let word = &row[1];
        match &row[0] {
            "unit" => {
                let cm = 8.0 / row[2].parse::<f64>().unwrap();
                assert_eq!(
                    size::parse_cm(&format!("8 {word}")),
                    ParseOutcome::Value(cm),
                    "{row:?}"
                );
            }
            "unlikely" | "impossible" => {
                let most: f64 = word.parse().unwrap();
                assert!(size::parse_cm(word).value().is_some(), "{row:?}");
                let beyond = size::parse_cm(&format!("{}", most + 0.1));
                assert!(!matches!(beyond, ParseOutcome::Value(_)), "{row:?}");
            }
            _ => {
                let before = size::parse_cm(&format!("{word} 2"));
                assert!(matches!(before, ParseOutcome::Doubtful(cm, _) if cm == 2.0), "{row:?}");
            }
        }
    }
    for row in rows("location").iter().filter(|row| &row[1] == "quadrant") {
        let place = location::parse(&row[0]).into_value().and_then(|place| place.quadrant);
        let expected = row[2].trim_start_matches("L ").trim_start_matches("R ");
        assert_eq!(place, Some(expected), "{row:?}");
    }
    for row in rows("location").iter().filter(|row| &row[1] == "side") {
        let side = location::parse(&row[0]).into_value().and_then(|place| place.side);
        assert_eq!(side.map(Laterality::as_str), Some(&row[2]), "{row:?}");
    }
}

#[test]
fn every_histology_row_is_reached() {
    let morphology = regex::Regex::new(r"^\d{4}/[0-3]$").unwrap();
    for row in rows("histology") {
        let words: Vec<&str> = row[0].split(' ').filter(|word| !word.starts_with('!')).collect();
        assert_eq!(type_of(&words.join(" ")), format!("{} {}", &row[1], &row[2]), "{row:?}");
        assert!(morphology.is_match(&row[2]), "{row:?}");
    }
    let groups: BTreeSet<String> = rows("histology").iter().map(|row| row[1].to_owned()).collect();
    for row in rows("histology_mixed") {
        assert!(
            groups.contains(&row[0]) && (&row[1] == "*" || groups.contains(&row[1])),
            "{row:?}"
        );
        let other = if &row[1] == "*" { "tubular carcinoma" } else { &row[1] };
        let first = if &row[0] == "Paget" { "paget" } else { &row[0] };
        assert_eq!(type_of(&format!("{first} with {other}")), format!("{} {}", &row[2], &row[3]));
    }
    every_histology_word_leads_somewhere();
}

fn every_histology_word_leads_somewhere() {
    let patterns = rows("histology");
    let known = |word: &str| {
        patterns.iter().any(|row| row[0].split(' ').any(|other| other == word))
            || rows("histology_words").iter().any(|row| &row[1] == word && row[2].is_empty())
            || rows("assertions").iter().any(|row| &row[0] == word)
    };
    let kinds = ["same", "whole", "korean", "join", "aside", "invasion", "filler"];
    for row in rows("histology_words") {
        assert!(kinds.contains(&&row[0]), "{row:?}");
        assert_eq!(row[2].is_empty(), !matches!(&row[0], "same" | "whole" | "korean"), "{row:?}");
        assert!(row[2].split_whitespace().all(known), "{row:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_grammar_panic(text in any_text()) {
        let _ = text::is_blank(&text);
        let _ = (text::key(&text), diagnosis::Diagnosis::parse(&text), Laterality::parse(&text));
        let _ = (view::from_code(&text, &text), view::modifier(&text, &text), view::pane(&text));
        let _ = (view::from_position(&text), birads::from_embed(&text), histology::parse(&text));
        let _ = (vendor::vendor(&text), vendor::model(&text), location::parse(&text));
        for reading in [stage::parse_t(&text), stage::parse_n(&text)] {
            let most = |s: &stage::TnmStage| s.number.is_none_or(|n| n <= 4);
            prop_assert!(reading.value().is_none_or(most));
            prop_assert!(!matches!(reading.reason(), Some("")));
        }
        if let Some(birads) = birads::parse(&text).value() {
            prop_assert!(birads.category <= 6 && (birads.subdivision.is_none() || birads.category == 4));
        }
        if let Some(cm) = size::parse_cm(&text).value() {
            prop_assert!(cm.is_finite() && *cm > 0.0);
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in any_text()) {
        let once = text::fold(&text);
        prop_assert_eq!(text::fold(&once), once.clone());
        prop_assert_eq!(text::key(&once), text::key(&text));
    }

    #[test]
    fn a_printed_birads_reads_as_itself(category in 0u8..=6, sub in 0usize..4) {
        let sub = [None, Some('A'), Some('B'), Some('C')][sub].filter(|_| category == 4);
        let birads = birads::Birads { category, subdivision: sub };
        prop_assert_eq!(birads::parse(&birads.code()), ParseOutcome::Value(birads));
    }

    #[test]
    fn a_printed_t_reads_as_itself(text in "[yra]?[cp]?T(X|0|is(\\(DCIS\\)|\\(Paget\\))?|1(mi|a|b|c)?|2|3|4[abcd]?)(\\(m\\)|\\(3\\))?") {
        let stage = stage::parse_t(&text).into_value().unwrap();
        prop_assert_eq!(stage.to_string(), text);
    }

    #[test]
    fn a_printed_n_reads_as_itself(text in "[yra]?[cp]?N(X|0(\\((i|mol)[+-]\\))?|1(mi|a|b|c)?|2[ab]?|3[abc]?)(\\(sn\\))?(\\(f\\))?") {
        let stage = stage::parse_n(&text).into_value().unwrap();
        prop_assert_eq!(stage.to_string(), text);
    }

    #[test]
    fn a_printed_size_reads_as_itself(cm in 0.001f64..=10.0) {
        prop_assert_eq!(size::parse_cm(&cm.to_string()), ParseOutcome::Value(cm));
        prop_assert_eq!(size::parse_cm(&format!("{cm} cm")), ParseOutcome::Value(cm));
    }

    #[test]
    fn a_printed_view_reads_as_itself(side in 0usize..2, base in 0usize..10) {
        let base = ["CC", "MLO", "ML", "LM", "LMO", "FB", "SIO", "ISO", "XCCL", "XCCM"][base];
        let side = [Laterality::L, Laterality::R][side];
        let pane = view::pane(&view::name(side, base)).unwrap();
        prop_assert_eq!((pane.laterality, pane.base, pane.corrected), (side, base, false));
    }
}

/// Anything at all, and what looks nearly right.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9TNMpycrabisx().,/~+ -]{0,12}",
        "[좌우상하내외측유방암침윤성관소엽 0-9시]{0,12}",
        "(left|right|breast|invasive|ductal|situ|no|with|and|BI-RADS|cat|4a|cm|mm| |,|;|x){0,8}",
    ]
}
