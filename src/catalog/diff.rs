//! What differs between two snapshots, table by table and key by key.
//!
//! A row is identified by the key that `schema/tables` gives its table. Findings have no identity of
//! their own: a finding whose text changed is one that was settled and one that is new.

use std::path::{Path, PathBuf};

use super::database::{self, Catalog};
use super::error::CatalogError;
use crate::disk::matches_sha256;
use crate::sql::{identifier, literal, path_pattern};
use crate::tables::snapshot::SnapshotDescription;
use crate::tables::spec::{self, TableSpec};

/// The table whose rows are compared as a whole.
const FINDINGS: &str = "issues";

const BOTH: &str = "older.present AND newer.present";

/// What stands for the cells of a row that one snapshot alone has.
const WHOLE_ROW: &str = "{'column_name': NULL, 'older': NULL, 'newer': NULL, 'differs': true}";

/// What differs between the rows of one table in two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDiff {
    /// The table.
    pub table: &'static str,
    /// Rows in the older snapshot; none where it lacks the table.
    pub older_rows: Option<u64>,
    /// Rows in the newer snapshot; none where it lacks the table.
    pub newer_rows: Option<u64>,
    /// Rows whose key the newer snapshot alone has.
    pub added: u64,
    /// Rows whose key the older snapshot alone has.
    pub removed: u64,
    /// Rows of both with at least one cell that differs.
    pub changed: u64,
    /// Columns with cells that differ, and how many, in the order of the table.
    pub columns: Vec<(String, u64)>,
}

impl TableDiff {
    /// Whether any row differs.
    pub fn differs(&self) -> bool {
        self.added + self.removed + self.changed > 0
    }
}

/// How the findings of one code changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingDiff {
    /// info, warning or error.
    pub severity: String,
    /// The code, of `schema/issues`.
    pub code: String,
    /// Findings that the newer snapshot alone has.
    pub new: u64,
    /// Findings that the older snapshot alone has.
    pub settled: u64,
}

/// Two snapshots of one catalog, compared in the engine of the newer one.
pub struct SnapshotDiff<'a> {
    newer: &'a Catalog,
    older: SnapshotDescription,
    older_dir: PathBuf,
}

impl<'a> SnapshotDiff<'a> {
    /// Compares an open catalog with an older snapshot of it.
    ///
    /// # Errors
    /// When the catalog has no snapshot of that number, or it has tables of another version.
    pub fn new(newer: &'a Catalog, older: u32) -> Result<Self, CatalogError> {
        let older_dir = database::locate(newer.dir(), Some(older))?;
        let older = database::describe(&older_dir, false)?;
        Ok(Self { newer, older, older_dir })
    }

    /// The number of the older snapshot.
    pub fn older(&self) -> u32 {
        self.older.id
    }

