//! A good snapshot is not replaced by one of another folder, or one that lost most of its rows: an
//! unmounted share looks like an empty data set.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::IndexError;
use super::request::{FileSelection, IndexRequest, OnLoss};
use super::snapshot::{CatalogStore, SnapshotDescription};

/// Tables whose rows are compared.
const TABLES: &[&str] = &["images", "patients", "annotations"];
/// Rows that may vanish from a small table.
const FEW: u64 = 20;

/// The current snapshot, where it is to be protected.
pub struct LossGuard(Option<SnapshotDescription>);

impl LossGuard {
    /// The guard of a catalog for one run.
    ///
    /// # Errors
    /// [`IndexError::AnotherRoot`] when the current snapshot is of another folder.
    pub fn new(
        store: &CatalogStore,
        request: &IndexRequest,
        root: &Path,
    ) -> Result<Self, IndexError> {
        if request.on_loss == OnLoss::Replace {
            return Ok(Self(None));
        }
        let current = store.current_of_any_version().map(|(_, description)| description);
        if let Some(current) = &current
            && current.root != root.to_string_lossy()
        {
            return Err(IndexError::AnotherRoot {
                snapshot: current.id,
                current: current.root.clone(),
                root: root.to_owned(),
            });
        }
        // An inventory is smaller than the data set on purpose.
        Ok(Self(current.filter(|_| request.files == FileSelection::All)))
    }

    /// Compares the rows of a new snapshot with those of the current one.
    ///
    /// # Errors
    /// [`IndexError::Loss`] when no image is left, or more than half of the images, patients or
    /// annotations vanish.
    pub fn check(&self, rows: &BTreeMap<String, u64>) -> Result<(), IndexError> {
        let Some(current) = &self.0 else { return Ok(()) };
        let mut losses = Vec::new();
        for table in TABLES {
            let before = current.tables.get(*table).map_or(0, |table| table.rows);
            let after = rows.get(*table).copied().unwrap_or(0);
            let lost = before.saturating_sub(after);
            let is_empty = *table == "images" && after == 0 && before > 0;
            if is_empty || (after < before / 2 && lost >= FEW) {
                losses.push(format!("{lost} of {before} {table}"));
            }
        }
        if losses.is_empty() {
            return Ok(());
        }
        Err(IndexError::Loss { snapshot: current.id, lost: losses.join(", ") })
    }
}
