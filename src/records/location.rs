//! Where in the breasts a tumour lies, from free text.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::{Captures, Regex};
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

/// Reads a location: `Breast, left`, `Lt. breast UOQ`, `Rt L/O`, `좌측 유방 상외측`, `right breast, 10 o'clock`.
///
/// Left and right together are both. An hour gives a quadrant only on one known side, and none at
/// 12, 3, 6 and 9, which lie between two. A side that is called normal, marked `(-)`, or whose breast was removed, is
/// not that of the tumour. Several quadrants, a quadrant that contradicts the hour, and a side that is left open
/// are doubtful; a text that names neither side nor quadrant is unreadable.
pub fn parse(text: &str) -> ParseOutcome<TumourLocation> {
    if text::is_blank(text) {
        return ParseOutcome::Empty;
    }
    let marked = text::plain(text).replace("(-)", "(음성)").replace("(+)", " ");
    let plain = expand_letters(&separate_digits(&marked));
    let mut doubts = Vec::new();
    let mut words = LocationWords::default();
    let (mut healthy, mut is_suspected, mut kept) = (false, false, String::new());
    let mut clauses: Vec<(LocationWords, &str)> = Vec::new();
    for clause in separate_clauses(&plain) {
        let mut clause_words = LocationWords::default();
        clause_words.read(clause);
        // `Lt (normal)`: such a word alone in brackets is about the side before them.
        let start = clause.as_ptr() as usize - plain.as_ptr() as usize;
        let is_bracketed = plain[..start].ends_with(['(', '[']);
        if is_bracketed
            && clause_words.is_healthy
            && !clause_words.has_others
            && let Some((before, _)) = clauses.last_mut()
        {
            before.is_healthy = true;
        }
        clauses.push((clause_words, clause));
    }
    for (clause_words, clause) in clauses {
        if !clause_words.is_healthy {
            is_suspected |= clause_words.is_suspected;
            words.merge(clause_words);
            kept.push_str(clause);
            kept.push(';');
        } else if clause_words.sides.len() > 1 {
            doubts.push("calls one side healthy, and leaves open which");
        } else {
            healthy = true;
        }
    }
    let side = words.side(&plain, &mut doubts);
    if plain.contains('?') {
        doubts.push("marked with a question mark");
    }
    if is_suspected {
        doubts.push("only suspected");
    }
    let quadrant = words.quadrant(side, &kept, &mut doubts);
    let location = TumourLocation { side, quadrant };
    if side.is_none() && quadrant.is_none() && doubts.is_empty() {
        let reason = match healthy {
            true => "names only a side without a tumour",
            false => "names neither a side nor a quadrant",
        };
        return ParseOutcome::Unreadable(reason.to_owned());
    }
    doubts.into_iter().fold(ParseOutcome::Value(location), ParseOutcome::doubt)
}

/// The text with a blank between a letter and the digit behind it, and between Latin and other letters:
/// `우10시`, `Rt10H`, `UOQ임`. Abbreviated sides lose their full stop.
fn separate_digits(plain: &str) -> String {
    static SIDE: LazyLock<Regex> = LazyLock::new(|| constant(r"\b(lt|rt|l|r)\."));
    let mut separated = String::with_capacity(plain.len());
    let mut last = ' ';
    for c in plain.chars() {
        let is_digit_behind_letter = last.is_alphabetic() && c.is_ascii_digit();
        let is_other_script = last.is_ascii_alphabetic() && c.is_alphabetic() && !c.is_ascii();
        if is_digit_behind_letter || is_other_script {
            separated.push(' ');
        }
        last = c;
        separated.push(c);
    }
    SIDE.replace_all(&separated, "$1 ").into_owned()
}

