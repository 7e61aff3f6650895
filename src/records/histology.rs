//! Histological types of breast tumours, grouped, with their ICD-O-3 morphology.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};

use super::keyword::KeywordField;
use super::text;
use super::vocabulary::{field, rows};

/// One type of `schema/vocabulary/histology.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HistologyType {
    /// `IDC`, `ILC`, `DCIS`, `mucinous` …
    pub group: &'static str,
    /// ICD-O-3 morphology with its behaviour digit: `8500/3`.
    pub icdo3: &'static str,
    /// The type's name in English.
    pub name: &'static str,
}

impl<'de> Deserialize<'de> for HistologyType {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let [group, icdo3, name] = <[KeywordField; 3]>::deserialize(from)?.map(|word| word.0);
        Ok(Self { group, icdo3, name })
    }
}

impl HistologyType {
    /// Whether the behaviour digit is /3, malignant and invasive.
    pub fn invasive(&self) -> bool {
        self.icdo3.ends_with("/3")
    }
}

/// The type that a diagnosis names, in English or Korean; absent when the vocabulary does not know
/// it, when it is denied (`no DCIS`) or only suspected.
///
/// Of several types the invasive one counts; two types that ICD-O-3 has one code for are that.
pub fn classify(text: &str) -> Option<&'static HistologyType> {
    let (parts, asides) = parts(&words(text))?;
    let mut found: Vec<&'static HistologyType> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        // `invasive ductal and lobular carcinoma`: the noun is behind the second part.
        let lend = || {
            let mut longer = part.clone();
            longer.extend(parts.get(at + 1)?.iter().cloned());
            first_row(&longer, part)
        };
        found.extend(first_row(part, part).or_else(lend));
    }
    let behaving = |digit: &str| found.iter().copied().find(|kind| kind.icdo3.ends_with(digit));
    let kind = mixed(&found)
        .or_else(|| behaving("/3"))
        .or_else(|| behaving("/2"))
        .or_else(|| found.first().copied())?;
    if kind.group != UNTYPED {
        return Some(kind);
    }
    // `Carcinoma with medullary features` has no other type.
    let described = asides.iter().find_map(|aside| {
        let whole: Vec<String> = parts.iter().flatten().chain(aside).cloned().collect();
        first_row(&whole, aside).filter(|other| other.group != UNTYPED)
    });
    described.or(Some(kind))
}

/// The group of a carcinoma whose type is not given.
const UNTYPED: &str = "carcinoma";

struct HistologyRow {
    must: Vec<&'static str>,
    must_not: Vec<&'static str>,
    kind: HistologyType,
}

static ROWS: LazyLock<Vec<HistologyRow>> = LazyLock::new(|| {
    let read = |row| {
        let (must_not, must) = field(row, 0).split_whitespace().partition(|w| w.starts_with('!'));
        let must_not: Vec<&str> = must_not;
        HistologyRow {
            must,
            must_not: must_not.iter().map(|word| &word[1..]).collect(),
            kind: HistologyType { group: field(row, 1), icdo3: field(row, 2), name: field(row, 3) },
        }
    };
    rows("histology").iter().map(read).collect()
});

/// The first row whose words are all in `part`, one of them among its `own` words.
fn first_row(part: &[String], own: &[String]) -> Option<&'static HistologyType> {
    let has = |list: &[String], word: &&str| list.iter().any(|other| other == word);
    let fits = |row: &&HistologyRow| {
        row.must.iter().all(|word| has(part, word))
            && row.must.iter().any(|word| has(own, word))
            && !row.must_not.iter().any(|word| has(part, word))
    };
    ROWS.iter().find(fits).map(|row| &row.kind)
}

