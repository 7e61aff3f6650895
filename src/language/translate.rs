//! The Korean of a text that was formatted in English.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::choice::chosen;
use super::name::Language;
use super::pairs::pairs;
use super::template::MessageTemplate;

/// How deep values within values are translated.
const DEEPEST: usize = 4;

/// A template with fewer letters outside of its values fits only values that have a Korean themselves.
const FEW_LETTERS: usize = 6;

/// What separates the parts of a list, the outermost first.
const SEPARATORS: [&str; 3] = ["; ", ", ", " and "];

/// Every pair by its English.
struct TextCatalog {
    whole: HashMap<String, String>,
    /// Those with values, the most specific first.
    templates: Vec<(MessageTemplate, MessageTemplate)>,
}

impl TextCatalog {
    fn get() -> &'static Self {
        static CATALOG: LazyLock<TextCatalog> = LazyLock::new(TextCatalog::read);
        &CATALOG
    }

    fn read() -> Self {
        let mut catalog = Self { whole: HashMap::new(), templates: Vec::new() };
        for pair in pairs() {
            let template = MessageTemplate::read(&pair.en);
            if template.names().next().is_some() && pair.file.starts_with("schema/texts/") {
                catalog.templates.push((template, MessageTemplate::read(&pair.ko)));
            } else {
                catalog.whole.entry(pair.en).or_insert(pair.ko);
            }
        }
        catalog.templates.sort_by_key(|(english, _)| std::cmp::Reverse(english.letters()));
        catalog
    }

    /// The Korean of a text, or of a count with its noun; absent where there is none.
    fn find(&self, text: &str, depth: usize) -> Option<String> {
        if let Some(korean) = self.whole.get(text) {
            return Some(korean.clone());
        }
        if let Some(counted) = self.counted(text) {
            return Some(counted);
        }
        // A template is one line.
        if depth == 0 || text.contains('\n') {
            return None;
        }
        let filled = |(english, korean): &(MessageTemplate, MessageTemplate)| {
            let values = english.values(text)?;
            // `{images} of {patients}` is also the form of many sentences.
            let is_other = |(name, value): &(&str, &str)| {
                korean.names().any(|shown| shown.strip_prefix('~') == Some(*name))
                    && self.find(value, depth - 1).is_none()
            };
            if english.letters() < FEW_LETTERS && values.iter().any(is_other) {
                return None;
            }
            Some(korean.filled(&values, |value| self.in_parts(value, depth - 1)))
        };
        self.templates.iter().find_map(filled)
    }

    /// `3 images` by the pair of `{n} image`.
    fn counted(&self, text: &str) -> Option<String> {
        let (count, noun) = text.split_once(' ')?;
        let is_count = count.bytes().all(|b| b.is_ascii_digit() || b == b',');
        let singular = || noun.strip_suffix('s');
        let korean = |noun: &str| self.whole.get(&format!("# {noun}"));
        let korean = is_count.then(|| korean(noun).or_else(|| korean(singular()?)))??;
        Some(korean.replace('#', count))
    }

    /// The text with each part translated that can be.
    fn in_parts(&self, text: &str, depth: usize) -> String {
        if let Some(korean) = self.find(text, depth) {
            return korean;
        }
        for separator in SEPARATORS {
            let parts = parts_of(text, separator);
            if parts.len() < 2 || depth == 0 {
                continue;
            }
            let korean: Vec<String> =
                parts.iter().map(|part| self.in_parts(part, depth - 1)).collect();
            if korean != parts {
                let separator = if separator == " and " { ", " } else { separator };
                return korean.join(separator);
            }
        }
        text.to_owned()
    }

    /// One line with its indentation; behind a colon where only that part has a Korean.
    fn line(&self, line: &str) -> Option<String> {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        let behind = || {
            let (before, rest) = text.split_once(": ")?;
            let korean = self.in_parts(rest, DEEPEST);
            let before = self.find(before, 1).unwrap_or_else(|| before.to_owned());
            (korean != rest).then(|| format!("{before}: {korean}"))
        };
        Some(format!("{indent}{}", self.find(text, DEEPEST).or_else(behind)?))
    }
}

/// The parts of a text between separators that are not in parentheses.
fn parts_of<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (place, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 && place >= start && text[place..].starts_with(separator) => {
                parts.push(&text[start..place]);
                start = place + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The Korean of a text; absent where `schema/` has none.
pub fn korean(text: &str) -> Option<String> {
    let catalog = TextCatalog::get();
    if let Some(whole) = catalog.find(text, DEEPEST) {
        return Some(whole);
    }
    let lines: Vec<_> = text.split('\n').map(|line| (line, catalog.line(line))).collect();
    lines.iter().any(|(_, korean)| korean.is_some()).then(|| {
        let lines = lines.into_iter().map(|(line, korean)| korean.unwrap_or(line.to_owned()));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// The text in the language of this process; in English where there is no other.
pub fn localized(text: &str) -> Cow<'_, str> {
    match chosen() {
        Language::English => Cow::Borrowed(text),
        Language::Korean => korean(text).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}
