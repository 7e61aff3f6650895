//! What the last run knew of the files: those that did not change need not be read again.
//!
//! The state lies beside the snapshots, not in them: inodes and times say something about a copy of
//! the data, not about the data. Without it, or with one of another program or profile, every file
//! is read.

use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::classify::{FileContent, FileOutcome};
use super::plan::IndexPlan;
use crate::disk::{TemporaryPath, hex};
use crate::records::image::{ImageRecord, TagValue};
use crate::records::issue::{Issue, IssueCode};
use crate::records::source::{FileKind, SourceStatus};
use crate::sources::dicom::{ReadDepth, RequestedTags};
use crate::sources::files::FileTable;
use crate::sources::profile::Profile;
use crate::sources::source_file::{FileOrigin, SourceFile};
use crate::tables::reader::{TableReader, TableRow};
use crate::tables::snapshot::SnapshotDescription;

/// The state's file in the catalog's folder.
const FILE: &str = ".files.csv";
/// What the state says when the members of archives are all known.
const WHOLE: &str = "whole";
/// What the state says when pixels were hashed.
const HASHED: &str = "hashed";

/// What decides whether rows of the last run may be taken over: the program, its schema, the
/// profile, the further attributes and the data set's folder.
pub fn key(root: &Path, profile: &Profile, tags: &RequestedTags) -> String {
    let mut hasher = Sha256::new();
    hasher.update(env!("CARGO_PKG_VERSION"));
    hasher.update(root.to_string_lossy().as_bytes());
    hasher.update(format!("{profile:?}"));
    for keyword in tags.keywords() {
        hasher.update(keyword);
        hasher.update(",");
    }
    let parts = [crate::schema::TABLES, crate::schema::ISSUES, crate::schema::VOCABULARY];
    for (name, text) in parts.into_iter().flatten() {
        hasher.update(name);
        hasher.update(text);
    }
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

/// Whether the members of archives are all known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberExtent {
    /// Of every archive.
    Whole,
    /// An inventory named some.
    Some,
}

