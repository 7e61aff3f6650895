//! Histological types of breast tumours, grouped, with their ICD-O-3 morphology.
//!
//! Of an invasive and an in situ type the invasive one is coded, and of two types that ICD-O-3 has one code
//! for, that code (SEER Solid Tumor Rules, Breast, rules H).

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};

use super::histology_words::{self, DiagnosisText};
use super::keyword::KeywordField;
use super::outcome::ParseOutcome;
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

/// Reads the type that a diagnosis names, in English or Korean: `Invasive ductal carcinoma`, `관상피내암`,
/// `DCIS, microinvasion (-)`, `8500/3`.
///
/// What a diagnosis denies is not read (`schema/vocabulary/assertions.csv`); what it only suspects is read
/// only where the type is the same without it. A type beside words that no vocabulary has is doubtful, and a
/// carcinoma without a type beside such words is unreadable, as are a denied type, a metastasis, and a type
/// that is invasive by definition with invasion denied.
pub fn parse(text: &str) -> ParseOutcome<HistologyType> {
    if text::is_blank(text) {
        return ParseOutcome::Empty;
    }
    let (words, codes) = histology_words::words_and_codes(text);
    let certain = read(&words.reading(false));
    let outcome = if words.has_doubt() && read(&words.reading(true)) != certain {
        ParseOutcome::Unreadable(
            "the type is only suspected, or its denial is ambiguous".to_owned(),
        )
    } else {
        certain
    };
    match codes.as_slice() {
        [] => outcome,
        [code] => with_code(outcome, code),
        _ => outcome.doubt("names several ICD-O-3 codes"),
    }
}

/// The type that most rows of a code have: 8500/3 is also the code of microinvasion.
fn kind_of_code(code: &str) -> Option<HistologyType> {
    let kinds: Vec<HistologyType> =
        ROWS.iter().map(|row| row.kind).filter(|kind| kind.icdo3 == code).collect();
    let count = |kind: &HistologyType| kinds.iter().filter(|other| *other == kind).count();
    kinds.iter().rev().copied().max_by_key(|kind| count(kind))
}

/// The outcome of the words and of an ICD-O-3 code beside them.
fn with_code(outcome: ParseOutcome<HistologyType>, code: &str) -> ParseOutcome<HistologyType> {
    let named = kind_of_code(code);
    match (outcome, named) {
        (ParseOutcome::Empty, Some(kind)) => ParseOutcome::Value(kind),
        (ParseOutcome::Empty, None) => {
            ParseOutcome::Unreadable("not a code of the histology vocabulary".to_owned())
        }
        (ParseOutcome::Value(kind) | ParseOutcome::Doubtful(kind, _), Some(named))
            if kind.icdo3 == named.icdo3 || kind.group == UNTYPED =>
        {
            ParseOutcome::Value(named)
        }
        (outcome, _) => outcome.doubt("the ICD-O-3 code is that of another type"),
    }
}

/// The type of the words; empty when there are none but fillers.
fn read(diagnosis: &DiagnosisText) -> ParseOutcome<HistologyType> {
    let unreadable = |reason: &str| ParseOutcome::Unreadable(reason.to_owned());
    let all = || diagnosis.parts.iter().flatten();
    if all().all(|word| is_known(word) && !is_pattern_word(word)) && !diagnosis.has_denied {
        let reason = "names no type of the histology vocabulary";
        return if all().next().is_none() { ParseOutcome::Empty } else { unreadable(reason) };
    }
    let has_unknown = all().any(|word| !is_known(word));
    let Some(mut kind) = classify(&diagnosis.parts) else {
        return unreadable(if diagnosis.has_denied && !has_unknown {
            "the type is denied, suspected or of a metastasis"
        } else {
            "names no type of the histology vocabulary"
        });
    };
    if diagnosis.is_invasion_denied && kind.invasive() && kind.group != "Paget" {
        let in_situ: Vec<Vec<String>> =
            diagnosis.parts.iter().map(|part| with_situ(part)).collect();
        match classify(&in_situ).filter(|kind| !kind.invasive()) {
            Some(other) => kind = other,
            None => return unreadable("an invasive type whose invasion is denied"),
        }
    }
    match (has_unknown, kind.group == UNTYPED || kind.group == UNTYPED_IN_SITU) {
        (false, _) => ParseOutcome::Value(*kind),
        (true, true) => unreadable("a carcinoma with words that no vocabulary has"),
        (true, false) => {
            ParseOutcome::Doubtful(*kind, "holds words that no vocabulary has".to_owned())
        }
    }
}

/// The words of a part that is not invasive.
fn with_situ(part: &[String]) -> Vec<String> {
    let mut words: Vec<String> = part.iter().filter(|word| *word != "invasive").cloned().collect();
    if !words.is_empty() {
        words.push("situ".to_owned());
    }
    words
}

fn is_pattern_word(word: &str) -> bool {
    static PATTERN_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        ROWS.iter().flat_map(|row| row.must.iter().chain(&row.must_not)).copied().collect()
    });
    PATTERN_WORDS.contains(word)
}

/// Whether a vocabulary has the word.
fn is_known(word: &str) -> bool {
    let words =
        [histology_words::is_filler, histology_words::is_aside, histology_words::is_invasion];
    is_pattern_word(word) || words.iter().any(|is_word| is_word(word))
}

