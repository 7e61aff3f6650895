//! Whether a manifest still holds: its own sum, the snapshot, the split, the rows, every file of the
//! data set that it names.

use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::path_style::PathStyle;
use super::provenance::{beside, with_ending};
use super::request::{ManifestFormat, ManifestOptions};
use super::selection::{self, ExclusionReason, texts};
use super::{ManifestError, ManifestSource, RowJob, root};
use crate::catalog::Catalog;
use crate::disk::{
    ChecksumWriter, ScratchFolder, WholeFile, files_below, io_error, sha256_of_file,
};
use crate::saved::SavedName;
use crate::sql::{identifier, literal, path_pattern};

pub use super::provenance::ProvenanceRecord;

/// Files whose content is read between two notes of how far the check has come: a stop costs as many.
const STRETCH: usize = 128;
/// The most differing rows that are listed.
const MOST_ROWS: usize = 1000;

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestDifference {
    /// What was checked: manifest, snapshot, source, patients, rows or files.
    pub check: String,
    /// The file, table or row.
    pub place: String,
    /// How it differs.
    pub message: String,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyResult {
    /// What differs; empty when all is as it was.
    pub findings: Vec<ManifestDifference>,
    /// Rows that the manifest has.
    pub rows: u64,
    /// Files of the data set that it names.
    pub files: u64,
    /// Those of them that an earlier check, which was stopped, had looked at.
    pub resumed: u64,
}

/// Checks a manifest against the catalog, opened at the snapshot of its account, and the disk.
///
/// Looking at the files is the long part. What is done of it stands in `FILE.verify`: a check that
/// was stopped goes on from there. It is removed at the end.
///
/// # Errors
/// When the account, the catalog or the data set cannot be read.
pub fn verify(
    catalog: &Catalog,
    manifest: &Path,
    account: &ProvenanceRecord,
    moved: Option<&Path>,
) -> Result<VerifyResult, ManifestError> {
    let mut check = ManifestCheck { catalog, manifest, account, findings: Vec::new() };
    let own = check.outputs();
    check.snapshot();
    let root = root(catalog, Some(moved.unwrap_or(&account.root)))?;
    let (mut files, mut resumed) = (0, 0);
    if let Some(source) = check.source()? {
        let options = &account.request;
        let listing = PathStyle::new(&options.paths, &root)?;
        let counts = selection::choose(catalog, &source, options)?.counts;
        check.recall_files()?;
        if own != ManifestFileState::Gone {
            check.patients()?;
            check.recall_sums(&listing)?;
        }
        let task =
            RowJob { catalog, source: &source, options, listing: &listing, root: &root, counts };
        check.rows(&task, own)?;
        (files, resumed) = check.files(&root)?;
    }
    Ok(VerifyResult { findings: check.findings, rows: account.manifest.rows, files, resumed })
}

/// What became of the manifest's own files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ManifestFileState {
    /// They are as they were written.
    Same,
    /// One has another content.
    Changed,
    /// One cannot be read.
    Gone,
}

struct ManifestCheck<'a> {
    catalog: &'a Catalog,
    manifest: &'a Path,
    account: &'a ProvenanceRecord,
    findings: Vec<ManifestDifference>,
}

