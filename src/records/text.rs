//! Text of cells and headers, folded so that spellings can be compared.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::vocabulary::{field, rows};

/// The text as a person reads it: NFKC (full-width digits, ligatures and units such as `㎝`
/// unfolded), zero-width and control characters gone, white space of any kind one blank, both ends
/// trimmed, and the apostrophe dropped that Excel puts before a number kept as text.
///
/// Folding twice changes nothing.
pub fn fold(text: &str) -> String {
    if is_folded_ascii(text) {
        return text.to_owned();
    }
    // Removed before NFKC: letters on both sides of them may compose.
    let visible = text.chars().filter(|c| c.is_whitespace() || !is_invisible(*c));
    let mut is_behind_text = false;
    // A raised digit behind a text is a footnote, which NFKC would make a digit of the number: `1.8²`.
    let visible = visible.filter(move |c| {
        let is_footnote = is_behind_text && is_raised_digit(*c);
        is_behind_text |= !c.is_whitespace();
        !is_footnote
    });
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for c in visible.nfkc() {
        if c.is_whitespace() {
            gap = true;
        } else if !(folded.is_empty() && matches!(c, '\'' | '\u{2019}')) {
            if gap && !folded.is_empty() {
                folded.push(' ');
            }
            gap = false;
            folded.push(c);
        }
    }
    folded
}

/// Whether a cell is blank: empty, a dash or dot, `N/A`, `없음`, `미상` … as
/// `schema/vocabulary/blank.csv` lists them.
pub fn is_blank(text: &str) -> bool {
    static BLANK: LazyLock<(HashSet<char>, HashSet<String>)> = LazyLock::new(|| {
        let entries = |kind| rows("blank").iter().filter(move |row| field(row, 0) == kind);
        let marks = entries("mark").flat_map(|row| field(row, 1).chars()).collect();
        (marks, entries("word").map(|row| key(field(row, 1))).collect())
    });
    let folded = fold(text);
    let (marks, words) = &*BLANK;
    folded.chars().all(|c| c == ' ' || marks.contains(&c)) || words.contains(&key(&folded))
}

/// Whether a row that begins with this text counts or averages the rows above: `합계`, `Total`, `총 1,500명`, as
/// `schema/vocabulary/totals.csv` lists them.
pub fn is_total(text: &str) -> bool {
    static TOTALS: LazyLock<HashSet<String>> =
        LazyLock::new(|| rows("totals").iter().map(|row| key(field(row, 0))).collect());
    let key = key(text);
    let word = key.trim_end_matches(['명', '건', '례', '예']);
    TOTALS.contains(word.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// The text reduced to what headers and vocabulary entries are compared by: folded, lower case,
/// letters and digits alone.
///
/// `BIRADS category (좌)` and `BI-RADS  Category[좌]` have the same key.
pub fn key(text: &str) -> String {
    fold(text).chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// The text folded, lower case, with every dash, tilde and minus sign in its plain form.
pub(super) fn plain(text: &str) -> String {
    let to_plain = |c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{223c}' | '\u{301c}' => '~',
        '\u{2018}' | '\u{2019}' => '\'',
        other => other,
    };
    fold(text).chars().flat_map(char::to_lowercase).map(to_plain).collect()
}

/// The reason of a text that is a date instead of a value.
pub(super) const DATE: &str = "a date, perhaps made by the spreadsheet from a range such as 1-2";

/// Whether a spreadsheet may have made this of a range or fraction: a calendar date in any of the
/// usual forms, or a date's serial number of the years 1990 to 2063. Takes [`plain`] text.
pub(super) fn is_date(plain: &str) -> bool {
    static DATE: LazyLock<Regex> = LazyLock::new(|| {
        let month = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*";
        let forms = [
            r"(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])",
            r"(?:19|20)\d\d\s?[-./년]\s?\d\d?\s?[-./월]\s?\d\d?(?:\s?[.일])?(?:[ t]\d\d?:\d\d.*)?",
            r"\d\d?[-./]\d\d?[-./](?:19|20)?\d\d(?: \d\d?:\d\d.*)?",
            &format!(r"\d\d?[- ]{month}(?:[- ,]+\d{{2,4}})?"),
            &format!(r"{month}[- ]\d\d?(?:[- ,]+\d{{2,4}})?"),
            r"\d\d?월(?: ?\d\d?일)?",
            r"(?:3[3-9]|4\d|5\d)\d{3}(?:\.0+)?",
        ];
        Regex::new(&format!("^(?:{})$", forms.join("|"))).expect("a constant, run by a test")
    });
    DATE.is_match(plain)
}

/// The words of [`plain`] text: runs of letters and digits.
pub(super) fn words(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn is_folded_ascii(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.is_ascii()
        && bytes.iter().all(|b| (b' '..=b'~').contains(b))
        && !matches!(bytes.first(), Some(b' ' | b'\''))
        && bytes.last() != Some(&b' ')
        && !bytes.windows(2).any(|pair| pair == b"  ")
}

fn is_raised_digit(c: char) -> bool {
    matches!(c, '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}'..='\u{2079}' | '\u{2080}'..='\u{2089}')
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}')
}
