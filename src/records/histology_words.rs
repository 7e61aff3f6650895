//! A diagnosis as the words of `schema/vocabulary/histology_words.csv`, without what it denies.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::assertion::{self, Assertion, Boundary};
use super::text;
use super::vocabulary::{field, rows};

/// The role of a word that names no type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordRole {
    /// Separates two types of one diagnosis.
    Join,
    /// Describes the tumour.
    Aside,
    /// Names no type.
    Filler,
}

#[derive(Default)]
struct HistologyVocabulary {
    /// Words in a row, joined by blanks, and what they count as.
    same: HashMap<String, Vec<&'static str>>,
    /// Texts of a few words that name a type only when they are the whole text, and what they count as.
    whole: HashMap<&'static str, Vec<&'static str>>,
    /// The most words that an entry of `same` or a trigger takes.
    longest: usize,
    /// Parts of Korean words and what they count as, the longest first.
    korean: Vec<(&'static str, &'static str)>,
    roles: HashMap<&'static str, Vec<WordRole>>,
    /// Words that say invasion and nothing else.
    invasion: Vec<&'static str>,
}

static VOCABULARY: LazyLock<HistologyVocabulary> = LazyLock::new(|| {
    let mut vocabulary = HistologyVocabulary { longest: 1, ..HistologyVocabulary::default() };
    for row in rows("histology_words") {
        let (kind, text, value) = (field(row, 0), field(row, 1), field(row, 2));
        match kind {
            "korean" => vocabulary.korean.push((text, value)),
            "whole" => _ = vocabulary.whole.insert(text, value.split(' ').collect()),
            "same" => vocabulary.add_phrase(text, value.split(' ').collect()),
            "invasion" => vocabulary.invasion.push(text),
            "join" => vocabulary.roles.entry(text).or_default().push(WordRole::Join),
            "aside" => vocabulary.roles.entry(text).or_default().push(WordRole::Aside),
            _ => vocabulary.roles.entry(text).or_default().push(WordRole::Filler),
        }
    }
    for trigger in assertion::triggers().filter(|trigger| trigger.contains(' ')) {
        vocabulary.add_phrase(trigger, vec![trigger]);
    }
    vocabulary.korean.extend(assertion::korean_stems().map(|stem| (stem, stem)));
    vocabulary.korean.sort_by_key(|(text, _)| (Reverse(text.len()), *text));
    vocabulary
});

impl HistologyVocabulary {
    fn add_phrase(&mut self, text: &'static str, value: Vec<&'static str>) {
        self.longest = self.longest.max(text.split(' ').count());
        self.same.insert(text.to_owned(), value);
    }
}

fn has_role(word: &str, role: WordRole) -> bool {
    VOCABULARY.roles.get(word).is_some_and(|roles| roles.contains(&role))
}

/// Whether the word describes the tumour rather than naming its type.
pub(super) fn is_aside(word: &str) -> bool {
    has_role(word, WordRole::Aside)
}

/// Whether the word says invasion and nothing else.
pub(super) fn is_invasion(word: &str) -> bool {
    VOCABULARY.invasion.contains(&word)
}

/// Whether the word names no type: fillers, numbers, single letters and endings of Korean words.
pub(super) fn is_filler(word: &str) -> bool {
    has_role(word, WordRole::Filler)
        || word.chars().any(|c| c.is_ascii_digit())
        || word.chars().count() == 1
}

/// A diagnosis, read with or without its doubtful words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DiagnosisText {
    /// The words of each part; parts are separated by `with`, `and` or a semicolon.
    pub parts: Vec<Vec<String>>,
    /// Whether invasion is denied.
    pub is_invasion_denied: bool,
    /// Whether anything but invasion is denied, or words are missing since they are doubtful.
    pub has_denied: bool,
}

/// The words of a folded text, and the assertion of each.
pub(super) struct DiagnosisWords {
    words: Vec<String>,
    assertions: Vec<Assertion>,
}

impl DiagnosisWords {
    /// The words of a text that [`text::plain`] made.
    pub(super) fn new(plain: &str) -> Self {
        let spaced = separate(plain);
        let raw: Vec<&str> = spaced.split_whitespace().collect();
        if let Some(words) = VOCABULARY.whole.get(raw.join(" ").as_str()) {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            return Self { assertions: vec![Assertion::Asserted; words.len()], words };
        }
        // Phrases with `with` wait: their noun may be denied.
        let words = replace_phrases(&raw, |phrase| !phrase.starts_with("with "));
        let assertions = assertion::assess(&words, boundary, is_filler);
        Self { words, assertions }
    }

    /// Whether the text leaves open what it asserts.
    pub(super) fn has_doubt(&self) -> bool {
        self.assertions.contains(&Assertion::Open)
    }

    /// The text with its doubtful words, or without them.
    pub(super) fn reading(&self, with_doubtful: bool) -> DiagnosisText {
        let mut text = DiagnosisText::default();
        let mut asserted: Vec<&str> = Vec::new();
        let mut denied: Vec<&str> = Vec::new();
        for (word, assertion) in self.words.iter().zip(&self.assertions) {
            match assertion {
                Assertion::Trigger => {}
                Assertion::Asserted => asserted.push(word),
                Assertion::Open if with_doubtful => asserted.push(word),
                Assertion::Open | Assertion::Denied => {
                    denied.push(word);
                    continue;
                }
            }
            text.note_denied(&mut denied);
        }
        text.note_denied(&mut denied);
        let words = replace_phrases(&asserted, |_| true);
        let is_join = |word: &String| word == ";" || has_role(word, WordRole::Join);
        let without_commas =
            |part: &[String]| part.iter().filter(|word| *word != ",").cloned().collect();
        text.parts = words.split(is_join).map(without_commas).collect();
        text
    }
}

