//! Rules of `schema/vocabulary` on the attributes of a header: what an image is, and why it is not a
//! standard view.
//!
//! A condition is a fact, an operator and values separated by `|`; a rule has one or more, separated
//! by `;`, which must all hold. A fact is a keyword of PS3.6, a tag of eight digits, or a word in
//! lower case that [`RuleFacts`] derives. `=` compares each value of the attribute, `^=` its start,
//! `~` finds whole words (with `*` parts of words), `>` and `<` compare the first number, `present`
//! takes no value; `!=` and `!~` negate and need the attribute not to be present.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::sync::LazyLock;

use dicom_core::Tag;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::header::{DicomHeader, number};
use super::wanted::TagScope;
use crate::records::view::{self, SideView};
use crate::records::vocabulary::{self, Memo, memoize};

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    Attribute(Tag),
    /// SOP Class UID, else that of the meta group.
    SopClass,
    /// Every description of study, series and procedure.
    Descriptions,
    /// Series Description, Protocol Name and Acquisition Device Processing Description: the names of one
    /// kind of image, not of a whole examination.
    ImageNames,
    /// The model family by `models.csv`.
    ModelFamily,
    /// The vendor by `vendors.csv`.
    Vendor,
    /// The code of a view of CID 4014.
    ViewCode,
    /// The code of a view modifier of CID 4015.
    ModifierCode,
    /// The base view that View Position or (0018,1400) names.
    WrittenView,
    /// The view that the file's name gives.
    FileView,
    /// The side by Image Laterality or Laterality.
    Side,
}

#[derive(Debug)]
enum Test {
    Present,
    Value(Vec<String>),
    Start(Vec<String>),
    Words(Vec<String>),
    Above(f64),
    Below(f64),
}

#[derive(Debug)]
struct Condition {
    /// Index of the fact in [`HeaderRules::facts`].
    fact: usize,
    /// The bit of the test in the outcomes of that fact.
    test: u64,
    negated: bool,
}

/// A fact and every test of it.
#[derive(Debug)]
struct TestedFact {
    fact: Fact,
    tests: Vec<Test>,
}

/// One row of a table of rules.
#[derive(Debug)]
pub struct HeaderRule {
    /// The first column.
    pub result: &'static str,
    conditions: Vec<Condition>,
    /// The second column.
    pub weight: i32,
}

/// The tables of rules, and the facts that they look at, each once.
#[derive(Debug, Default)]
pub struct HeaderRules {
    facts: Vec<TestedFact>,
    /// `mammogram_evidence.csv`.
    pub evidence: Vec<HeaderRule>,
    /// `mammogram_types.csv`.
    pub types: Vec<HeaderRule>,
    /// `special_views.csv`.
    pub special_views: Vec<HeaderRule>,
}

impl HeaderRules {
    /// The rules of `schema/vocabulary`.
    pub fn get() -> &'static Self {
        static RULES: LazyLock<HeaderRules> = LazyLock::new(|| {
            let mut rules = HeaderRules::default();
            rules.evidence = rules.load("mammogram_evidence");
            rules.types = rules.load("mammogram_types");
            rules.special_views = rules.load("special_views");
            rules
        });
        &RULES
    }

    /// A table: result, weight, conditions, source. A rule that does not parse is excluded here and
    /// found by a test.
    fn load(&mut self, stem: &str) -> Vec<HeaderRule> {
        let rule = |row: &'static csv::StringRecord| {
            let field = |column| vocabulary::field(row, column);
            let conditions = field(2).split(';').map(|text| self.parse_condition(text));
            let conditions: Option<Vec<_>> = conditions.collect();
            let weight = field(1).parse().unwrap_or(0);
            Some(HeaderRule { result: field(0), conditions: conditions?, weight })
        };
        vocabulary::rows(stem).iter().filter_map(rule).collect()
    }

    fn parse_condition(&mut self, text: &str) -> Option<Condition> {
        let (name, rest) = text.trim().split_once(' ')?;
        let (operator, values) = rest.split_once(' ').unwrap_or((rest, ""));
        let values = || values.split('|').map(|value| value.trim().to_uppercase()).collect();
        let limit = || rest.split_once(' ')?.1.trim().parse().ok();
        let (test, negated) = match operator {
            "present" => (Test::Present, false),
            "=" => (Test::Value(values()), false),
            "!=" => (Test::Value(values()), true),
            "^=" => (Test::Start(values()), false),
            "~" => (Test::Words(values()), false),
            "!~" => (Test::Words(values()), true),
            ">" => (Test::Above(limit()?), false),
            "<" => (Test::Below(limit()?), false),
            _ => return None,
        };
        let fact = parse_fact(name)?;
        let index = self.facts.iter().position(|known| known.fact == fact);
        let index = index.unwrap_or_else(|| {
            self.facts.push(TestedFact { fact, tests: Vec::new() });
            self.facts.len() - 1
        });
        let tests = &mut self.facts.get_mut(index)?.tests;
        let bit = 1_u64.checked_shl(u32::try_from(tests.len()).ok()?)?;
        tests.push(test);
        Some(Condition { fact: index, test: bit, negated })
    }
}

