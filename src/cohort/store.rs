//! Saved cohorts: `cohorts/NAME.toml` in the catalog's folder.

use std::path::{Path, PathBuf};

use super::error::CohortError;
use super::saved::Cohort;
use crate::catalog::{SavedKind, SavedQuery};
use crate::saved::{IfExists, NameError, SavedError, SavedFolder, SavedName};

/// The folder of saved cohorts.
pub const COHORTS: SavedFolder = SavedFolder::COHORTS;

/// Cohorts in SQL: `cohorts.NAME` has the rows of the members in the table of their unit.
pub const COHORT_VIEWS: SavedKind = SavedKind {
    schema: COHORTS.folder,
    kind: COHORTS.kind,
    names: |catalog| COHORTS.names(catalog).into_iter().map(String::from).collect(),
    query: |catalog, name| {
        let name = name.parse().map_err(|error: NameError| error.to_string())?;
        let cohort = load(catalog, &name).map_err(|error| error.to_string())?;
        Ok(SavedQuery::Untrusted(cohort.query()))
    },
};

/// Saves a cohort, and returns the path of its file.
///
/// # Errors
/// When the name is taken and must not be replaced, or the folder cannot be written.
pub fn save(catalog: &Path, cohort: &Cohort, if_exists: IfExists) -> Result<PathBuf, CohortError> {
    COHORTS.check_free(catalog, &cohort.name, if_exists)?;
    Ok(COHORTS.write(catalog, &cohort.name, cohort)?)
}

/// The saved cohorts, sorted by name; each that cannot be read is an error of its own.
pub fn list(catalog: &Path) -> Vec<Result<Cohort, CohortError>> {
    COHORTS.names(catalog).iter().map(|name| load(catalog, name)).collect()
}

/// Reads a saved cohort.
///
/// # Errors
/// When there is none of that name, its file cannot be read, or its SQL is more than a query of the
/// catalog's tables.
pub fn load(catalog: &Path, name: &SavedName) -> Result<Cohort, CohortError> {
    let cohort: Cohort = COHORTS.read(catalog, name)?;
    cohort.definition().check_untrusted().map_err(|error| {
        SavedError::broken(COHORTS.path(catalog, name, "toml"), error.to_string())
    })?;
    Ok(cohort)
}

/// Removes a saved cohort; splits and manifests made from it stay.
///
/// # Errors
/// When there is none of that name, or its file cannot be removed.
pub fn delete(catalog: &Path, name: &SavedName) -> Result<(), CohortError> {
    Ok(COHORTS.remove(catalog, name)?)
}
