//! Sizes of tumours.

use std::sync::LazyLock;

use regex::Regex;

use super::outcome::ParseOutcome;
use super::stage;
use super::text;
use super::vocabulary::{field, rows};

/// The unit of a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeUnit {
    /// Centimetres.
    Cm,
    /// Millimetres.
    Mm,
}

impl SizeUnit {
    /// Its symbol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cm => "cm",
            Self::Mm => "mm",
        }
    }

    fn per_cm(self) -> f64 {
        match self {
            Self::Cm => 1.0,
            Self::Mm => 10.0,
        }
    }
}

/// Reads a size and returns centimetres, of several dimensions the largest: `1.8`, `1.8cm`, `18 mm`,
/// `1.8 x 1.2`, `1.8×1.2×1.0 cm`. The value is positive and finite. `unit` is that of a number without
/// one; a unit in the cell overrules it.
///
/// Doubtful are limits (`<1`), estimates, ranges, a decimal comma, and more than 10 cm, which may
/// be millimetres: the number is left unchanged, never guessed. Zero and below are unreadable.
pub fn parse(text: &str, unit: SizeUnit) -> ParseOutcome<f64> {
    if text::is_blank(text) {
        return ParseOutcome::Empty;
    }
    let plain = text::plain(text);
    if text::is_date(&plain) {
        return ParseOutcome::Unreadable(text::DATE.to_owned());
    }
    let words = &*WORDS;
    let mut doubts = Vec::new();
    let unbracketed = without_stray_bracket(&plain);
    if unbracketed.len() < plain.len() {
        doubts.push("a bracket that nothing opened, perhaps of a footnote");
    }
    let bare = words.strip_limits(unbracketed, &mut doubts);
    match words.largest(bare, unit, &mut doubts) {
        Err(reason) => ParseOutcome::Unreadable(reason.to_owned()),
        Ok(cm) => doubts.into_iter().fold(ParseOutcome::Value(cm), ParseOutcome::doubt),
    }
}

/// Reads a size of a column in centimetres.
pub fn parse_cm(text: &str) -> ParseOutcome<f64> {
    parse(text, SizeUnit::Cm)
}

/// Reads a size of a column in millimetres.
pub fn parse_mm(text: &str) -> ParseOutcome<f64> {
    parse(text, SizeUnit::Mm)
}

/// The unit that a header names: `종양크기 (mm)`; absent when it names none, or several.
pub fn unit_of_header(header: &str) -> Option<SizeUnit> {
    let plain = text::plain(header);
    let named = |unit: SizeUnit| {
        let mut words = WORDS.units.iter().filter(|(_, per_cm)| *per_cm == unit.per_cm());
        words.any(|(word, _)| {
            plain.match_indices(word).any(|(start, _)| {
                let is_letter = |c: char| c.is_alphabetic() && (c.is_ascii() == word.is_ascii());
                let (before, after) = (&plain[..start], &plain[start + word.len()..]);
                !before.ends_with(is_letter) && !after.starts_with(is_letter)
            })
        })
    };
    match (named(SizeUnit::Cm), named(SizeUnit::Mm)) {
        (true, false) => Some(SizeUnit::Cm),
        (false, true) => Some(SizeUnit::Mm),
        _ => None,
    }
}

/// Whether the size means the same whatever the unit of its column: blank, unreadable, or with a unit of
/// its own.
pub fn has_own_unit(text: &str) -> bool {
    parse_cm(text).value() == parse_mm(text).value()
}

/// The unit of a column that names none, where the T stages beside its sizes decide it. `rows` are
/// pairs of a size and the text of T; `is_group` says that the second is an AJCC stage group.
///
/// A unit is decided when it agrees with the stage in at least two thirds of the rows that have both, and
/// the other unit in at most one third. Size limits: AJCC Cancer Staging Manual, 8th edition, Breast. Of
/// the stage groups only I limits the size, to 20 mm.
pub fn unit_by_stage<'a>(
    rows: impl Iterator<Item = (&'a str, &'a str)>,
    is_group: bool,
) -> Option<SizeUnit> {
    let (mut staged, mut fits) = (0_usize, [0_usize; 2]);
    for (size, stage) in rows {
        let Some(number) = parse_mm(size).into_value().filter(|_| !has_own_unit(size)) else {
            continue;
        };
        let limits = if is_group { limits_of_group(stage) } else { limits_of_t(stage) };
        let Some((above, most)) = limits else { continue };
        staged += 1;
        for (count, mm) in fits.iter_mut().zip([number * 100.0, number * 10.0]) {
            // AJCC rounds to whole millimetres, but not down to T1mi.
            let mm = if mm > 1.0 && mm < 2.0 { 2.0 } else { mm.round() };
            *count += usize::from(mm > above && mm <= most);
        }
    }
    let decides =
        |unit: usize, other: usize| fits[unit] * 3 >= staged * 2 && fits[other] * 3 <= staged;
    match (staged, decides(0, 1), decides(1, 0)) {
        (0, ..) => None,
        (_, true, _) => Some(SizeUnit::Cm),
        (_, _, true) => Some(SizeUnit::Mm),
        _ => None,
    }
}

