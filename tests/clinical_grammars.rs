//! BI-RADS, T, N and sizes: every spelling that is known, and every trap.

use mammodex::records::birads::{self, Birads};
use mammodex::records::outcome::ParseOutcome;
use mammodex::records::{size, stage};

/// `4A`, `4A?` when in doubt, `-` when empty, `!` when unreadable.
fn show<T: ToString>(reading: ParseOutcome<T>) -> String {
    match reading {
        ParseOutcome::Empty => "-".into(),
        ParseOutcome::Value(value) => value.to_string(),
        ParseOutcome::Doubtful(value, why) => {
            assert!(!why.is_empty());
            format!("{}?", value.to_string())
        }
        ParseOutcome::Unreadable(why) => {
            assert!(!why.is_empty());
            "!".into()
        }
    }
}

/// Reads every text and compares with what is expected of it, all at once.
pub fn check(cases: &[(&str, &str)], read: impl Fn(&str) -> String) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|(text, expected)| (text, expected, read(text)))
        .filter(|(_, expected, got)| **expected != got)
        .collect();
    assert!(wrong.is_empty(), "text, expected, got: {wrong:#?}");
}

const BIRADS_SPELLINGS: &[(&str, &str)] = &[
    ("4A", "4A"),
    ("4a", "4A"),
    ("C4a", "4A"),
    ("Cat 4A", "4A"),
    ("Cat. 4A", "4A"),
    ("Category 4A", "4A"),
    ("category 4", "4"),
    ("4 A", "4A"),
    ("4-A", "4A"),
    ("4(a)", "4A"),
    ("BI-RADS 4a", "4A"),
    ("BIRADS 4a", "4A"),
    ("BI–RADS: 4a", "4A"),
    ("BI-RADS category 4A", "4A"),
    ("K-BIRADS 3", "3"),
    ("K-BI-RADS 3", "3"),
    ("범주 4", "4"),
    ("카테고리 4", "4"),
    ("범주4A", "4A"),
    ("4 범주", "4"),
    ("４Ａ", "4A"),
    ("4.0", "4"),
    ("1.0", "1"),
    ("0", "0"),
    ("6", "6"),
    ("'5", "5"),
    ("5", "5"),
    ("2 (benign)", "2"),
    ("4A: low suspicion for malignancy", "4A"),
    ("2/3", "3?"),
    ("4a~4b", "4B?"),
    ("4a~b", "4B?"),
    ("4a-4b", "4B?"),
    ("4, 4a", "4A?"),
    ("1-2", "2?"),
    ("0/2", "2?"),
    ("4a, 4a", "4A"),
    ("4A?", "4A?"),
    ("Category 2 or 3", "3?"),
    ("(4A)", "4A"),
    ("[5]", "5"),
    ("4a.", "4A"),
    ("4a또는4b", "4B?"),
    ("", "-"),
    ("-", "-"),
    ("미상", "-"),
    ("7", "!"),
    ("4D", "!"),
    ("3a", "!"),
    ("45", "!"),
    ("4.5", "!"),
    ("-4", "!"),
    ("a", "!"),
    ("d", "!"),
    ("BI-RADS c", "!"),
    ("density b", "!"),
    ("ACR 3 density", "!"),
    ("이상소견 없음", "!"),
    ("양성", "!"),
    ("유방암 의심", "!"),
    ("판정유보", "!"),
    ("2023-01-02", "!"),
    ("2023-01-02 00:00:00", "!"),
    ("1월 2일", "!"),
    ("02-Jan", "!"),
    ("1/2/2023", "!"),
    ("44928", "!"),
    ("T1c", "!"),
    ("1e5", "!"),
];

#[test]
fn birads_spellings() {
    check(BIRADS_SPELLINGS, |text| show(birads::parse(text)));
}

#[test]
fn birads_reasons_name_the_trap() {
    let reason = |text| birads::parse(text).reason().unwrap_or_default().to_owned();
    assert!(reason("2023-01-02").contains("date"));
    assert!(reason("양성").contains("screening"));
    assert!(reason("b").contains("density"));
    assert!(reason("4a~4b").contains("most suspicious"));
}

#[test]
fn birads_zero_is_not_the_lowest_grade() {
    let of = |text: &str| birads::parse(text).into_value().unwrap();
    let order: Vec<_> = ["1", "2", "3", "4", "4A", "4B", "4C", "5", "6"].map(of).to_vec();
    assert!(order.windows(2).all(|pair| pair[0].rank() < pair[1].rank()));
    assert_eq!(of("0").rank(), None);
    assert_eq!(birads::worst([of("0"), of("1")]), Some(of("1")));
    assert_eq!(birads::worst([of("0")]), Some(of("0")));
    assert_eq!(birads::worst([]), None);
    assert_ne!(of("4"), of("4A"));
    let embed: String = "ANBPSMK"
        .chars()
        .filter_map(|c| birads::from_embed(&c.to_string()))
        .map(Birads::code)
        .collect();
    assert_eq!(embed, "0123456");
    assert_eq!(birads::from_embed("X"), None);
}