fn parse_fact(name: &str) -> Option<Fact> {
    Some(match name {
        "SOPClassUID" => Fact::SopClass,
        "descriptions" => Fact::Descriptions,
        "image_names" => Fact::ImageNames,
        "model_family" => Fact::ModelFamily,
        "vendor" => Fact::Vendor,
        "view_code" => Fact::ViewCode,
        "view_modifier_code" => Fact::ModifierCode,
        "written_view" => Fact::WrittenView,
        "file_view" => Fact::FileView,
        "side" => Fact::Side,
        tag if tag.len() == 8 && tag.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            let number = u32::from_str_radix(tag, 16).ok()?;
            Fact::Attribute(Tag((number >> 16) as u16, (number & 0xffff) as u16))
        }
        keyword => Fact::Attribute(StandardDataDictionary.by_name(keyword)?.tag()),
    })
}

/// What is known of one file besides its attributes.
#[derive(Debug, Clone, Copy)]
pub struct RuleContext<'a> {
    /// The view that its name gives, by the profile.
    pub file_view: Option<&'a SideView>,
    /// The model family by `models.csv`.
    pub model_family: Option<&'a str>,
    /// The vendor by `vendors.csv`.
    pub vendor: Option<&'a str>,
}

/// The facts of one file, each looked up and tested once.
pub struct RuleFacts<'a> {
    /// Its header.
    pub header: &'a DicomHeader,
    context: RuleContext<'a>,
    /// The tests of each fact that hold, as bits; absent before the first look.
    outcomes: Vec<Cell<Option<u64>>>,
}

impl<'a> RuleFacts<'a> {
    /// The facts of a file with this header.
    pub fn new(header: &'a DicomHeader, context: RuleContext<'a>) -> Self {
        let outcomes = vec![Cell::new(None); HeaderRules::get().facts.len()];
        Self { header, context, outcomes }
    }

    /// Whether all conditions of a rule hold.
    pub fn satisfy(&self, rule: &HeaderRule) -> bool {
        rule.conditions.iter().all(|condition| {
            let holds = self.outcome(condition.fact) & condition.test != 0;
            holds != condition.negated
        })
    }

    fn outcome(&self, index: usize) -> u64 {
        // Texts repeat from image to image: a data set has few makers, models and descriptions.
        thread_local!(static SEEN: RefCell<Vec<Memo<u64>>> = RefCell::default());
        let rules = HeaderRules::get();
        let Some((fact, cell)) = rules.facts.get(index).zip(self.outcomes.get(index)) else {
            return 0;
        };
        if let Some(outcome) = cell.get() {
            return outcome;
        }
        let outcome = self.text(fact.fact).map_or(0, |text| {
            SEEN.with_borrow_mut(|seen| {
                seen.resize_with(rules.facts.len(), Memo::default);
                seen.get(index).map_or(0, |memo| memoize(memo, &text, |text| fact.outcome(text)))
            })
        });
        cell.set(Some(outcome));
        outcome
    }