/// The text with the letters of halves written out: `Rt L/O` is the lower outer quadrant of the right
/// breast, and in `Right, L outer` the L is lower, since a side is named.
fn expand_letters(plain: &str) -> String {
    static PAIR: LazyLock<Regex> =
        LazyLock::new(|| constant(r"\b([ul])\s?[/.\-]\s?([oi])(?:\b|\s?q\b|quad)"));
    static REVERSED: LazyLock<Regex> =
        LazyLock::new(|| constant(r"\b([oi])\s?[/.\-]\s?([ul])(?:\b|\s?q\b|quad)"));
    static LOWER: LazyLock<Regex> = LazyLock::new(|| {
        constant(r"\b(rt|lt|right|left)\b([^;]*?)\b([ul])[ .,]+(outer|inner|lateral|medial|o|i)\b")
    });
    static UPPER: LazyLock<Regex> =
        LazyLock::new(|| constant(r"\b(u)[ .]+(outer|inner|lateral|medial)\b"));
    let vertical = |letter: &str| if letter == "u" { "upper" } else { "lower" };
    let horizontal = |word: &str| match word {
        "o" => "outer".to_owned(),
        "i" => "inner".to_owned(),
        other => other.to_owned(),
    };
    let pairs = PAIR.replace_all(plain, |hit: &Captures<'_>| {
        format!("{} {} ", vertical(&hit[1]), horizontal(&hit[2]))
    });
    let pairs = REVERSED.replace_all(&pairs, |hit: &Captures<'_>| {
        format!("{} {} ", vertical(&hit[2]), horizontal(&hit[1]))
    });
    let lower = LOWER.replace_all(&pairs, |hit: &Captures<'_>| {
        format!("{}{}{} {}", &hit[1], &hit[2], vertical(&hit[3]), horizontal(&hit[4]))
    });
    UPPER.replace_all(&lower, "upper $2").into_owned()
}

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant, run by a test")
}

/// The clauses of a text, of which each may call its side healthy.
fn separate_clauses(plain: &str) -> impl Iterator<Item = &str> {
    static SEPARATOR: LazyLock<Regex> =
        LazyLock::new(|| constant(r"[,;()\[\]\n]|\.\s|\bbut\b|이고 |이며 |고 "));
    SEPARATOR.split(plain)
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
    Some(quadrant(up, right == outer_at_three))
}

fn quadrant(up: bool, out: bool) -> &'static str {
    match (up, out) {
        (true, true) => "UOQ",
        (true, false) => "UIQ",
        (false, true) => "LOQ",
        (false, false) => "LIQ",
    }
}

/// Every hour of a clock that the text names, and whether minutes past it: `10 o'clock`, `10시 방향`.
fn hours(plain: &str) -> Vec<(u32, bool)> {
    static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
        let form = r"(?:\b(\d{1,2})\s?시?\s?(?:[-~/,]|to|and)\s?)?\b(\d{1,2})(?::(\d\d))?\s?(?:o\s?'?\s?clock|h\b|시(?:\s?방향|\s?쪽|[^가-힣]|$))";
        constant(form)
    });
    CLOCK
        .captures_iter(plain)
        .flat_map(|hit| {
            let number = |group| hit.get(group).and_then(|m| m.as_str().parse::<u32>().ok());
            let past = number(3).is_some_and(|minutes| minutes > 0);
            [(number(1), false), (number(2), past)]
        })
        .filter_map(|(hour, past)| Some((hour?, past)))
        .collect()
}

#[derive(Default)]
struct LocationWords {
    sides: BTreeSet<Laterality>,
    quadrants: BTreeSet<&'static str>,
    vertical: BTreeSet<&'static str>,
    horizontal: BTreeSet<&'static str>,
    /// Whether a word says that there is no tumour: `normal`, `정상`, `s/p mastectomy`.
    is_healthy: bool,
    /// Whether a word says that the tumour is only suspected: `r/o`, `의심`.
    is_suspected: bool,
    /// Whether there are words that say anything else.
    has_others: bool,
    /// Whether a word before says that what follows is a landmark: `3 cm from right border`.
    is_landmark: bool,
    /// The sides of landmarks, which are the tumour's where nothing else names one: `from left breast`.
    landmark_sides: BTreeSet<Laterality>,
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

impl LocationWords {
    fn read(&mut self, plain: &str) {
        /// Words of the longest entry, `tail of spence`; a code such as `C50.4` takes two.
        const LONGEST: usize = 3;
        let words: Vec<&str> = text::words(plain).collect();
        let mut position = 0;
        while position < words.len() {
            let most = LONGEST.min(words.len() - position);
            let hit = (1..=most).rev().find_map(|count| {
                let key = words[position..position + count].concat();
                Some((count, *ENTRIES.get(&key)?))
            });
            match hit {
                Some((count, entry)) => {
                    self.add(entry);
                    position += count;
                }
                None => {
                    self.has_others = true;
                    self.read_korean(words[position]);
                    position += 1;
                }
            }
        }
    }

