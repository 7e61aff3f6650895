//! T and N of the AJCC staging of breast cancer.

use std::fmt;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

use super::outcome::ParseOutcome;
use super::text;

/// A T or N in its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TnmStage {
    /// `c`, `p`, `yc`, `yp`, `r`, `a`, `mp` …, in lower case; absent when the text carries none.
    pub prefix: Option<String>,
    /// As AJCC writes it, the letter included: `Tis`, `Tis(DCIS)`, `T1mi`, `T1c`, `N0(i+)`, `NX`.
    pub code: String,
    /// 0 to 4; T0 and Tis are 0, TX and NX have none.
    pub number: Option<u8>,
    /// What follows the code: `(m)` or a count for T, `(sn)` and `(f)` for N.
    pub suffix: Option<String>,
}

impl fmt::Display for TnmStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        write!(f, "{}{}{}", part(&self.prefix), self.code, part(&self.suffix))
    }
}

/// Reads a T: `1c`, `T1c`, `pT1c`, `ypT2`, `Tis(DCIS)`, `T1mi`, `TX`, `4b`, `2.0`; also the T of a
/// whole `pT1cN0M0`.
///
/// Categories are those of the AJCC manual, 6th to 8th edition; `1mic` of the 6th is `T1mi`.
/// Tis(LCIS) is doubtful, since the 8th removed it. Ranges, dates and stage groups (`IIA`) are
/// unreadable.
pub fn parse_t(text: &str) -> ParseOutcome<TnmStage> {
    static FORM: LazyLock<[Regex; 1]> = LazyLock::new(|| [whole(&t_form())]);
    let outcome = parse(text, &*FORM, "not a T stage", |hit| {
        let is = hit.name("is").map(|kind| match kind.as_str() {
            "dcis" => "Tis(DCIS)",
            "lcis" => "Tis(LCIS)",
            _ => "Tis(Paget)",
        });
        let code = is.map_or_else(|| code('T', &hit["t"]), str::to_owned);
        let many = hit.name("many").map(|m| format!("({})", m.as_str()));
        stage(hit, code, many)
    });
    match outcome {
        ParseOutcome::Value(stage) if stage.code == "Tis(LCIS)" => ParseOutcome::Doubtful(
            stage,
            "AJCC no longer stages LCIS as Tis since its 8th edition".to_owned(),
        ),
        other => other,
    }
}

/// Reads an N: `0`, `N0(i+)`, `1mi`, `N3a`, `pN1a(sn)`; also the N of a whole `pT1cN0M0`, and with
/// a count of nodes behind it, `N1a (2/15)`.
///
/// N0(i+) and N0(mol+) are N0: isolated tumour cells are not a metastasis (AJCC).
pub fn parse_n(text: &str) -> ParseOutcome<TnmStage> {
    static FORM: LazyLock<[Regex; 2]> = LazyLock::new(|| n_forms().map(|form| whole(&form)));
    parse(text, &*FORM, "not an N stage", |hit| {
        let mut code = code('N', &hit["n"]);
        if let Some(cells) = hit.name("cells") {
            // ITC, isolated tumour cells, is `i+`.
            let cells = if cells.as_str() == "itc" { "i+" } else { cells.as_str() };
            code = format!("{code}({cells})");
        }
        let suffix: String = ["sn", "f"]
            .iter()
            .filter(|mark| hit["marks"].split(['(', ')', ',']).any(|m| m == **mark))
            .map(|mark| format!("({mark})"))
            .collect();
        stage(hit, code, (!suffix.is_empty()).then_some(suffix))
    })
}

// Lower case, white space removed. AJCC: y after neoadjuvant therapy, r at recurrence, a at
// autopsy; c clinical, p pathological; m, of several tumours, also comes first.
const PREFIX: &str = "m?[yra]{0,3}[cp]?";
const T: &str = r"x|0|1mic?|1[abc]?|2|3|4[abcd]?|is(?:\(?(?<is>dcis|lcis|paget(?:'?s)?)\)?)?";
const T_SUFFIX: &str = r"(?:\.0*)?(?:\((?<many>m|\d{1,2})\))?";
const N: &str = r"x|0|1mic?|1[abc]?|2[ab]?|3[abc]?";
const N_SUFFIX: &str = r"(?:\.0*)?(?:\(?(?<cells>(?:i|mol)[+-]|itc)\)?)?(?<marks>(?:\((?:sn|f|sn,f|f,sn)\))*)(?:\(\d{1,3}/\d{1,3}\))?";
const BEHIND_T: &str = r"(?:[,/;]{0,2}[yra]{0,3}[cp]?n[x0-3][^t]*)?";
const BEHIND_N: &str = r"(?:[,/;]{0,2}[yra]{0,3}[cp]?m[x01][ab]?(?:\(i\+\))?)?";

