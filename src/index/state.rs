//! The state of the files as a run read them: files that did not change need not be read again.
//!
//! It is saved beside the snapshots, not in them: inodes and times describe a copy of the data, not
//! the data. Without it, or with that of another program or profile, every file is read.

use std::cell::Cell;
use std::fmt::{Display, Write as _};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::disk::{TemporaryPath, hex, open_regular, read_regular, too_long};
use crate::sources::dicom::{ReadDepth, RequestedTags};
use crate::sources::files::FileTable;
use crate::sources::profile::Profile;
use crate::sources::source_file::{FileOrigin, SourceFile};
use crate::tables::snapshot::{self, SnapshotDescription};
use crate::tables::spec::LIST_ELEMENT;

/// The state's file in the catalog's folder.
const FILE: &str = ".files.csv";
/// Marks a state that has all members of the archives.
const WHOLE: &str = "whole";
/// Marks a state of a run that hashed pixels.
const HASHED: &str = "hashed";

/// A hash of all that decides which rows a file gives: the program, its schema, the profile, the key of its
/// pseudonyms and the further attributes. The data set's folder is not part of it, since it may be mounted
/// elsewhere on another machine.
pub fn scan_key(profile: &Profile, tags: &RequestedTags) -> String {
    let mut hasher = Sha256::new();
    hasher.update(env!("CARGO_PKG_VERSION"));
    hasher.update(format!("{profile:?}"));
    if profile.has_pseudonyms() {
        hasher.update(profile.key().fingerprint());
    }
    for keyword in tags.keywords() {
        hasher.update(keyword);
        hasher.update(",");
    }
    hasher.update(LIST_ELEMENT);
    let parts = [crate::schema::TABLES, crate::schema::ISSUES, crate::schema::VOCABULARY];
    for (name, text) in parts.into_iter().flatten() {
        hasher.update(name);
        hasher.update(text);
    }
    hex(&hasher.finalize())
}

/// A hash of all that must be the same for rows of the previous run to be reused: the result of
/// [`scan_key`] and the data set's folder.
pub fn run_key(root: &Path, scan_key: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(scan_key);
    hasher.update(root.to_string_lossy().as_bytes());
    hex(&hasher.finalize())
}

/// The state of a run that was published as this snapshot.
#[derive(Debug)]
pub struct RunState {
    key: String,
    snapshot: u32,
    archives: MemberExtent,
    depth: ReadDepth,
    files: FileTable,
}

/// Which members of archives are among the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberExtent {
    /// All members of every archive.
    Whole,
    /// Those that an inventory named.
    Some,
}

/// The longest record, in bytes, with what is read ahead of it: no system has paths of a megabyte.
const LONGEST_RECORD: u64 = 4 << 20;
/// The most files of a state that is read, whatever the snapshot says; those of a larger data set are read again.
const MOST_FILES: u64 = 100_000_000;

/// How many files the current snapshot has: a state of more files is not its own.
fn files_of_snapshot(catalog: &Path) -> Option<usize> {
    let text = read_regular(&snapshot::place(catalog, None).join("snapshot.json")).ok()?;
    let description: SnapshotDescription = serde_json::from_slice(&text).ok()?;
    let rows = description.tables.get("sources")?.rows;
    usize::try_from(rows.min(MOST_FILES)).ok()
}

/// A file that ends where a record is too long.
struct RecordLimit<'l> {
    file: File,
    left: &'l Cell<u64>,
}

impl Read for RecordLimit<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.ok_or_else(|| too_long(LONGEST_RECORD))?);
        Ok(read)
    }
}

