//! Sizes of tumours.

use std::sync::LazyLock;

use regex::Regex;

use super::outcome::ParseOutcome;
use super::text;
use super::vocabulary::{field, rows};

/// Above this a size in centimetres is more likely one in millimetres.
const MOST_CM: f64 = 20.0;
/// Above this it is not a tumour in any unit.
const MOST: f64 = 1000.0;

/// Reads a size in centimetres, of several dimensions the largest: `1.8`, `1.8cm`, `18 mm`,
/// `1.8 x 1.2`, `1.8×1.2×1.0 cm`. The value is positive and finite.
///
/// Doubtful are limits (`<1`), estimates, ranges, a decimal comma, and more than 20 cm, which may
/// be millimetres: the number is kept as written, never guessed. Zero and below are unreadable.
pub fn parse_cm(text: &str) -> ParseOutcome<f64> {
    if text::is_blank(text) {
        return ParseOutcome::Empty;
    }
    let plain = text::plain(text);
    if text::is_date(&plain) {
        return ParseOutcome::Unreadable(text::DATE.to_owned());
    }
    let words = &*WORDS;
    let mut doubts = Vec::new();
    let bare = words.strip_limits(&plain, &mut doubts);
    match words.largest(bare, &mut doubts) {
        Err(reason) => ParseOutcome::Unreadable(reason.to_owned()),
        Ok(cm) => doubts.into_iter().fold(ParseOutcome::Value(cm), ParseOutcome::doubt),
    }
}

/// Reads a size in centimetres from a column whose header says millimetres; a unit in the cell
/// overrules the header.
pub fn parse_mm(text: &str) -> ParseOutcome<f64> {
    let has_unit = |plain: &str| plain.ends_with(|c: char| !c.is_ascii_digit() && c != '.');
    if text::is_blank(text) || text::is_date(&text::plain(text)) || has_unit(&text::plain(text)) {
        return parse_cm(text);
    }
    parse_cm(&format!("{text} mm"))
}

struct SizeWords {
    /// Each word and why it makes the number doubtful; the longest first.
    limits: Vec<(String, &'static str)>,
    units: Vec<(&'static str, f64)>,
    number: Regex,
    separator: Regex,
}

static WORDS: LazyLock<SizeWords> = LazyLock::new(|| {
    let mut limits = Vec::new();
    let mut units = Vec::new();
    for row in rows("size") {
        let text = field(row, 1);
        let reason = match field(row, 0) {
            "below" => "an upper limit",
            "above" => "a lower limit",
            "about" => "an estimate",
            _ => {
                units.extend(field(row, 2).parse::<f64>().ok().map(|per_cm| (text, per_cm)));
                continue;
            }
        };
        limits.push((text::plain(text), reason));
    }
    limits.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    units.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    let unit = units.iter().map(|(word, _)| *word).collect::<Vec<_>>().join("|");
    let build = |pattern: &str| Regex::new(pattern).expect("a constant, run by a test");
    SizeWords {
        number: build(&format!(
            r"^\s*(-?)(\d{{0,9}}[.,]\d{{1,30}}|\d{{1,9}}\.?)\s*[\[(]?\s*({unit})?\s*[\])]?\.?"
        )),
        separator: build(r"^\s*(x|×|\*|by\b|~|-|,|;|/|\+|&|and\b|및)\s*"),
        limits,
        units,
    }
});

impl SizeWords {
    /// The text without the words that make its number a limit or an estimate.
    fn strip_limits<'t>(&self, plain: &'t str, doubts: &mut Vec<&'static str>) -> &'t str {
        let mut rest = plain.trim();
        // Each round takes one word off an end.
        while let Some((shorter, reason)) = self.limits.iter().find_map(|(word, reason)| {
            let shorter = rest.strip_prefix(word.as_str()).or(rest.strip_suffix(word.as_str()))?;
            Some((shorter.trim(), *reason))
        }) {
            rest = shorter;
            doubts.push(reason);
        }
        rest
    }

    /// The largest of the text's dimensions.
    fn largest(&self, text: &str, doubts: &mut Vec<&'static str>) -> Result<f64, &'static str> {
        let mut sizes: Vec<(f64, Option<f64>)> = Vec::new();
        let mut rest = text;
        loop {
            let hit = self.number.captures(rest).ok_or("not a size")?;
            sizes.push((
                number(&hit[1], &hit[2], doubts)?,
                hit.get(3).map(|u| self.per_cm(u.as_str())),
            ));
            rest = &rest[hit[0].len()..];
            if rest.trim().is_empty() {
                break;
            }
            let gap = self.separator.captures(rest).ok_or("not a size")?;
            match &gap[1] {
                "/" => return Err("a fraction or date, not a size"),
                "~" | "-" => doubts.push("a range; its upper end was used"),
                "x" | "×" | "*" | "by" => {}
                _ => doubts.push("several sizes; the largest was used"),
            }
            rest = &rest[gap[0].len()..];
        }
        // `18 x 12 mm`: the last unit applies to the numbers that have none.
        let shared = sizes.iter().rev().find_map(|(_, unit)| *unit);
        let bare = shared.is_none();
        let cm = |(size, unit): &(f64, Option<f64>)| size / unit.or(shared).unwrap_or(1.0);
        let largest = sizes.iter().map(cm).fold(0.0, f64::max);
        judge(largest, bare, doubts)
    }

    fn per_cm(&self, unit: &str) -> f64 {
        self.units.iter().find(|(word, _)| *word == unit).map_or(1.0, |(_, per_cm)| *per_cm)
    }
}

fn number(sign: &str, digits: &str, doubts: &mut Vec<&'static str>) -> Result<f64, &'static str> {
    if !sign.is_empty() {
        return Err("a negative number, not a size");
    }
    if let Some((_, decimals)) = digits.split_once(',') {
        if decimals.len() == 3 {
            return Err("a comma that may separate thousands or decimals");
        }
        doubts.push("a comma, read as the decimal point");
    }
    digits.replace(',', ".").parse().map_err(|_| "not a size")
}

fn judge(cm: f64, bare: bool, doubts: &mut Vec<&'static str>) -> Result<f64, &'static str> {
    if !cm.is_finite() || cm <= 0.0 {
        return Err("zero, not a size");
    }
    if cm > MOST {
        return Err("too large for a tumour");
    }
    if cm > MOST_CM {
        let millimetres = "more than 20 cm, perhaps millimetres; the number was left unchanged";
        doubts.push(if bare { millimetres } else { "more than 20 cm" });
    }
    Ok(cm)
}
