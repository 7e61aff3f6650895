//! Which members a cohort gained and lost between two snapshots.

use std::collections::BTreeSet;

use super::definition::CohortDefinition;
use super::error::CohortError;
use crate::catalog::Catalog;

/// What happened to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is only in the newer cohort; the older catalog does not have it.
    New,
    /// It is only in the newer cohort, although the older catalog has it.
    Included,
    /// It is only in the older cohort; the newer catalog does not have it.
    Gone,
    /// It is only in the older cohort, although the newer catalog has it.
    Excluded,
}

impl ChangeKind {
    /// Whether the newer cohort has it.
    pub fn is_gain(self) -> bool {
        matches!(self, Self::New | Self::Included)
    }

    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::New => "new in the catalog",
            Self::Included => "now meets the steps",
            Self::Gone => "no longer in the catalog",
            Self::Excluded => "no longer meets the steps",
        }
    }
}

/// A member that is in the cohort of only one of two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// Its keys, in the order of [`super::MemberUnit::keys`]; a label or view may be missing.
    pub keys: Vec<Option<String>>,
    /// What happened.
    pub kind: ChangeKind,
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
        let kind = match after.contains(keys) {
            true if all_before.contains(keys) => ChangeKind::Included,
            true => ChangeKind::New,
            false if all_after.contains(keys) => ChangeKind::Excluded,
            false => ChangeKind::Gone,
        };
        MemberChange { keys: keys.clone(), kind }
    };
    Ok(before.symmetric_difference(&after).map(change).collect())
}