impl RunState {
    /// The state that the catalog holds.
    pub fn load(catalog: &Path) -> Option<Self> {
        let file = BufReader::new(File::open(catalog.join(FILE)).ok()?);
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

    /// Whether it is of this key and of the current snapshot, so that rows may be taken over.
    pub fn fits(&self, key: &str, current: u32) -> bool {
        self.key == key && self.snapshot == current
    }

    /// Whether the members of archives are all among the files.
    pub fn archives(&self) -> MemberExtent {
        self.archives
    }

    /// Whether that run hashed the pixels of images that had no hash.
    pub fn depth(&self) -> ReadDepth {
        self.depth
    }

    /// The files as they were, sorted by path.
    pub fn files(&self) -> &FileTable {
        &self.files
    }

    /// Which of the files found are as they were; both lists are sorted by path.
    pub fn unchanged(&self, found: &FileTable) -> Vec<bool> {
        let mut known = self.files.iter().peekable();
        let same = |file: SourceFile| {
            while known.next_if(|k| k.path < file.path).is_some() {}
            known.peek().is_some_and(|k| *k == file)
        };
        found.iter().map(same).collect()
    }

    /// Whether the files found are those of the last run, all of them unchanged.
    pub fn is(&self, found: &FileTable) -> bool {
        self.files == *found
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

/// How long a file system's clock may stand still: a file that is written twice meanwhile shows the
/// same time twice.
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
/// next change to them shows. Gives the moment from which files are read.
pub fn settle(files: &FileTable) -> i64 {
    let now = now_ns();
    let fresh = files.times().filter(|time| !is_coarse(*time));
    let newest = fresh.filter(|time| (now - TICK_NS..=now).contains(time)).max();
    if let Some(wait) = newest.and_then(|time| u64::try_from(time + TICK_NS - now).ok()) {
        std::thread::sleep(std::time::Duration::from_nanos(wait));
    }
    now_ns()
}

/// Whether the next change to a file that was read from `began` on will show in its time: not
/// where a clock of whole seconds still had the file's own.
pub fn shows_change(file: &SourceFile, began: i64) -> bool {
    !is_coarse(file.mtime_ns) || file.mtime_ns.abs_diff(began) > COARSE_TICK_NS.unsigned_abs()
}

/// Lets go of files whose image has no hash of its pixels: they are not `known` then. `snapshot` is
/// the last one; files and images are sorted by path.
pub fn forget_unhashed(snapshot: &Path, files: &FileTable, known: &mut [bool]) {
    let Some(mut images) = TableReader::open(snapshot, "images") else { return };
    let mut files = (0..).map(|at| files.path(at)).zip(known).peekable();
    while let Some(line) = images.advance() {
        let Some(path) = line.text("path") else { continue };
        while files.next_if(|(file, _)| *file < path).is_some() {}
        if let Some((_, known)) = files.next_if(|(file, _)| *file == path) {
            *known = *known && line.text("pixel_hash").is_some();
        }
    }
}

/// The run that a state is of.
pub struct RunIdentity {
    /// See [`key`].
    pub key: String,
    /// The snapshot that it was published as.
    pub snapshot: u32,
    /// Whether it hashed pixels.
    pub depth: ReadDepth,
}

/// The state of a run that is not published yet: beside its place, and gone when this is dropped.
#[derive(Debug)]
pub struct UnpublishedState(TemporaryPath);

impl UnpublishedState {
    /// Writes the state of a run into the catalog's folder. Files that are not to be `kept` are read
    /// by the next run.
    pub fn write(
        catalog: &Path,
        made: &RunIdentity,
        plan: &IndexPlan,
        kept: impl Fn(usize, &SourceFile) -> bool,
    ) -> io::Result<Self> {
        let fresh = TemporaryPath::new(catalog.join(".files.csv.new"));
        write(fresh.path(), made, plan, kept)?;
        Ok(Self(fresh))
    }

    /// Puts it in its place, whole or not at all.
    pub fn publish(self) -> io::Result<()> {
        let target = self.0.path().with_file_name(FILE);
        self.0.rename_to(&target)
    }
}

fn write(
    fresh: &Path,
    made: &RunIdentity,
    plan: &IndexPlan,
    kept: impl Fn(usize, &SourceFile) -> bool,
) -> io::Result<()> {
    let mut out =
        csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(File::create(fresh)?));
    let extent = if plan.archives == MemberExtent::Whole { WHOLE } else { "some" };
    let pixels = if made.depth == ReadDepth::Pixels { HASHED } else { "unread" };
    out.write_record([&made.key, &made.snapshot.to_string(), extent, pixels])?;
    let (mut record, mut text) = (csv::StringRecord::new(), String::new());
    for (_, f) in plan.walk.files.iter().enumerate().filter(|(i, f)| kept(*i, f)) {
        record.clear();
        record.push_field(&f.path);
        let mut put = |number: &dyn Display| {
            text.clear();
            let _ = write!(text, "{number}"); // a text takes whatever comes
            record.push_field(&text);
        };
        put(&f.size);
        put(&f.mtime_ns);
        put(&f.inode);
        match f.origin {
            FileOrigin::File => {}
            FileOrigin::Member { archive, index } => {
                put(&archive);
                put(&index);
            }
            FileOrigin::Missing => record.push_field("-"),
        }
        out.write_record(&record)?;
    }
    let mut file = out.into_inner().map_err(|e| io::Error::other(e.to_string()))?;
    file.flush()
}

/// The rows of the last snapshot, asked for in the order of paths.
pub struct PreviousRows {
    sources: TableReader,
    images: TableReader,
    issues: TableReader,
    tags: Option<TableReader>,
    waiting: PendingRows,
}

/// Rows that were read and belong to a path still to come.
#[derive(Default)]
struct PendingRows {
    image: Option<ImageRecord>,
    issue: Option<Issue>,
    tag: Option<(String, TagValue)>,
}

impl PreviousRows {
    /// Opens the tables of a snapshot; none when one does not read or is not as it was written.
    /// `tags` are the further attributes that it was made with.
    pub fn open(
        snapshot: &Path,
        description: &SnapshotDescription,
        tags: &RequestedTags,
    ) -> Option<Self> {
        if !description.is_whole(snapshot) {
            return None;
        }
        let open = |table| TableReader::open(snapshot, table);
        let (sources, images, issues) = (open("sources")?, open("images")?, open("issues")?);
        let tags = if tags.keywords().next().is_some() { Some(open("tags")?) } else { None };
        Some(Self { sources, images, issues, tags, waiting: PendingRows::default() })
    }

    /// What the last run made of a file; none when it has no row, or is a table or annotation,
    /// which are read every time.
    pub fn take(&mut self, path: &str) -> Option<FileOutcome> {
        let (kind, status) = loop {
            let line = self.sources.advance()?;
            match line.text("path")?.cmp(path) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => break source(&line)?,
                std::cmp::Ordering::Greater => return None,
            }
        };
        let issues = self.issues_of(path);
        let again = matches!(kind, FileKind::Workbook | FileKind::Annotation)
            || (kind == FileKind::Archive && matches!(status, SourceStatus::Rejected(_)));
        if again {
            return None;
        }
        let content = match (kind, &status) {
            (FileKind::Dicom, SourceStatus::Indexed) => {
                let mut image = self.image_of(path)?;
                image.tags = self.tags_of(path);
                FileContent::Image(Box::new(image))
            }
            _ => FileContent::Nothing,
        };
        Some(FileOutcome { kind, status, content, issues })
    }

    fn image_of(&mut self, path: &str) -> Option<ImageRecord> {
        loop {
            let image = match self.waiting.image.take() {
                Some(image) => image,
                None => {
                    let line = self.images.advance()?;
                    if line.text("path")? < path {
                        continue;
                    }
                    ImageRecord::from_row(&line)
                }
            };
            match image.path.as_str().cmp(path) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Some(image),
                std::cmp::Ordering::Greater => {
                    self.waiting.image = Some(image);
                    return None;
                }
            }
        }
    }