    /// What differs in each table that either snapshot has, sorted by name.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn tables(&self) -> Result<Vec<TableDiff>, CatalogError> {
        let rows = |snapshot: &SnapshotDescription, table: &TableSpec| {
            snapshot.tables.get(&table.name).map(|file| file.rows)
        };
        let mut diffs = Vec::new();
        for table in spec::all() {
            let older_rows = rows(&self.older, table);
            let newer_rows = rows(self.newer.snapshot(), table);
            let mut diff = TableDiff {
                table: &table.name,
                older_rows,
                newer_rows,
                added: newer_rows.unwrap_or_default(),
                removed: older_rows.unwrap_or_default(),
                changed: 0,
                columns: Vec::new(),
            };
            match (older_rows, newer_rows) {
                (None, None) => continue,
                (Some(_), Some(_)) if self.is_same_file(table) => {
                    (diff.added, diff.removed) = (0, 0);
                }
                (Some(_), Some(_)) => self.count(table, &mut diff)?,
                _ => {}
            }
            diffs.push(diff);
        }
        Ok(diffs)
    }

    /// The findings that are new and those that were settled, by code; codes without either are
    /// absent.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn findings(&self) -> Result<Vec<FindingDiff>, CatalogError> {
        let (older, newer) = self.files(FINDINGS)?;
        let sql = format!(
            "WITH change AS (SELECT severity, code, 1 AS new, 0 AS settled \
             FROM (FROM {newer} EXCEPT ALL FROM {older}) \
             UNION ALL SELECT severity, code, 0, 1 FROM (FROM {older} EXCEPT ALL FROM {newer})) \
             SELECT severity, code, sum(new)::UBIGINT, sum(settled)::UBIGINT FROM change \
             GROUP BY severity, code ORDER BY severity, code"
        );
        let rows = self.newer.rows::<(String, String, u64, u64)>(&sql)?;
        let finding = |(severity, code, new, settled)| FindingDiff { severity, code, new, settled };
        Ok(rows.into_iter().map(finding).collect())
    }

    /// A query whose rows are the cells of a table that differ: the key's columns, `change` (added,
    /// removed, changed), `column_name`, `older` and `newer` as text, sorted by key. A row that was
    /// added or removed as a whole has one line and no column.
    ///
    /// # Errors
    /// When one of the snapshots lacks the table.
    pub fn cells_query(&self, table: &TableSpec) -> Result<String, CatalogError> {
        if table.name == FINDINGS {
            let (older, newer) = self.files(FINDINGS)?;
            return Ok(format!(
                "SELECT 'added' AS change, * FROM (FROM {newer} EXCEPT ALL FROM {older}) \
                 UNION ALL SELECT 'removed', * FROM (FROM {older} EXCEPT ALL FROM {newer}) \
                 ORDER BY ALL"
            ));
        }
        let key = |name: &String| {
            let name = identifier(name);
            format!("coalesce(older.{name}, newer.{name}) AS {name}")
        };
        let cell = |column: &String| {
            format!(
                "{{'column_name': {}, 'older': older.{name}::VARCHAR, \
                 'newer': newer.{name}::VARCHAR, 'differs': {differs}}}",
                literal(column),
                name = identifier(column),
                differs = differs(column),
            )
        };
        let order = (1..=table.key.len() + 2).map(|place| place.to_string());
        Ok(format!(
            "SELECT * EXCLUDE (cell), cell.column_name, cell.older, cell.newer FROM (\
             SELECT {keys}, CASE WHEN older.present IS NULL THEN 'added' \
             WHEN newer.present IS NULL THEN 'removed' ELSE 'changed' END AS change, \
             unnest(list_filter(CASE WHEN {BOTH} THEN [{cells}] ELSE [{WHOLE_ROW}] END, \
             lambda cell: cell.differs)) AS cell FROM {joined}) ORDER BY {order}",
            keys = join(table.key.iter().map(key), ", "),
            cells = join(values(table).iter().map(cell), ", "),
            joined = self.joined(table)?,
            order = join(order, ", "),
        ))
    }

    fn count(&self, table: &TableSpec, diff: &mut TableDiff) -> Result<(), CatalogError> {
        if table.name == FINDINGS {
            let (older, newer) = self.files(FINDINGS)?;
            let sql = format!(
                "SELECT (SELECT count(*) FROM (FROM {newer} EXCEPT ALL FROM {older})), \
                 (SELECT count(*) FROM (FROM {older} EXCEPT ALL FROM {newer}))"
            );
            (diff.added, diff.removed) = self.newer.row(&sql)?;
            return Ok(());
        }
        let columns = values(table);
        let any = columns.iter().map(|column| differs(column)).chain(["false".to_owned()]);
        let cells = |column: &String| format!("count(*) FILTER ({BOTH} AND {})", differs(column));
        let sql = format!(
            "SELECT count(*) FILTER (older.present IS NULL), \
             count(*) FILTER (newer.present IS NULL), \
             count(*) FILTER ({BOTH} AND ({any})), array_to_string([{cells}], ' ') FROM {joined}",
            any = join(any, " OR "),
            cells = join(columns.iter().map(cells), ", "),
            joined = self.joined(table)?,
        );
        let (added, removed, changed, cells): (u64, u64, u64, Option<String>) =
            self.newer.row(&sql)?;
        (diff.added, diff.removed, diff.changed) = (added, removed, changed);
        let cells = cells.unwrap_or_default();
        let counts = cells.split(' ').map(|count| count.parse::<u64>().unwrap_or_default());
        diff.columns = columns.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect();
        Ok(())
    }

    /// The table in both snapshots, `older` and `newer`, joined by its key; `present` is null on the
    /// side that lacks the key.
    fn joined(&self, table: &TableSpec) -> Result<String, CatalogError> {
        let (older, newer) = self.files(&table.name)?;
        let same = table.key.iter().map(|name| {
            let name = identifier(name);
            format!("older.{name} IS NOT DISTINCT FROM newer.{name}")
        });
        Ok(format!(
            "(SELECT *, true AS present FROM {older}) AS older \
             FULL JOIN (SELECT *, true AS present FROM {newer}) AS newer ON {}",
            join(same, " AND ")
        ))
    }

    fn is_same_file(&self, table: &TableSpec) -> bool {
        let file = |snapshot: &SnapshotDescription| snapshot.tables.get(&table.name).cloned();
        file(&self.older) == file(self.newer.snapshot())
    }

    /// The table's file in both snapshots, as relations of a query; each is compared with its checksum.
    fn files(&self, table: &str) -> Result<(String, String), CatalogError> {
        let relation = |dir: &Path, snapshot: &SnapshotDescription| {
            let path = dir.join(format!("{table}.parquet"));
            let broken = |reason: String| CatalogError::broken(path.clone(), reason);
            let recorded = snapshot.tables.get(table).map_or("", |file| &file.sha256);
            if !matches_sha256(&path, recorded).map_err(|error| broken(error.to_string()))? {
                return Err(broken("the file has changed: its checksum differs".to_owned()));
            }
            let pattern = path_pattern(&path);
            let pattern = pattern.ok_or_else(|| broken("the path is not UTF-8".to_owned()))?;
            Ok(format!("read_parquet({}, hive_partitioning = false)", literal(&pattern)))
        };
        let newer = relation(self.newer.snapshot_dir(), self.newer.snapshot())?;
        Ok((relation(&self.older_dir, &self.older)?, newer))
    }
}

/// The columns beside the key, in the order of the table.
fn values(table: &TableSpec) -> Vec<String> {
    let names = table.columns.iter().map(|column| column.name.clone());
    names.filter(|name| !table.key.contains(name)).collect()
}

fn differs(column: &str) -> String {
    let name = identifier(column);
    format!("older.{name} IS DISTINCT FROM newer.{name}")
}

fn join(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}