impl RunState {
    /// The state that the catalog has; absent where it does not read.
    pub fn load(catalog: &Path) -> Option<Self> {
        let most = files_of_snapshot(catalog)?;
        let left = Cell::new(LONGEST_RECORD);
        let file = RecordLimit { file: open_regular(&catalog.join(FILE)).ok()?, left: &left };
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        let mut record = csv::StringRecord::new();
        reader.read_record(&mut record).ok().filter(|more| *more)?;
        let (key, snapshot) = (record.get(0)?.to_owned(), record.get(1)?.parse().ok()?);
        let archives =
            if record.get(2)? == WHOLE { MemberExtent::Whole } else { MemberExtent::Some };
        let hashed = record.get(3) == Some(HASHED);
        let depth = if hashed { ReadDepth::Pixels } else { ReadDepth::Header };
        let mut files = FileTable::default();
        while reader.read_record(&mut record).ok()? {
            left.set(LONGEST_RECORD);
            if files.len() == most {
                return None;
            }
            files.push(SourceFile {
                path: record.get(0)?.into(),
                raw: None,
                size: record.get(1)?.parse().ok()?,
                mtime_ns: record.get(2)?.parse().ok()?,
                inode: record.get(3)?.parse().ok()?,
                origin: origin(record.get(4), record.get(5))?,
            });
        }
        Some(Self { key, snapshot, archives, depth, files })
    }

    /// Whether it has this key and belongs to the current snapshot, so that rows may be reused.
    pub fn fits(&self, key: &str, current: u32) -> bool {
        self.key == key && self.snapshot == current
    }

    /// Which members of archives are among the files.
    pub fn archives(&self) -> MemberExtent {
        self.archives
    }

    /// Whether that run hashed the pixels of images that had no hash.
    pub fn depth(&self) -> ReadDepth {
        self.depth
    }

    /// The files, sorted by path.
    pub fn files(&self) -> &FileTable {
        &self.files
    }

    /// For each of these files whether it is unchanged; both lists are sorted by path.
    pub fn unchanged(&self, files: &FileTable) -> Vec<bool> {
        let mut known = self.files.iter().peekable();
        let is_known = |file: SourceFile| {
            while known.next_if(|earlier| earlier.path < file.path).is_some() {}
            known.peek().is_some_and(|earlier| *earlier == file)
        };
        files.iter().map(is_known).collect()
    }

    /// Whether these are the files of that run, all of them unchanged.
    pub fn has_only(&self, files: &FileTable) -> bool {
        self.files == *files
    }

    /// The members of an archive that is unchanged; absent when it is not.
    pub fn members(&self, archive: &SourceFile) -> Option<Vec<SourceFile>> {
        let files = &self.files;
        let known = files.get(files.first_from(&archive.path)).filter(|known| known == archive)?;
        let prefix = format!("{}!/", known.path);
        let below = files.range(files.first_from(&prefix)..files.len());
        let below = below.take_while(|file| file.path.starts_with(&prefix));
        let members: Vec<SourceFile> =
            below.filter(|file| matches!(file.origin, FileOrigin::Member { .. })).collect();
        // An archive that could not be listed may be readable now: permissions leave no trace in
        // times.
        let was_listed = !members.is_empty() || !known.path.to_ascii_lowercase().ends_with(".zip");
        was_listed.then_some(members)
    }
}

fn origin(first: Option<&str>, second: Option<&str>) -> Option<FileOrigin> {
    Some(match (first, second) {
        (None, _) => FileOrigin::File,
        (Some("-"), _) => FileOrigin::Missing,
        (Some(archive), index) => {
            FileOrigin::Member { archive: archive.parse().ok()?, index: index?.parse().ok()? }
        }
    })
}

/// How long a file system's clock may show the same time: a file that is written twice meanwhile has
/// the same time twice.
const TICK_NS: i64 = 20_000_000;
/// The same where times are whole seconds, as on FAT and old network file systems.
const COARSE_TICK_NS: i64 = 2_000_000_000;

fn now_ns() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|d| i64::try_from(d.as_nanos()).ok()).unwrap_or(0)
}

fn is_coarse(mtime_ns: i64) -> bool {
    mtime_ns % 1_000_000_000 == 0
}

