//! Denial and doubt in diagnoses: which words of a text are asserted, by the rules of
//! `schema/vocabulary/assertions.csv`.
//!
//! The rules are those of NegEx (Chapman et al. 2001, J Biomed Inform 34:301) and ConText (Harkema et al.
//! 2009, J Biomed Inform 42:839): a trigger refers to the words before or behind it, up to the end of
//! the clause. Where it is open whether a trigger reaches a word, the word is [`Assertion::Open`].

use std::collections::HashMap;
use std::sync::LazyLock;

use super::vocabulary::{field, rows};

/// The mark that denies what precedes it: `(-)`.
pub(super) const MINUS: &str = "(-)";
/// The mark that affirms what precedes it: `(+)`.
pub(super) const PLUS: &str = "(+)";
/// The mark that doubts what precedes it.
pub(super) const QUESTION: &str = "?";

/// The status of one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assertion {
    /// Stated without denial or doubt.
    Asserted,
    /// Stated as absent, or of another organ.
    Denied,
    /// Only suspected, or perhaps within the reach of a denial.
    Open,
    /// A word that denies, doubts or affirms others.
    Trigger,
}

/// A separator of clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Boundary {
    /// A comma, semicolon or full stop.
    Stop,
    /// `with`: what follows it is stated separately.
    With,
    /// `and`: what follows it may share a denial.
    And,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Denies,
    Doubts,
    Affirms,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Word,
    Mark,
    Clause,
    Text,
}

#[derive(Debug, Clone, Copy)]
struct TriggerRule {
    effect: Effect,
    direction: Direction,
    reach: Reach,
}

static RULES: LazyLock<HashMap<&'static str, TriggerRule>> = LazyLock::new(|| {
    let rule = |row| {
        let effect = match field(row, 1) {
            "doubts" => Effect::Doubts,
            "affirms" => Effect::Affirms,
            _ => Effect::Denies,
        };
        let direction = match field(row, 2) {
            "forward" => Direction::Forward,
            "backward" => Direction::Backward,
            _ => Direction::Both,
        };
        let reach = match field(row, 3) {
            "word" => Reach::Word,
            "mark" => Reach::Mark,
            "text" => Reach::Text,
            _ => Reach::Clause,
        };
        (field(row, 0), TriggerRule { effect, direction, reach })
    };
    rows("assertions").iter().map(rule).collect()
});

/// The triggers, as words separated by blanks.
pub(super) fn triggers() -> impl Iterator<Item = &'static str> {
    RULES.keys().copied()
}

/// The Korean triggers that match within a word: those of more than one syllable.
pub(super) fn korean_stems() -> impl Iterator<Item = &'static str> {
    let is_hangul = |text: &str| text.chars().all(|c| ('가'..='힣').contains(&c));
    triggers().filter(move |text| text.chars().count() > 1 && is_hangul(text))
}

/// The assertion of each word. `boundary` returns the separator that a word is, `is_filler` whether a
/// word says nothing of its own.
pub(super) fn assess(
    words: &[String],
    boundary: impl Fn(&str) -> Option<Boundary>,
    is_filler: impl Fn(&str) -> bool,
) -> Vec<Assertion> {
    let rules: Vec<Option<TriggerRule>> =
        words.iter().map(|word| RULES.get(word.as_str()).copied()).collect();
    let boundaries = words.iter().map(|word| boundary(word)).collect();
    let fillers = words.iter().map(|word| is_filler(word)).collect();
    let assertions = rules.iter().map(|rule| match rule {
        Some(_) => Assertion::Trigger,
        None => Assertion::Asserted,
    });
    let assertions = assertions.collect();
    let mut text = AssessedText { words, rules, boundaries, fillers, assertions };
    text.apply(Effect::Denies);
    text.apply(Effect::Doubts);
    text.assertions
}

struct AssessedText<'a> {
    words: &'a [String],
    rules: Vec<Option<TriggerRule>>,
    boundaries: Vec<Option<Boundary>>,
    fillers: Vec<bool>,
    assertions: Vec<Assertion>,
}