impl ManifestCheck<'_> {
    fn note(&mut self, check: &str, place: impl ToString, message: impl ToString) {
        self.findings.push(ManifestDifference {
            check: check.to_owned(),
            place: place.to_string(),
            message: message.to_string(),
        });
    }

    fn options(&self) -> &ManifestOptions {
        &self.account.request
    }

    /// The manifest's own files.
    fn outputs(&mut self) -> ManifestFileState {
        let is_folder = self.options().shape.is_folder();
        let mut own = ManifestFileState::Same;
        for file in &self.account.manifest.files {
            let path =
                if is_folder { self.manifest.join(&file.path) } else { self.manifest.to_owned() };
            match sha256_of_file(&path) {
                Ok(sum) if sum == file.sha256 => {}
                Ok(_) => {
                    own = if own == ManifestFileState::Same {
                        ManifestFileState::Changed
                    } else {
                        own
                    };
                    self.note("manifest", path.display(), "it was changed: its sum differs");
                }
                Err(error) => {
                    own = ManifestFileState::Gone;
                    self.note("manifest", path.display(), error);
                }
            }
        }
        if is_folder && self.options().shape != ManifestFormat::Folder {
            let known = &self.account.manifest.files;
            for found in files_below(self.manifest).unwrap_or_default() {
                let found = found.to_string_lossy();
                if !known.iter().any(|file| file.path == found) {
                    let place = self.manifest.join(&*found);
                    self.note("manifest", place.display(), "it was not there when it was written");
                }
            }
        }
        own
    }

    fn snapshot(&mut self) {
        for (table, recorded) in &self.account.snapshot.tables {
            let path = self.catalog.snapshot_dir().join(format!("{table}.parquet"));
            match sha256_of_file(&path) {
                Ok(sum) if sum == recorded.sha256 => {}
                Ok(_) => self.note("snapshot", table, "the table is not the one of then"),
                Err(error) => self.note("snapshot", table, error),
            }
        }
    }

    /// The split or cohort, when it is still there.
    fn source(&mut self) -> Result<Option<ManifestSource>, ManifestError> {
        let account = self.account;
        let name = account.split.as_ref().map_or(&account.cohort.name, |split| &split.name);
        let name: SavedName = name.parse().map_err(|error| ManifestError::Provenance {
            path: beside(self.manifest),
            reason: format!("{error}"),
        })?;
        let source = match ManifestSource::find(self.catalog.dir(), &name) {
            Ok(source) => source,
            Err(error) => {
                self.note("source", &name, error);
                return Ok(None);
            }
        };
        let definition = source.definition();
        if definition.sql != account.cohort.sql || definition.views != account.cohort.views {
            self.note("source", &name, "the cohort's query is not the one of then");
        }
        if let (ManifestSource::Split(split), Some(then)) = (&source, &account.split)
            && split.sha256 != then.sha256
        {
            self.note("source", &name, "the split is not the one of then");
        }
        if let Err(error) = source.check(self.catalog.dir()) {
            self.note("source", &name, error);
        }
        Ok(Some(source))
    }

    /// Leaves out what was not on disk when the manifest was written.
    fn recall_files(&self) -> Result<(), ManifestError> {
        let gaps = self.account.left_out.gaps.iter();
        let gone: Vec<(String, ExclusionReason)> = gaps
            .flat_map(|(reason, gap)| gap.files.iter().map(|path| (path.clone(), *reason)))
            .collect();
        Ok(selection::leave_out(self.catalog, &gone)?)
    }

    /// The manifest as a relation, every cell as text.
    fn relation(&self, path: &Path) -> Result<Option<String>, ManifestError> {
        let columns = self.account.manifest.columns.clone();
        let (shape, path, columns) = match self.options().shape {
            ManifestFormat::Folder => {
                let columns = super::rows::IMAGE.map(str::to_owned).to_vec();
                (ManifestFormat::Csv, path.join("manifest.csv"), columns)
            }
            shape if shape.is_table() => (shape, path.to_owned(), columns),
            _ => return Ok(None),
        };
        let pattern = path_pattern(&path).ok_or_else(|| {
            let why = io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8");
            io_error("read", &path)(why)
        })?;
        let types: Vec<String> =
            columns.iter().map(|name| format!("{}: 'VARCHAR'", literal(name))).collect();
        let (file, types) = (literal(&pattern), types.join(", "));
        Ok(Some(match shape {
            ManifestFormat::Parquet => format!("read_parquet({file}, hive_partitioning = false)"),
            ManifestFormat::Jsonl => format!(
                "read_json({file}, format = 'newline_delimited', columns = {{{types}}}, \
                 hive_partitioning = false)"
            ),
            _ => format!(
                "read_csv({file}, auto_detect = false, header = true, delim = ',', quote = '\"', \
                 escape = '\"', nullstr = '', allow_quoted_nulls = false, parallel = false, \
                 columns = {{{types}}}, hive_partitioning = false)"
            ),
        }))
    }

    fn has(&self, column: &str) -> bool {
        self.options().shape == ManifestFormat::Folder
            || self.account.manifest.columns.iter().any(|name| name == column)
    }

    /// Patients that stand on two sides in the manifest itself.
    fn patients(&mut self) -> Result<(), ManifestError> {
        let Some(relation) = self.relation(self.manifest)? else { return Ok(()) };
        if !self.has("split") || !self.has("case_id") {
            return Ok(());
        }
        let rows = self.catalog.rows::<(Option<String>, Option<String>)>(&format!(
            "SELECT case_id::VARCHAR, string_agg(DISTINCT split, ', ' ORDER BY split) FROM {relation}
             GROUP BY 1 HAVING count(DISTINCT split) > 1 ORDER BY 1"
        ));
        match rows {
            Err(error) => self.note("manifest", self.manifest.display(), error),
            Ok(rows) => {
                for (case, parts) in rows {
                    let message = format!("the patient stands in {}", parts.unwrap_or_default());
                    self.note("patients", case.unwrap_or_default(), message);
                }
            }
        }
        Ok(())
    }

    /// The sums of files as the manifest has them.
    fn recall_sums(&mut self, listing: &PathStyle) -> Result<(), ManifestError> {
        if !self.options().sha256 {
            return Ok(());
        }
        let Some(relation) = self.relation(self.manifest)? else { return Ok(()) };
        let listed = if self.options().shape == ManifestFormat::Csv {
            listing.csv_sql("s.file")
        } else {
            listing.sql("s.file")
        };
        let copied = self.catalog.execute(&format!(
            "INSERT INTO manifest_sums SELECT DISTINCT s.file, m.sha256
             FROM manifest_images AS s JOIN {relation} AS m ON m.path = {listed}"
        ));
        if let Err(error) = copied {
            self.note("manifest", self.manifest.display(), error);
        }
        Ok(())
    }

    /// Whether the query gives the same rows now.
    fn rows(&mut self, task: &RowJob<'_>, own: ManifestFileState) -> Result<(), ManifestError> {
        if !self.options().shape.is_table() {
            let mut items = super::image::ManifestImages::start(
                task.catalog,
                task.source,
                task.options,
                task.listing,
                task.root,
            )?;
            while items.next()?.is_some() {}
            if Some(items.sum()) != self.account.manifest.chosen_sha256 {
                let place = task.source.name();
                self.note("rows", place, "the query gives other images or labels than then");
            }
            return Ok(());
        }
        let scratch =
            ScratchFolder::create().map_err(io_error("make a folder in", &std::env::temp_dir()))?;
        let again = scratch.path().join("manifest");
        let mut out =
            ChecksumWriter::new(WholeFile::create(&again).map_err(io_error("write", &again))?);
        task.table(&mut out)?;
        let (file, _, sum) = out.finish();
        let same = self.account.manifest.files.iter().all(|file| file.sha256 == sum);
        if same && own != ManifestFileState::Changed {
            return Ok(());
        }
        file.finish().map_err(io_error("write", &again))?;
        if own != ManifestFileState::Gone {
            self.compare(&again)?;
        }
        if !same && !self.findings.iter().any(|finding| finding.check == "rows") {
            let place = task.source.name();
            self.note("rows", place, "the query gives the rows in another order or form than then");
        }
        Ok(())
    }

    /// Lists rows that only one of the two has.
    fn compare(&mut self, again: &Path) -> Result<(), ManifestError> {
        let (Some(then), Some(now)) = (self.relation(self.manifest)?, self.relation(again)?) else {
            return Ok(());
        };
        let names = &self.account.manifest.columns;
        let cells: Vec<String> = names
            .iter()
            .map(|name| format!("CAST({0} AS VARCHAR) AS {0}", identifier(name)))
            .collect();
        let cells = cells.join(", ");
        for (one, other, message) in [
            (&then, &now, "the manifest has this row, the query does not give it"),
            (&now, &then, "the query gives this row, the manifest does not have it"),
        ] {
            let rows = self.catalog.values::<String>(&format!(
                "SELECT CAST(to_json(d) AS VARCHAR) FROM (
                   SELECT {cells} FROM {one} EXCEPT ALL SELECT {cells} FROM {other}) AS d
                 ORDER BY 1 LIMIT {MOST_ROWS}"
            ));
            match rows {
                Err(error) => self.note("manifest", self.manifest.display(), error),
                Ok(rows) => {
                    for row in rows {
                        self.note("rows", row, message);
                    }
                }
            }
        }
        Ok(())
    }

    /// Every file of the data set: there, of the length that the catalog has, of the recorded sum.
    /// Gives how many there are, and how many an earlier check had done.
    fn files(&mut self, root: &Path) -> Result<(u64, u64), ManifestError> {
        let place = with_ending(self.manifest, "verify");
        let mut state = VerifyState::resume(&place, self.manifest);
        let resumed = state.done;
        let mut results = self.catalog.query(
            "SELECT s.file, CAST(i.size_bytes AS VARCHAR), CAST(h.sha256 AS VARCHAR)
             FROM manifest_images AS s JOIN images AS i ON i.path = s.file
             LEFT JOIN manifest_sums AS h ON h.summed = s.file
             WHERE s.reason IS NULL ORDER BY s.part_number, s.member, s.file",
        )?;
        let mut seen = 0_u64;
        while let Some(batch) = results.next_batch()? {
            let columns = batch
                .columns()
                .iter()
                .map(|column| texts(column))
                .collect::<Result<Vec<_>, _>>()?;
            let rows: Vec<_> = columns[0].iter().zip(columns[1]).zip(columns[2]).collect();
            let skip = usize::try_from(state.done.saturating_sub(seen)).unwrap_or(usize::MAX);
            seen += rows.len() as u64;
            // Without sums a file is one question to the system.
            let stretch = if self.options().sha256 { STRETCH } else { rows.len().max(1) };
            for rows in rows.get(skip..).unwrap_or_default().chunks(stretch) {
                let looked: Vec<Option<ManifestDifference>> = rows
                    .par_iter()
                    .map(|((file, size), sum)| {
                        let path = file.unwrap_or_default();
                        let wrong = look(root, path, *size, *sum)?;
                        let (check, place) = ("files".to_owned(), path.to_owned());
                        Some(ManifestDifference { check, place, message: wrong })
                    })
                    .collect();
                state.findings.extend(looked.into_iter().flatten());
                state.done += rows.len() as u64;
                state.save(&place);
            }
        }
        drop(results);
        self.findings.append(&mut state.findings);
        // What cannot be removed is overwritten by the next check.
        let _ = fs::remove_file(&place);
        Ok((seen, resumed.min(seen)))
    }
}