impl DiagnosisText {
    /// Takes the words denied in a row.
    fn note_denied(&mut self, denied: &mut Vec<&str>) {
        let invasion = |word: &&str| is_invasion(word) || is_filler(word);
        let names_invasion = denied.contains(&"invasive");
        if names_invasion && denied.iter().all(invasion) {
            self.is_invasion_denied = true;
        } else if denied.iter().any(|word| !is_filler(word)) {
            self.has_denied = true;
        }
        denied.clear();
    }
}

fn boundary(word: &str) -> Option<Boundary> {
    match word {
        "," | ";" => Some(Boundary::Stop),
        "with" => Some(Boundary::With),
        _ => has_role(word, WordRole::Join).then_some(Boundary::And),
    }
}

/// The text with blanks between its words, Korean brought to the words of the vocabulary, and marks as
/// words of their own.
fn separate(plain: &str) -> String {
    let mut spaced = String::with_capacity(plain.len() + 16);
    let mut rest = plain;
    while let Some(c) = rest.chars().next() {
        if let Some((mark, length)) = mark(rest) {
            spaced.extend([" ", mark, " "]);
            rest = &rest[length..];
            continue;
        }
        let stem = || VOCABULARY.korean.iter().find(|(stem, _)| rest.starts_with(stem));
        if let Some((stem, value)) = (!c.is_ascii()).then(stem).flatten() {
            spaced.extend([" ", value, " "]);
            rest = &rest[stem.len()..];
            continue;
        }
        match c {
            '+' | '&' => spaced.push_str(" and "),
            ';' => spaced.push_str(" ; "),
            ',' => spaced.push_str(" , "),
            '.' if ends_sentence(&spaced) => spaced.push_str(" , "),
            // `Paget's` is `pagets`.
            '\'' => {}
            c if c.is_alphanumeric() => spaced.push(c),
            _ => spaced.push(' '),
        }
        rest = &rest[c.len_utf8()..];
    }
    spaced
}

/// Whether a full stop ends a sentence rather than an abbreviation such as `inv.` or `ca.`.
fn ends_sentence(before: &str) -> bool {
    const ABBREVIATION: usize = 6;
    let word = before.rsplit(' ').find(|word| !word.is_empty()).unwrap_or_default();
    word.chars().count() > ABBREVIATION || assertion::triggers().any(|trigger| trigger == word)
}

/// The mark that a text begins with, and its length: `(-)`, `(+)`, a question mark, or a minus that ends
/// a clause.
fn mark(text: &str) -> Option<(&'static str, usize)> {
    let bare = |text: &str| -> Option<(&'static str, usize)> {
        match text.chars().next()? {
            '-' => Some((assertion::MINUS, 1)),
            '+' => Some((assertion::PLUS, 1)),
            '?' => Some((assertion::QUESTION, 1)),
            _ => None,
        }
    };
    if let Some(inner) = text.strip_prefix(['(', '[']) {
        let trimmed = inner.trim_start();
        let (mark, length) = bare(trimmed)?;
        let behind = trimmed[length..].trim_start_matches(['?', ' ']);
        let closed = behind.strip_prefix([')', ']'])?;
        return Some((mark, text.len() - closed.len()));
    }
    let (mark, length) = bare(text)?;
    let ends =
        |rest: &str| rest.trim_start().is_empty() || rest.trim_start().starts_with([',', ';']);
    (mark == assertion::QUESTION || ends(&text[length..])).then_some((mark, length))
}

/// The words with every phrase of the vocabulary replaced, the longest first.
fn replace_phrases(raw: &[&str], is_used: impl Fn(&str) -> bool) -> Vec<String> {
    let mut words = Vec::with_capacity(raw.len());
    let mut position = 0;
    while position < raw.len() {
        let most = VOCABULARY.longest.min(raw.len() - position);
        let hit = (1..=most).rev().find_map(|count| {
            let phrase = raw[position..position + count].join(" ");
            let value = VOCABULARY.same.get(&phrase).filter(|_| is_used(&phrase))?;
            Some((count, value))
        });
        match hit {
            Some((count, value)) => {
                words.extend(value.iter().map(|word| (*word).to_owned()));
                position += count;
            }
            None => {
                words.push(raw[position].to_owned());
                position += 1;
            }
        }
    }
    words
}

/// The diagnosis in the words of the vocabulary; the ICD-O-3 codes that it names are removed.
pub(super) fn words_and_codes(text: &str) -> (DiagnosisWords, Vec<String>) {
    let plain = text::plain(text);
    let mut codes = Vec::new();
    let without = CODE.replace_all(&plain, |hit: &regex::Captures<'_>| {
        codes.push(format!("{}/{}", &hit[1], &hit[2]));
        " "
    });
    (DiagnosisWords::new(&without), codes)
}

static CODE: LazyLock<regex::Regex> = LazyLock::new(|| {
    regex::Regex::new(r"\(?\b(?:icd-?o-?3?:? ?)?m?-?([89]\d{3}) ?/ ?([0-369])\b\)?")
        .expect("a constant, run by a test")
});
