//! Relationships of the parts of a workbook (ECMA-376 part 2, 6.5).

use std::collections::HashMap;

use super::xml::{XmlError, attribute, for_each_element};

/// Kind and part of each relationship, by its ID.
pub type Relationships = HashMap<String, (String, String)>;

/// The relationships of a part in `folder`.
///
/// # Errors
/// When the XML is not well-formed.
pub fn relationships(text: &str, folder: &str) -> Result<Relationships, XmlError> {
    let mut targets = HashMap::new();
    for_each_element(text, |element| {
        if element.local_name().as_ref() != "Relationship" {
            return Ok(());
        }
        let value = |name| attribute(element, name).map(Option::unwrap_or_default);
        let (id, kind, target) = (value("Id")?, value("Type")?, value("Target")?);
        let part = match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("{folder}{}", target.trim_start_matches("./")),
        };
        let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
        targets.insert(id, (kind, part));
        Ok(())
    })?;
    Ok(targets)
}
