//! A snapshot opened in DuckDB: its tables as views, streaming results, interrupt.
//!
//! Nothing here writes to a snapshot. The engine lives in memory, takes no extension from the
//! network, and reads the Parquet files that `current` named when it was opened: a run of the
//! indexer beside it changes nothing for the session.

mod advice;
pub mod file;
mod results;
pub mod script;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use duckdb::{Config, Connection};

pub use results::Results;
use script::{identifier, literal, path_pattern};

use crate::tables::relation;
use crate::tables::snapshot::{self, Description, SCHEMA_VERSION};

/// A catalog could not be opened, or a statement failed.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The folder holds no catalog.
    #[error("no catalog at {0}: run `mammodex index DATASET --catalog {0}` first")]
    Missing(PathBuf),
    /// The catalog has no such snapshot.
    #[error("the catalog at {dir} has no snapshot {id}; there are {there:?}")]
    NoSnapshot {
        /// The catalog's folder.
        dir: PathBuf,
        /// The number asked for.
        id: u32,
        /// The numbers that it has.
        there: Vec<u32>,
    },
    /// `snapshot.json` or a table of the snapshot cannot be read.
    #[error("{path}: {reason}; run `mammodex index` again")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The tables have another shape than this program knows.
    #[error(
        "the snapshot at {dir} has tables of version {found}, this mammodex reads version {}: \
         run `mammodex index` again, or use the mammodex that wrote it ({tool})",
        SCHEMA_VERSION
    )]
    Version {
        /// The snapshot's folder.
        dir: PathBuf,
        /// The version found.
        found: u32,
        /// The program that wrote it.
        tool: String,
    },
    /// DuckDB refused a statement.
    #[error("{0}")]
    Query(String),
    /// A file of `schema/views` or `schema/macros` does not fit the tables.
    #[error("schema/{0}: {1}")]
    Schema(String, String),
    /// A column is of a type whose values would be shown wrongly.
    #[error(
        "column {column} is of type {kind}, which cannot be shown as it is: write {column}::VARCHAR"
    )]
    Column {
        /// The column.
        column: String,
        /// Its type.
        kind: &'static str,
    },
    /// The query was stopped by the user. DuckDB says the same of the threads that it stops itself
    /// when another one fails, and now and then their word comes first.
    #[error("interrupted (if not by you: a part of the query failed; SET threads = 1 shows which)")]
    Interrupted,
}

impl CatalogError {
    pub(crate) fn query(error: duckdb::Error) -> Self {
        let text = match error {
            duckdb::Error::DuckDBFailure(_, Some(text)) => text,
            other => other.to_string(),
        };
        if text.starts_with("INTERRUPT") { Self::Interrupted } else { Self::Query(text) }
    }

    /// An error that comes while rows are read, when the statement is no longer at hand.
    fn on_its_way(error: duckdb::Error) -> Self {
        match Self::query(error) {
            Self::Query(text) => Self::Query(advice::improve(&text, "", &Vec::new)),
            other => other,
        }
    }
}

/// Stops the query that runs on the catalog it came from; may be sent to another thread.
#[derive(Clone)]
pub struct Interrupt(Arc<duckdb::InterruptHandle>);

impl Interrupt {
    /// Ends the running query with [`CatalogError::Interrupted`]; does nothing when none runs.
    pub fn stop(&self) {
        self.0.interrupt();
    }
}

/// One snapshot, ready for SQL.
pub struct Catalog {
    connection: Connection,
    dir: PathBuf,
    snapshot_dir: PathBuf,
    snapshot: Description,
}

