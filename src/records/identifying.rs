//! What may identify a person: DICOM attributes, by table E.1-1 of PS3.15, and parts of free text.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::resident_number::{self, Confidence, has_check_digit};
use super::text;
use super::vocabulary::{field, rows};

/// The action of the basic confidentiality profile on the attribute with that keyword; absent when it
/// does not list the attribute.
pub fn action(keyword: &str) -> Option<&'static str> {
    static ACTIONS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        rows("identifying").iter().map(|row| (field(row, 0), field(row, 2))).collect()
    });
    ACTIONS.get(keyword).copied()
}

/// Severity and kind of an attribute that is filled in, by `schema/vocabulary/audit_attributes.csv`;
/// absent for one that is not listed there.
pub fn exposure(keyword: &str) -> Option<(&'static str, &'static str)> {
    static EXPOSURES: LazyLock<HashMap<&str, (&str, &str)>> = LazyLock::new(|| {
        let listed = rows("audit_attributes").iter();
        listed.map(|row| (field(row, 0), (field(row, 1), field(row, 2)))).collect()
    });
    EXPOSURES.get(keyword).copied()
}

/// A code of a de-identification method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MethodCode {
    /// The code value, in scheme DCM.
    pub code: &'static str,
    /// The kind of attributes that it allows to be filled in; absent for most.
    pub kept: Option<&'static str>,
    /// Its meaning.
    pub meaning: &'static str,
}

/// The codes of `schema/vocabulary/deidentification_codes.csv`.
pub fn method_codes() -> impl Iterator<Item = MethodCode> {
    rows("deidentification_codes").iter().map(|row| MethodCode {
        code: field(row, 0),
        kept: Some(field(row, 1)).filter(|kept| !kept.is_empty()),
        meaning: field(row, 2),
    })
}

/// Keywords of the attributes that people type into, whose values may have the form of personal data, by
/// `schema/vocabulary/audit_attributes.csv`.
pub fn searched_attributes() -> impl Iterator<Item = &'static str> {
    let searched = rows("audit_attributes").iter().filter(|row| field(row, 3) == "yes");
    searched.map(|row| field(row, 0))
}

/// Whether a text is what de-identification leaves in place of a name, by
/// `schema/vocabulary/placeholders.csv`, or the name of a program.
pub fn is_placeholder(text: &str) -> bool {
    static PLACEHOLDERS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| rows("placeholders").iter().map(|row| field(row, 0)).collect());
    let plain: String =
        text.to_uppercase().chars().map(|c| if c.is_alphabetic() { c } else { ' ' }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    PLACEHOLDERS.contains(words.join(" ").as_str())
        || PLACEHOLDERS.contains(words.concat().as_str())
        || words.iter().all(|word| PLACEHOLDERS.contains(word))
}

/// Whether a Patient's Name names no person: each of its component groups is a placeholder, or has the
/// letters of the patient's ID; and it has no numbers but those of the ID.
pub fn is_pseudonym(name: &str, id: Option<&str>) -> bool {
    let part = |text: &str, keep: fn(char) -> bool| -> String {
        text.to_uppercase().chars().filter(|c| keep(*c)).collect()
    };
    let [letters, digits] = [char::is_alphabetic as fn(char) -> bool, |c: char| c.is_ascii_digit()]
        .map(|keep| part(id.unwrap_or_default(), keep));
    name.split('=').all(|group| {
        let own_letters = part(group, char::is_alphabetic);
        let own_digits = part(group, |c| c.is_ascii_digit());
        (own_letters == letters || is_placeholder(group)) && digits.contains(&own_digits)
    })
}

/// Owner and origin of the root of a UID, by `schema/vocabulary/uid_roots.csv`.
pub fn uid_root(uid: &str) -> Option<(&'static str, &'static str)> {
    let row = rows("uid_roots").iter().find(|row| uid.starts_with(field(row, 0)))?;
    Some((field(row, 2), field(row, 1)))
}

/// A text without what identifies a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedText {
    /// The text, with each masked part replaced by [`MASK`].
    pub text: String,
    /// What was masked first: `a resident registration number`, `a telephone number` …
    pub kind: &'static str,
}

/// The confidence that a text is personal data of the kind that [`mask_cell`] names: by check digit, birth
/// date and label for a resident registration number; high for an e-mail address and what a label
/// precedes, low for bare numbers, medium for others.
pub fn confidence(text: &str, kind: &str) -> Confidence {
    match kind {
        "a resident registration number" => {
            resident_number::confidence(text).unwrap_or(Confidence::Low)
        }
        "an e-mail address" | "a birth date" => Confidence::High,
        "a hospital number" | "a pathology number" if !text.contains(char::is_alphabetic) => {
            Confidence::Low
        }
        _ => Confidence::Medium,
    }
}

/// What a masked part is replaced by.
pub const MASK: &str = "[masked]";

/// The text of a clinical cell without what identifies a person: what [`mask_text`] finds, hospital
/// numbers and birth dates behind their label, long numbers, and a Korean name that is the whole of a cell
/// which was not read. Absent where there is nothing to mask.
pub fn mask_cell(text: &str, is_read: bool) -> Option<MaskedText> {
    let masked = mask(text, &CELL_RULES);
    if masked.is_none() && !is_read && is_korean_name(text) {
        return Some(MaskedText { text: MASK.to_owned(), kind: "a name" });
    }
    masked
}

/// Any text without what identifies a person: Korean resident registration numbers, telephone numbers,
/// e-mail addresses, and names behind a label or before a title. Absent where there is nothing to mask.
pub fn mask_text(text: &str) -> Option<MaskedText> {
    mask(text, &TEXT_RULES)
}

