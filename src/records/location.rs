//! Where in the breasts a tumour lies, from free text.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize};

use super::keyword::KeywordField;
use super::laterality::Laterality;
use super::outcome::ParseOutcome;
use super::text;
use super::vocabulary::{field, rows};

/// Side and quadrant that a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TumourLocation {
    /// The side; absent when the text names none.
    pub side: Option<Laterality>,
    /// `UOQ`, `UIQ`, `LOQ`, `LIQ`, `central` or `axillary tail`; absent when the text names none.
    pub quadrant: Option<&'static str>,
}

impl<'de> Deserialize<'de> for TumourLocation {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (side, quadrant) = <(Option<Laterality>, Option<KeywordField>)>::deserialize(from)?;
        Ok(Self { side, quadrant: quadrant.map(|word| word.0) })
    }
}

/// Reads a location: `Breast, left`, `Lt. breast UOQ`, `좌측 유방 상외측`, `right breast, 10 o'clock`.
///
/// Left and right together are both. An hour gives a quadrant only on one known side, and none at
/// 12, 3, 6 and 9, which lie between two. Several quadrants, or a side that is left open, are
/// doubtful; a text that names neither side nor quadrant is unreadable.
pub fn parse(text: &str) -> ParseOutcome<TumourLocation> {
    if text::is_blank(text) {
        return ParseOutcome::Empty;
    }
    let plain = part_digits(&text::plain(text));
    let mut found = LocationMatch::default();
    found.read_words(&plain);
    let mut doubts = Vec::new();
    let side = found.side(&plain, &mut doubts);
    let mut quadrants = found.quadrants;
    if let (Some(up), Some(out)) = (single(&found.vertical), single(&found.horizontal)) {
        quadrants.extend(quadrant(up == "U", out == "O"));
    }
    if let Some(side @ (Laterality::L | Laterality::R)) = side {
        quadrants.extend(hours(&plain).filter_map(|hour| of_hour(side, hour)));
    }
    if quadrants.len() > 1 {
        doubts.push("several quadrants");
    }
    let place = TumourLocation {
        side,
        quadrant: quadrants.first().copied().filter(|_| quadrants.len() == 1),
    };
    if place.side.is_none() && place.quadrant.is_none() && doubts.is_empty() {
        return ParseOutcome::Unreadable("names neither a side nor a quadrant".to_owned());
    }
    doubts.into_iter().fold(ParseOutcome::Value(place), ParseOutcome::doubt)
}

/// The text with a blank between a letter and the digit behind it: `우10시`, `Rt10H`.
fn part_digits(plain: &str) -> String {
    let mut parted = String::with_capacity(plain.len());
    let mut letter = false;
    for c in plain.chars() {
        if letter && c.is_ascii_digit() {
            parted.push(' ');
        }
        letter = c.is_alphabetic();
        parted.push(c);
    }
    parted
}

/// The quadrant of an hour as the examiner sees it: the left breast's outer half is at 3 o'clock,
/// the right one's at 9. Minutes past a quarter hour lie in the quadrant that follows.
fn of_hour(side: Laterality, (hour, past): (u32, bool)) -> Option<&'static str> {
    if hour % 3 == 0 && !past {
        return None;
    }
    let outer_at_three = side == Laterality::L;
    let (up, right) = match hour % 12 {
        0..=2 => (true, true),
        3..=5 => (false, true),
        6..=8 => (false, false),
        _ => (true, false),
    };
    quadrant(up, right == outer_at_three)
}

fn quadrant(up: bool, out: bool) -> Option<&'static str> {
    Some(match (up, out) {
        (true, true) => "UOQ",
        (true, false) => "UIQ",
        (false, true) => "LOQ",
        (false, false) => "LIQ",
    })
}

/// Every hour that the text names, and whether minutes past it.
fn hours(plain: &str) -> impl Iterator<Item = (u32, bool)> {
    static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
        let form = r"(?:\b(\d{1,2})\s?시?\s?(?:[-~/,]|to|and)\s?)?\b(\d{1,2})(?::(\d\d))?\s?(?:o\s?'?\s?clock|h\b|시(?:\s?방향|\s?쪽|[^가-힣]|$))";
        Regex::new(form).expect("a constant, run by a test")
    });
    CLOCK
        .captures_iter(plain)
        .flat_map(|hit| {
            let number = |at| hit.get(at).and_then(|m| m.as_str().parse::<u32>().ok());
            let past = number(3).is_some_and(|minutes| minutes > 0);
            [(number(1), false), (number(2), past)]
        })
        .filter_map(|(hour, past)| Some((hour.filter(|h| (1..=12).contains(h))?, past)))
        .collect::<Vec<_>>()
        .into_iter()
}

