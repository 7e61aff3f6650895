//! The catalog's tables, views and macros in the engine, each made when a statement first names it:
//! making a view reads its Parquet file's footer, and most queries need one or two.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use duckdb::Connection;

use super::definition::{DefinitionKind, RelationDefinition};
use super::engine::TableCheck;
use super::error::CatalogError;
use super::review_files::{REVIEWS, review_files, with_files};
use crate::disk::{matches_sha256, sha256_of_file};
use crate::schema::ParquetHead;
use crate::sql::{identifier, literal, path_pattern};
use crate::tables::reader::check_described;
use crate::tables::snapshot::SnapshotDescription;

/// Names in statements that list what the catalog has; others begin with `duckdb_` and `pg_`.
const LISTING: &[&str] =
    &["show", "describe", "information_schema", "sqlite_master", "sql_auto_complete"];

/// Whether a statement with these names, in lower case, lists what the catalog has.
pub(super) fn lists_all(names: &BTreeSet<String>) -> bool {
    let lists = |name: &str| {
        LISTING.contains(&name) || name.starts_with("duckdb_") || name.starts_with("pg_")
    };
    names.iter().any(|name| lists(name))
}

/// Something that a statement can name.
#[derive(Debug)]
struct CatalogRelation {
    name: String,
    /// What makes it.
    sql: String,
    /// Its query; empty for a macro.
    query: String,
    /// What it needs.
    depends: Vec<String>,
    /// Its file, for errors.
    origin: String,
    kind: DefinitionKind,
    /// The SHA-256 of a table's file.
    sha256: Option<String>,
    /// Whether the content of the file is compared although it was before.
    rereads: bool,
}

/// Everything that the catalog offers, and what of it is not made yet; by default nothing.
#[derive(Debug, Default)]
pub(super) struct CatalogRelations {
    names: Vec<String>,
    waiting: Vec<CatalogRelation>,
    /// What was made, in that order.
    made: Vec<RelationDefinition>,
    /// The files that the view of reviews reads.
    review_files: Vec<PathBuf>,
    /// A file that is read in their place where there are none.
    description: PathBuf,
}

impl CatalogRelations {
    /// Those of a snapshot of a catalog, and of `schema/macros` and `schema/views`.
    ///
    /// # Errors
    /// When a table's file is missing.
    pub(super) fn of(
        catalog: &Path,
        snapshot_dir: &Path,
        snapshot: &SnapshotDescription,
        check: TableCheck,
    ) -> Result<Self, CatalogError> {
        let mut waiting = Vec::new();
        for (table, file) in &snapshot.tables {
            let path = snapshot_dir.join(format!("{table}.parquet"));
            let broken = |reason: &str| CatalogError::broken(path.clone(), reason);
            let metadata = fs::metadata(&path).ok().filter(Metadata::is_file);
            let metadata = metadata.ok_or_else(|| broken("the file is missing"))?;
            let pattern = path_pattern(&path).ok_or_else(|| broken("the path is not UTF-8"))?;
            let query = format!(
                "SELECT * FROM read_parquet({}, hive_partitioning = false)",
                literal(&pattern)
            );
            waiting.push(CatalogRelation {
                name: table.to_lowercase(),
                sql: format!("CREATE VIEW {} AS {query}", identifier(table)),
                query,
                depends: Vec::new(),
                origin: path.display().to_string(),
                kind: DefinitionKind::Table,
                sha256: Some(file.sha256.clone()),
                rereads: check.rereads(metadata.len()),
            });
        }
        waiting.extend(embedded(crate::schema::MACROS, DefinitionKind::Macro));
        waiting.extend(embedded(crate::schema::VIEWS, DefinitionKind::View));
        let review_files = review_files(catalog);
        let description = snapshot_dir.join("snapshot.json");
        for view in waiting.iter_mut().filter(|relation| relation.name == REVIEWS) {
            view.read_files(&review_files, &description);
        }
        let named = |r: &CatalogRelation| (r.kind != DefinitionKind::Macro).then(|| r.name.clone());
        Ok(Self {
            names: waiting.iter().filter_map(named).collect(),
            waiting,
            made: Vec::new(),
            review_files,
            description,
        })
    }

    /// The files of reviews, by the last listing.
    pub(super) fn review_files(&self) -> &[PathBuf] {
        &self.review_files
    }

    /// Makes the view of reviews again where the catalog has other files of them by now.
    ///
    /// # Errors
    /// When DuckDB refuses the view.
    pub(super) fn follow_reviews(
        &mut self,
        engine: &Connection,
        catalog: &Path,
    ) -> Result<(), CatalogError> {
        let files = review_files(catalog);
        if files == self.review_files {
            return Ok(());
        }
        self.review_files = files;
        let view = embedded(crate::schema::VIEWS, DefinitionKind::View);
        for mut view in view.filter(|relation| relation.name == REVIEWS) {
            view.read_files(&self.review_files, &self.description);
            if let Some(waiting) = self.waiting.iter_mut().find(|other| other.name == REVIEWS) {
                *waiting = view;
            } else {
                let sql = view.sql.replacen("CREATE", "CREATE OR REPLACE", 1);
                let replace = || engine.execute_batch(&sql).map_err(|error| view.failed(error));
                in_catalog_schema(engine, replace)?;
            }
        }
        Ok(())
    }

    /// What was made, in an order in which each has what it needs.
    pub(super) fn made(&self) -> &[RelationDefinition] {
        &self.made
    }