/// What ICD-O-3 calls two of the types together, where it has a code for them.
fn mixed(found: &[&'static HistologyType]) -> Option<&'static HistologyType> {
    static PAIRS: LazyLock<Vec<(&str, &str, HistologyType)>> = LazyLock::new(|| {
        let read = |row| {
            let kind =
                HistologyType { group: field(row, 2), icdo3: field(row, 3), name: field(row, 4) };
            (field(row, 0), field(row, 1), kind)
        };
        rows("histology_mixed").iter().map(read).collect()
    });
    if found.len() < 2 {
        return None;
    }
    let joined = |kind: &HistologyType| PAIRS.iter().any(|(_, _, pair)| pair.icdo3 == kind.icdo3);
    if let Some(kind) = found.iter().copied().find(|kind| joined(kind)) {
        return Some(kind);
    }
    // Two parts in situ are a pair only while nothing is invasive.
    let invasive = found.iter().any(|kind| kind.invasive());
    let fits = |(first, second, kind): &&(&str, &str, HistologyType)| {
        let one = found.iter().any(|found| found.group == *first);
        let other = |found: &&HistologyType| match *second {
            "*" => found.invasive() && found.group != *first,
            group => found.group == group,
        };
        one && found.iter().copied().any(|found| other(&found)) && kind.invasive() == invasive
    };
    PAIRS.iter().find(fits).map(|(_, _, kind)| kind)
}

struct HistologyWords {
    /// Words in a row, joined by blanks, and what they count as.
    same: HashMap<String, Vec<&'static str>>,
    /// Texts of a few words that name a type only when they are the whole text, and what they count as.
    whole: HashMap<&'static str, Vec<&'static str>>,
    /// The most words that an entry of `same` takes.
    longest: usize,
    /// Parts of Korean words, the longest first.
    korean: Vec<(&'static str, &'static str)>,
    /// Words that do something, by what they do.
    kinds: HashMap<&'static str, &'static str>,
}

static WORDS: LazyLock<HistologyWords> = LazyLock::new(|| {
    let mut words = HistologyWords {
        same: HashMap::new(),
        whole: HashMap::new(),
        longest: 1,
        korean: Vec::new(),
        kinds: HashMap::new(),
    };
    for row in rows("histology_words") {
        let (kind, text, value) = (field(row, 0), field(row, 1), field(row, 2));
        match kind {
            "korean" => words.korean.push((text, value)),
            "whole" => {
                words.whole.insert(text, value.split(' ').collect());
            }
            "same" => {
                words.longest = words.longest.max(text.split(' ').count());
                words.same.insert(text.to_owned(), value.split(' ').collect());
            }
            _ if text.contains(' ') => {
                words.longest = words.longest.max(text.split(' ').count());
                words.same.insert(text.to_owned(), vec![text]);
                words.kinds.insert(text, kind);
            }
            _ => {
                words.kinds.insert(text, kind);
            }
        }
    }
    words.korean.sort_by_key(|(text, _)| Reverse(text.len()));
    words
});

/// The diagnosis as words of the vocabulary; `,` and `;` stand for commas and joins.
fn words(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    let plain = text::plain(text);
    let mut rest = plain.as_str();
    while let Some(c) = rest.chars().next() {
        let korean = WORDS.korean.iter().find(|(stem, _)| rest.starts_with(stem));
        if let Some((stem, value)) = korean {
            spaced.extend([" ", value, " "]);
            rest = &rest[stem.len()..];
            continue;
        }
        match c {
            '+' | '&' | ';' => spaced.push_str(" ; "),
            ',' | '.' => spaced.push_str(" , "),
            // `Paget's` is `pagets`.
            '\'' => {}
            c if c.is_alphanumeric() => spaced.push(c),
            _ => spaced.push(' '),
        }
        rest = &rest[c.len_utf8()..];
    }
    let raw: Vec<&str> = spaced.split_whitespace().collect();
    if let Some(value) = WORDS.whole.get(raw.join(" ").as_str()) {
        return value.iter().map(|word| (*word).to_owned()).collect();
    }
    let mut words = Vec::new();
    let mut at = 0;
    while at < raw.len() {
        let most = WORDS.longest.min(raw.len() - at);
        let hit =
            (1..=most).rev().find_map(|n| Some((n, WORDS.same.get(&raw[at..at + n].join(" "))?)));
        match hit {
            Some((taken, value)) => {
                words.extend(value.iter().map(|word| (*word).to_owned()));
                at += taken;
            }
            None => {
                words.push(raw[at].to_owned());
                at += 1;
            }
        }
    }
    words
}

/// The words of each part of a diagnosis.
type DiagnosisParts = Vec<Vec<String>>;

/// The parts of a diagnosis without what is denied, and those that only describe; absent when the
/// diagnosis is not made.
fn parts(words: &[String]) -> Option<(DiagnosisParts, DiagnosisParts)> {
    let kind = |word: &str| WORDS.kinds.get(word).copied().unwrap_or_default();
    if words.iter().any(|word| kind(word) == "doubt") {
        return None;
    }
    let (mut parts, mut asides) = (Vec::new(), Vec::new());
    for part in words.split(|word| word == ";" || kind(word) == "join") {
        let mut kept: Vec<String> = Vec::new();
        for phrase in part.split(|word| word == ",") {
            if phrase.iter().any(|word| kind(word) == "not-before") {
                continue;
            }
            let end = phrase.iter().position(|word| kind(word) == "not").unwrap_or(phrase.len());
            kept.extend_from_slice(&phrase[..end]);
        }
        if !parts.is_empty() && kept.iter().any(|word| kind(word) == "aside") {
            asides.push(kept);
        } else {
            parts.push(kept);
        }
    }
    Some((parts, asides))
}
