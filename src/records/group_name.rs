//! Group names in names of sheets, files and folders, and in cells of a group column: as whole words,
//! neither denied nor suspected, by `schema/vocabulary/group_context.csv`.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::text;
use super::vocabulary::{field, rows};

/// What a text says about groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupMention<T> {
    /// It mentions none.
    Absent,
    /// It denies or suspects one, or names several.
    Unclear,
    /// It names this one.
    Named(T),
}

impl<T> GroupMention<T> {
    /// The group; absent when none is named.
    pub fn named(self) -> Option<T> {
        match self {
            Self::Named(group) => Some(group),
            Self::Absent | Self::Unclear => None,
        }
    }
}

/// The group that a text names, of those with these spellings.
///
/// A spelling counts as a whole word: `악성군` and `Cancer_2018` name a group, `국립암센터` does not. Of
/// spellings that overlap the longest counts.
pub fn mention<'s, T: Copy + PartialEq>(
    text: &str,
    spellings: impl Iterator<Item = (&'s str, T)>,
) -> GroupMention<T> {
    let words = words(text);
    let mut mentions: Vec<(Range<usize>, T, Stance)> = Vec::new();
    for (spelling, group) in spellings {
        let spelled = self::words(spelling);
        mentions.extend(places(&words, &spelled).map(|(place, stance)| (place, group, stance)));
    }
    let is_within = |(inner, ..): &(Range<usize>, T, Stance)| {
        mentions.iter().any(|(outer, ..)| {
            outer.start <= inner.start && inner.end <= outer.end && outer.len() > inner.len()
        })
    };
    let mut whole = mentions.iter().filter(|mention| !is_within(mention));
    let Some((_, first, stance)) = whole.next() else { return GroupMention::Absent };
    let agrees = whole.all(|(_, group, stance)| group == first && *stance == Stance::Named);
    if *stance == Stance::Named && agrees {
        GroupMention::Named(*first)
    } else {
        GroupMention::Unclear
    }
}

/// Whether the text is the negative result of a test. In a column that has one, `양성` is the positive
/// result, not the group benign.
pub fn is_negative_result(text: &str) -> bool {
    matches!(text::key(text).as_str(), "음성" | "negative" | "neg") || text::plain(text) == "(-)"
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stance {
    Named,
    /// Denied or suspected.
    NotNamed,
}

#[derive(Default)]
struct GroupContext {
    denies_before: HashSet<&'static str>,
    denies_after: HashSet<&'static str>,
    doubts: HashSet<&'static str>,
    prefixes: Vec<&'static str>,
    suffixes: HashSet<&'static str>,
    phrases: Vec<Vec<String>>,
}

static CONTEXT: LazyLock<GroupContext> = LazyLock::new(|| {
    let mut context = GroupContext::default();
    for row in rows("group_context") {
        let word = field(row, 1);
        match field(row, 0) {
            "denies-before" => _ = context.denies_before.insert(word),
            "denies-after" => _ = context.denies_after.insert(word),
            "doubts" => _ = context.doubts.insert(word),
            "prefix" => context.prefixes.push(word),
            "suffix" => _ = context.suffixes.insert(word),
            _ => context.phrases.push(words(word)),
        }
    }
    context
});

/// The words of a name: runs of letters of one script, and runs of digits; a question mark is a word.
fn words(text: &str) -> Vec<String> {
    let class = |c: char| match c {
        'a'..='z' => 1,
        '0'..='9' => 2,
        '?' => 4,
        c if c.is_alphanumeric() => 3,
        _ => 0,
    };
    let mut words: Vec<String> = Vec::new();
    let mut last = 0;
    for c in text::plain(text).chars() {
        let kind = class(c);
        if kind != 0 {
            match words.last_mut().filter(|_| kind == last) {
                Some(word) => word.push(c),
                None => words.push(c.to_string()),
            }
        }
        last = kind;
    }
    words
}

/// The places of a spelling in a text, and whether the text names it there.
fn places<'w>(
    words: &'w [String],
    spelled: &'w [String],
) -> impl Iterator<Item = (Range<usize>, Stance)> + 'w {
    let count = spelled.len().max(1);
    (0..words.len().saturating_sub(count - 1)).filter_map(move |start| {
        let place = start..start + count;
        let joins: Option<Vec<WordJoin>> =
            words[place.clone()].iter().zip(spelled).map(|(word, name)| join(word, name)).collect();
        let joins = joins.filter(|joins| !joins.is_empty() && !is_part_of_phrase(words, &place))?;
        let is_named =
            joins.iter().all(|join| *join == WordJoin::Name) && !is_denied(words, &place);
        Some((place, if is_named { Stance::Named } else { Stance::NotNamed }))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordJoin {
    /// The name, perhaps with an ending.
    Name,
    /// The name behind a prefix that denies it: `비악성`.
    Denial,
}

/// How a word holds a name; absent when it is another word.
fn join(word: &str, name: &str) -> Option<WordJoin> {
    let context = &*CONTEXT;
    let is_end = |end: &str| end.is_empty() || context.suffixes.contains(end);
    if word.strip_prefix(name).is_some_and(|end| end.is_empty() || !name.is_ascii() && is_end(end))
    {
        return Some(WordJoin::Name);
    }
    if name.is_ascii() {
        return None;
    }
    let behind = |prefix: &str| word.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(name));
    if context.prefixes.iter().any(|prefix| behind(prefix).is_some_and(is_end)) {
        return Some(WordJoin::Name);
    }
    let denies = |prefix: &&str| {
        let deeper = context.prefixes.iter().map(|inner| format!("{prefix}{inner}"));
        std::iter::once((*prefix).to_owned())
            .chain(deeper)
            .any(|prefix| behind(&prefix).is_some_and(is_end))
    };
    context.denies_before.iter().any(denies).then_some(WordJoin::Denial)
}

fn is_denied(words: &[String], place: &Range<usize>) -> bool {
    let context = &*CONTEXT;
    let starts = |list: &HashSet<&str>, word: &str| {
        list.iter().any(|stem| word == *stem || !stem.is_ascii() && word.starts_with(stem))
    };
    // `not a cancer`, `no evidence of cancer`.
    let between = ["a", "an", "any", "the", "of", "evidence", "breast"];
    let before = words[..place.start].iter().rev().find(|word| !between.contains(&word.as_str()));
    let after = words[place.end..].iter().take(2);
    before.is_some_and(|word| context.denies_before.contains(word.as_str()))
        || after.into_iter().any(|word| starts(&context.denies_after, word))
        || words.iter().any(|word| word == "?" || starts(&context.doubts, word))
}

fn is_part_of_phrase(words: &[String], place: &Range<usize>) -> bool {
    CONTEXT.phrases.iter().any(|phrase| {
        words.windows(phrase.len()).enumerate().any(|(start, window)| {
            window == phrase && start <= place.start && place.end <= start + phrase.len()
        })
    })
}