/// Rules, and a set of all their patterns: most texts match none of them.
struct MaskRules {
    rules: Vec<MaskRule>,
    patterns: Option<RegexSet>,
}

struct MaskRule {
    kind: &'static str,
    /// The group `hidden` of a match is masked, all of it where there is none.
    pattern: Regex,
    is_real: fn(&str) -> bool,
}

static TEXT_RULES: LazyLock<MaskRules> = LazyLock::new(|| rules(&["text"]));
static CELL_RULES: LazyLock<MaskRules> = LazyLock::new(|| rules(&["text", "cell"]));

/// The rules of `schema/vocabulary/personal.csv` for any text, and for clinical cells.
fn rules(scopes: &[&str]) -> MaskRules {
    let read = |row| {
        let is_real: fn(&str) -> bool = match field(row, 2) {
            "resident-number" => is_resident_number,
            "korean-name" => is_korean_name,
            _ => |_| true,
        };
        Some(MaskRule { kind: field(row, 1), pattern: Regex::new(field(row, 3)).ok()?, is_real })
    };
    let in_scope = |scope| rows("personal").iter().filter(move |row| field(row, 0) == scope);
    let rules: Vec<_> = scopes.iter().flat_map(|s| in_scope(*s)).filter_map(read).collect();
    let patterns = RegexSet::new(rules.iter().map(|rule| rule.pattern.as_str()));
    MaskRules { rules, patterns: patterns.ok() }
}

fn mask(text: &str, rules: &MaskRules) -> Option<MaskedText> {
    let mut masked: Option<MaskedText> = None;
    // Full-width digits and letters are found too; the text is replaced only where something is masked.
    let folded = text::fold(text);
    if rules.patterns.as_ref().is_some_and(|patterns| !patterns.is_match(&folded)) {
        return None;
    }
    for rule in &rules.rules {
        let current = masked.as_ref().map_or(folded.as_str(), |masked| &masked.text);
        let mut replaced = String::new();
        let mut end = 0;
        for hit in rule.pattern.captures_iter(current) {
            let Some(hidden) = hit.name("hidden").or_else(|| hit.get(0)) else { continue };
            if !(rule.is_real)(hidden.as_str()) || hidden.as_str() == MASK {
                continue;
            }
            replaced.push_str(&current[end..hidden.start()]);
            replaced.push_str(MASK);
            end = hidden.end();
        }
        if end > 0 {
            replaced.push_str(&current[end..]);
            let kind = masked.as_ref().map_or(rule.kind, |masked| masked.kind);
            masked = Some(MaskedText { text: replaced, kind });
        }
    }
    masked
}

/// Whether a number has the form of a Korean resident or foreigner registration number: a birth date and a
/// digit for century and sex; without a hyphen also the check digit (Resident Registration Act,
/// Enforcement Rule, article 2).
fn is_resident_number(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let has_mark = text.contains(['-', ' ', '*', 'X', 'x']);
    let [_, _, month1, month2, day1, day2, century, ..] = digits[..] else { return false };
    let (month, day) = (month1 * 10 + month2, day1 * 10 + day2);
    let is_birth = (1..=12).contains(&month) && (1..=31).contains(&day) && century <= 9;
    is_birth && (has_mark || has_check_digit(&digits))
}

/// Whether the text is a family name of one syllable and a given name of two, in Korean, and not a word of
/// the field.
fn is_korean_name(text: &str) -> bool {
    static FAMILY_NAMES: LazyLock<HashSet<char>> = LazyLock::new(|| {
        let names = rows("personal").iter().filter(|row| field(row, 0) == "family-name");
        names.flat_map(|row| field(row, 3).chars()).collect()
    });
    let syllables: Vec<char> = text::fold(text).chars().filter(|c| *c != ' ').collect();
    syllables.len() == 3
        && syllables.iter().all(|c| ('가'..='힣').contains(c))
        && FAMILY_NAMES.contains(&syllables[0])
        && !has_word_of_the_field(&syllables.iter().collect::<String>())
}

/// Whether a text of the form of a name begins like words of file names that are not names, such as
/// 최종본 or 서울대, by `schema/vocabulary/personal.csv`.
pub fn is_file_word(text: &str, kind: &str) -> bool {
    let words = rows("personal").iter().filter(|row| field(row, 0) == "not-a-file-name");
    let mut words = words.flat_map(|row| field(row, 3).split(' '));
    kind == "a name" && words.any(|word| text.starts_with(word))
}

fn has_word_of_the_field(name: &str) -> bool {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let column = |stem, column| rows(stem).iter().map(move |row| field(row, column));
        let known = column("histology_words", 1)
            .chain(column("location", 0))
            .chain(column("diagnosis", 0))
            .chain(column("blank", 1))
            .chain(column("birads", 1))
            .chain(column("assertions", 0))
            .filter(|word| !word.is_ascii() && word.chars().count() > 1);
        let others = rows("personal").iter().filter(|row| field(row, 0) == "not-a-name");
        known.chain(others.flat_map(|row| field(row, 3).split(' '))).collect()
    });
    WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_have_the_letters_of_the_id_or_are_placeholders() {
        assert!(
            is_placeholder("합성^증례") && is_placeholder("De-Identified") && is_placeholder("")
        );
        let is = |name| is_pseudonym(name, Some("Benign_00003"));
        assert!(is("Benign_00003") && is("benign^00003") && is("Anonymous^"));
        assert!(is("Benign_00003==합성^증례"));
        assert!(!is("Hong^Gildong") && !is("Benign_00003=洪^吉洞") && !is("Anonymous 4455667"));
        assert!(!is_pseudonym("Kim", None) && is_pseudonym("익명", None));
    }
}
