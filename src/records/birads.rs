//! BI-RADS final assessment categories.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::outcome::ParseOutcome;
use super::text;
use super::vocabulary::{field, rows};

/// A BI-RADS assessment: category 0 to 6, category 4 with its subdivision where given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Birads {
    /// 0 (incomplete) to 6 (known cancer).
    pub category: u8,
    /// `A`, `B` or `C` of category 4; a plain 4 has none, which is not 4A.
    pub subdivision: Option<char>,
}

impl Birads {
    /// Category and subdivision: `2`, `4A`.
    pub fn code(self) -> String {
        self.to_string()
    }

    /// Place in the order of suspicion, 1 < 2 < 3 < 4 < 4A < 4B < 4C < 5 < 6. Absent for 0: an
    /// incomplete assessment is neither better nor worse than another.
    pub fn rank(self) -> Option<u8> {
        match (self.category, self.subdivision) {
            (0, _) => None,
            (4, Some('A')) => Some(5),
            (4, Some('B')) => Some(6),
            (4, Some(_)) => Some(7),
            (category @ 1..=4, _) => Some(category),
            (category, _) => Some(category.saturating_add(3)),
        }
    }
}

impl fmt::Display for Birads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.category)?;
        self.subdivision.map_or(Ok(()), |letter| write!(f, "{letter}"))
    }
}

/// The most suspicious of several; 0 only when nothing else is given, absent when nothing is.
pub fn worst(all: impl IntoIterator<Item = Birads>) -> Option<Birads> {
    all.into_iter().max_by_key(|birads| birads.rank())
}

/// Whether the category of both breasts agrees with those of the sides: it is that of the breast that needs
/// the most immediate action, in the order 1, 2, 3, 6, 0, 4, 5 (ACR BI-RADS Atlas, 5th edition, Follow-up
/// and Outcome Monitoring, FAQ).
///
/// A plain 4 agrees with 4A, 4B and 4C. A category 0 of both breasts is incomplete and set aside: it agrees
/// with any. Without a side nothing disagrees.
pub fn agrees_with_sides(both: Birads, sides: [Option<Birads>; 2]) -> bool {
    /// Place of a category in that order, 0 aside.
    fn urgency(birads: &Birads) -> Option<usize> {
        [1, 2, 3, 6, 4, 5].iter().position(|category| *category == birads.category)
    }
    let sides = || sides.iter().flatten().copied();
    let most_urgent = sides().max_by_key(urgency);
    let Some(worst) = most_urgent.filter(|_| both.category != 0) else { return true };
    let is_incomplete = sides().any(|side| side.category == 0);
    if is_incomplete && worst.category < 4 {
        return false; // the exam is incomplete too
    }
    if both.category != 4 || worst.category != 4 {
        return both.category == worst.category;
    }
    let known: Vec<char> =
        sides().filter(|s| s.category == 4).filter_map(|s| s.subdivision).collect();
    let has_plain = sides().any(|side| side.category == 4 && side.subdivision.is_none());
    both.subdivision.is_none_or(|letter| {
        let most = known.iter().max();
        most.is_none_or(|most| *most <= letter) && (has_plain || most == Some(&letter))
    })
}

/// The category of a letter of the EMBED data set: A N B P S M K for 0 to 6.
///
/// Not part of [`parse`]: elsewhere such letters are densities.
pub fn from_embed(text: &str) -> Option<Birads> {
    let text = text::fold(text).to_ascii_uppercase();
    let mut letters = text.chars();
    let (letter, None) = (letters.next()?, letters.next()) else { return None };
    let category = u8::try_from("ANBPSMK".find(letter)?).ok()?;
    Some(Birads { category, subdivision: None })
}

/// Reads a cell: `4A`, `C4a`, `Category 4A`, `4 A`, `BI-RADS 4a`, `K-BIRADS 3`, `범주 4`, `4.0`.
///
/// A list or range (`2/3`, `4a~4b`) is doubtful, with its most suspicious category. Unreadable are
/// densities, results of the national screening (another scale), and dates that a spreadsheet
/// made of a range.
pub fn parse(text: &str) -> ParseOutcome<Birads> {
    if text::is_blank(text) {
        return ParseOutcome::Empty;
    }
    let plain = text::plain(text);
    if let Some(reason) = another_scale(&plain) {
        return ParseOutcome::Unreadable(reason.to_owned());
    }
    let certain = plain.trim_end_matches(['?', ' ', '.']);
    let reading = match list(certain) {
        Ok(categories) => judge(&categories),
        Err(reason) => ParseOutcome::Unreadable(reason.to_owned()),
    };
    if plain[certain.len()..].contains('?') {
        reading.doubt("marked with a question mark")
    } else {
        reading
    }
}