impl Catalog {
    /// Opens the snapshot of that number, else the newest.
    ///
    /// # Errors
    /// When there is no catalog, no such snapshot, or one of another shape.
    ///
    /// ```no_run
    /// # use mammodex::catalog::Catalog;
    /// let catalog = Catalog::open("catalog".as_ref(), None)?;
    /// let rows = catalog.texts("SELECT diagnosis, count(*) FROM patients GROUP BY 1 ORDER BY 1")?;
    /// # Ok::<(), mammodex::catalog::CatalogError>(())
    /// ```
    pub fn open(dir: &Path, snapshot: Option<u32>) -> Result<Self, CatalogError> {
        let snapshot_dir = locate(dir, snapshot)?;
        let snapshot = describe(&snapshot_dir)?;
        let connection = engine()?;
        let catalog = Self { connection, dir: dir.to_owned(), snapshot_dir, snapshot };
        catalog.make_views()?;
        catalog.make_relations()?;
        Ok(catalog)
    }

    /// What the snapshot says of itself.
    pub fn snapshot(&self) -> &Description {
        &self.snapshot
    }

    /// The catalog's folder, as it was given.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder of the snapshot that is open.
    pub fn snapshot_dir(&self) -> &Path {
        &self.snapshot_dir
    }

    /// The handle that stops a running query.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt(self.connection.interrupt_handle())
    }

    /// Runs one statement; its rows come batch by batch as they are asked for. A result that is
    /// still open ends when the next statement begins.
    ///
    /// # Errors
    /// What DuckDB says, with the place in the statement.
    pub fn query(&self, sql: &str) -> Result<Results<'_>, CatalogError> {
        let statement = self.connection.prepare(sql).map_err(CatalogError::query);
        statement.and_then(Results::start).map_err(|error| self.advise(error, sql))
    }

    /// Prepares one statement without running it: whether its names and types are right.
    ///
    /// # Errors
    /// What DuckDB says, with the place in the statement.
    pub fn check(&self, sql: &str) -> Result<(), CatalogError> {
        let prepared = self.connection.prepare(sql).map_err(CatalogError::query);
        prepared.map(drop).map_err(|error| self.advise(error, sql))
    }

    /// Runs statements whose rows nobody wants.
    pub fn execute(&self, sql: &str) -> Result<(), CatalogError> {
        let done = self.connection.execute_batch(sql).map_err(CatalogError::query);
        done.map_err(|error| self.advise(error, sql))
    }

    /// What DuckDB says, with a hint.
    fn advise(&self, error: CatalogError, sql: &str) -> CatalogError {
        match error {
            CatalogError::Query(text) => {
                CatalogError::Query(advice::improve(&text, sql, &|| self.relations()))
            }
            other => other,
        }
    }

    /// The names of what can be asked: tables, views, and what stands in schemas of its own, such
    /// as `cohorts.young`, or was made in the session.
    fn relations(&self) -> Vec<String> {
        let sql =
            "SELECT CASE WHEN schema_name = 'main' THEN name ELSE schema_name || '.' || name END
             FROM (SELECT schema_name, view_name AS name FROM duckdb_views() WHERE NOT internal
                   UNION ALL SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal)
             ORDER BY 1";
        let tables = self.snapshot.tables.keys().cloned();
        let views = relation::views().iter().map(|view| view.name.to_owned());
        let mut names: Vec<String> = tables.chain(views).collect();
        // Refused within a failed transaction; the rest is still worth saying.
        let rows = self.connection.prepare(sql).map_err(CatalogError::query);
        let rows = rows.and_then(Results::start).and_then(Results::texts).unwrap_or_default();
        for name in rows.into_iter().filter_map(|row| row.into_iter().next().flatten()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The rows of a small result, every cell as text.
    pub fn texts(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, CatalogError> {
        self.query(sql)?.texts()
    }

    /// The first cell of the first row as a count; 0 when there is none.
    pub fn count(&self, sql: &str) -> Result<u64, CatalogError> {
        let rows = self.texts(sql)?;
        let first = rows.first().and_then(|row| row.first()).cloned().flatten();
        Ok(first.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// The names of the columns of a table, a view or a parenthesised query.
    pub fn columns(&self, relation: &str) -> Result<Vec<String>, CatalogError> {
        let rows = self.texts(&format!("SELECT column_name FROM (DESCRIBE FROM {relation})"))?;
        Ok(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }

    fn make_views(&self) -> Result<(), CatalogError> {
        let mut script = String::new();
        for table in self.snapshot.tables.keys() {
            let path = self.snapshot_dir.join(format!("{table}.parquet"));
            let broken = |reason: &str| CatalogError::Broken {
                path: path.clone(),
                reason: reason.to_owned(),
            };
            if !path.is_file() {
                return Err(broken("the file is missing"));
            }
            let pattern = path_pattern(&path).ok_or_else(|| broken("the path is not UTF-8"))?;
            script.push_str(&format!(
                "CREATE VIEW {} AS SELECT * FROM read_parquet({}, hive_partitioning = false);\n",
                identifier(table),
                literal(&pattern),
            ));
        }
        self.execute(&script).map_err(|error| CatalogError::Broken {
            path: self.snapshot_dir.clone(),
            reason: error.to_string(),
        })
    }

    /// The files of `schema/macros` and `schema/views`, each after those that it names in a line
    /// `-- depends: a, b`.
    fn make_relations(&self) -> Result<(), CatalogError> {
        use crate::schema::{MACROS, VIEWS};
        for (folder, stem, text) in script::in_order(&[("macros", MACROS), ("views", VIEWS)]) {
            let body = text.trim_end().trim_end_matches(';');
            let sql = match folder {
                "views" => format!("CREATE VIEW {} AS\n{body}\n", identifier(stem)),
                _ => text.to_owned(),
            };
            self.execute(&sql).map_err(|error| {
                CatalogError::Schema(format!("{folder}/{stem}.sql"), error.to_string())
            })?;
        }
        Ok(())
    }
}

fn locate(dir: &Path, id: Option<u32>) -> Result<PathBuf, CatalogError> {
    let there = snapshot::ids(dir);
    match fs::canonicalize(snapshot::place(dir, id)) {
        Ok(place) => Ok(place),
        Err(_) => match id {
            Some(id) if !there.is_empty() => {
                Err(CatalogError::NoSnapshot { dir: dir.to_owned(), id, there })
            }
            _ => Err(CatalogError::Missing(dir.to_owned())),
        },
    }
}

fn describe(dir: &Path) -> Result<Description, CatalogError> {
    let path = dir.join("snapshot.json");
    let broken = |reason: String| CatalogError::Broken { path: path.clone(), reason };
    let text = fs::read(&path).map_err(|error| broken(error.to_string()))?;
    // The version stands for itself, so that a later shape of the file still says which it is.
    let value: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))?;
    let found = value.get("schema_version").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if found != u64::from(SCHEMA_VERSION) {
        let tool = value.get("tool_version").and_then(|v| v.as_str()).unwrap_or("unknown");
        return Err(CatalogError::Version {
            dir: dir.to_owned(),
            found: u32::try_from(found).unwrap_or(u32::MAX),
            tool: tool.to_owned(),
        });
    }
    serde_json::from_value(value).map_err(|error| broken(error.to_string()))
}

fn engine() -> Result<Connection, CatalogError> {
    let spill = std::env::temp_dir().join("mammodex");
    let config = Config::default()
        .with("autoinstall_known_extensions", "false")
        .and_then(|c| c.with("autoload_known_extensions", "false"))
        .and_then(|c| c.with("allow_community_extensions", "false"))
        .and_then(|c| c.with("temp_directory", spill.to_string_lossy()))
        .map_err(CatalogError::query)?;
    let connection = Connection::open_in_memory_with_flags(config).map_err(CatalogError::query)?;
    // The same query prints the same moments on every machine.
    connection
        .execute_batch("SET TimeZone = 'UTC'; SET parquet_metadata_cache = true")
        .map_err(CatalogError::query)?;
    Ok(connection)
}
