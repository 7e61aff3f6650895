//! Answers of S3, which are XML of elements with text.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::error::StoreError;

/// Passes each element that ends to `take`: the name of the element above it, its own, and its text.
///
/// # Errors
/// When it is not well-formed.
pub(super) fn for_each_element(
    xml: &[u8],
    mut take: impl FnMut(&str, &str, &str),
) -> Result<(), StoreError> {
    const MALFORMED: StoreError = StoreError::Damaged("it is not well-formed XML");
    let mut reader = Reader::from_str(std::str::from_utf8(xml).map_err(|_| MALFORMED)?);
    let mut open: Vec<(String, String)> = Vec::new();
    loop {
        let text = match reader.read_event().map_err(|_| MALFORMED)? {
            Event::Start(element) => {
                open.push((element.local_name().as_ref().to_owned(), String::new()));
                continue;
            }
            Event::End(_) => {
                let (name, text) = open.pop().ok_or(MALFORMED)?;
                take(open.last().map_or("", |(above, _)| above), &name, &text);
                continue;
            }
            Event::Text(text) => text.xml10_content().into_owned(),
            Event::CData(text) => text.xml10_content().into_owned(),
            Event::GeneralRef(entity) => match quick_xml::escape::resolve_xml_entity(&entity) {
                Some(text) => text.to_owned(),
                None => entity.resolve_char_ref().ok().flatten().ok_or(MALFORMED)?.to_string(),
            },
            Event::Eof if open.is_empty() => return Ok(()),
            Event::Eof => return Err(MALFORMED),
            _ => continue,
        };
        if let Some((_, held)) = open.last_mut() {
            held.push_str(&text);
        }
    }
}