    fn text(&self, fact: Fact) -> Option<Cow<'a, str>> {
        let (header, context) = (self.header, self.context);
        match fact {
            Fact::Attribute(tag) => header.text_anywhere(tag),
            Fact::SopClass => header.sop_class(),
            Fact::Descriptions => self.joined(&[
                tags::STUDY_DESCRIPTION,
                tags::SERIES_DESCRIPTION,
                tags::PROTOCOL_NAME,
                tags::PERFORMED_PROCEDURE_STEP_DESCRIPTION,
                tags::REQUESTED_PROCEDURE_DESCRIPTION,
            ]),
            Fact::ImageNames => self.joined(&[
                tags::SERIES_DESCRIPTION,
                tags::PROTOCOL_NAME,
                tags::ACQUISITION_DEVICE_PROCESSING_DESCRIPTION,
            ]),
            Fact::ModelFamily => context.model_family.map(Cow::Borrowed),
            Fact::Vendor => context.vendor.map(Cow::Borrowed),
            Fact::ViewCode => {
                let codes = header.codes(TagScope::View);
                let mut views =
                    codes.iter().filter_map(|code| view::from_code(&code.scheme, &code.value));
                views.next().map(Cow::Borrowed)
            }
            Fact::ModifierCode => {
                let codes = header.codes(TagScope::Modifier);
                let mut modifiers =
                    codes.iter().filter_map(|code| view::modifier(&code.scheme, &code.value));
                modifiers.next().map(Cow::Borrowed)
            }
            Fact::WrittenView => {
                let position = header.text(tags::VIEW_POSITION);
                let position = position.and_then(|text| view::from_position(&text));
                let description = || {
                    let text = header.text(tags::ACQUISITION_DEVICE_PROCESSING_DESCRIPTION)?;
                    view::from_description(&text)
                };
                position.or_else(description).map(|position| Cow::Borrowed(position.base))
            }
            Fact::FileView => context.file_view.map(|view| Cow::Borrowed(view.base)),
            Fact::Side => header.text(tags::IMAGE_LATERALITY).or_else(|| {
                header.text(tags::LATERALITY).filter(|side| matches!(side.as_ref(), "L" | "R"))
            }),
        }
    }

    /// The texts of several attributes as one; absent where the header has none of them.
    fn joined(&self, tags: &[Tag]) -> Option<Cow<'a, str>> {
        let mut all: Option<Cow<'a, str>> = None;
        for text in tags.iter().filter_map(|tag| self.header.text(*tag)) {
            all = Some(match all {
                None => text,
                Some(before) => Cow::Owned(format!("{before}; {text}")),
            });
        }
        all
    }
}

impl TestedFact {
    /// The tests that hold for a text, as bits in their order.
    fn outcome(&self, text: &str) -> u64 {
        let words = words_of(text);
        let bits = self.tests.iter().zip(0..u64::BITS);
        bits.filter(|(test, _)| test.holds(text, &words)).map(|(_, bit)| 1 << bit).sum()
    }
}

/// The words of a text in upper case, between spaces.
fn words_of(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for c in text.chars().flat_map(char::to_uppercase) {
        let c = if c.is_alphanumeric() { c } else { ' ' };
        if c != ' ' || !words.ends_with(' ') {
            words.push(c);
        }
    }
    words.push(' ');
    words
}

impl Test {
    fn holds(&self, text: &str, words: &str) -> bool {
        let first_number = || number(text.split('\\').next()?);
        match self {
            Self::Present => true,
            Self::Value(wanted) => text.split('\\').any(|value| {
                let value = value.trim();
                wanted.iter().any(|wanted| match wanted.strip_suffix('*') {
                    Some(start) => starts_with(value, start),
                    None => value.to_uppercase() == *wanted,
                })
            }),
            Self::Start(wanted) => wanted.iter().any(|wanted| starts_with(text, wanted)),
            Self::Words(wanted) => wanted.iter().any(|phrase| has_phrase(words, phrase)),
            Self::Above(limit) => first_number().is_some_and(|number| number > *limit),
            Self::Below(limit) => first_number().is_some_and(|number| number < *limit),
        }
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// Whether a text between spaces has the phrase, as whole words; one between `*`, and one not in
/// Latin script, anywhere.
fn has_phrase(words: &str, phrase: &str) -> bool {
    match phrase.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')) {
        Some(part) => words.contains(part),
        None if !phrase.is_ascii() => words.contains(phrase),
        None => words.match_indices(phrase).any(|(start, _)| {
            let end = start + phrase.len();
            words[..start].ends_with(' ') && words[end..].starts_with(' ')
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_vocabulary_is_understood() {
        for stem in ["mammogram_evidence", "mammogram_types", "special_views"] {
            assert!(vocabulary::rows(stem).len() > 5, "{stem}");
            for row in vocabulary::rows(stem) {
                for condition in vocabulary::field(row, 2).split(';') {
                    assert!(
                        HeaderRules::default().parse_condition(condition).is_some(),
                        "{stem}: {condition}"
                    );
                }
            }
        }
    }

    #[test]
    fn words_are_whole_and_parts_are_marked() {
        let has = |text, phrase: &str| has_phrase(&words_of(text), phrase);
        assert!(has("L CC C-View", "C VIEW") && has("l cc c_view", "C VIEW"));
        assert!(!has("LCC-VIEW2", "C VIEW") && has("18x24 SMALLSPOT", "*SPOT*"));
        assert!(has("좌측유방촬영", "유방") && !has("MAGNOLIA", "MAG"));
    }
}
