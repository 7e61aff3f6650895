//! Files that are saved beside snapshots and manifests.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use mammodex::catalog::Catalog;
use mammodex::cohort;
use mammodex::manifest::verify::{ProvenanceRecord, verify};
use mammodex::quality::CheckSuite;
use mammodex::review::{import_verdicts, read_verdicts};
use mammodex::split;
use mammodex::tables::snapshot::SnapshotDescription;

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

/// The file of a reviewer, in the catalog and to be imported.
pub fn reviews(bytes: &[u8]) {
    let file = place::write("catalog/reviews/r.jsonl", bytes);
    let catalog = place::folder().join("catalog");
    let Ok(lines) = read_verdicts(&file) else { return };
    let is_sound = lines.unreadable.is_empty() && lines.verdicts.iter().all(|v| v.check().is_ok());
    if let Ok(opened) = Catalog::open(&catalog, None) {
        let rows = opened.texts("FROM reviews").map(|rows| rows.len());
        assert!(!is_sound || rows.is_ok(), "{rows:?}");
        let _ = opened.texts("FROM latest_verdicts");
    }
    let imported = import_verdicts(&place::folder().join("reviewed"), &file);
    assert!(imported.is_err() || is_sound);
    let _ = fs::remove_dir_all(place::folder().join("reviewed"));
}

/// The waivers of checks.
pub fn waivers(bytes: &[u8]) {
    place::write("catalog/checks/waivers.toml", bytes);
    run_checks(&["images.kvp_kv.range", "case-spelled-twice"]);
}

/// A check of the catalog's own.
pub fn check(bytes: &[u8]) {
    place::write("catalog/checks/own.sql", bytes);
    run_checks(&["own"]);
}

fn run_checks(names: &[&str]) {
    static CATALOG: LazyLock<PathBuf> = LazyLock::new(|| place::folder().join("catalog"));
    let Ok(catalog) = Catalog::open(&CATALOG, None) else { return };
    let Ok(suite) = CheckSuite::of(&catalog) else { return };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let report = suite.only(&names).expect("checks").run(&catalog).expect("their results");
    assert_eq!(report.results.len(), names.len());
}

/// The description of a snapshot, with the checksum that it should have.
pub fn snapshot(bytes: &[u8]) {
    static CATALOG: LazyLock<PathBuf> = LazyLock::new(|| {
        let (own, strange) = (place::folder().join("catalog"), place::folder().join("strange"));
        let folder = strange.join("snapshots/000001");
        fs::create_dir_all(&folder).expect("a folder");
        for entry in fs::read_dir(own.join("current")).expect("a snapshot").flatten() {
            fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copy");
        }
        let description = folder.join("snapshot.json");
        fs::remove_file(&description).expect("a file");
        std::os::unix::fs::symlink("snapshots/000001", strange.join("current")).expect("a link");
        strange
    });
    let description = serde_json::from_slice(bytes).map(SnapshotDescription::sealed);
    let text = description.map_or_else(|_| Ok(bytes.to_vec()), |sealed| serde_json::to_vec(&sealed));
    let path = CATALOG.join("snapshots/000001/snapshot.json");
    fs::write(path, text.expect("a text")).expect("a file");
    if let Ok(catalog) = Catalog::open(&CATALOG, None) {
        let _ = (catalog.count("SELECT count(*) FROM patients"), catalog.definitions());
    }
}
