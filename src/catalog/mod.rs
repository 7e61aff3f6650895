//! A snapshot opened in DuckDB: its tables as views, streaming results, interrupt.
//!
//! Nothing here writes to a snapshot. The engine lives in memory, takes no extension from the
//! network, and reads the Parquet files that `current` named when it was opened: a run of the
//! indexer beside it changes nothing for the session.

mod deadline;
mod engine;
mod hints;
mod parameters;
mod policy;
mod relations;
mod results;
mod rows;
mod saved;
pub mod script;
mod streaming;

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use duckdb::Connection;

use deadline::Deadline;
use engine::SpillFolder;
pub use engine::{Access, EngineLimits, OnStuck};
pub use parameters::Parameters;
use relations::CatalogRelations;
pub use results::QueryResults;
pub use rows::{FromCell, FromColumn, FromRow, RowError};
pub use saved::SavedKind;
use saved::SavedViews;

use crate::tables::relation;
use crate::tables::snapshot::{self, SCHEMA_VERSION, SnapshotDescription};

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
    /// A cohort or split that a statement names does not fit the snapshot, or its file is damaged.
    #[error("{what} cannot be asked on this snapshot: {why}")]
    Unfit {
        /// Which: `cohort young`.
        what: String,
        /// Why not.
        why: String,
    },
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
    /// A result does not have the columns or values that its reader expects.
    #[error("{error}; in the statement: {}", .sql.trim())]
    Row {
        /// What does not fit.
        error: RowError,
        /// The statement.
        sql: String,
    },
    /// A statement that `Access::Safe` does not let through.
    #[error(
        "--safe lets queries through that read the catalog (SELECT, FROM, WITH, VALUES, DESCRIBE, \
         SHOW, SUMMARIZE, EXPLAIN), not {0}"
    )]
    Unsafe(String),
    /// A statement that would change the catalog.
    #[error("the catalog cannot be changed: {0}")]
    Guarded(String),
    /// A statement asks for a value that was not given.
    #[error("the statement asks for ${0}, which has no value")]
    Parameter(String),
    /// The time that a statement may take is over.
    #[error("stopped: the statement took longer than {} s", .0.as_secs_f64())]
    Timeout(Duration),
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
    fn on_its_way(self) -> Self {
        match self {
            Self::Query(text) => Self::Query(hints::improve(&text, "", &Vec::new)),
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
    snapshot: SnapshotDescription,
    limits: EngineLimits,
    relations: RefCell<CatalogRelations>,
    kept: RefCell<SavedViews>,
    /// Dropped last: what DuckDB wrote beside its memory.
    _spill: SpillFolder,
}

impl Catalog {
    /// Opens the snapshot of that number, else the newest, for statements of one's own.
    ///
    /// # Errors
    /// When there is no catalog, no such snapshot, or one of another shape.
    ///
    /// ```no_run
    /// # use mammodex::catalog::Catalog;
    /// let catalog = Catalog::open("catalog".as_ref(), None)?;
    /// let sql = "SELECT diagnosis, count(*) FROM patients GROUP BY 1 ORDER BY 1";
    /// let counts = catalog.rows::<(Option<String>, u64)>(sql)?;
    /// # Ok::<(), mammodex::catalog::CatalogError>(())
    /// ```
    pub fn open(dir: &Path, snapshot: Option<u32>) -> Result<Self, CatalogError> {
        Self::open_within(dir, snapshot, EngineLimits::default())
    }

    /// The same within limits.
    ///
    /// # Errors
    /// Those of [`Catalog::open`], and a limit that DuckDB refuses.
    pub fn open_within(
        dir: &Path,
        snapshot: Option<u32>,
        limits: EngineLimits,
    ) -> Result<Self, CatalogError> {
        let snapshot_dir = locate(dir, snapshot)?;
        let snapshot = describe(&snapshot_dir)?;
        let relations = RefCell::new(CatalogRelations::of(&snapshot_dir, &snapshot)?);
        let spill = SpillFolder::new(limits.access);
        let connection = engine::start(&limits, &spill)?;
        if limits.access == Access::Safe {
            // What a view of a split names: the folder as it was given.
            let splits = engine::parquet_files(&dir.join("splits"));
            let tables = snapshot.tables.keys();
            let tables = tables.map(|table| snapshot_dir.join(format!("{table}.parquet")));
            engine::lock(&connection, &tables.chain(splits).collect::<Vec<_>>())?;
        }
        let (dir, kept) = (dir.to_owned(), RefCell::default());
        Ok(Self { connection, dir, snapshot_dir, snapshot, limits, relations, kept, _spill: spill })
    }

    /// Reads the description of a snapshot, the current one without a number, and opens no table.
    ///
    /// # Errors
    /// When the catalog or the snapshot is missing, damaged, or of another schema version.
    pub fn describe(
        dir: &Path,
        snapshot: Option<u32>,
    ) -> Result<SnapshotDescription, CatalogError> {
        describe(&locate(dir, snapshot)?)
    }

    /// Leaves the engine to the end of the process, which takes its memory back at once; to take it
    /// apart takes longer than a small query. For catalogs that are open until then.
    ///
    /// # Errors
    /// When DuckDB has no further connection.
    pub fn until_the_end(self) -> Result<Self, CatalogError> {
        std::mem::forget(self.connection.try_clone().map_err(CatalogError::query)?);
        Ok(self)
    }

    /// What the snapshot says of itself.
    pub fn snapshot(&self) -> &SnapshotDescription {
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
    /// What DuckDB says, with the place in the statement; what the session's limits say.
    pub fn query(&self, sql: &str) -> Result<QueryResults<'_>, CatalogError> {
        self.query_with(sql, &Parameters::default())
    }

    /// The same with values for the statement's `$name`.
    ///
    /// # Errors
    /// Those of [`Catalog::query`], and a parameter without a value.
    pub fn query_with(
        &self,
        sql: &str,
        parameters: &Parameters,
    ) -> Result<QueryResults<'_>, CatalogError> {
        self.ask(sql, parameters).map_err(|error| self.advise(error, sql))
    }

    fn ask(&self, sql: &str, parameters: &Parameters) -> Result<QueryResults<'_>, CatalogError> {
        let watch = self
            .limits
            .timeout
            .map(|limit| Deadline::start(limit, self.interrupt(), self.limits.stuck));
        let watch = watch.transpose()?;
        if self.limits.access == Access::Safe {
            let watch = watch.as_ref();
            deadline::during(watch, || policy::only_reads(&self.connection, sql))
                .map_err(|error| deadline::told(error, watch))?;
        } else if !policy::is_question(sql) {
            policy::spares(&self.dir, sql)?;
            if policy::defines(sql) {
                return self.guarded(sql, parameters, watch);
            }
        }
        self.begin(sql, parameters, watch)
    }

    /// Runs a statement that may change views, and puts the catalog's back when it did.
    fn guarded(
        &self,
        sql: &str,
        parameters: &Parameters,
        watch: Option<Deadline>,
    ) -> Result<QueryResults<'_>, CatalogError> {
        self.relations.borrow_mut().make_all(&self.connection)?;
        let standing = || policy::standing(&self.connection, self.relations.borrow().names());
        let before = standing()?;
        let results = self.begin(sql, parameters, watch)?;
        // It is done by now: what defines something has no rows to wait for.
        policy::put_back(&self.connection, &before, &standing()?)?;
        Ok(results)
    }

    fn begin(
        &self,
        sql: &str,
        parameters: &Parameters,
        watch: Option<Deadline>,
    ) -> Result<QueryResults<'_>, CatalogError> {
        streaming::streaming(&self.connection, sql, || {
            let statement = deadline::during(watch.as_ref(), || self.prepare(sql))?;
            QueryResults::start(statement, parameters, watch)
        })
    }

    fn prepare(&self, sql: &str) -> Result<duckdb::Statement<'_>, CatalogError> {
        self.make_for(sql)?;
        let planned = self.connection.prepare(sql).or_else(|_| {
            // It may name something in a way that words do not show.
            self.make_all()?;
            self.connection.prepare(sql).map_err(CatalogError::query)
        });
        planned.map_err(|error| self.unfit_in(sql).unwrap_or(error))
    }

    /// Makes what the statement names and is not there yet; all of it where it asks what there is, or
    /// begins what may be rolled back.
    fn make_for(&self, sql: &str) -> Result<(), CatalogError> {
        let text = sql.to_lowercase();
        let lists = relations::asks_for_all(&text);
        if lists || matches!(&*script::keyword(sql), "begin" | "start") {
            self.make_all()?;
            if lists {
                self.note_left_out();
            }
            return Ok(());
        }
        self.relations.borrow_mut().make_for(&self.connection, &text)?;
        self.make_kept_for(&text);
        Ok(())
    }

    fn make_all(&self) -> Result<(), CatalogError> {
        self.relations.borrow_mut().make_all(&self.connection)?;
        self.make_all_kept();
        Ok(())
    }

    /// Prepares one statement without running it: whether its names and types are right.
    ///
    /// # Errors
    /// What DuckDB says, with the place in the statement.
    pub fn check(&self, sql: &str) -> Result<(), CatalogError> {
        self.prepare(sql).map(drop).map_err(|error| self.advise(error, sql))
    }

    /// Runs statements of the program's own whose rows nobody wants.
    pub(crate) fn execute(&self, sql: &str) -> Result<(), CatalogError> {
        self.make_for(sql)?;
        let done = self.connection.execute_batch(sql).map_err(CatalogError::query);
        done.map_err(|error| self.advise(error, sql))
    }

    /// What DuckDB says, with a hint.
    fn advise(&self, error: CatalogError, sql: &str) -> CatalogError {
        match error {
            CatalogError::Query(text) => {
                CatalogError::Query(hints::improve(&text, sql, &|| self.names()))
            }
            other => other,
        }
    }

    /// The names of what can be asked: tables, views, and what stands in schemas of its own, such
    /// as `cohorts.young`, or was made in the session.
    fn names(&self) -> Vec<String> {
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
        let start = |statement| QueryResults::start(statement, &Parameters::default(), None);
        let rows = rows.and_then(start).and_then(|results| results.rows(sql)).unwrap_or_default();
        for (name,) in rows {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The rows of a small result as tuples: `Option` where a column may be NULL.
    ///
    /// # Errors
    /// Those of [`Catalog::query`], and [`CatalogError::Row`] when a column is of another type, a value
    /// does not fit it, or a cell is NULL unexpectedly.
    pub fn rows<R: FromRow>(&self, sql: &str) -> Result<Vec<R>, CatalogError> {
        self.query(sql)?.rows(sql)
    }

    /// The one row of a result that has one.
    ///
    /// # Errors
    /// Those of [`Catalog::rows`], and when there is none or more than one.
    pub fn row<R: FromRow>(&self, sql: &str) -> Result<R, CatalogError> {
        let mut rows = self.rows(sql)?;
        match (rows.pop(), rows.len()) {
            (Some(row), 0) => Ok(row),
            (row, others) => {
                let error = RowError::Count(others + usize::from(row.is_some()));
                Err(CatalogError::Row { error, sql: sql.to_owned() })
            }
        }
    }

    /// The values of a result of one column.
    ///
    /// # Errors
    /// Those of [`Catalog::rows`].
    pub fn values<T: FromColumn>(&self, sql: &str) -> Result<Vec<T>, CatalogError> {
        Ok(self.rows(sql)?.into_iter().map(|(value,)| value).collect())
    }

    /// The one value of a result of one row and column.
    ///
    /// # Errors
    /// Those of [`Catalog::row`].
    pub fn value<T: FromColumn>(&self, sql: &str) -> Result<T, CatalogError> {
        self.row(sql).map(|(value,)| value)
    }

    /// The rows of a small result, every cell as text.
    ///
    /// # Errors
    /// Those of [`Catalog::query`].
    pub fn texts(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, CatalogError> {
        self.rows(sql)
    }

    /// The count that a statement such as `SELECT count(*) …` returns.
    ///
    /// # Errors
    /// Those of [`Catalog::row`].
    pub fn count(&self, sql: &str) -> Result<u64, CatalogError> {
        self.value(sql)
    }

    /// The names of the columns of a table, a view or a parenthesised query.
    ///
    /// # Errors
    /// Those of [`Catalog::query`].
    pub fn columns(&self, relation: &str) -> Result<Vec<String>, CatalogError> {
        self.values(&format!("SELECT column_name FROM (DESCRIBE FROM {relation})"))
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

fn describe(dir: &Path) -> Result<SnapshotDescription, CatalogError> {
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
