//! Elements, attributes and text of the XML parts of a spreadsheet.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::budget::ReadLimit;

/// Why reading stops: a bound, or XML that is not well-formed.
pub enum XmlError {
    /// A bound.
    Limit(ReadLimit),
    /// The reason.
    Malformed(String),
}

impl From<ReadLimit> for XmlError {
    fn from(limit: ReadLimit) -> Self {
        Self::Limit(limit)
    }
}

impl From<quick_xml::Error> for XmlError {
    fn from(error: quick_xml::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// An attribute's value, by its name without the prefix.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, XmlError> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|e| XmlError::Malformed(e.to_string()))?;
        if attribute.key.local_name().as_ref() == name {
            return Ok(Some(unescaped(&attribute)?.into_owned()));
        }
    }
    Ok(None)
}

/// The value of an attribute.
pub fn unescaped<'a>(attribute: &'a Attribute<'_>) -> Result<Cow<'a, str>, XmlError> {
    quick_xml::escape::unescape(&attribute.value).map_err(|e| XmlError::Malformed(e.to_string()))
}

/// The text of an entity or character reference.
pub fn resolved(entity: &BytesRef<'_>) -> Result<String, XmlError> {
    if let Some(text) = quick_xml::escape::resolve_xml_entity(entity) {
        return Ok(text.to_owned());
    }
    let c = entity.resolve_char_ref()?;
    c.map(String::from)
        .ok_or_else(|| XmlError::Malformed(format!("the entity &{}; is not known", &**entity)))
}

/// Passes every element's start to `read`.
pub fn for_each_element(
    text: &str,
    mut read: impl FnMut(&BytesStart<'_>) -> Result<(), XmlError>,
) -> Result<(), XmlError> {
    let mut xml = Reader::from_str(text);
    loop {
        match xml.read_event()? {
            Event::Start(element) | Event::Empty(element) => read(&element)?,
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
