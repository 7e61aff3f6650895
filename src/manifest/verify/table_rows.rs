//! Whether the query still returns the rows of the manifest, and which cell differs.

use std::path::Path;

use super::super::error::ManifestError;
use super::super::job::{ManifestContent, ManifestJob};
use super::super::path_style::PathStyle;
use super::super::provenance::ProvenanceRecord;
use super::super::request::ManifestFormat;
use super::super::{table, trainer};
use super::difference::DifferenceList;
use super::outputs::OutputState;
use super::relation::{columns, missing_columns, relation};
use crate::catalog::Catalog;
use crate::disk::{ChecksumWriter, ScratchFolder, WholeFile, io_error};
use crate::sql::{identifier, literal};

/// The most differing rows that are listed.
const MOST_ROWS: usize = 1000;

/// Columns that together name a row.
const KEYS: [&str; 5] = ["path", "case_id", "reader", "lesion_id", "lesion_label"];

/// Compares the rows, or the selected images of a format without rows. Returns what the query gives.
pub fn check(
    job: &ManifestJob<'_>,
    manifest: &Path,
    record: &ProvenanceRecord,
    outputs: OutputState,
    differences: &mut DifferenceList,
) -> Result<ManifestContent, ManifestError> {
    let place = job.source.name();
    if !record.request.format.is_table() {
        let content = trainer::recount(job)?;
        if content.selection_sha256 != record.manifest.selection_sha256 {
            let message = "the query selects other images or labels than the manifest has";
            differences.add("rows", place, message);
        }
        return Ok(content);
    }
    let scratch =
        ScratchFolder::create().map_err(io_error("make a folder in", &std::env::temp_dir()))?;
    let rewritten = scratch.path().join("manifest");
    let file = WholeFile::create(&rewritten).map_err(io_error("write", &rewritten))?;
    let mut out = ChecksumWriter::new(file);
    let content = table::write(job, &mut out)?;
    let (file, _, sha256) = out.finish();
    if content.sql != record.sql.rows {
        let message = "the query of the rows differs from the recorded one";
        differences.add("source", place, message);
    }
    let same = record.manifest.files.iter().all(|file| file.sha256.as_ref() == Some(&sha256));
    if same && outputs != OutputState::Changed {
        return Ok(content);
    }
    file.finish().map_err(io_error("write", &rewritten))?;
    if outputs != OutputState::Gone {
        compare(job.catalog, record, manifest, &rewritten, differences)?;
    }
    if !same && !differences.has("rows") {
        let message = "the query returns the rows in another order or form than the manifest has";
        differences.add("rows", place, message);
    }
    Ok(content)
}

/// Lists the cells that differ, and the rows that only one of the two has.
fn compare(
    catalog: &Catalog,
    record: &ProvenanceRecord,
    manifest: &Path,
    rewritten: &Path,
    differences: &mut DifferenceList,
) -> Result<(), ManifestError> {
    let (Some(then), Some(now)) = (relation(record, manifest)?, relation(record, rewritten)?)
    else {
        return Ok(());
    };
    let missing = match missing_columns(catalog, record, &then) {
        Ok(missing) => missing,
        Err(error) => {
            differences.add("manifest", manifest.display(), error);
            return Ok(());
        }
    };
    for name in &missing {
        differences.add("manifest", manifest.display(), format!("the column {name} is missing"));
    }
    let mut names = columns(record);
    names.retain(|name| !missing.contains(name));
    let compared = if keyed(catalog, &names, &[then.sql(), now.sql()]) {
        cells(catalog, &names, then.sql(), now.sql(), differences)
    } else {
        rows(catalog, &names, then.sql(), now.sql(), differences)
    };
    if let Err(error) = compared {
        differences.add("manifest", manifest.display(), error);
    }
    Ok(())
}

/// The columns that name a row.
fn keys(names: &[String]) -> Vec<&String> {
    names.iter().filter(|name| KEYS.contains(&name.as_str())).collect()
}

/// Whether the columns that name a row do so in all of these relations.
fn keyed(catalog: &Catalog, names: &[String], relations: &[&str]) -> bool {
    let keys: Vec<String> = keys(names).into_iter().map(|name| identifier(name)).collect();
    let keys = keys.join(", ");
    let repeated = |relation: &&str| {
        catalog.count(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM {relation} GROUP BY {keys} HAVING count(*) > 1)"
        ))
    };
    !keys.is_empty() && relations.iter().all(|relation| matches!(repeated(relation), Ok(0)))
}

