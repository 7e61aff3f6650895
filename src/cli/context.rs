//! What every command works with: the catalog's folder, the user's defaults, the printer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::config::UserConfig;
use super::outcome::CliFailure;
use super::printer::Printer;
use crate::catalog::{Catalog, EngineLimits, SavedKind};
use crate::cohort::COHORT_VIEWS;
use crate::language::Language;
use crate::mirror::CatalogMirror;
use crate::split::SPLIT_VIEWS;

/// What SQL can name beside the tables: `cohorts.NAME` and `splits.NAME`.
const SAVED_VIEWS: &[SavedKind] = &[COHORT_VIEWS, SPLIT_VIEWS];

/// What every command works with.
pub struct CommandContext {
    /// The catalog's folder.
    pub catalog: PathBuf,
    /// The store that the catalog is in; absent for one that is in a folder.
    pub stored: Option<Arc<CatalogMirror>>,
    /// The user's defaults.
    pub config: UserConfig,
    /// The language of a report.
    pub language: Language,
    /// Whether `--lang` names it.
    pub is_language_given: bool,
    /// Where data goes.
    pub printer: Printer,
    /// What statements may reach and take: those of the session in which the command was typed.
    pub limits: EngineLimits,
}

/// The snapshot that is read.
#[derive(Debug, Clone, Args)]
pub struct SnapshotArgs {
    /// Number of the snapshot to read [default: the current one].
    #[arg(long, value_name = "N")]
    pub snapshot: Option<u32>,
}

impl CommandContext {
    /// Opens the catalog with its cohorts and splits.
    pub fn open(&self, snapshot: &SnapshotArgs) -> Result<Catalog, CliFailure> {
        self.open_within(snapshot, self.limits.clone())
    }

    /// Opens the catalog by its absolute path, for definitions that other programs run.
    pub fn open_by_absolute_path(&self, snapshot: &SnapshotArgs) -> Result<Catalog, CliFailure> {
        self.fetch(snapshot)?;
        let folder = std::fs::canonicalize(&self.catalog).unwrap_or_else(|_| self.catalog.clone());
        let catalog = Catalog::open(&folder, snapshot.snapshot)?;
        Ok(catalog.with_saved(SAVED_VIEWS).leak_engine()?)
    }

    /// Opens the catalog for statements within limits.
    pub fn open_within(
        &self,
        snapshot: &SnapshotArgs,
        limits: EngineLimits,
    ) -> Result<Catalog, CliFailure> {
        Ok(self.open_one_of_several(snapshot, limits)?.leak_engine()?)
    }

    /// Opens the catalog for a command that opens several.
    pub fn open_one_of_several(
        &self,
        snapshot: &SnapshotArgs,
        limits: EngineLimits,
    ) -> Result<Catalog, CliFailure> {
        self.fetch(snapshot)?;
        let catalog = Catalog::open_within(&self.catalog, snapshot.snapshot, limits)?;
        Ok(catalog.with_saved(SAVED_VIEWS))
    }

    /// Fetches the tables of a snapshot of a catalog in a store.
    pub fn fetch(&self, snapshot: &SnapshotArgs) -> Result<(), CliFailure> {
        match (&self.stored, snapshot.snapshot) {
            (Some(stored), Some(id)) => Ok(stored.fetch(id)?),
            _ => Ok(()),
        }
    }

    /// The catalog as messages show it: its folder or its address.
    pub fn shown_catalog(&self) -> PathBuf {
        self.stored.as_ref().map_or_else(|| self.catalog.clone(), |stored| stored.address())
    }

    /// The same work on another catalog.
    pub fn at(&self, catalog: PathBuf) -> Self {
        let (config, limits) = (self.config.clone(), self.limits.clone());
        let stored = self.stored.clone();
        Self { catalog, stored, config, printer: Printer::new(), limits, ..*self }
    }

    /// The same work on another catalog, its data kept.
    pub fn capturing(&self, catalog: &Path) -> Self {
        let (catalog, config) = (catalog.to_owned(), self.config.clone());
        let (limits, stored) = (self.limits.clone(), self.stored.clone());
        Self { catalog, stored, config, printer: Printer::capturing(), limits, ..*self }
    }

    /// The same work for commands that are typed in a session with limits.
    pub fn limited(&self, limits: EngineLimits) -> Self {
        Self { printer: Printer::new(), limits, ..self.capturing(&self.catalog) }
    }
}
