//! Cases that share an image: one woman under two numbers, most likely, who may not stand on both
//! sides of a split.

use std::collections::BTreeMap;

use arrow::array::UInt64Array;
use rayon::prelude::*;

use crate::catalog::{Catalog, CatalogError};

/// A value under more cases than this is no trace of one woman but a placeholder, such as the one
/// UID that a tool gave to every file.
const MOST_CASES: usize = 10;

/// What proves that two images are one, in SQL over `images`: the column that must be there, what
/// must be the same, and under which condition it proves anything.
///
/// A header without a single measurement of the exposure is much like any other of its device.
const PROOFS: [(&str, &str); 3] = [
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

/// What the images say of cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageLinks {
    /// Each shared value.
    pub found: Vec<SharedImage>,
    /// Values under so many cases that they prove nothing; `cases` holds them all.
    pub placeholders: Vec<SharedImage>,
}

/// Looks for images that stand under two cases, in the whole catalog: a link may lead through a
/// case that the cohort does not have.
pub fn find(catalog: &Catalog) -> Result<ImageLinks, CatalogError> {
    let there = catalog.columns("images")?;
    let mut links = ImageLinks::default();
    for (column, condition) in PROOFS {
        if !there.iter().any(|name| name == column) {
            continue;
        }
        let proofs = format!(
            "FROM images WHERE {column} IS NOT NULL AND case_id IS NOT NULL AND {condition}"
        );
        let suspects = suspects(catalog, column, &proofs)?;
        if suspects.is_empty() {
            continue;
        }
        let rows: Vec<(String, String)> = catalog.rows(&format!(
            "SELECT DISTINCT {column}, case_id {proofs}
             AND hash({column}) IN (SELECT unnest([{}]::UBIGINT[])) ORDER BY 1, 2",
            suspects.join(", ")
        ))?;
        let mut by_value: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (value, case) in rows {
            by_value.entry(value).or_default().push(case);
        }
        for (value, cases) in by_value {
            let link = SharedImage { column, value, cases };
            match link.cases.len() {
                0 | 1 => {}
                n if n > MOST_CASES => links.placeholders.push(link),
                _ => links.found.push(link),
            }
        }
    }
    Ok(links)
}

/// The hashes of values that stand under more than one case, or seem to. Of millions of images the
/// hashes fit in memory where their texts would not.
fn suspects(catalog: &Catalog, column: &str, proofs: &str) -> Result<Vec<String>, CatalogError> {
    let mut results = catalog.query(&format!("SELECT hash({column}), hash(case_id) {proofs}"))?;
    let mut pairs: Vec<(u64, u64)> = Vec::new();
    while let Some(batch) = results.next_batch()? {
        let hashes = |at: usize| batch.column(at).as_any().downcast_ref::<UInt64Array>().cloned();
        let (Some(values), Some(cases)) = (hashes(0), hashes(1)) else {
            return Err(CatalogError::Query("a hash is no UBIGINT".to_owned()));
        };
        pairs.extend(values.values().iter().copied().zip(cases.values().iter().copied()));
    }
    pairs.par_sort_unstable();
    let several = |same: &[(u64, u64)]| same.first().map(|p| p.1) != same.last().map(|p| p.1);
    let groups = pairs.chunk_by(|a, b| a.0 == b.0).filter(|same| several(same));
    Ok(groups.map(|same| same[0].0.to_string()).collect())
}