/// Words that a trigger refers to; the second is whether that is open.
type Span = Vec<(usize, bool)>;

impl AssessedText<'_> {
    fn apply(&mut self, effect: Effect) {
        for position in 0..self.words.len() {
            let Some(rule) = self.rules[position].filter(|rule| rule.effect == effect) else {
                continue;
            };
            if self.assertions[position] != Assertion::Trigger {
                continue; // `no DCIS or LCIS`: the denial reaches over it
            }
            for (word, is_open) in self.span(position, rule) {
                let state = &mut self.assertions[word];
                *state = match (*state, effect) {
                    (Assertion::Denied, _) => Assertion::Denied,
                    (_, Effect::Denies) if !is_open => Assertion::Denied,
                    _ => Assertion::Open,
                };
            }
        }
    }

    fn span(&self, position: usize, rule: TriggerRule) -> Span {
        let (forward, backward) = (self.forward(position, rule), self.backward(position, rule));
        let has_content = |span: &Span| span.iter().any(|(word, _)| self.is_content(*word));
        match rule.direction {
            Direction::Both
                if rule.reach == Reach::Text && !has_content(&[&*forward, &*backward].concat()) =>
            {
                // `Carcinoma, NOS, metastatic`
                (0..position)
                    .filter(|word| self.boundaries[*word].is_none())
                    .map(|word| (word, true))
                    .collect()
            }
            Direction::Both => [forward, backward].concat(),
            Direction::Forward if has_content(&forward) => forward,
            Direction::Backward if has_content(&backward) => backward,
            Direction::Forward => backward,
            // `(?) DCIS`; a mark behind another refers to nothing.
            Direction::Backward if rule.reach == Reach::Mark && position > 0 => Vec::new(),
            Direction::Backward => forward,
        }
    }

    fn forward(&self, position: usize, rule: TriggerRule) -> Span {
        let mut span = Span::new();
        let mut is_open = false;
        for word in position + 1..self.words.len() {
            match self.boundaries[word] {
                Some(Boundary::Stop)
                    if !self.has_alternative(word)
                        && (rule.effect == Effect::Denies || self.words[word] == ";") =>
                {
                    break;
                }
                Some(Boundary::With | Boundary::And) => is_open = true,
                _ => {}
            }
            if self.ends_reach(word) {
                break;
            }
            if self.boundaries[word].is_none() {
                span.push((word, is_open));
            }
            if rule.reach == Reach::Word && self.is_content(word) {
                break;
            }
        }
        span
    }

    fn backward(&self, position: usize, rule: TriggerRule) -> Span {
        let mut span = Span::new();
        let (mut is_open, mut has_content) = (false, false);
        for word in (0..position).rev() {
            match self.boundaries[word] {
                Some(Boundary::Stop) => break,
                Some(Boundary::With) if has_content || rule.direction == Direction::Both => break,
                Some(Boundary::And) if has_content && rule.reach == Reach::Mark => break,
                Some(Boundary::And) if has_content => is_open = true,
                _ => {}
            }
            if self.ends_reach(word) && (has_content || rule.effect == Effect::Doubts) {
                break;
            }
            has_content |= self.is_content(word);
            if self.boundaries[word].is_none() && (!self.ends_reach(word)) {
                span.push((word, is_open));
            }
        }
        span
    }

    /// Whether a trigger ends the reach of others: all but `or`.
    fn ends_reach(&self, word: usize) -> bool {
        self.rules[word].is_some() && !is_alternative(&self.words[word])
    }

    /// Whether a list goes on behind a comma: `no A, B or C`.
    fn has_alternative(&self, comma: usize) -> bool {
        let rest = comma + 1..self.words.len();
        let mut rest = rest.take_while(|word| self.words[*word] != ";" && !self.ends_reach(*word));
        self.words[comma] == "," && rest.any(|word| is_alternative(&self.words[word]))
    }

    fn is_content(&self, word: usize) -> bool {
        self.rules[word].is_none() && self.boundaries[word].is_none() && !self.fillers[word]
    }
}

fn is_alternative(word: &str) -> bool {
    matches!(word, "or" | "nor" | "또는" | "혹은")
}
