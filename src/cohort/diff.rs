//! Who came and who went between two snapshots.

use std::collections::BTreeSet;

use super::{CohortDefinition, CohortError};
use crate::catalog::Catalog;

/// What happened to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is in the newer one alone, and the older catalog does not have it.
    New,
    /// It is in the newer one alone, though the older catalog has it.
    FitsNow,
    /// It is in the older one alone, and the newer catalog does not have it.
    Gone,
    /// It is in the older one alone, though the newer catalog has it.
    FitsNoMore,
}

impl ChangeKind {
    /// Whether it came.
    pub fn came(self) -> bool {
        matches!(self, Self::New | Self::FitsNow)
    }

    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::New => "new in the catalog",
            Self::FitsNow => "fits now",
            Self::Gone => "gone from the catalog",
            Self::FitsNoMore => "fits no more",
        }
    }
}

/// A member that is in one of two snapshots' cohorts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// Its keys, in the order of [`super::MemberUnit::keys`]; a label or view may be missing.
    pub keys: Vec<Option<String>>,
    /// What happened.
    pub changed: ChangeKind,
}

type MemberKeys = Vec<Option<String>>;

/// The members that differ between two snapshots of one catalog, sorted by their keys.
///
/// # Errors
/// When the cohort's query fails on one of them.
pub fn changes(
    definition: &CohortDefinition,
    older: &Catalog,
    newer: &Catalog,
) -> Result<Vec<MemberChange>, CohortError> {
    let members = |catalog: &Catalog| -> Result<BTreeSet<MemberKeys>, CohortError> {
        Ok(catalog.rows(&definition.keys())?.into_iter().collect())
    };
    let unit = definition.unit;
    let all = |catalog: &Catalog| -> Result<BTreeSet<MemberKeys>, CohortError> {
        let sql = format!("SELECT DISTINCT {} FROM {}", unit.order(), unit.base());
        Ok(catalog.rows(&sql)?.into_iter().collect())
    };
    let (before, after) = (members(older)?, members(newer)?);
    if before == after {
        return Ok(Vec::new());
    }
    let (all_before, all_after) = (all(older)?, all(newer)?);
    let change = |keys: &MemberKeys| {
        let changed = match after.contains(keys) {
            true if all_before.contains(keys) => ChangeKind::FitsNow,
            true => ChangeKind::New,
            false if all_after.contains(keys) => ChangeKind::FitsNoMore,
            false => ChangeKind::Gone,
        };
        MemberChange { keys: keys.clone(), changed }
    };
    Ok(before.symmetric_difference(&after).map(change).collect())
}