/// What is wrong with a file of the data set.
fn look(root: &Path, path: &str, size: Option<&str>, sum: Option<&str>) -> Option<String> {
    let file = root.join(path);
    let found = match fs::metadata(&file) {
        Ok(found) if found.is_file() => found.len(),
        Ok(_) => return Some("it is no file".to_owned()),
        Err(error) => return Some(error.to_string()),
    };
    if let Some(size) = size
        && size != found.to_string()
    {
        return Some(format!("it has {found} bytes, the catalog says {size}"));
    }
    let sum = sum?;
    match sha256_of_file(&file) {
        Ok(now) if now == sum => None,
        Ok(_) => Some("its content was changed: its sum differs".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// How far a check has come.
#[derive(Debug, Default, Serialize, Deserialize)]
struct VerifyState {
    /// The sum of the account that it follows.
    account: String,
    /// Files that were looked at, in the order of the manifest.
    done: u64,
    /// What was found there.
    findings: Vec<ManifestDifference>,
}

impl VerifyState {
    /// Goes on where a check of the same account was stopped, else begins.
    fn resume(place: &Path, manifest: &Path) -> Self {
        let account = sha256_of_file(&beside(manifest)).unwrap_or_default();
        let kept = fs::read(place).ok();
        let kept: Option<Self> = kept.and_then(|text| serde_json::from_slice(&text).ok());
        kept.filter(|state| state.account == account).unwrap_or(Self { account, ..Self::default() })
    }

    fn save(&self, place: &Path) {
        // Where it cannot be kept, the check goes on; stopped, it begins anew.
        if let Ok(text) = serde_json::to_vec(self) {
            let _ = WholeFile::write(place, &text);
        }
    }
}
