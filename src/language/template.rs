//! Texts with places for values.

/// A text with places for values: `cohort {name}: {size}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MessageTemplate {
    parts: Vec<TemplatePart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePart {
    Words(String),
    /// A value by its name; those without one are numbered from 0.
    Value(String),
}

impl MessageTemplate {
    /// Reads a format string of Rust: `{}`, `{name}`, `{name:5}`; `{{` is a brace.
    pub(super) fn read(text: &str) -> Self {
        let (mut parts, mut words, mut unnamed) = (Vec::new(), String::new(), 0);
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            if (c == '{' || c == '}') && rest.peek() == Some(&c) {
                rest.next();
                words.push(c);
            } else if c == '{' {
                let inside: String = rest.by_ref().take_while(|c| *c != '}').collect();
                let name = inside.split(':').next().unwrap_or_default().to_owned();
                let name = if name.is_empty() {
                    unnamed += 1;
                    (unnamed - 1).to_string()
                } else {
                    name
                };
                if !words.is_empty() {
                    parts.push(TemplatePart::Words(std::mem::take(&mut words)));
                }
                parts.push(TemplatePart::Value(name));
            } else {
                words.push(c);
            }
        }
        if !words.is_empty() {
            parts.push(TemplatePart::Words(words));
        }
        Self { parts }
    }

    /// The number of letters outside of values, by which a template is more specific than another.
    pub(super) fn letters(&self) -> usize {
        let letters = |part: &TemplatePart| match part {
            TemplatePart::Words(words) => words.chars().filter(|c| c.is_alphabetic()).count(),
            TemplatePart::Value(_) => 0,
        };
        self.parts.iter().map(letters).sum()
    }

    /// The names of its values.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Value(name) => Some(name.as_str()),
            TemplatePart::Words(_) => None,
        })
    }

    /// The values of a text that this template formatted; absent where it cannot have. No value is empty.
    pub(super) fn values<'t>(&self, text: &'t str) -> Option<Vec<(&str, &'t str)>> {
        let (mut values, mut rest, mut open) = (Vec::new(), text, None);
        for (place, part) in self.parts.iter().enumerate() {
            match (part, open) {
                (TemplatePart::Value(name), None) => open = Some(name.as_str()),
                // The border between two adjacent values is unknown: the first has both.
                (TemplatePart::Value(name), Some(_)) => values.push((name.as_str(), "")),
                (TemplatePart::Words(words), None) => rest = rest.strip_prefix(words.as_str())?,
                (TemplatePart::Words(words), Some(name)) => {
                    let is_last = place + 1 == self.parts.len();
                    let skip = rest.chars().next()?.len_utf8();
                    let end = if is_last {
                        rest.strip_suffix(words.as_str())?.len()
                    } else {
                        skip + rest.get(skip..)?.find(words.as_str())?
                    };
                    if end == 0 {
                        return None;
                    }
                    values.push((name, &rest[..end]));
                    rest = &rest[end + words.len()..];
                    open = None;
                }
            }
        }
        match open {
            Some(_) if rest.is_empty() => None,
            Some(name) => {
                values.push((name, rest));
                are_counts(&values).then_some(values)
            }
            None => (rest.is_empty() && are_counts(&values)).then_some(values),
        }
    }

    /// The text with values by their names; a value whose name begins with `~` is translated.
    pub(super) fn filled(
        &self,
        values: &[(&str, &str)],
        translated: impl Fn(&str) -> String,
    ) -> String {
        let value = |name: &str| values.iter().find(|(other, _)| *other == name).map(|(_, v)| *v);
        let shown = |part: &TemplatePart| match part {
            TemplatePart::Words(words) => words.clone(),
            TemplatePart::Value(name) => match name.strip_prefix('~') {
                Some(name) => translated(value(name).unwrap_or_default()),
                None => value(name).unwrap_or_default().to_owned(),
            },
        };
        self.parts.iter().map(shown).collect()
    }
}

/// Whether each value that is called `count` is a number.
fn are_counts(values: &[(&str, &str)]) -> bool {
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b',');
    values.iter().all(|(name, value)| *name != "count" || is_number(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_is_between_the_words() {
        let template = MessageTemplate::read("cohort {name}: {} of {{x}}, {count:>5} kept");
        let values = template.values("cohort pilot: a: b of {x}, 7 kept").unwrap();
        assert_eq!(values, [("name", "pilot"), ("0", "a: b"), ("count", "7")]);
        assert_eq!(template.values("cohort pilot: a of {x}, few kept"), None);
        assert_eq!(template.values("cohort : b of {x}, 7 kept"), None);
        assert_eq!(template.values("cohort pilot: b of {x}, 7 kept on"), None);
        let both = MessageTemplate::read("of {}{others};");
        assert_eq!(both.values("of ab;").unwrap(), [("others", ""), ("0", "ab")]);
        let korean = MessageTemplate::read("코호트 {name}: {~0}, {count}");
        let text = korean.filled(&values, |value| value.to_uppercase());
        assert_eq!(text, "코호트 pilot: A: B, 7");
    }
}