/// The rows of the manifest, `a`, beside those of the query, `b`, joined on what names a row.
struct RowPairs<'a> {
    /// The join as a relation of SQL; `here` is null on the side that lacks the row.
    sql: String,
    /// The columns that name a row.
    keys: Vec<&'a String>,
}

impl<'a> RowPairs<'a> {
    fn new(names: &'a [String], then: &str, now: &str) -> Self {
        let texts: Vec<String> = names
            .iter()
            .map(|name| format!("CAST({0} AS VARCHAR) AS {0}", identifier(name)))
            .collect();
        let texts = texts.join(", ");
        let keys = keys(names);
        let equal: Vec<String> = keys
            .iter()
            .map(|key| format!("a.{0} IS NOT DISTINCT FROM b.{0}", identifier(key)))
            .collect();
        let sql = format!(
            "(SELECT {texts}, 1 AS here FROM {then}) AS a
             FULL JOIN (SELECT {texts}, 1 AS here FROM {now}) AS b ON {}",
            equal.join(" AND ")
        );
        Self { sql, keys }
    }

    /// The text that names a row of one side, as SQL.
    fn place(&self, side: &str) -> String {
        let cells = self.keys.iter().map(|key| format!("coalesce({side}.{}, '')", identifier(key)));
        format!("concat_ws(' ', {})", cells.collect::<Vec<_>>().join(", "))
    }
}

fn cells(
    catalog: &Catalog,
    names: &[String],
    then: &str,
    now: &str,
    differences: &mut DifferenceList,
) -> Result<(), ManifestError> {
    let pairs = RowPairs::new(names, then, now);
    let sides = catalog.rows::<(String, bool)>(&format!(
        "SELECT CASE WHEN b.here IS NULL THEN {} ELSE {} END AS place, b.here IS NULL FROM {}
         WHERE a.here IS NULL OR b.here IS NULL ORDER BY ALL LIMIT {MOST_ROWS}",
        pairs.place("a"),
        pairs.place("b"),
        pairs.sql
    ))?;
    for (place, is_extra) in sides {
        let message = if is_extra {
            "the manifest has this row, the query does not return it"
        } else {
            "the query returns this row, the manifest does not have it"
        };
        differences.add("rows", place, message);
    }
    let compared = names.iter().filter(|name| !pairs.keys.contains(name)).map(|name| {
        let column = identifier(name);
        format!("{{'name': {}, 'a': a.{column}, 'b': b.{column}}}", literal(name))
    });
    let compared: Vec<String> = compared.collect();
    if compared.is_empty() {
        return Ok(());
    }
    let cells = catalog.rows::<(String, String, Option<String>, Option<String>)>(&format!(
        "SELECT place, cell.name, cell.a, cell.b FROM (
           SELECT {} AS place, unnest([{}]) AS cell FROM {}
           WHERE a.here IS NOT NULL AND b.here IS NOT NULL)
         WHERE cell.a IS DISTINCT FROM cell.b ORDER BY ALL LIMIT {MOST_ROWS}",
        pairs.place("a"),
        compared.join(", "),
        pairs.sql
    ))?;
    for (place, name, then, now) in cells {
        let text =
            |cell: Option<String>| cell.map_or("empty".to_owned(), |text| format!("{text:?}"));
        let message =
            format!("{name} is {} in the manifest, {} by the query", text(then), text(now));
        differences.add("rows", place, message);
    }
    Ok(())
}

/// Lists whole rows, where nothing names a row.
fn rows(
    catalog: &Catalog,
    names: &[String],
    then: &str,
    now: &str,
    differences: &mut DifferenceList,
) -> Result<(), ManifestError> {
    let cells: Vec<String> =
        names.iter().map(|name| format!("CAST({0} AS VARCHAR) AS {0}", identifier(name))).collect();
    let cells = cells.join(", ");
    for (one, other, message) in [
        (then, now, "the manifest has this row, the query does not return it"),
        (now, then, "the query returns this row, the manifest does not have it"),
    ] {
        let rows = catalog.values::<String>(&format!(
            "SELECT CAST(to_json(d) AS VARCHAR) FROM (
               SELECT {cells} FROM {one} EXCEPT ALL SELECT {cells} FROM {other}) AS d
             ORDER BY 1 LIMIT {MOST_ROWS}"
        ))?;
        for row in rows {
            differences.add("rows", row, message);
        }
    }
    Ok(())
}