#[derive(Default)]
struct LocationMatch {
    sides: BTreeSet<Laterality>,
    quadrants: BTreeSet<&'static str>,
    vertical: BTreeSet<&'static str>,
    horizontal: BTreeSet<&'static str>,
}

/// The one of a set; absent when there are none or several.
fn single(set: &BTreeSet<&'static str>) -> Option<&'static str> {
    set.first().copied().filter(|_| set.len() == 1)
}

type LocationEntries = HashMap<String, (&'static str, &'static str)>;

static ENTRIES: LazyLock<LocationEntries> = LazyLock::new(|| {
    let read = |row| (text::key(field(row, 0)), (field(row, 1), field(row, 2)));
    rows("location").iter().map(read).collect()
});

impl LocationMatch {
    fn read_words(&mut self, plain: &str) {
        /// Words of the longest entry, `tail of spence`; a code such as `C50.4` takes two.
        const LONGEST: usize = 3;
        let words: Vec<&str> = text::words(plain).collect();
        let mut at = 0;
        while at < words.len() {
            let most = LONGEST.min(words.len() - at);
            let hit = (1..=most)
                .rev()
                .find_map(|n| Some((n, *ENTRIES.get(&words[at..at + n].concat())?)));
            match hit {
                Some((taken, entry)) => {
                    self.take(entry);
                    at += taken;
                }
                None => {
                    self.read_korean(words[at]);
                    at += 1;
                }
            }
        }
    }

    /// Korean writes compounds: `좌측유방상외측`, `우상외측`. A side of one syllable counts only
    /// where the rest of the word is understood too.
    fn read_korean(&mut self, word: &str) {
        let letters: Vec<char> = word.chars().collect();
        let mut at = 0;
        while at < letters.len() {
            let entry = |end: usize| {
                let stem: String = letters[at..end].iter().collect();
                let hangul = stem.chars().all(|c| ('가'..='힣').contains(&c));
                ENTRIES.get(&stem).copied().filter(|_| hangul).map(|entry| (end, entry))
            };
            let Some((end, entry)) = (at + 1..=letters.len()).rev().find_map(entry) else {
                at += 1;
                continue;
            };
            let rest: String = letters[end..].iter().collect();
            let alone = end - at > 1 || (at == 0 && ENTRIES.contains_key(&rest));
            if alone {
                self.take(entry);
            }
            at = end;
        }
    }

    fn take(&mut self, (kind, value): (&'static str, &'static str)) {
        match kind {
            "side" => self.sides.extend(Laterality::parse(value)),
            "vertical" => _ = self.vertical.insert(value),
            "horizontal" => _ = self.horizontal.insert(value),
            "quadrant" => match value.split_once(' ') {
                Some((side @ ("L" | "R"), quadrant)) => {
                    self.sides.extend(Laterality::parse(side));
                    self.quadrants.insert(quadrant);
                }
                _ => _ = self.quadrants.insert(value),
            },
            _ => {}
        }
    }

    fn side(&self, plain: &str, doubts: &mut Vec<&'static str>) -> Option<Laterality> {
        let sides: Vec<Laterality> = self.sides.iter().copied().collect();
        match sides.as_slice() {
            [] => None,
            [side] => Some(*side),
            [Laterality::L, Laterality::R] => {
                if text::words(plain).any(|word| matches!(word, "or" | "vs" | "또는" | "혹은"))
                {
                    doubts.push("leaves the side open");
                    return None;
                }
                let joined = plain.contains([',', '/', '+', '&', ';'])
                    || text::words(plain).any(|word| matches!(word, "and" | "및" | "와" | "과"));
                if !joined {
                    doubts.push("names left and right without joining them");
                }
                Some(Laterality::B)
            }
            _ => {
                doubts.push("names both sides and one of them");
                Some(Laterality::B)
            }
        }
    }
}