/// What the text is instead, when it is not an assessment.
fn another_scale(plain: &str) -> Option<&'static str> {
    if text::is_date(plain) {
        return Some(text::DATE);
    }
    let words = &*WORDS;
    let key = text::key(plain);
    if words.screening.contains(&key) {
        return Some("a result of the national screening, which is a different scale from BI-RADS");
    }
    let bare = &plain[words.prefix.find(plain).map_or(0, |prefix| prefix.end())..];
    let letter = |text: &str| matches!(text, "a" | "b" | "c" | "d");
    if words.density.iter().any(|word| key.contains(word)) || letter(&key) || letter(bare.trim()) {
        return Some("a breast density, not an assessment");
    }
    None
}

fn judge(categories: &[Birads]) -> ParseOutcome<Birads> {
    match worst(categories.iter().copied()) {
        None => ParseOutcome::Unreadable("not a BI-RADS category".to_owned()),
        Some(worst) if categories.iter().all(|other| *other == worst) => ParseOutcome::Value(worst),
        Some(worst) => ParseOutcome::Doubtful(
            worst,
            "several categories; the most suspicious was used".to_owned(),
        ),
    }
}

/// Every category of a list, in order.
fn list(plain: &str) -> Result<Vec<Birads>, &'static str> {
    let words = &*WORDS;
    let letter = |hit: Option<regex::Match<'_>>| {
        hit.and_then(|text| text.as_str().chars().next()).map(|letter| letter.to_ascii_uppercase())
    };
    let mut categories: Vec<Birads> = Vec::new();
    let mut rest = plain;
    loop {
        if let Some(hit) = words.grade.captures(rest) {
            let category = hit[1].parse().map_err(|_| "not a BI-RADS category")?;
            let subdivision = letter(hit.get(2));
            if subdivision.is_some() && category != 4 {
                return Err("only category 4 has subdivisions");
            }
            categories.push(Birads { category, subdivision });
            rest = &rest[hit[0].len()..];
        } else if let (Some(hit), Some(before)) = (words.letter.captures(rest), categories.last()) {
            // `4a~b`: the letter alone, of the category before it.
            if before.subdivision.is_none() {
                return Err("not a BI-RADS category");
            }
            let category = before.category;
            categories.push(Birads { category, subdivision: letter(hit.get(1)) });
            rest = &rest[hit[0].len()..];
        } else {
            return Err("not a BI-RADS category");
        }
        if rest.trim().is_empty() || words.descriptors.contains(&text::key(rest)) {
            return Ok(categories);
        }
        let gap = words.separator.find(rest).ok_or("not a BI-RADS category")?;
        rest = &rest[gap.end()..];
    }
}

struct BiradsWords {
    prefix: Regex,
    grade: Regex,
    letter: Regex,
    separator: Regex,
    screening: HashSet<String>,
    descriptors: HashSet<String>,
    density: Vec<String>,
}

static WORDS: LazyLock<BiradsWords> = LazyLock::new(|| {
    let words_of =
        |kind| rows("birads").iter().filter(move |r| field(r, 0) == kind).map(|r| field(r, 1));
    let any = |kind| {
        let mut all: Vec<String> =
            words_of(kind).map(|w| regex::escape(w).replace(' ', r"[\s_-]*")).collect();
        all.sort_by_key(|word| std::cmp::Reverse(word.len()));
        all.join("|")
    };
    let build = |pattern: &str| Regex::new(pattern).expect("a constant, run by a test");
    let prefix = format!(r"^[\s(\[]*(?:(?:{})[\s:.=#_(\[-]*)*", any("prefix"));
    let suffix = format!(r"(?:\s*(?:{}))?[)\]]?", any("suffix"));
    let grade = r"([0-6])(?:\.0*)?(?:\s*[-(]?\s*([abc])(?-u:\b)\)?)?";
    BiradsWords {
        grade: build(&format!("{prefix}{grade}{suffix}")),
        letter: build(r"^\s*([abc])(?-u:\b)"),
        separator: build(r"^\s*(?:[/,~+&;|-]|to\b|or\b|and\b|또는|에서|및|\s)\s*"),
        screening: words_of("screening").map(text::key).collect(),
        descriptors: words_of("descriptor").map(text::key).collect(),
        density: words_of("density").map(text::key).collect(),
        prefix: build(&prefix),
    }
});
