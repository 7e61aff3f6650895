//! The scan of some files into a shard.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::description::{FILE, SHARD_FORMAT, ScanDescription, ShardDescription};
use super::error::ShardError;
use super::scannable::scannable;
use super::set::Shard;
use crate::disk::{WholeFolder, sha256_of_file, sync_file};
use crate::index::attributes;
use crate::index::classify::FileReader;
use crate::index::error::IndexError;
use crate::index::pending::PendingStore;
use crate::index::plan::{FileSearch, find_files};
use crate::index::pseudonym_key;
use crate::index::report::{FindingCounts, IndexProgress};
use crate::index::request::{OnExisting, OnLoss, ScanRequest};
use crate::index::root::DataSetRoot;
use crate::index::scan::{Scan, ScanOutput};
use crate::index::state;
use crate::index::writers::ScanTables;
use crate::sources::archive::Archives;
use crate::sources::dicom::{MammogramReader, ReadDepth, RequestedTags};
use crate::sources::files::FileTable;
use crate::sources::profile::Profile;
use crate::storage::Requests;
use crate::tables::reader::TableReader;
use crate::tables::snapshot::{SCHEMA_VERSION, TableFile};
use crate::tables::writer::TableWriter;

/// The result of a scan into a shard.
#[derive(Debug)]
pub struct ScanReport {
    /// Files of the shard.
    pub files: usize,
    /// How many of them were read; none where the shard was there already.
    pub read: usize,
    /// Files that could not be read, and folders that could not be listed.
    pub unread: u64,
    /// Files that were named and are left to linking: tables and annotations.
    pub for_linking: usize,
    /// Rows of `images`.
    pub images: u64,
    /// Findings by severity and code; empty where the shard was there already.
    pub findings: FindingCounts,
    /// Whether the shard was there already.
    pub is_unchanged: bool,
}

/// Scans files into a shard. Nothing but the files, the profile, the key of pseudonyms and the build decides what
/// is in it; a shard of the same files that is there already stays.
///
/// # Errors
/// When the data set, the profile or the list cannot be used, or the shard cannot be written.
pub fn scan(request: &ScanRequest, progress: &dyn IndexProgress) -> Result<ScanReport, IndexError> {
    let tags = RequestedTags::new(&request.tags, attributes::has_column)?;
    let folder = DataSetRoot::open_outside(&request.dataset, &request.shard)?;
    let root = &folder.root;
    let (requests, archives) = (Requests::new(request.requests), Archives::new(root));
    let profile = profile(request, root.name())?;
    let search = FileSearch {
        dataset: &request.dataset,
        root,
        selection: &request.files,
        skip: &request.shard,
    };
    let walk = find_files(&search, None, &archives, &requests)?.walk;
    let places = scannable(&walk.files);
    let files: FileTable = places.iter().filter_map(|place| walk.files.get(*place)).collect();
    let for_linking = walk.files.len() - files.len();
    progress.found(files.len());
    let scan = ScanDescription::new(&profile, &tags, request.depth);
    let errors = walk.errors.len() as u64;
    if let Some(shard) = existing(request, &scan, &files)? {
        return Ok(ScanReport { for_linking, ..ScanReport::unchanged(&shard, files.len()) });
    }
    state::await_coarse_tick(&files);
    let unwritable = |source| ShardError::Unwritable { path: request.shard.clone(), source };
    // Scans begin at the same time, and whichever is first makes the folder of the shards.
    let parent = request.shard.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(parent).map_err(unwritable)?;
    let draft = WholeFolder::create(&request.shard).map_err(unwritable)?;
    let pending = PendingStore::new(draft.path())?;
    let reader = MammogramReader::new(attributes::of_images()?, tags).with_depth(request.depth);
    let reader = FileReader {
        root,
        profile: &profile,
        reader: &reader,
        archives: &archives,
        store: Some(&pending),
    };
    let tables = ScanTables::new(draft.path(), !scan.tags.is_empty())?;
    let output =
        Scan::new(&reader, &files, &pending, &requests, tables, Vec::new(), progress).run()?;
    folder.check(files.len(), OnLoss::Refuse)?;
    let (read, unread) = (output.read, output.unread.len() as u64);
    let (rows, findings) = finish_tables(output)?;
    let description = describe(draft.path(), scan, unread, &rows).map_err(unwritable)?;
    publish(draft, &request.shard, &description)?;
    let images = rows.get("images").copied().unwrap_or(0);
    let unread = unread + errors;
    let (files, is_unchanged) = (files.len(), false);
    Ok(ScanReport { files, read, unread, for_linking, images, findings, is_unchanged })
}

impl ScanReport {
    fn unchanged(shard: &Shard, files: usize) -> Self {
        Self {
            files,
            read: 0,
            unread: 0,
            for_linking: 0,
            images: shard.description.tables.get("images").map_or(0, |table| table.rows),
            findings: FindingCounts::new(),
            is_unchanged: true,
        }
    }
}

