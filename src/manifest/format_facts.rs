//! The files of `schema/formats`.

/// Returns the text of `schema/formats/STEM.*`, empty when there is none.
pub(super) fn format_fact(stem: &str) -> &'static str {
    let file = crate::schema::FORMATS.iter().find(|(known, _)| *known == stem);
    file.map_or("", |(_, text)| text)
}