    /// Notes what was made; a view that is made again replaces its earlier definition.
    pub(super) fn note(&mut self, definition: RelationDefinition) {
        self.made.retain(|other| other.name != definition.name || other.kind != definition.kind);
        self.made.push(definition);
    }

    /// The names of tables and views.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Makes what a statement names, in lower case, unless it is there, and everything that it needs.
    ///
    /// # Errors
    /// When a file is damaged, or a file of `schema/` does not fit it.
    pub(super) fn make_for(
        &mut self,
        engine: &Connection,
        names: &BTreeSet<String>,
    ) -> Result<(), CatalogError> {
        let is_waiting = |name: &String| self.waiting.iter().any(|other| other.name == *name);
        let names: Vec<&String> = names.iter().filter(|name| is_waiting(name)).collect();
        if names.is_empty() {
            return Ok(());
        }
        in_catalog_schema(engine, || names.iter().try_for_each(|name| self.make(engine, name)))
    }

    /// Makes everything that is not there yet.
    pub(super) fn make_all(&mut self, engine: &Connection) -> Result<(), CatalogError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        in_catalog_schema(engine, || {
            while let Some(name) = self.waiting.first().map(|relation| relation.name.clone()) {
                self.make(engine, &name)?;
            }
            Ok(())
        })
    }

    fn make(&mut self, engine: &Connection, name: &str) -> Result<(), CatalogError> {
        // A view and a macro may share a name.
        while let Some(at) = self.waiting.iter().position(|relation| relation.name == name) {
            let relation = self.waiting.swap_remove(at);
            for need in &relation.depends {
                self.make(engine, need)?;
            }
            relation.check_file()?;
            engine.execute_batch(&relation.sql).map_err(|error| relation.failed(error))?;
            self.note(relation.definition());
        }
        Ok(())
    }
}

/// Makes something in the catalog's own schema, whatever database or search path a session has chosen: its
/// views would be made in that database, and would not find each other.
///
/// # Errors
/// Those of `make`, and what DuckDB reports.
pub(super) fn in_catalog_schema<T>(
    engine: &Connection,
    make: impl FnOnce() -> Result<T, CatalogError>,
) -> Result<T, CatalogError> {
    let path = "SELECT current_setting('search_path')";
    let path: String = engine.query_row(path, [], |row| row.get(0)).map_err(CatalogError::query)?;
    if path.is_empty() {
        return make();
    }
    let choose = |path: &str| {
        let sql = format!("SET search_path = {}", literal(path));
        engine.execute_batch(&sql).map_err(CatalogError::query)
    };
    choose("")?;
    let made = make();
    choose(&path)?;
    made
}

impl CatalogRelation {
    /// Puts these files in the place of those that the view of reviews names.
    fn read_files(&mut self, files: &[PathBuf], without_verdicts: &Path) {
        self.sql = with_files(&self.sql, files, without_verdicts);
        self.query = with_files(&self.query, files, without_verdicts);
    }

    fn definition(&self) -> RelationDefinition {
        RelationDefinition {
            schema: None,
            name: self.name.clone(),
            kind: self.kind,
            sql: if self.kind == DefinitionKind::Macro { &self.sql } else { &self.query }.clone(),
            reads_files: self.kind == DefinitionKind::Table || self.name == REVIEWS,
        }
    }

    /// Compares the file of a table with its checksum: a damaged page may decode to other values.
    fn check_file(&self) -> Result<(), CatalogError> {
        let Some(recorded) = &self.sha256 else { return Ok(()) };
        let path = PathBuf::from(&self.origin);
        let matches = if self.rereads {
            sha256_of_file(&path).map(|sha256| sha256 == *recorded)
        } else {
            matches_sha256(&path, recorded)
        };
        let reason = match matches {
            Ok(true) => return self.check_form(&path),
            Ok(false) => "the file has changed: its checksum differs".to_owned(),
            Err(error) => error.to_string(),
        };
        Err(CatalogError::broken(path, reason))
    }

    /// Compares the columns of a table with those that this version writes: whoever writes a table writes its
    /// checksum too. A page that unpacks to more than a reader should hold is refused where reading all page
    /// headers takes no time; in longer files DuckDB's limit of memory bounds it.
    fn check_form(&self, path: &Path) -> Result<(), CatalogError> {
        let checked = check_described(path, &self.name, self.rereads);
        checked.map_err(|error| CatalogError::broken(path.to_owned(), error.reason()))
    }

    fn failed(&self, error: duckdb::Error) -> CatalogError {
        let reason = CatalogError::query(error).to_string();
        match self.kind {
            DefinitionKind::Table => CatalogError::broken(PathBuf::from(&self.origin), reason),
            _ => CatalogError::Schema(self.origin.clone(), reason),
        }
    }
}

fn embedded(
    files: &'static [(&'static str, &'static str)],
    kind: DefinitionKind,
) -> impl Iterator<Item = CatalogRelation> {
    files.iter().map(move |(stem, text)| {
        let body = text.trim_end().trim_end_matches(';');
        let (folder, sql, query) = match kind {
            DefinitionKind::Macro => ("macros", body.to_owned(), String::new()),
            _ => {
                let sql = format!("CREATE VIEW {} AS\n{body}\n", identifier(stem));
                ("views", sql, body.to_owned())
            }
        };
        let head = ParquetHead::read(text);
        CatalogRelation {
            name: stem.to_lowercase(),
            sql,
            query,
            depends: head.names("depends").map(str::to_lowercase).collect(),
            origin: format!("{folder}/{stem}.sql"),
            kind,
            sha256: None,
            rereads: false,
        }
    })
}
