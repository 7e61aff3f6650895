//! What a manifest is made of: the parts of a split, or a cohort.

use std::path::Path;

use super::error::ManifestError;
use crate::catalog::Catalog;
use crate::cohort::{self, COHORTS, Cohort, CohortDefinition, CohortError};
use crate::saved::{self, SavedError, SavedName};
use crate::split::{self, SPLITS, Split, SplitError};
use crate::sql::literal;

/// What a manifest is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum ManifestSource {
    /// The parts of a split.
    Split(Box<Split>),
    /// A cohort; its manifest's column `split` is empty.
    Cohort(Cohort),
}

impl ManifestSource {
    /// The split of that name, else the cohort.
    ///
    /// # Errors
    /// When there is neither.
    pub fn find(catalog: &Path, name: &SavedName) -> Result<Self, ManifestError> {
        match split::load(catalog, name) {
            Ok(split) => Ok(Self::Split(Box::new(split))),
            Err(SplitError::Saved(SavedError::Missing { .. })) => match cohort::load(catalog, name)
            {
                Ok(cohort) => Ok(Self::Cohort(cohort)),
                Err(CohortError::Saved(SavedError::Missing { .. })) => {
                    let folders = [SPLITS, COHORTS];
                    Err(saved::missing("split or cohort", &folders, catalog, name).into())
                }
                Err(error) => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Its name.
    pub fn name(&self) -> &SavedName {
        match self {
            Self::Split(split) => &split.name,
            Self::Cohort(cohort) => &cohort.name,
        }
    }

    /// The definition of its cohort.
    pub fn definition(&self) -> CohortDefinition {
        match self {
            Self::Split(split) => split.definition(),
            Self::Cohort(cohort) => cohort.definition(),
        }
    }

    /// The snapshot that it was made on.
    pub fn snapshot(&self) -> u32 {
        match self {
            Self::Split(split) => split.snapshot,
            Self::Cohort(cohort) => cohort.snapshot,
        }
    }

    /// The names of the parts, in order; none for a cohort.
    pub fn parts(&self) -> Vec<&str> {
        match self {
            Self::Split(split) => split.parts.iter().map(|part| part.name.as_str()).collect(),
            Self::Cohort(_) => Vec::new(),
        }
    }

    /// Checks that a split is the file that was saved, with every patient in one part.
    pub(super) fn check(&self, catalog: &Path) -> Result<(), ManifestError> {
        let Self::Split(split) = self else { return Ok(()) };
        split::verify(catalog, split)?;
        match split::overlap(catalog, split)? {
            0 => Ok(()),
            count => Err(ManifestError::Overlap { name: split.name.clone(), count }),
        }
    }

    /// How many members there are, where that is written down.
    pub(super) fn written_members(&self) -> Option<u64> {
        match self {
            Self::Split(split) => Some(split.patients),
            Self::Cohort(_) => None,
        }
    }

    /// The members with the part of each: columns member, split, part_number (for the order).
    /// Patients without a part are not among them.
    pub(super) fn members(&self, catalog: &Catalog) -> Result<String, ManifestError> {
        Ok(match self {
            Self::Cohort(cohort) => format!(
                "SELECT case_id AS member, NULL::VARCHAR AS split, 0 AS part_number FROM ({})",
                cohort.definition().members()
            ),
            Self::Split(split) => {
                let names: Vec<String> =
                    split.parts.iter().map(|part| literal(&part.name)).collect();
                format!(
                    "SELECT case_id AS member, split, list_position([{}], split) AS part_number\n\
                     FROM {} WHERE split IS NOT NULL",
                    names.join(", "),
                    split::relation(catalog.dir(), split)?
                )
            }
        })
    }
}