/// Returns the columns of the manifest itself; none where it cannot be read, which is a difference.
fn columns_there(
    engine: &Catalog,
    relation: &str,
    manifest: &Path,
    differences: &mut DifferenceList,
) -> Option<Vec<String>> {
    let columns = engine.columns(relation);
    columns.map_err(|error| differences.add("manifest", manifest.display(), error)).ok()
}

/// Patients that are in two parts of the manifest itself.
pub fn check_patients(
    catalog: &Catalog,
    manifest: &Path,
    record: &ProvenanceRecord,
    differences: &mut DifferenceList,
) -> Result<(), ManifestError> {
    let Some(relation) = relation(record, manifest)? else { return Ok(()) };
    let Some(columns) = columns_there(catalog, relation.sql(), manifest, differences) else {
        return Ok(());
    };
    let has = |column: &str| columns.iter().any(|name| name == column);
    if !has("split") || !has("case_id") {
        return Ok(());
    }
    let rows = catalog.rows::<(Option<String>, Option<String>)>(&format!(
        "SELECT case_id::VARCHAR, string_agg(DISTINCT split, ', ' ORDER BY split) FROM {relation}
         GROUP BY 1 HAVING count(DISTINCT split) > 1 ORDER BY 1"
    ));
    match rows {
        Err(error) => differences.add("manifest", manifest.display(), error),
        Ok(rows) => {
            for (case, parts) in rows {
                let message = format!("the patient is in {}", parts.unwrap_or_default());
                differences.add("patients", case.unwrap_or_default(), message);
            }
        }
    }
    Ok(())
}

/// Compares the number of the manifest's rows with the recorded one.
pub fn check_count(
    engine: &Catalog,
    manifest: &Path,
    record: &ProvenanceRecord,
    differences: &mut DifferenceList,
) -> Result<(), ManifestError> {
    let Some(relation) = relation(record, manifest)? else { return Ok(()) };
    let message = match engine.count(&format!("SELECT count(*) FROM {relation}")) {
        Ok(rows) if rows == record.manifest.rows => return Ok(()),
        Ok(rows) => format!("it has {rows} rows, the provenance says {}", record.manifest.rows),
        Err(error) => error.to_string(),
    };
    differences.add("rows", manifest.display(), message);
    Ok(())
}

/// Returns the files of the data set that the rows name, each with its checksum where the rows have
/// one; none where the manifest names no paths.
pub fn named_files(
    engine: &Catalog,
    style: &PathStyle,
    manifest: &Path,
    record: &ProvenanceRecord,
    differences: &mut DifferenceList,
) -> Result<Vec<(String, Option<String>)>, ManifestError> {
    let format = record.request.format;
    let Some(relation) = relation(record, manifest)?.filter(|_| format.is_table()) else {
        return Ok(Vec::new());
    };
    // The manifest's own columns: a provenance that names none would leave its files unseen.
    let Some(names) = columns_there(engine, relation.sql(), manifest, differences) else {
        return Ok(Vec::new());
    };
    let has = |column: &str| names.iter().any(|name| name == column);
    let sum = if has("sha256") { "sha256::VARCHAR" } else { "NULL::VARCHAR" };
    let sql = if has("path") {
        format!("SELECT DISTINCT path::VARCHAR, {sum} FROM {relation} ORDER BY ALL")
    } else if has("image_paths") {
        let list = if format == ManifestFormat::Parquet {
            "to_json(image_paths)"
        } else {
            "image_paths::JSON"
        };
        format!(
            "SELECT DISTINCT unnest(json_extract_string({list}, '$[*]')), NULL::VARCHAR
             FROM {relation} ORDER BY ALL"
        )
    } else {
        return Ok(Vec::new());
    };
    let rows = match engine.rows::<(Option<String>, Option<String>)>(&sql) {
        Ok(rows) => rows,
        Err(error) => {
            differences.add("manifest", manifest.display(), error);
            return Ok(Vec::new());
        }
    };
    let mut files = Vec::with_capacity(rows.len());
    for (listed, sha256) in rows {
        let Some(listed) = listed else { continue };
        match style.original(&listed, format == ManifestFormat::Csv) {
            Some(path) => files.push((path.to_owned(), sha256)),
            None => differences.add("files", listed, "the path is not of the requested form"),
        }
    }
    Ok(files)
}
