//! JSON of other annotation programs, by name, so that a finding says what it is.

use super::json::JsonNode;

/// The name of another annotation format, by the fields that its files have.
pub fn format(root: &JsonNode) -> Option<&'static str> {
    let first = match root {
        JsonNode::List(list) => list.first().unwrap_or(root),
        JsonNode::Object(entries) => entries.first().map_or(root, |(_, inner)| inner),
        _ => root,
    };
    let has = |key: &str| root.get(key).is_some();
    let each_has = |key: &str| first.get(key).is_some();
    if has("shapes") && (has("imagePath") || has("imageData") || has("flags")) {
        Some("labelme")
    } else if has("annotations") && (has("images") || has("categories"))
        || each_has("image_id") && (each_has("bbox") || each_has("segmentation"))
    {
        Some("COCO")
    } else if has("_via_img_metadata")
        || has("_via_settings")
        || each_has("filename") && each_has("regions")
    {
        Some("VGG Image Annotator")
    } else if each_has("annotations") && each_has("data") {
        Some("Label Studio")
    } else if has("features") && has("type") {
        Some("GeoJSON")
    } else if has("objects") && has("size") {
        Some("Supervisely")
    } else {
        None
    }
}