/// Sizes of a T in mm: more than the first, at most the second; absent where T says nothing of size.
fn limits_of_t(text: &str) -> Option<(f64, f64)> {
    let stage = stage::parse_t(text).into_value()?;
    if stage.prefix.is_some_and(|prefix| prefix.contains('y')) {
        return None; // after therapy: the size may be that before
    }
    Some(match stage.code.as_str() {
        "T1mi" => (0.0, 1.0),
        "T1a" => (1.0, 5.0),
        "T1b" => (5.0, 10.0),
        "T1c" => (10.0, 20.0),
        "T1" => (0.0, 20.0),
        "T2" => (20.0, 50.0),
        "T3" => (50.0, f64::INFINITY),
        _ => return None,
    })
}

fn limits_of_group(text: &str) -> Option<(f64, f64)> {
    let key = text::key(text);
    let group = key.trim_start_matches("stage").trim_end_matches('기');
    matches!(group, "1" | "i" | "1a" | "ia" | "10").then_some((0.0, 20.0))
}

/// The text without a closing bracket that nothing opened.
fn without_stray_bracket(plain: &str) -> &str {
    let bare = plain.trim_end();
    match bare.strip_suffix([')', ']']) {
        Some(shorter) if !shorter.contains(['(', '[']) => shorter.trim_end(),
        _ => plain,
    }
}

struct SizeWords {
    /// Each word and why it makes the number doubtful; the longest first.
    limits: Vec<(String, &'static str)>,
    units: Vec<(&'static str, f64)>,
    /// Above this a size in centimetres is doubtful: it is more likely one in millimetres.
    unlikely_cm: f64,
    /// Above this it is not a tumour in any unit.
    impossible_cm: f64,
    number: Regex,
    separator: Regex,
}

static WORDS: LazyLock<SizeWords> = LazyLock::new(|| {
    let mut limits = Vec::new();
    let mut units = Vec::new();
    let (mut unlikely_cm, mut impossible_cm) = (f64::INFINITY, f64::INFINITY);
    for row in rows("size") {
        let text = field(row, 1);
        let reason = match field(row, 0) {
            "below" => "an upper limit",
            "above" => "a lower limit",
            "about" => "an estimate",
            "unlikely" => {
                unlikely_cm = text.parse().unwrap_or(unlikely_cm);
                continue;
            }
            "impossible" => {
                impossible_cm = text.parse().unwrap_or(impossible_cm);
                continue;
            }
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
        unlikely_cm,
        impossible_cm,
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
    fn largest(
        &self,
        text: &str,
        default: SizeUnit,
        doubts: &mut Vec<&'static str>,
    ) -> Result<f64, &'static str> {
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
        let bare = shared.is_none() && default == SizeUnit::Cm;
        let cm =
            |(size, unit): &(f64, Option<f64>)| size / unit.or(shared).unwrap_or(default.per_cm());
        let largest = sizes.iter().map(cm).fold(0.0, f64::max);
        self.judge(largest, bare, doubts)
    }

    fn judge(
        &self,
        cm: f64,
        bare: bool,
        doubts: &mut Vec<&'static str>,
    ) -> Result<f64, &'static str> {
        if !cm.is_finite() || cm <= 0.0 {
            return Err("zero, not a size");
        }
        if cm > self.impossible_cm {
            return Err("too large for a tumour");
        }
        if cm > self.unlikely_cm {
            doubts.push(if bare {
                "more than a tumour usually has, perhaps millimetres; the number was left unchanged"
            } else {
                "more than a tumour usually has"
            });
        }
        Ok(cm)
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