/// Waits until the clock has passed the times of files that were written a moment ago, so that the
/// next change to them shows. Returns the moment from which files are read.
pub fn await_next_tick(files: &FileTable) -> i64 {
    let now = now_ns();
    let fresh = files.times().filter(|time| !is_coarse(*time));
    let newest = fresh.filter(|time| (now - TICK_NS..=now).contains(time)).max();
    if let Some(wait) = newest.and_then(|time| u64::try_from(time + TICK_NS - now).ok()) {
        std::thread::sleep(std::time::Duration::from_nanos(wait));
    }
    now_ns()
}

/// The same where times are whole seconds, which a shard needs: it is compared with the files much later.
pub fn await_coarse_tick(files: &FileTable) {
    let now = now_ns();
    let coarse = files.times().filter(|time| is_coarse(*time));
    let newest = coarse.filter(|time| (now - COARSE_TICK_NS..=now).contains(time)).max();
    if let Some(wait) = newest.and_then(|time| u64::try_from(time + COARSE_TICK_NS - now).ok()) {
        std::thread::sleep(std::time::Duration::from_nanos(wait));
    }
}

/// Whether the next change to a file that was read from `began` on will show in its time: not where
/// a clock of whole seconds still showed the time of the file.
pub fn shows_change(file: &SourceFile, began: i64) -> bool {
    !is_coarse(file.mtime_ns) || file.mtime_ns.abs_diff(began) > COARSE_TICK_NS.unsigned_abs()
}

/// The run that a state belongs to.
pub struct RunIdentity {
    /// The result of [`run_key`].
    pub key: String,
    /// The snapshot that it was published as.
    pub snapshot: u32,
    /// Whether it hashed pixels.
    pub depth: ReadDepth,
    /// Which members of archives are among its files.
    pub archives: MemberExtent,
}

/// The state of a run that is not published yet: beside its place, and removed when this is dropped.
#[derive(Debug)]
pub struct StateDraft(TemporaryPath);

impl StateDraft {
    /// Writes the state of a run into the catalog's folder. Files for which `is_known` is false are
    /// read by the next run.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(
        catalog: &Path,
        run: &RunIdentity,
        files: &FileTable,
        is_known: impl Fn(usize, &SourceFile) -> bool,
    ) -> io::Result<Self> {
        let draft = TemporaryPath::new(catalog.join(".files.csv.new"));
        write_files(draft.path(), run, files, is_known)?;
        Ok(Self(draft))
    }

    /// Moves it to its place.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub fn publish(self) -> io::Result<()> {
        let target = self.0.path().with_file_name(FILE);
        self.0.rename_to(&target)
    }
}

fn write_files(
    path: &Path,
    run: &RunIdentity,
    files: &FileTable,
    is_known: impl Fn(usize, &SourceFile) -> bool,
) -> io::Result<()> {
    // What a killed run left, or a link that a stranger put there, is not written to.
    let _ = fs::remove_file(path);
    let file = BufWriter::new(File::create_new(path)?);
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(file);
    let extent = if run.archives == MemberExtent::Whole { WHOLE } else { "some" };
    let pixels = if run.depth == ReadDepth::Pixels { HASHED } else { "unread" };
    out.write_record([&run.key, &run.snapshot.to_string(), extent, pixels])?;
    let (mut record, mut text) = (csv::StringRecord::new(), String::new());
    for (_, file) in files.iter().enumerate().filter(|(place, file)| is_known(*place, file)) {
        record.clear();
        record.push_field(&file.path);
        let mut put = |number: &dyn Display| {
            text.clear();
            let _ = write!(text, "{number}"); // a text takes whatever comes
            record.push_field(&text);
        };
        put(&file.size);
        put(&file.mtime_ns);
        put(&file.inode);
        match file.origin {
            FileOrigin::File => {}
            FileOrigin::Member { archive, index } => {
                put(&archive);
                put(&index);
            }
            FileOrigin::Missing => record.push_field("-"),
        }
        out.write_record(&record)?;
    }
    let mut finished = out.into_inner().map_err(|e| io::Error::other(e.to_string()))?;
    finished.flush()
}