impl ScanDescription {
    /// How a run with this profile, these attributes and this depth scans.
    pub fn new(profile: &Profile, tags: &RequestedTags, depth: ReadDepth) -> Self {
        Self {
            profile: profile.name.clone(),
            pseudonym_key: profile.has_pseudonyms().then(|| profile.key().fingerprint()),
            tags: tags.keywords().map(str::to_owned).collect(),
            hashed_pixels: depth == ReadDepth::Pixels,
            key: state::scan_key(profile, tags),
        }
    }
}

fn profile(request: &ScanRequest, root: &Path) -> Result<Profile, IndexError> {
    let profile = Profile::find(&request.profile)?;
    if !profile.has_pseudonyms() {
        return Ok(profile);
    }
    let given = request.pseudonym_key.as_deref();
    let key = pseudonym_key::load_existing(given, &request.shard, root)?;
    Ok(profile.with_key(key))
}

/// The shard that is in the place already, where it is of these files as they are, all of them read. Another one is
/// removed where the request replaces it, or where it could not read a file.
fn existing(
    request: &ScanRequest,
    scan: &ScanDescription,
    files: &FileTable,
) -> Result<Option<Shard>, ShardError> {
    if !request.shard.join(FILE).exists() {
        return Ok(None);
    }
    let replaces = request.on_existing == OnExisting::Replace;
    match Shard::open(&request.shard) {
        Ok(Some(shard)) => {
            let is_same = shard.description.scan == *scan && has_only(&shard, files)?;
            if is_same && shard.description.unread == 0 {
                return Ok(Some(shard));
            }
            if !is_same && !replaces {
                return Err(ShardError::Exists { path: request.shard.clone() });
            }
        }
        Ok(None) => return Ok(None),
        Err(error) if !replaces => return Err(error),
        Err(_) => {}
    }
    remove(&request.shard)?;
    Ok(None)
}

/// Removes the files of a shard and its folder, which has no others.
fn remove(folder: &Path) -> Result<(), ShardError> {
    let names = ["images", "issues", "sources", "tags"].map(|name| format!("{name}.parquet"));
    let files = std::iter::once(FILE.to_owned()).chain(names);
    for path in files.map(|name| folder.join(name)).filter(|path| path.exists()) {
        std::fs::remove_file(&path)
            .map_err(|source| ShardError::Unwritable { path: path.clone(), source })?;
    }
    Ok(())
}

/// Whether a shard is of these files, all of them unchanged.
fn has_only(shard: &Shard, files: &FileTable) -> Result<bool, ShardError> {
    let mut sources = TableReader::open_described(&shard.folder, "sources")?;
    for file in files.iter() {
        let Some(row) = sources.advance()? else { return Ok(false) };
        let is_same = row.text("path") == Some(&file.path)
            && row.int("size_bytes") == i64::try_from(file.size).ok()
            && row.timestamp("modified_at") == file.modified_ms();
        if !is_same {
            return Ok(false);
        }
    }
    Ok(sources.advance()?.is_none())
}

/// Writes the rest of the tables; returns their rows and the findings.
fn finish_tables(output: ScanOutput) -> Result<(BTreeMap<String, u64>, FindingCounts), IndexError> {
    let ScanTables { images, tags, sources, issues } = output.tables;
    let (issues, findings) = issues.finish()?;
    let mut rows = BTreeMap::from([
        ("images".to_owned(), images.finish()?),
        ("issues".to_owned(), issues),
        ("sources".to_owned(), sources.finish()?.0),
    ]);
    if let Some(count) = tags.map(TableWriter::finish).transpose()? {
        rows.insert("tags".to_owned(), count);
    }
    Ok((rows, findings))
}

/// Writes `shard.json`, the last file of a shard.
fn describe(
    folder: &Path,
    scan: ScanDescription,
    unread: u64,
    rows: &BTreeMap<String, u64>,
) -> std::io::Result<ShardDescription> {
    let table = |(name, rows): (&String, &u64)| {
        let sha256 = sha256_of_file(&folder.join(format!("{name}.parquet")))?;
        Ok((name.clone(), TableFile { rows: *rows, sha256 }))
    };
    let description = ShardDescription {
        format: SHARD_FORMAT,
        schema_version: SCHEMA_VERSION,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        scan,
        unread,
        tables: rows.iter().map(table).collect::<std::io::Result<_>>()?,
        checksum: String::new(),
    }
    .sealed();
    let text = serde_json::to_string_pretty(&description)?;
    let mut file = std::fs::File::create(folder.join(FILE))?;
    writeln!(file, "{text}")?;
    sync_file(&file)?;
    Ok(description)
}

/// Moves the shard to its place, by one rename. One that another process has put there meanwhile stays where it
/// is the same.
fn publish(
    draft: WholeFolder,
    place: &Path,
    description: &ShardDescription,
) -> Result<(), ShardError> {
    let unwritable = |source| ShardError::Unwritable { path: place.to_owned(), source };
    draft.sync().map_err(unwritable)?;
    let Err(source) = draft.finish() else { return Ok(()) };
    match Shard::open(place) {
        Ok(Some(shard)) if shard.description == *description => Ok(()),
        Ok(Some(_)) => Err(ShardError::Exists { path: place.to_owned() }),
        _ => Err(unwritable(source)),
    }
}