fn t_form() -> String {
    format!("(?<prefix>{PREFIX})t?(?<t>{T}){T_SUFFIX}{BEHIND_T}")
}

/// An N alone, or behind a T: then its letter is required, or `T12` would be N2.
fn n_forms() -> [String; 2] {
    let after = |letter| format!("(?<prefix>{PREFIX}){letter}(?<n>{N}){N_SUFFIX}{BEHIND_N}");
    let unnamed =
        format!("{PREFIX}t(?:{T}){T_SUFFIX}").replace("?<is>", "?:").replace("?<many>", "?:");
    [after("n?"), format!("{unnamed}[,/;]{{0,2}}{}", after("n"))]
}

fn whole(form: &str) -> Regex {
    Regex::new(&format!("^(?:{form})$")).expect("a constant, run by a test")
}

fn parse(
    text: &str,
    forms: &[Regex],
    otherwise: &str,
    build: impl FnOnce(&Captures<'_>) -> TnmStage,
) -> ParseOutcome<TnmStage> {
    if text::is_blank(text) {
        return ParseOutcome::Empty;
    }
    let plain = text::plain(text);
    if text::is_date(&plain) {
        return ParseOutcome::Unreadable(text::DATE.to_owned());
    }
    let certain = plain.trim_end_matches(['?', ' ']);
    let close = close_up(certain);
    match forms.iter().find_map(|form| form.captures(&close)) {
        Some(hit) if certain.len() < plain.len() => {
            ParseOutcome::Doubtful(build(&hit), "marked with a question mark".to_owned())
        }
        Some(hit) => ParseOutcome::Value(build(&hit)),
        None => ParseOutcome::Unreadable(other_form(&close).unwrap_or(otherwise).to_owned()),
    }
}

/// The text without white space and without the words `T stage`, `T병기` before the code. A blank
/// before an N or M becomes a `;`, so that `T1 cN0` is not read as T1c.
fn close_up(plain: &str) -> String {
    static GAP: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s+([yra]{0,3}[cp]?[nm][x0-3])").expect("a constant, run by a test")
    });
    let separated = GAP.replace_all(plain, ";$1");
    let close: String = separated.chars().filter(|c| !c.is_whitespace()).collect();
    let words = ["tstage", "nstage", "t병기", "n병기"];
    let head = words.iter().find_map(|word| close.strip_prefix(word)).unwrap_or(&close);
    head.trim_start_matches([':', '=']).to_owned()
}

/// What a text that is not a category is instead, where it has a known form.
fn other_form(close: &str) -> Option<&'static str> {
    static SEVERAL: LazyLock<Regex> = LazyLock::new(|| {
        whole(r"[a-z]{0,4}[0-4x][a-z]{0,3}(?:[-~/,]|to|or)[a-z]{0,4}[0-4x]?[a-z]{0,3}")
    });
    static GROUP: LazyLock<Regex> =
        LazyLock::new(|| whole(r"(?:stage)?(?:i{1,3}|iv)[abc]?|stage[0-4][abc]?|[0-4]기[abc]?"));
    if SEVERAL.is_match(close) {
        return Some("several categories");
    }
    GROUP.is_match(close).then_some("a stage group, not a T or N category")
}

fn code(letter: char, core: &str) -> String {
    // `mic` is the 6th edition's spelling of `mi`; only X is a capital.
    let core = core.replace("mic", "mi").replace('x', "X");
    format!("{letter}{core}")
}

fn stage(hit: &Captures<'_>, code: String, suffix: Option<String>) -> TnmStage {
    let number = match code.chars().nth(1) {
        Some('i') => Some(0),
        other => other.and_then(|c| c.to_digit(10)).and_then(|n| u8::try_from(n).ok()),
    };
    let prefix = hit.name("prefix").map(|p| p.as_str().to_owned()).filter(|p| !p.is_empty());
    TnmStage { prefix, code, number, suffix }
}
