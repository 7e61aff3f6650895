//! Lines of an inventory.

use serde_json::json;

use crate::index::object_state::ObjectState;
use crate::sources::source_file::SourceFile;

/// A path as a line of an inventory in JSON lines, which can name every path.
pub fn path_line(path: &str) -> String {
    format!("{}\n", json!({ "path": path }))
}

/// An object of a store as such a line, with its state.
pub fn object_line(file: &SourceFile) -> String {
    match ObjectState::of(file) {
        Some(state) => format!("{}\n", json!({ "path": file.path, "object": state })),
        None => path_line(&file.path),
    }
}
