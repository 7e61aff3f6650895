//! The template of a case's ID: text, and parts that a rule's pattern finds.

use regex::{Captures, Regex};

/// A text such as `{group}_{number:05}`, parsed.
#[derive(Debug, Clone)]
pub(super) struct CaseTemplate {
    pieces: Vec<TemplatePiece>,
}

#[derive(Debug, Clone)]
enum TemplatePiece {
    /// Literal text.
    Text(String),
    /// The group's name; zeros before it up to a width.
    Group(usize),
    /// What the pattern's group of this number finds; zeros before it up to a width.
    Part(usize, usize),
}

impl CaseTemplate {
    /// Parses a text; it may refer to `group` and to the parts that `pattern` names.
    ///
    /// # Errors
    /// Names the reference that is not known, and those that are.
    pub fn parse(text: &str, pattern: &Regex) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once('{') {
            pieces.push(TemplatePiece::Text(before.to_owned()));
            let (place, after) = tail.split_once('}').ok_or("case_id has a `{` without its `}`")?;
            pieces.push(TemplatePiece::parse(place, pattern)?);
            rest = after;
        }
        if pieces.is_empty() {
            return Err("case_id names no part of the pattern: every case would be one".into());
        }
        pieces.push(TemplatePiece::Text(rest.to_owned()));
        Ok(Self { pieces })
    }

    /// The ID for what the pattern found and the name of the group; absent where a part is missing.
    pub fn fill(&self, captures: &Captures<'_>, group: Option<&str>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            let (value, width) = match piece {
                TemplatePiece::Text(text) => (text.as_str(), 0),
                TemplatePiece::Group(width) => (group?, *width),
                TemplatePiece::Part(part, width) => (captures.get(*part)?.as_str(), *width),
            };
            text.extend(std::iter::repeat_n('0', width.saturating_sub(value.len())));
            text.push_str(value);
        }
        Some(text)
    }
}

impl TemplatePiece {
    fn parse(place: &str, pattern: &Regex) -> Result<Self, String> {
        let (name, digits) = place.split_once(':').unwrap_or((place, ""));
        let part = pattern.capture_names().position(|part| part == Some(name));
        if part.is_none() && name != "group" {
            let names = pattern.capture_names().flatten();
            let allowed: Vec<&str> = std::iter::once("group").chain(names).collect();
            let allowed = allowed.join(", ");
            return Err(format!(
                "case_id refers to {{{name}}}; allowed are {allowed}, and the parts that the pattern names (?<…>)"
            ));
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) || digits.len() > 3 {
            return Err(format!("{{{place}}}: a width is written like {{{name}:05}}"));
        }
        let width = digits.parse().unwrap_or(0);
        Ok(part.filter(|_| name != "group").map_or(Self::Group(width), |p| Self::Part(p, width)))
    }
}