    /// Korean writes compounds: `좌측유방상외측`, `우상외측`. A side of one syllable counts only
    /// where the rest of the word is understood too.
    fn read_korean(&mut self, word: &str) {
        let letters: Vec<char> = word.chars().collect();
        let mut position = 0;
        while position < letters.len() {
            let entry = |end: usize| {
                let stem: String = letters[position..end].iter().collect();
                let is_hangul = stem.chars().all(|c| ('가'..='힣').contains(&c));
                ENTRIES.get(&stem).copied().filter(|_| is_hangul).map(|entry| (end, entry))
            };
            let Some((end, entry)) = (position + 1..=letters.len()).rev().find_map(entry) else {
                position += 1;
                continue;
            };
            let rest: String = letters[end..].iter().collect();
            if end - position > 1 || (position == 0 && ENTRIES.contains_key(&rest)) {
                self.add(entry);
            }
            position = end;
        }
    }

    fn add(&mut self, (kind, value): (&'static str, &'static str)) {
        self.has_others |= kind != "healthy";
        match kind {
            "landmark" if value == "after" => self.is_landmark = true,
            "landmark" => {
                self.landmark_sides.append(&mut self.sides);
                self.vertical.clear();
                self.horizontal.clear();
            }
            "side" if self.is_landmark => self.landmark_sides.extend(Laterality::parse(value)),
            "vertical" | "horizontal" if self.is_landmark => {}
            "side" => self.sides.extend(Laterality::parse(value)),
            "healthy" => self.is_healthy = true,
            "doubt" => self.is_suspected = true,
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

    fn merge(&mut self, other: Self) {
        self.sides.extend(other.sides);
        self.quadrants.extend(other.quadrants);
        self.vertical.extend(other.vertical);
        self.horizontal.extend(other.horizontal);
        self.landmark_sides.extend(other.landmark_sides);
    }

    fn side(&self, plain: &str, doubts: &mut Vec<&'static str>) -> Option<Laterality> {
        let named = if self.sides.is_empty() { &self.landmark_sides } else { &self.sides };
        let sides: Vec<Laterality> = named.iter().copied().collect();
        if !self.landmark_sides.is_subset(named) {
            doubts.push("measures from another side");
        }
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

    /// The one quadrant of words and hours; absent when there is none, or when they disagree.
    fn quadrant(
        &self,
        side: Option<Laterality>,
        text: &str,
        doubts: &mut Vec<&'static str>,
    ) -> Option<&'static str> {
        let mut quadrants = self.quadrants.clone();
        if let (Some(up), Some(out)) = (single(&self.vertical), single(&self.horizontal)) {
            quadrants.insert(quadrant(up == "U", out == "O"));
        }
        let (hours, impossible): (Vec<_>, Vec<_>) =
            hours(text).into_iter().partition(|(hour, _)| (1..=12).contains(hour));
        if !impossible.is_empty() {
            doubts.push("an hour that no clock has");
        }
        if let Some(side @ (Laterality::L | Laterality::R)) = side {
            let contradicts = |hour: &(u32, bool)| {
                let words = self.vertical.iter().chain(&self.horizontal).chain(&quadrants);
                words.copied().any(|word| !fits_hour(side, *hour, word))
            };
            if hours.iter().any(contradicts) {
                doubts.push("the hour contradicts the quadrant of that side");
                return None;
            }
            quadrants.extend(hours.iter().filter_map(|hour| of_hour(side, *hour)));
        }
        // Both halves of one direction are several quadrants, and a half of the centre is none.
        let has_both = self.vertical.len() > 1 && !self.horizontal.is_empty()
            || self.horizontal.len() > 1 && !self.vertical.is_empty();
        let is_half_centre = quadrants.contains("central")
            && !(self.vertical.is_empty() && self.horizontal.is_empty());
        if quadrants.len() > 1 || has_both || is_half_centre {
            doubts.push("several quadrants");
        }
        quadrants.first().copied().filter(|_| quadrants.len() == 1 && !is_half_centre)
    }
}

/// Whether a half (`U`, `L`, `O`, `I`) or quadrant may be at an hour of that side.
fn fits_hour(side: Laterality, (hour, past): (u32, bool), word: &str) -> bool {
    let allowed: Vec<&str> = match of_hour(side, (hour, past)) {
        Some(quadrant) => vec![quadrant],
        // 12, 3, 6 and 9 lie between the quadrants on both sides of them.
        None => {
            let before = of_hour(side, ((hour + 10) % 12 + 1, true));
            [before, of_hour(side, (hour, true))].into_iter().flatten().collect()
        }
    };
    match word {
        "U" | "L" => allowed.iter().any(|quadrant| quadrant.starts_with(word)),
        "O" | "I" => allowed.iter().any(|quadrant| quadrant[1..].starts_with(word)),
        quadrant if quadrant.len() == 3 => allowed.contains(&quadrant),
        _ => true, // central and the axillary tail are at no hour
    }
}
