//! What a part of a split is for, by its name: `schema/formats/parts.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct PartRoles {
    role: Vec<PartRole>,
}

#[derive(Deserialize)]
struct PartRole {
    name: String,
    spellings: Vec<String>,
}

/// `training`, `validation` or `testing`; none when the name says nothing of the kind.
pub(super) fn role(part: &str) -> Option<&'static str> {
    static ROLES: LazyLock<Vec<PartRole>> = LazyLock::new(|| {
        let text = super::format_facts::format_fact("parts");
        toml::from_str::<PartRoles>(text).map(|roles| roles.role).unwrap_or_default()
    });
    let name = part.to_lowercase().replace(['-', ' '], "_");
    let role = ROLES.iter().find(|role| role.spellings.contains(&name));
    role.map(|role| role.name.as_str())
}

/// The number of a fold: `fold_3` is 3.
pub(super) fn fold(part: &str) -> Option<u32> {
    part.to_lowercase().strip_prefix("fold")?.trim_start_matches(['_', '-']).parse().ok()
}
