//! Words of table headers that are not the name of a column: units, other exams, studies.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::text;
use super::vocabulary::{field, rows};

/// The vocabulary `header_words`, by kind.
struct HeaderWords {
    /// Latin words of other exams, plain, and Korean ones.
    other_exams: Vec<(String, bool)>,
    /// Words of exams after treatment, likewise; above pathology they are about the tumour.
    later_exams: Vec<(String, bool)>,
    units: HashSet<String>,
    unit_labels: HashSet<String>,
    /// What every header with a unit of length in words has one of.
    unit_parts: Vec<String>,
    studies: HashSet<String>,
    stage_groups: HashSet<String>,
}

static WORDS: LazyLock<HeaderWords> = LazyLock::new(|| {
    let words_of = |kind| rows("header_words").iter().filter(move |row| field(row, 0) == kind);
    let plain = |row| {
        let word = text::plain(field(row, 1));
        let is_latin = word.is_ascii();
        (word, is_latin)
    };
    HeaderWords {
        other_exams: words_of("other_exam").map(plain).collect(),
        later_exams: words_of("later_exam").map(plain).collect(),
        units: words_of("unit").map(|row| unit_key(field(row, 1))).collect(),
        unit_labels: words_of("unit_label").map(|row| text::plain(field(row, 1))).collect(),
        unit_parts: unit_parts(words_of("unit_label").map(|row| field(row, 1))),
        studies: words_of("study").map(|row| text::key(field(row, 1))).collect(),
        stage_groups: words_of("stage_group").map(|row| text::key(field(row, 1))).collect(),
    }
});

/// The labels of units and the names of units of length, without those that contain another: few texts to look
/// for in each of many cells. A label of two letters is part of many words, so that it counts between blanks.
fn unit_parts(labels: impl Iterator<Item = &'static str>) -> Vec<String> {
    let labels = labels.map(|label| match label {
        label if label.is_ascii() && label.len() < 3 => format!(" {label} "),
        label => label.to_owned(),
    });
    let names = LENGTH_UNITS.keys().filter(|name| name.len() > 2).map(|name| (*name).to_owned());
    let all: Vec<String> = labels.chain(names).collect();
    let is_least = |part: &&String| !all.iter().any(|o| o != *part && part.contains(o.as_str()));
    all.iter().filter(is_least).cloned().collect()
}

/// The units of length of `schema/vocabulary/size.csv`, and whether they are millimetres.
static LENGTH_UNITS: LazyLock<HashMap<&str, bool>> = LazyLock::new(|| {
    let units = rows("size").iter().filter(|row| field(row, 0) == "unit");
    units.map(|row| (field(row, 1), field(row, 2) == "10")).collect()
});

/// A unit without the brackets around it; `%` must survive although it is not a letter.
fn unit_key(text: &str) -> String {
    let plain = text::plain(text);
    plain.trim_matches(|c: char| " ()[]{}<>:.,".contains(c)).to_owned()
}

/// Whether a group header says that what is below belongs to another modality or another exam than
/// the mammogram of the case.
pub fn is_other_exam(text: &str) -> bool {
    has_word(text, &WORDS.other_exams)
}

/// Whether a group header says that an assessment below it is of an exam after treatment.
pub fn is_later_exam(text: &str) -> bool {
    has_word(text, &WORDS.later_exams)
}

/// Whether a text has one of the words; Latin ones as whole words.
fn has_word(text: &str, words: &[(String, bool)]) -> bool {
    let plain = text::plain(text);
    let is_word = |start: usize, length: usize| {
        let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        !is_letter(plain[..start].chars().next_back())
            && !is_letter(plain[start + length..].chars().next())
    };
    words.iter().any(|(word, is_latin)| {
        plain.match_indices(word.as_str()).any(|(start, _)| !is_latin || is_word(start, word.len()))
    })
}

/// Whether a cell below a header says nothing but a unit: `(mm)`, `세`, `단위: mm`.
pub fn is_unit(text: &str) -> bool {
    let is_known = |text: &str| WORDS.units.contains(&unit_key(text));
    is_known(text)
        || text.split_once([':', '：']).is_some_and(|(word, unit)| is_known(word) && is_known(unit))
}

/// The unit of length that a cell or header ends with: millimetres (`true`) or centimetres.
pub fn is_millimetres(text: &str) -> Option<bool> {
    let plain = text::plain(text);
    LENGTH_UNITS.get(text::words(&plain).last()?).copied()
}

/// Whether a header of the ID column names the study, not the patient, where another column does.
pub fn is_study(text: &str) -> bool {
    WORDS.studies.contains(&text::key(text))
}

/// Whether a header names the AJCC stage group, which limits the size of a tumour.
pub fn is_stage_group(text: &str) -> bool {
    WORDS.stage_groups.contains(&text::key(text))
}

/// The header with its unit of length as `mm` or `cm`, where it ends with the unit's name or with `단위: mm`;
/// absent where it does not.
pub fn with_short_unit(text: &str) -> Option<String> {
    // Cells of forty rows are looked at, of which none has a unit in words.
    let lower = text.to_ascii_lowercase();
    if !WORDS.unit_parts.iter().any(|part| lower.contains(part.as_str())) {
        return None;
    }
    let plain = text::plain(text);
    let is_millimetre = is_millimetres(&plain)?;
    let words: Vec<&str> = text::words(&plain).collect();
    let (unit, rest) = words.split_last()?;
    let rest: Vec<&str> =
        rest.iter().copied().filter(|word| !WORDS.unit_labels.contains(*word)).collect();
    let short = if is_millimetre { "mm" } else { "cm" };
    (*unit != short || rest.len() + 1 < words.len())
        .then(|| format!("{} ({short})", rest.join(" ")))
}
