//! A snapshot opened as a database.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use duckdb::Connection;

use super::deadline::{self, Deadline};
use super::definition::RelationDefinition;
use super::engine::{self, Access, EngineLimits, SpillFolder};
use super::error::{CatalogError, index_command};
use super::interrupt::Interrupt;
use super::parameters::Parameters;
use super::recorded_rows::RecordedRows;
use super::relations::CatalogRelations;
use super::results::QueryResults;
use super::rows::{FromColumn, FromRow, RowError};
use super::saved::{SavedKind, SavedViews};
use super::{hints, policy, relations, restore, streaming, write_guard};
use crate::disk::read_regular;
use crate::sql::{self, Statement, Verb};
use crate::tables::relation;
use crate::tables::snapshot::{self, SCHEMA_VERSION, SnapshotDescription};

/// One snapshot, ready for SQL.
pub struct Catalog {
    connection: Connection,
    dir: PathBuf,
    snapshot_dir: PathBuf,
    snapshot: SnapshotDescription,
    limits: EngineLimits,
    relations: RefCell<CatalogRelations>,
    saved: RefCell<SavedViews>,
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
        let snapshot = describe(&snapshot_dir, snapshot.is_none())?;
        engine::check_tables(&snapshot_dir, &snapshot)?;
        let relations =
            RefCell::new(CatalogRelations::of(dir, &snapshot_dir, &snapshot, limits.tables)?);
        let spill = SpillFolder::new(limits.access);
        let connection = engine::start(&limits, &spill)?;
        if limits.access == Access::Safe {
            // What a view of a split names: the folder as passed to the program.
            let splits = engine::parquet_files(dir, "splits");
            let tables = snapshot.tables.keys();
            let tables = tables.map(|table| snapshot_dir.join(format!("{table}.parquet")));
            let reviews = relations.borrow().review_files().to_vec();
            let files =
                tables.chain(splits).chain(reviews).chain([snapshot_dir.join("snapshot.json")]);
            engine::lock(&connection, &files.collect::<Vec<_>>())?;
        } else {
            engine::lock_settings(&connection)?;
        }
        let (dir, saved) = (dir.to_owned(), RefCell::new(SavedViews::new(dir)));
        Ok(Self {
            connection,
            dir,
            snapshot_dir,
            snapshot,
            limits,
            relations,
            saved,
            _spill: spill,
        })
    }

    /// Starts an engine without a snapshot, for files that were written from one.
    ///
    /// # Errors
    /// When DuckDB does not start.
    pub fn without_snapshot() -> Result<Self, CatalogError> {
        let (limits, snapshot) = (EngineLimits::default(), SnapshotDescription::default());
        let relations = RefCell::new(CatalogRelations::default());
        let spill = SpillFolder::new(limits.access);
        let connection = engine::start(&limits, &spill)?;
        engine::lock_settings(&connection)?;
        Ok(Self {
            connection,
            dir: PathBuf::new(),
            snapshot_dir: PathBuf::new(),
            snapshot,
            limits,
            relations,
            saved: RefCell::new(SavedViews::new(Path::new(""))),
            _spill: spill,
        })
    }

    /// Reads the description of a snapshot, the current one without a number, and opens no table.
    ///
    /// # Errors
    /// When the catalog or the snapshot is missing, damaged, or of another schema version.
    pub fn describe(
        dir: &Path,
        snapshot: Option<u32>,
    ) -> Result<SnapshotDescription, CatalogError> {
        describe(&locate(dir, snapshot)?, snapshot.is_none())
    }

    /// The catalog with views of what is saved beside the snapshots.
    #[must_use]
    pub fn with_saved(self, kinds: &'static [SavedKind]) -> Self {
        self.saved.borrow_mut().set_kinds(kinds);
        self
    }

    /// The saved cohorts and splits that are missing from a list of everything because they do not fit the
    /// open snapshot, and why; each is returned once.
    pub fn take_unfit(&self) -> Vec<String> {
        self.saved.borrow_mut().take_reports()
    }

    /// Everything that a statement can name, in an order in which each has what it needs: tables, macros,
    /// views, and what is saved. What does not fit the snapshot is missing; see [`Catalog::take_unfit`].
    ///
    /// # Errors
    /// When a file is damaged, or a file of `schema/` does not fit it.
    pub fn definitions(&self) -> Result<Vec<RelationDefinition>, CatalogError> {
        let (mut relations, mut saved) = (self.relations.borrow_mut(), self.saved.borrow_mut());
        relations.make_all(&self.connection)?;
        saved.make_all(&self.connection, &mut relations);
        saved.report_unfit();
        Ok(relations.made().to_vec())
    }

    /// Leaves the engine to the end of the process, which frees its memory at once; to close it takes
    /// longer than a small query. For catalogs that are open until then.
    ///
    /// # Errors
    /// When DuckDB has no further connection.
    pub fn leak_engine(self) -> Result<Self, CatalogError> {
        std::mem::forget(self.connection.try_clone().map_err(CatalogError::query)?);
        Ok(self)
    }

    /// What the snapshot says of itself.
    pub fn snapshot(&self) -> &SnapshotDescription {
        &self.snapshot
    }

    /// What its statements may reach.
    pub fn access(&self) -> Access {
        self.limits.access
    }

    /// The catalog's folder, as passed to the program.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder of the snapshot that is open.
    pub fn snapshot_dir(&self) -> &Path {
        &self.snapshot_dir
    }

    /// The handle that stops a running query.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt::new(self.connection.interrupt_handle())
    }

    /// Runs one statement; its rows are computed batch by batch as they are read. A result that is
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
        let deadline = self.deadline()?;
        let mut statements = sql::statements(sql);
        let (Some(statement), 0) = (statements.pop(), statements.len()) else {
            return Err(CatalogError::Several(statements.len() + 1));
        };
        if self.limits.access == Access::Safe {
            let deadline = deadline.as_ref();
            deadline::during(deadline, || policy::only_reads(&self.connection, sql))
                .map_err(|error| deadline::or_timeout(error, deadline))?;
        } else {
            write_guard::check(&self.protected_folders(), &statement)?;
            if matches!(statement.verb, Verb::Define | Verb::Execute) {
                return self.ask_guarded(sql, parameters, deadline);
            }
        }
        self.begin(sql, parameters, deadline)
    }

    /// The end of the time that a statement may take, from now.
    fn deadline(&self) -> Result<Option<Deadline>, CatalogError> {
        let start = |limit| Deadline::start(limit, self.interrupt(), self.limits.stuck);
        self.limits.timeout.map(start).transpose()
    }

    /// Makes a temporary table of a query that has run, from its recorded rows; without these, the query
    /// runs again.
    ///
    /// # Errors
    /// What DuckDB says; what the session's limits say.
    pub fn make_table(
        &self,
        name: &str,
        query: (&str, &Parameters),
        rows: Option<&RecordedRows>,
    ) -> Result<(), CatalogError> {
        let ((sql, parameters), table) = (query, sql::identifier(name));
        let limit = rows.map_or("", |_| "LIMIT 0");
        let create = format!("CREATE OR REPLACE TEMP TABLE {table} AS FROM (\n{sql}\n) {limit}");
        let mut made = self.begin(&create, parameters, self.deadline()?)?;
        while made.next_batch()?.is_some() {}
        rows.map_or(Ok(()), |rows| rows.append(&self.connection, name))
    }

    /// Where no statement may write.
    fn protected_folders(&self) -> Vec<PathBuf> {
        let root = PathBuf::from(&self.snapshot.root);
        let mut folders = vec![self.dir.clone(), self.snapshot_dir.clone()];
        folders.extend(root.is_absolute().then_some(root));
        folders
    }

    /// Runs a statement that may change views, and restores the catalog's when it did.
    fn ask_guarded(
        &self,
        sql: &str,
        parameters: &Parameters,
        deadline: Option<Deadline>,
    ) -> Result<QueryResults<'_>, CatalogError> {
        self.relations.borrow_mut().make_all(&self.connection)?;
        let views = || restore::view_definitions(&self.connection, self.relations.borrow().names());
        let before = views()?;
        let results = self.begin(sql, parameters, deadline)?;
        // It is done by now: what defines something has no rows to wait for.
        restore::put_back(&self.connection, &before, &views()?)?;
        Ok(results)
    }

    fn begin(
        &self,
        sql: &str,
        parameters: &Parameters,
        deadline: Option<Deadline>,
    ) -> Result<QueryResults<'_>, CatalogError> {
        streaming::streaming(&self.connection, sql, || {
            let statement = deadline::during(deadline.as_ref(), || self.prepare(sql))?;
            QueryResults::start(statement, parameters, deadline)
        })
    }

    fn prepare(&self, sql: &str) -> Result<duckdb::Statement<'_>, CatalogError> {
        self.make_for(sql)?;
        let planned = self.connection.prepare(sql).or_else(|_| {
            // It may name something in a way that words do not show.
            self.relations.borrow_mut().make_all(&self.connection)?;
            self.connection.prepare(sql).map_err(CatalogError::query)
        });
        planned.map_err(|error| self.saved.borrow().unfit_in(sql).unwrap_or(error))
    }

    /// Makes what the statement names and is not there yet; everything where it lists what there is, or
    /// begins what may be rolled back.
    fn make_for(&self, sql: &str) -> Result<(), CatalogError> {
        let statement = Statement::new(sql);
        let names = sql::names(sql);
        let lists = relations::lists_all(&names) || statement.verb == Verb::Describe;
        let mut relations = self.relations.borrow_mut();
        if self.limits.access == Access::Open {
            relations.follow_reviews(&self.connection, &self.dir)?;
        }
        let mut saved = self.saved.borrow_mut();
        if lists || statement.verb == Verb::Begin {
            relations.make_all(&self.connection)?;
            saved.make_all(&self.connection, &mut relations);
            if lists {
                saved.report_unfit();
            }
            return Ok(());
        }
        relations.make_for(&self.connection, &names)?;
        saved.make_for(&self.connection, &mut relations, &names);
        Ok(())
    }

    /// Prepares one statement without running it: whether its names and types are right.
    ///
    /// # Errors
    /// What DuckDB says, with the place in the statement.
    pub fn check(&self, sql: &str) -> Result<(), CatalogError> {
        self.prepare(sql).map(drop).map_err(|error| self.advise(error, sql))
    }

    /// Runs statements of the program's own that have no rows of interest.
    pub(crate) fn execute(&self, sql: &str) -> Result<(), CatalogError> {
        self.make_for(sql)?;
        let done = self.connection.execute_batch(sql).map_err(CatalogError::query);
        done.map_err(|error| self.advise(error, sql))
    }

    /// DuckDB's error with a hint.
    fn advise(&self, error: CatalogError, sql: &str) -> CatalogError {
        match error {
            CatalogError::Query(text) => {
                CatalogError::Query(hints::improve(&text, sql, &|| self.names()))
            }
            other => other,
        }
    }

    /// The names of tables, views, saved cohorts and splits, and of what the session made.
    fn names(&self) -> Vec<String> {
        let sql =
            "SELECT CASE WHEN schema_name = 'main' THEN name ELSE schema_name || '.' || name END
             FROM (SELECT schema_name, view_name AS name FROM duckdb_views() WHERE NOT internal
                   UNION ALL SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal)
             ORDER BY 1";
        let tables = self.snapshot.tables.keys().cloned();
        let views = relation::views().iter().map(|view| view.name.to_owned());
        let mut names: Vec<String> =
            tables.chain(views).chain(self.saved.borrow().names()).collect();
        // Refused within a failed transaction; the other names still help.
        let made = self.connection.prepare(sql).map_err(CatalogError::query);
        let start = |statement| QueryResults::start(statement, &Parameters::default(), None);
        let made = made.and_then(start).and_then(|results| results.rows(sql)).unwrap_or_default();
        for (name,) in made {
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

pub fn locate(dir: &Path, id: Option<u32>) -> Result<PathBuf, CatalogError> {
    let snapshots = snapshot::ids(dir);
    match fs::canonicalize(snapshot::place(dir, id)) {
        Ok(place) if snapshot::is_in(dir, &place) => Ok(place),
        Ok(place) => {
            let reason =
                format!("it leads to {}, outside the catalog's snapshots", place.display());
            Err(CatalogError::broken(snapshot::place(dir, id), reason))
        }
        Err(_) => match id {
            Some(id) if !snapshots.is_empty() => {
                Err(CatalogError::NoSnapshot { dir: dir.to_owned(), id, there: snapshots })
            }
            _ => Err(CatalogError::absent(dir)),
        },
    }
}

/// Reads the description of the snapshot in a folder; `is_current` says whether the catalog's link names
/// it.
pub fn describe(dir: &Path, is_current: bool) -> Result<SnapshotDescription, CatalogError> {
    let path = dir.join("snapshot.json");
    let broken = |reason: String| CatalogError::broken(path.clone(), reason);
    let text = read_regular(&path).map_err(|error| broken(error.to_string()))?;
    // The version is read first, so that a file of a later version still says which it is.
    let value: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))?;
    let version = value.get("schema_version").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if version != u64::from(SCHEMA_VERSION) {
        let text = |key: &str| value.get(key).and_then(|text| text.as_str());
        let tool = text("tool_version").unwrap_or("of an unknown version");
        let advice = if is_current {
            let root = text("root").unwrap_or("DATASET");
            let catalog = dir.parent().and_then(Path::parent).unwrap_or(dir);
            let command = index_command(root, catalog);
            format!("run {command}, which writes a new snapshot")
        } else {
            format!(
                "only mammodex {tool}, which wrote it, reads it; newer snapshots are not affected"
            )
        };
        return Err(CatalogError::Version {
            dir: dir.to_owned(),
            found: u32::try_from(version).unwrap_or(u32::MAX),
            advice,
        });
    }
    let description: SnapshotDescription =
        serde_json::from_value(value).map_err(|error| broken(error.to_string()))?;
    if !description.is_unchanged() {
        let reason = match description.checksum {
            Some(_) => "the file has changed: its checksum differs",
            None => "the file has changed: its checksum is missing",
        };
        return Err(broken(reason.to_owned()));
    }
    if let Some(reason) = description.table_fault() {
        return Err(broken(reason));
    }
    Ok(description)
}
