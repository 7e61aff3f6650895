//! Case IDs that most likely belong to one patient: several spellings, or one ID per view.

use crate::catalog::{Catalog, CatalogError};

/// Finds groups of case IDs that differ only in case, separators, leading zeros, or a view or side at
/// their end; each group is sorted. `schema/macros/case_stem.sql` has the rule.
///
/// # Errors
/// When the catalog cannot be queried.
pub fn find(catalog: &Catalog) -> Result<Vec<Vec<String>>, CatalogError> {
    let rows: Vec<(String, String)> = catalog.rows(
        "SELECT stem, case_id FROM (
             SELECT case_id, case_stem(case_id) AS stem,
                    count(*) OVER (PARTITION BY case_stem(case_id)) AS cases FROM patients
         ) WHERE cases > 1 ORDER BY 1, 2",
    )?;
    let same = rows.chunk_by(|a, b| a.0 == b.0);
    Ok(same.map(|group| group.iter().map(|(_, case)| case.clone()).collect()).collect())
}
