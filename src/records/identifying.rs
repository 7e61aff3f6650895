//! Attributes that may identify someone: the table of PS3.15 in `schema/vocabulary`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::vocabulary::{field, rows};

/// What the basic confidentiality profile does with the attribute of that keyword; none when it
/// lets it stand.
pub fn action(keyword: &str) -> Option<&'static str> {
    static ACTIONS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        rows("identifying").iter().map(|row| (field(row, 0), field(row, 2))).collect()
    });
    ACTIONS.get(keyword).copied()
}