const T_STAGES: &[(&str, &str)] = &[
    ("1c", "T1c 1"),
    ("T1c", "T1c 1"),
    ("t1C", "T1c 1"),
    ("T 1c", "T1c 1"),
    ("pT1c", "pT1c 1"),
    ("cT2", "cT2 2"),
    ("ypT2", "ypT2 2"),
    ("rT3", "rT3 3"),
    ("Tis", "Tis 0"),
    ("is", "Tis 0"),
    ("Tis(DCIS)", "Tis(DCIS) 0"),
    ("Tis (DCIS)", "Tis(DCIS) 0"),
    ("pTis(Paget)", "pTis(Paget) 0"),
    ("Tis(LCIS)", "Tis(LCIS)? 0"),
    ("T1mi", "T1mi 1"),
    ("T1mic", "T1mi 1"),
    ("1mi", "T1mi 1"),
    ("TX", "TX x"),
    ("x", "TX x"),
    ("0", "T0 0"),
    ("T0", "T0 0"),
    ("4b", "T4b 4"),
    ("T4d", "T4d 4"),
    ("2.0", "T2 2"),
    ("1.0", "T1 1"),
    ("2", "T2 2"),
    ("T2(m)", "T2(m) 2"),
    ("mpT1c", "mpT1c 1"),
    ("T stage: 2", "T2 2"),
    ("pT1cN0M0", "pT1c 1"),
    ("T1 cN0", "T1 1"),
    ("pT2 pN1a", "pT2 2"),
    ("T2?", "T2? 2"),
    ("없음", "-"),
    ("2a", "!"),
    ("5", "!"),
    ("1-2", "!"),
    ("1c/2", "!"),
    ("T1~2", "!"),
    ("2023-01-02", "!"),
    ("IIA", "!"),
    ("2기", "!"),
    ("44928", "!"),
    ("1.5", "!"),
    ("N0", "!"),
    ("T1d", "!"),
];

#[test]
fn t_stages() {
    let read = |text: &str| {
        let number =
            stage::parse_t(text).value().map(|s| s.number.map_or("x".into(), |n| n.to_string()));
        format!("{} {}", show(stage::parse_t(text)), number.unwrap_or_default()).trim().to_owned()
    };
    check(T_STAGES, read);
}

const N_STAGES: &[(&str, &str)] = &[
    ("0", "N0 0"),
    ("0.0", "N0 0"),
    ("N0", "N0 0"),
    ("N0(i+)", "N0(i+) 0"),
    ("pN0 (i+)", "pN0(i+) 0"),
    ("N0(i-)", "N0(i-) 0"),
    ("N0(mol+)", "N0(mol+) 0"),
    ("N0i+", "N0(i+) 0"),
    ("N0(i＋)(sn)", "N0(i+)(sn) 0"),
    ("1mi", "N1mi 1"),
    ("N1mi(sn)", "N1mi(sn) 1"),
    ("N3a", "N3a 3"),
    ("pN1a", "pN1a 1"),
    ("cN1(f)", "cN1(f) 1"),
    ("pN1a(sn)(f)", "pN1a(sn)(f) 1"),
    ("N0 (ITC)", "N0(i+) 0"),
    ("ypN2", "ypN2 2"),
    ("NX", "NX x"),
    ("N1a (2/15)", "N1a 1"),
    ("pT1cN0(i+)M0", "N0(i+) 0"),
    ("T1 cN0", "cN0 0"),
    ("T1c, pN1a", "pN1a 1"),
    ("N2c", "!"),
    ("N4", "!"),
    ("2/15", "!"),
    ("T12", "!"),
    ("T1", "!"),
    ("1-2", "!"),
    ("양성", "!"),
    ("", "-"),
];

#[test]
fn n_stages() {
    let read = |text: &str| {
        let number =
            stage::parse_n(text).value().map(|s| s.number.map_or("x".into(), |n| n.to_string()));
        format!("{} {}", show(stage::parse_n(text)), number.unwrap_or_default()).trim().to_owned()
    };
    check(N_STAGES, read);
}

const SIZES: &[(&str, &str)] = &[
    ("1.8", "1.8"),
    ("1.8cm", "1.8"),
    ("1.8 cm", "1.8"),
    ("１．８㎝", "1.8"),
    ("18 mm", "1.8"),
    ("18㎜", "1.8"),
    ("1.8 x 1.2", "1.8"),
    ("1.2×1.8×1.0 cm", "1.8"),
    ("18 x 12 mm", "1.8"),
    ("18mm x 12", "1.8"),
    ("1.8cm x 12mm", "1.8"),
    ("1.8 * 1.2", "1.8"),
    (".8", "0.8"),
    ("2.", "2"),
    ("1.8(cm)", "1.8"),
    ("10", "10"),
    ("18", "18?"),
    ("18 cm", "18?"),
    ("100 mm", "10"),
    ("20", "20?"),
    ("2,3", "2.3?"),
    ("<1", "1?"),
    (">5", "5?"),
    ("≤ 0.5 cm", "0.5?"),
    ("1cm 미만", "1?"),
    ("약 2cm", "2?"),
    ("~2", "2?"),
    ("1~2", "2?"),
    ("1.8, 0.9", "1.8?"),
    ("2.0cm & 1.0cm", "2?"),
    ("25", "25?"),
    ("180", "180?"),
    ("0", "!"),
    ("0.0", "!"),
    ("-1.8", "!"),
    ("1,800", "!"),
    ("NaN", "-"),
    ("inf", "!"),
    ("1e400", "!"),
    ("99999999", "!"),
    ("2/3", "!"),
    ("2023-01-02", "!"),
    ("44928", "!"),
    ("no residual tumor", "!"),
    ("x", "!"),
    ("미상", "-"),
];

#[test]
fn sizes() {
    check(SIZES, |text| show(size::parse_cm(text)));
}
