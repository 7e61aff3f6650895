//! Cases that share an image: most likely one woman under two case IDs, who must not be in two parts
//! of a split.

use std::collections::BTreeMap;

use arrow::array::UInt64Array;
use rayon::prelude::*;

use crate::catalog::{Catalog, CatalogError};

/// A value shared by more cases than this is a placeholder, such as one UID that a tool gave to every
/// file.
const MAX_CASES: usize = 10;

/// The columns of `images` whose equal values identify one image, each with the condition under which
/// they do. A header without any measurement of the exposure is often the same for a whole device.
const IDENTIFYING_COLUMNS: [(&str, &str); 3] = [
    ("sop_instance_uid", "true"),
    (
        "header_fingerprint",
        "coalesce(exposure_mas, breast_thickness_mm, compression_force_n, organ_dose_mgy) IS NOT NULL",
    ),
    ("pixel_hash", "true"),
];

/// Cases that have an image in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedImage {
    /// The column of `images` that is the same: `sop_instance_uid`, `header_fingerprint` or
    /// `pixel_hash`.
    pub column: &'static str,
    /// Its value.
    pub value: String,
    /// The cases, sorted; two at least.
    pub cases: Vec<String>,
}

/// The values that images of several cases share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageLinks {
    /// Values that link cases.
    pub links: Vec<SharedImage>,
    /// Values of too many cases to link them; `cases` has all of these.
    pub placeholders: Vec<SharedImage>,
}

/// Finds images that several cases share, in the whole catalog: a link may pass through a case that
/// the cohort does not have.
///
/// # Errors
/// When the catalog cannot be queried.
pub fn find(catalog: &Catalog) -> Result<ImageLinks, CatalogError> {
    let columns = catalog.columns("images")?;
    let mut shared = ImageLinks::default();
    for (column, condition) in IDENTIFYING_COLUMNS {
        if !columns.iter().any(|name| name == column) {
            continue;
        }
        let rows_with_value = format!(
            "FROM images WHERE {column} IS NOT NULL AND case_id IS NOT NULL AND {condition}"
        );
        let hashes = shared_hashes(catalog, column, &rows_with_value)?;
        if hashes.is_empty() {
            continue;
        }
        let rows: Vec<(String, String)> = catalog.rows(&format!(
            "SELECT DISTINCT {column}, case_id {rows_with_value}
             AND hash({column}) IN (SELECT unnest([{}]::UBIGINT[])) ORDER BY 1, 2",
            hashes.join(", ")
        ))?;
        let mut by_value: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (value, case) in rows {
            by_value.entry(value).or_default().push(case);
        }
        for (value, cases) in by_value {
            let link = SharedImage { column, value, cases };
            match link.cases.len() {
                0 | 1 => {}
                n if n > MAX_CASES => shared.placeholders.push(link),
                _ => shared.links.push(link),
            }
        }
    }
    Ok(shared)
}

/// The hashes of values that more than one case has, or seems to have. The hashes of millions of
/// values fit in memory; the texts would not.
fn shared_hashes(
    catalog: &Catalog,
    column: &str,
    rows_with_value: &str,
) -> Result<Vec<String>, CatalogError> {
    let mut results =
        catalog.query(&format!("SELECT hash({column}), hash(case_id) {rows_with_value}"))?;
    let mut pairs: Vec<(u64, u64)> = Vec::new();
    while let Some(batch) = results.next_batch()? {
        let hashes =
            |index: usize| batch.column(index).as_any().downcast_ref::<UInt64Array>().cloned();
        let (Some(values), Some(cases)) = (hashes(0), hashes(1)) else {
            return Err(CatalogError::Query("a hash is not a UBIGINT".to_owned()));
        };
        pairs.extend(values.values().iter().copied().zip(cases.values().iter().copied()));
    }
    pairs.par_sort_unstable();
    let several = |same: &[(u64, u64)]| same.first().map(|p| p.1) != same.last().map(|p| p.1);
    let groups = pairs.chunk_by(|a, b| a.0 == b.0).filter(|same| several(same));
    Ok(groups.map(|same| same[0].0.to_string()).collect())
}
