//! JSON of other annotation programs, by name, so that a finding says what it is:
//! `schema/vocabulary/annotation_formats.csv`.

use super::json::JsonNode;
use crate::records::vocabulary::{field, rows};

/// The name of another annotation format, by the keys that its files have.
pub fn format(root: &JsonNode) -> Option<&'static str> {
    let entry = match root {
        JsonNode::List(list) => list.first().unwrap_or(root),
        JsonNode::Object(entries) => entries.first().map_or(root, |(_, inner)| inner),
        _ => root,
    };
    let row = rows("annotation_formats")
        .iter()
        .find(|row| has_keys(root, field(row, 1)) && has_keys(entry, field(row, 2)))?;
    Some(field(row, 0))
}

/// Whether an object has every key, or one of those that `|` separates.
fn has_keys(node: &JsonNode, keys: &str) -> bool {
    keys.split_whitespace().all(|keys| keys.split('|').any(|key| node.get(key).is_some()))
}
