//! Lines of an inventory.

/// A path as a line of an inventory in JSON lines, which can name every path.
pub fn path_line(path: &str) -> String {
    format!("{}\n", serde_json::json!({ "path": path }))
}