    fn tags_of(&mut self, path: &str) -> Vec<TagValue> {
        let mut found = Vec::new();
        let Some(table) = &mut self.tags else { return found };
        loop {
            let next = self.waiting.tag.take().or_else(|| {
                let line = table.advance()?;
                Some((line.string("path")?, TagValue::from_row(&line)?))
            });
            match next {
                Some((of, _)) if of.as_str() < path => {}
                Some((of, tagged)) if of == path => found.push(tagged),
                later => {
                    self.waiting.tag = later;
                    return found;
                }
            }
        }
    }

    fn issues_of(&mut self, path: &str) -> Vec<Issue> {
        let mut issues = Vec::new();
        loop {
            let issue = self.waiting.issue.take().or_else(|| {
                // Those of the scan stand first.
                let line = self.issues.advance()?;
                (line.text("stage")? == "scan").then(|| finding(&line)).flatten()
            });
            match issue {
                Some(issue) if issue.file.as_str() < path => {}
                Some(issue) if issue.file == path => issues.push(issue),
                later => {
                    self.waiting.issue = later;
                    return issues;
                }
            }
        }
    }
}

fn source(line: &TableRow<'_>) -> Option<(FileKind, SourceStatus)> {
    let kind = FileKind::from_name(line.text("kind")?)?;
    let reason = line.string("reason").unwrap_or_default();
    let status = match line.text("status")? {
        "indexed" => SourceStatus::Indexed,
        "rejected" => SourceStatus::Rejected(reason),
        _ => SourceStatus::Ignored(reason),
    };
    Some((kind, status))
}

fn finding(line: &TableRow<'_>) -> Option<Issue> {
    Some(Issue {
        code: IssueCode::from_name(line.text("code")?)?,
        file: line.string("file")?,
        place: line.string("place"),
        case_id: line.string("case_id"),
        message: line.string("message")?,
        value: line.string("value"),
    })
}
