//! The engine that a session runs on: what it may reach, and what it may take.

use std::path::{Path, PathBuf};
use std::time::Duration;

use duckdb::{Config, Connection};

use super::deadline::StuckHandler;
use super::error::CatalogError;
use super::write_guard;
use crate::disk::{ScratchFolder, stays_in};
use crate::sql::{literal, path_pattern};
use crate::tables::snapshot::SnapshotDescription;

/// What statements may reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// All that the user may: other files, tables of the session, settings.
    #[default]
    Open,
    /// The tables of the catalog, to be read, and nothing else: for statements of strangers.
    Safe,
}

/// How tables are compared with their checksums, each when a statement first names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TableCheck {
    /// Their content, every time: for whatever is saved.
    #[default]
    Content,
    /// The content of those of at most 16 MiB, which takes 8 ms, every time; that of larger ones when they
    /// were written since this user's last comparison. A query often reads a small part of them.
    Changed,
}

impl TableCheck {
    /// Whether the content of a file of that length is compared although it was before.
    pub(super) fn rereads(self, length: u64) -> bool {
        self == Self::Content || length <= 16 << 20
    }
}

/// What a session may reach and take.
#[derive(Debug, Clone, Default)]
pub struct EngineLimits {
    /// What statements may reach.
    pub access: Access,
    /// How tables are compared with their checksums.
    pub tables: TableCheck,
    /// Memory for DuckDB's tables and buffers, in bytes. None: four fifths of the machine's.
    pub memory: Option<u64>,
    /// Threads. None: one per core.
    pub threads: Option<u16>,
    /// How long one statement may run, the writing of its rows included. None: without end.
    pub timeout: Option<Duration>,
    /// What happens to a statement that runs on although its time is over; such a statement is
    /// within one call of a function, or too deep to plan. None: it runs on.
    pub stuck: Option<StuckHandler>,
}

/// How deep expressions of strangers may nest: DuckDB's own bound of 1000 lets types through that take
/// it minutes, or its stack.
const DEEPEST: u32 = 200;

/// The folder for what DuckDB cannot hold in memory: used by this engine alone, unreadable for other
/// users, and removed when dropped.
#[derive(Debug)]
pub(super) struct SpillFolder(Option<ScratchFolder>);

impl SpillFolder {
    /// Statements of strangers get none and fail instead, as do those of a system without such a place.
    pub(super) fn new(access: Access) -> Self {
        let open = access == Access::Open;
        Self(open.then(|| ScratchFolder::create().ok()).flatten())
    }
}

/// The DuckDB that is compiled in comes without time zones: it knows UTC alone.
const ZONE: &str = if cfg!(feature = "bundled") { "" } else { "SET TimeZone = 'UTC'; " };

/// An engine in memory that takes no extension from anywhere.
pub(super) fn start(
    limits: &EngineLimits,
    spill: &SpillFolder,
) -> Result<Connection, CatalogError> {
    let spill = spill.0.as_ref().map(|spill| spill.path().to_string_lossy().into_owned());
    let mut config = Config::default()
        .with("autoinstall_known_extensions", "false")
        .and_then(|c| c.with("autoload_known_extensions", "false"))
        .and_then(|c| c.with("allow_community_extensions", "false"))
        .and_then(|c| c.with("temp_directory", spill.unwrap_or_default()));
    if let Some(threads) = limits.threads {
        config = config.and_then(|c| c.threads(i64::from(threads)));
    }
    if let Some(memory) = limits.memory {
        config = config.and_then(|c| c.max_memory(&format!("{}KiB", memory.div_ceil(1024))));
    }
    let config = config.map_err(CatalogError::query)?;
    let connection = Connection::open_in_memory_with_flags(config).map_err(CatalogError::query)?;
    // The same query prints the same moments on every machine.
    connection
        .execute_batch(&format!("{ZONE}SET parquet_metadata_cache = true"))
        .map_err(CatalogError::query)?;
    Ok(connection)
}

/// Takes everything away but these files, for good.
pub(super) fn lock(connection: &Connection, files: &[PathBuf]) -> Result<(), CatalogError> {
    // A name with wildcards is looked up by its pattern and then opened as it is.
    let spellings = |file: &PathBuf| [path_pattern(file), file.to_str().map(str::to_owned)];
    let mut paths: Vec<String> = files.iter().flat_map(spellings).flatten().collect();
    paths.dedup();
    let list: Vec<String> = paths.iter().map(|path| literal(path)).collect();
    let script = format!(
        "SET max_expression_depth = {DEEPEST}; SET allowed_paths = [{}]; \
         SET enable_external_access = false; SET lock_configuration = true",
        list.join(", ")
    );
    connection.execute_batch(&script).map_err(CatalogError::query)
}

/// Leaves only those settings open that let DuckDB neither write files nor load code.
pub(super) fn lock_settings(connection: &Connection) -> Result<(), CatalogError> {
    let run = || -> duckdb::Result<()> {
        let mut statement = connection.prepare("SELECT name FROM duckdb_settings() ORDER BY 1")?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        let names = names.collect::<duckdb::Result<Vec<String>>>()?;
        let open = names.iter().filter(|name| !write_guard::is_harmful_setting(name));
        let list: Vec<String> = open.map(|name| literal(name)).collect();
        connection.execute_batch(&format!(
            "SET allowed_configs = [{}]; SET lock_configuration = true",
            list.join(", ")
        ))
    };
    run().map_err(CatalogError::query)
}

/// The Parquet files in a folder of the catalog, sorted; none that is a link out of it.
pub(super) fn parquet_files(catalog: &Path, folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(catalog.join(folder)).into_iter().flatten().flatten();
    let parquet = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "parquet");
    let own = |path: &PathBuf| parquet(path) && stays_in(catalog, path);
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(own).collect();
    files.sort();
    files
}

/// Refuses a table that is a pipe or device, which DuckDB would wait for without end.
pub(super) fn check_tables(dir: &Path, snapshot: &SnapshotDescription) -> Result<(), CatalogError> {
    for table in snapshot.tables.keys() {
        let path = dir.join(format!("{table}.parquet"));
        if std::fs::metadata(&path).is_ok_and(|meta| !meta.is_file()) {
            let reason = "it is not a regular file".to_owned();
            return Err(CatalogError::broken(path, reason));
        }
    }
    Ok(())
}
