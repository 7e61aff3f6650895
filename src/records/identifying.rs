//! DICOM attributes that may identify a person: table E.1-1 of PS3.15, in `schema/vocabulary`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::vocabulary::{field, rows};

/// The action of the basic confidentiality profile on the attribute with that keyword; absent when it
/// does not list the attribute.
pub fn action(keyword: &str) -> Option<&'static str> {
    static ACTIONS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        rows("identifying").iter().map(|row| (field(row, 0), field(row, 2))).collect()
    });
    ACTIONS.get(keyword).copied()
}
