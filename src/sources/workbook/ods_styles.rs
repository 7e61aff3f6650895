//! Styles of OpenDocument spreadsheets (ODF 1.3 part 3, 16 and 20): number formats with text, struck-out
//! cells, superscript.

use std::collections::{HashMap, HashSet};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::cell_style::CellStyle;
use super::number_format::{LiteralFormat, NumberFormat};
use super::xml::{XmlError, attribute, resolved};

/// Parents of a style that are followed.
const MOST_PARENTS: usize = 8;

/// The styles of `styles.xml` and `content.xml`.
#[derive(Debug, Default)]
pub struct OdsStyles {
    formats: HashMap<String, NumberFormat>,
    cells: HashMap<String, NamedCellStyle>,
    raised: HashSet<String>,
}

#[derive(Debug, Default)]
struct NamedCellStyle {
    format: Option<String>,
    parent: Option<String>,
    is_struck: Option<bool>,
}

/// A number format that is being read.
#[derive(Default)]
struct PendingFormat {
    name: String,
    before: String,
    behind: String,
    digits: usize,
    has_digits: bool,
    is_text: bool,
}

impl OdsStyles {
    /// The style of a cell by its name; a plain one for a name that is not known.
    pub fn cell(&self, name: &str) -> CellStyle {
        let (mut format, mut is_struck) = (None, None);
        let mut named = self.cells.get(name);
        for _ in 0..MOST_PARENTS {
            let Some(style) = named else { break };
            format = format.or(style.format.as_deref());
            is_struck = is_struck.or(style.is_struck);
            named = style.parent.as_deref().and_then(|parent| self.cells.get(parent));
        }
        let number = format.and_then(|format| self.formats.get(format)).cloned();
        CellStyle { number: number.unwrap_or_default(), is_struck: is_struck.unwrap_or(false) }
    }

    /// Whether the style of a span of text makes it superscript.
    pub fn is_raised(&self, name: &str) -> bool {
        self.raised.contains(name)
    }

    /// Adds the styles of a part, up to its body.
    ///
    /// # Errors
    /// When the XML before the body is not well-formed.
    pub fn read(&mut self, text: &str) -> Result<(), XmlError> {
        let mut xml = Reader::from_str(text);
        xml.config_mut().expand_empty_elements = true;
        let mut format: Option<PendingFormat> = None;
        let mut style = None;
        loop {
            match xml.read_event()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "body" => return Ok(()),
                    "number-style" | "currency-style" | "percentage-style" | "text-style" => {
                        let name = attribute(&element, "name")?.unwrap_or_default();
                        format = Some(PendingFormat { name, ..PendingFormat::default() });
                    }
                    "style" => style = self.open_style(&element)?,
                    "text-properties" => {
                        if let Some(name) = &style {
                            self.set_text(name, &element)?;
                        }
                    }
                    name => {
                        if let Some(format) = &mut format {
                            format.open(name, &element)?;
                        }
                    }
                },
                Event::End(element) => match element.local_name().as_ref() {
                    "number-style" | "currency-style" | "percentage-style" | "text-style" => {
                        if let Some(format) = format.take() {
                            self.formats.insert(format.name.clone(), format.finish());
                        }
                    }
                    "style" => style = None,
                    "text" => {
                        if let Some(format) = &mut format {
                            format.is_text = false;
                        }
                    }
                    _ => {}
                },
                Event::Text(text) => add(format.as_mut(), &text.xml10_content()),
                Event::CData(text) => add(format.as_mut(), &text.xml10_content()),
                Event::GeneralRef(entity) => add(format.as_mut(), &resolved(&entity)?),
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Begins a style, and returns its name.
    fn open_style(&mut self, element: &BytesStart<'_>) -> Result<Option<String>, XmlError> {
        let name = attribute(element, "name")?.unwrap_or_default();
        if attribute(element, "family")?.as_deref() == Some("table-cell") {
            let style = NamedCellStyle {
                format: attribute(element, "data-style-name")?,
                parent: attribute(element, "parent-style-name")?,
                is_struck: None,
            };
            self.cells.insert(name.clone(), style);
        }
        Ok(Some(name))
    }

    /// Takes what the text properties of a style say (20.340, 20.367).
    fn set_text(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), XmlError> {
        let is_raised = attribute(element, "text-position")?.is_some_and(|position| {
            let mut words = position.split_whitespace();
            words.next().is_some_and(|word| {
                let percent = word.strip_suffix('%').and_then(|number| number.parse::<f64>().ok());
                word == "super" || percent.is_some_and(|percent| percent > 0.0)
            })
        });
        if is_raised {
            self.raised.insert(name.to_owned());
        }
        let line = attribute(element, "text-line-through-style")?;
        let kind = attribute(element, "text-line-through-type")?;
        if let Some(style) = self.cells.get_mut(name)
            && (line.is_some() || kind.is_some())
        {
            let is_line = |value: Option<String>| value.is_some_and(|value| value != "none");
            style.is_struck = Some(is_line(line) || is_line(kind));
        }
        Ok(())
    }
}

fn add(format: Option<&mut PendingFormat>, text: &str) {
    if let Some(format) = format.filter(|format| format.is_text) {
        let part = if format.has_digits { &mut format.behind } else { &mut format.before };
        part.push_str(text);
    }
}

impl PendingFormat {
    fn open(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), XmlError> {
        match name {
            "text" => self.is_text = true,
            "number" | "scientific-number" | "fraction" => {
                self.has_digits = true;
                let digits = attribute(element, "min-integer-digits")?;
                let decimals = attribute(element, "decimal-places")?;
                if decimals.is_none_or(|decimals| decimals == "0") {
                    self.digits = digits.and_then(|digits| digits.parse().ok()).unwrap_or(0);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> NumberFormat {
        /// Digits of an ID, at most.
        const MOST_DIGITS: usize = 64;
        let mut texts = self.before.chars().chain(self.behind.chars());
        if texts.any(char::is_alphabetic) && self.has_digits {
            return NumberFormat::Literal(vec![LiteralFormat::around_digits(
                self.before,
                self.behind,
            )]);
        }
        match self.digits {
            digits @ 3..=MOST_DIGITS => NumberFormat::Padded(digits),
            _ => NumberFormat::Number,
        }
    }
}
