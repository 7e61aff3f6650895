//! Files that are saved beside snapshots and manifests.

use mammodex::catalog::Catalog;
use mammodex::cohort;
use mammodex::manifest::verify::{ProvenanceRecord, verify};
use mammodex::split;

use crate::place;

/// The file of a cohort.
pub fn cohort(bytes: &[u8]) {
    place::write("catalog/cohorts/c.toml", bytes);
    let catalog = place::folder().join("catalog");
    if cohort::load(&catalog, &"c".parse().expect("a name")).is_ok()
        && let Ok(catalog) = Catalog::open(&catalog, None)
    {
        let _ = catalog.texts("FROM cohorts.c");
    }
}

/// The file of a split.
pub fn split(bytes: &[u8]) {
    place::write("catalog/splits/s.toml", bytes);
    let catalog = place::folder().join("catalog");
    if let Ok(split) = split::load(&catalog, &"s".parse().expect("a name")) {
        let _ = (split::verify(&catalog, &split), split::overlap(&catalog, &split));
    }
}

/// The provenance of a manifest.
pub fn provenance(bytes: &[u8]) {
    let manifest = place::folder().join("m.csv");
    place::write("m.csv.provenance.json", bytes);
    let Ok(record) = ProvenanceRecord::read(&manifest) else { return };
    if let Ok(catalog) = Catalog::open(&place::folder().join("catalog"), None) {
        let _ = verify(&catalog, &manifest, &record, None);
    }
}