/// The type of a diagnosis in parts: of several types the invasive one counts; two types that ICD-O-3 has
/// one code for are that.
fn classify(all_parts: &[Vec<String>]) -> Option<&'static HistologyType> {
    let is_aside = |index: usize, part: &[String]| {
        index > 0 && part.iter().any(|word| histology_words::is_aside(word))
    };
    let (mut parts, mut asides) = (Vec::new(), Vec::new());
    for (index, part) in all_parts.iter().enumerate() {
        if is_aside(index, part) { asides.push(part) } else { parts.push(part) }
    }
    let untyped = parts.iter().copied().find(|part| {
        first_row(part, part).is_some_and(|kind| kind.group == UNTYPED && kind.invasive())
    });
    let mut kinds: Vec<&'static HistologyType> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        // `invasive ductal and lobular carcinoma`: the noun is behind the second part.
        let lend = || {
            let mut longer = (*part).clone();
            longer.extend(parts.get(index + 1)?.iter().cloned());
            first_row(&longer, part)
        };
        // `Invasive carcinoma, ductal and lobular`: the noun is before it.
        let borrow = || {
            let mut longer = (*part).clone();
            longer.extend(untyped?.iter().cloned());
            first_row(&longer, part).filter(|kind| kind.group != UNTYPED)
        };
        let kind = first_row(part, part).or_else(lend).or_else(borrow);
        kinds.extend(kind.map(|kind| in_situ_pattern(kind, &kinds, part, &parts[..index])));
    }
    let behaving = |digit: &str| kinds.iter().copied().find(|kind| kind.icdo3.ends_with(digit));
    let typed = |digit: &str| {
        kinds.iter().copied().find(|kind| kind.icdo3.ends_with(digit) && kind.group != UNTYPED)
    };
    let kind = mixed(&kinds)
        .or_else(|| typed("/3"))
        .or_else(|| behaving("/3"))
        .or_else(|| behaving("/2"))
        .or_else(|| kinds.first().copied())?;
    if kind.group != UNTYPED {
        return Some(kind);
    }
    // `Carcinoma with medullary features` has no other type.
    let described = asides.iter().find_map(|aside| {
        let whole: Vec<String> = parts.iter().copied().flatten().chain(*aside).cloned().collect();
        first_row(&whole, aside).filter(|other| other.group != UNTYPED)
    });
    described.or(Some(kind))
}

/// The group of a carcinoma whose type is not given.
const UNTYPED: &str = "carcinoma";
/// The group of a carcinoma in situ whose type is not given.
const UNTYPED_IN_SITU: &str = "carcinoma in situ";

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
fn first_row(part: &[String], terms: &[String]) -> Option<&'static HistologyType> {
    let has = |list: &[String], word: &&str| list.iter().any(|other| other == word);
    let fits = |row: &&HistologyRow| {
        row.must.iter().all(|word| has(part, word))
            && row.must.iter().any(|word| has(terms, word))
            && !row.must_not.iter().any(|word| has(part, word))
    };
    ROWS.iter().find(fits).map(|row| &row.kind)
}

/// The type of a part behind types in situ: of `DCIS, solid and cribriform` the second part names a growth
/// pattern of the first, not an invasive type.
fn in_situ_pattern(
    kind: &'static HistologyType,
    earlier_kinds: &[&'static HistologyType],
    part: &[String],
    earlier_parts: &[&Vec<String>],
) -> &'static HistologyType {
    let is_in_situ = !earlier_kinds.is_empty() && !earlier_kinds.iter().any(|kind| kind.invasive());
    let has_noun = part.iter().any(|word| word == "carcinoma" || word == "invasive");
    if !kind.invasive() || !is_in_situ || has_noun {
        return kind;
    }
    let earlier_words = earlier_parts.iter().copied().flatten();
    let whole: Vec<String> = part.iter().chain(earlier_words).cloned().collect();
    first_row(&whole, part).filter(|other| !other.invasive()).unwrap_or(kind)
}

/// What ICD-O-3 calls two of the types together, where it has a code for them.
fn mixed(kinds: &[&'static HistologyType]) -> Option<&'static HistologyType> {
    static PAIRS: LazyLock<Vec<(&str, &str, HistologyType)>> = LazyLock::new(|| {
        let read = |row| {
            let kind =
                HistologyType { group: field(row, 2), icdo3: field(row, 3), name: field(row, 4) };
            (field(row, 0), field(row, 1), kind)
        };
        rows("histology_mixed").iter().map(read).collect()
    });
    if kinds.len() < 2 {
        return None;
    }
    let joined = |kind: &HistologyType| PAIRS.iter().any(|(_, _, pair)| pair.icdo3 == kind.icdo3);
    if let Some(kind) = kinds.iter().copied().find(|kind| joined(kind)) {
        return Some(kind);
    }
    // Two parts in situ are a pair only while nothing is invasive.
    let invasive = kinds.iter().any(|kind| kind.invasive());
    let fits = |(first, second, kind): &&(&str, &str, HistologyType)| {
        let has_first = kinds.iter().any(|kind| kind.group == *first);
        let is_second = |kind: &&HistologyType| match *second {
            "*" => kind.invasive() && kind.group != *first && kind.group != UNTYPED,
            group => kind.group == group,
        };
        has_first
            && kinds.iter().copied().any(|kind| is_second(&kind))
            && kind.invasive() == invasive
    };
    PAIRS.iter().find(fits).map(|(_, _, kind)| kind)
}
