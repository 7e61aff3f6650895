//! What the last run knew of the files: those that did not change need not be read again.
//!
//! The state lies beside the snapshots, not in them: inodes and times say something about a copy of
//! the data, not about the data. Without it, or with one of another program or profile, every file
//! is read.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::examine::{Content, Outcome};
use crate::records::image::Image;
use crate::records::issue::{self, Issue};
use crate::records::source::{Kind, Status};
use crate::sources::discovery::Found;
use crate::sources::profile::Profile;
use crate::tables::reader::{Line, TableReader};
use crate::tables::snapshot::{Description, hex};

/// The state's file in the catalog's folder.
const FILE: &str = ".files.csv";

/// What decides whether rows of the last run may be taken over: the program, its schema, the
/// profile and the data set's folder.
pub fn key(root: &Path, profile: &Profile) -> String {
    let mut hasher = Sha256::new();
    hasher.update(env!("CARGO_PKG_VERSION"));
    hasher.update(root.to_string_lossy().as_bytes());
    hasher.update(format!("{profile:?}"));
    let parts = [crate::schema::TABLES, crate::schema::ISSUES, crate::schema::VOCABULARY];
    for (name, text) in parts.into_iter().flatten() {
        hasher.update(name);
        hasher.update(text);
    }
    hex(&hasher.finalize())
}

/// The state of a run that was published as this snapshot.
#[derive(Debug)]
pub struct State {
    files: Vec<Found>,
}

impl State {
    /// The state that the catalog holds, when it is of this key and of the current snapshot.
    pub fn load(catalog: &Path, key: &str, current: u32) -> Option<Self> {
        let file = BufReader::new(File::open(catalog.join(FILE)).ok()?);
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        let mut record = csv::StringRecord::new();
        reader.read_record(&mut record).ok().filter(|more| *more)?;
        if record.get(0) != Some(key) || record.get(1)?.parse() != Ok(current) {
            return None;
        }
        let mut files = Vec::new();
        while reader.read_record(&mut record).ok()? {
            files.push(Found {
                path: record.get(0)?.into(),
                raw: None,
                size: record.get(1)?.parse().ok()?,
                mtime_ns: record.get(2)?.parse().ok()?,
                inode: record.get(3)?.parse().ok()?,
            });
        }
        Some(Self { files })
    }

    /// Which of the files found are as they were; both lists are sorted by path.
    pub fn unchanged(&self, found: &[Found]) -> Vec<bool> {
        let mut known = self.files.iter().peekable();
        let same = |file: &Found| {
            while known.next_if(|k| k.path < file.path).is_some() {}
            known.peek().is_some_and(|k| *k == file)
        };
        found.iter().map(same).collect()
    }

    /// Whether the files found are those of the last run, all of them unchanged.
    pub fn is(&self, found: &[Found]) -> bool {
        self.files == found
    }
}

/// Nanoseconds since 1970.
pub fn now_ns() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|d| i64::try_from(d.as_nanos()).ok()).unwrap_or(0)
}

/// Whether a file's size, time and inode will show the next change to it, when it was looked at
/// not before `began` (nanoseconds since 1970). A file that was written in the same tick of the
/// file system's clock may change once more without showing it; a time in whole seconds comes from
/// a clock that ticks every two seconds at worst.
pub fn shows_change(file: &Found, began: i64) -> bool {
    let tick = if file.mtime_ns % 1_000_000_000 == 0 { 2_000_000_000 } else { 20_000_000 };
    file.mtime_ns < began.saturating_sub(tick)
}

/// Puts the state of a run into the catalog's folder, whole or not at all. Files that are left out
/// are read by the next run.
pub fn save<'f>(
    catalog: &Path,
    key: &str,
    snapshot: u32,
    files: impl Iterator<Item = &'f Found>,
) -> io::Result<()> {
    let fresh = catalog.join(".files.csv.new");
    let saved = write(&fresh, key, snapshot, files);
    saved.and_then(|()| fs::rename(&fresh, catalog.join(FILE))).inspect_err(|_| {
        let _ = fs::remove_file(&fresh);
    })
}

fn write<'f>(
    fresh: &Path,
    key: &str,
    snapshot: u32,
    files: impl Iterator<Item = &'f Found>,
) -> io::Result<()> {
    let mut out =
        csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(File::create(fresh)?));
    out.write_record([key, &snapshot.to_string()])?;
    for f in files {
        let (size, mtime, inode) =
            (f.size.to_string(), f.mtime_ns.to_string(), f.inode.to_string());
        out.write_record([&*f.path, &size, &mtime, &inode])?;
    }
    let mut file = out.into_inner().map_err(|e| io::Error::other(e.to_string()))?;
    file.flush()
}

/// The rows of the last snapshot, asked for in the order of paths.
pub struct Recall {
    sources: TableReader,
    images: TableReader,
    issues: TableReader,
    codes: HashMap<&'static str, &'static str>,
    waiting: Waiting,
}

/// Rows that were read and belong to a path still to come.
#[derive(Default)]
struct Waiting {
    image: Option<Image>,
    issue: Option<Issue>,
}

impl Recall {
    /// Opens the tables of a snapshot; none when one does not read or is not as it was written.
    pub fn open(snapshot: &Path, description: &Description) -> Option<Self> {
        if !description.is_whole(snapshot) {
            return None;
        }
        let open = |table| TableReader::open(snapshot, table);
        let all = issue::codes().iter().flat_map(|(_, codes)| codes);
        let codes = all.map(|code| (code.code.as_str(), code.code.as_str())).collect();
        let (sources, images, issues) = (open("sources")?, open("images")?, open("issues")?);
        Some(Self { sources, images, issues, codes, waiting: Waiting::default() })
    }

    /// What the last run made of a file; none when it has no row, or is a table or annotation,
    /// which are read every time.
    pub fn take(&mut self, path: &str) -> Option<Outcome> {
        let (kind, status) = loop {
            let line = self.sources.advance()?;
            match line.text("path")?.cmp(path) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => break source(&line)?,
                std::cmp::Ordering::Greater => return None,
            }
        };
        let issues = self.issues_of(path);
        if matches!(kind, Kind::Workbook | Kind::Annotation) {
            return None;
        }
        let content = match (kind, &status) {
            (Kind::Dicom, Status::Indexed) => Content::Image(Box::new(self.image_of(path)?)),
            _ => Content::Nothing,
        };
        Some(Outcome { kind, status, content, issues })
    }

    fn image_of(&mut self, path: &str) -> Option<Image> {
        loop {
            let image = match self.waiting.image.take() {
                Some(image) => image,
                None => {
                    let line = self.images.advance()?;
                    if line.text("path")? < path {
                        continue;
                    }
                    Image::from_row(&line)
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

    fn issues_of(&mut self, path: &str) -> Vec<Issue> {
        let mut issues = Vec::new();
        loop {
            let issue = self.waiting.issue.take().or_else(|| {
                // Those of the scan stand first.
                let line = self.issues.advance()?;
                (line.text("stage")? == "scan").then(|| finding(&line, &self.codes)).flatten()
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

fn source(line: &Line<'_>) -> Option<(Kind, Status)> {
    let kind = Kind::from_name(line.text("kind")?)?;
    let reason = line.string("reason").unwrap_or_default();
    let status = match line.text("status")? {
        "indexed" => Status::Indexed,
        "rejected" => Status::Rejected(reason),
        _ => Status::Ignored(reason),
    };
    Some((kind, status))
}

fn finding(line: &Line<'_>, codes: &HashMap<&'static str, &'static str>) -> Option<Issue> {
    Some(Issue {
        code: codes.get(line.text("code")?)?,
        file: line.string("file")?,
        place: line.string("place"),
        case_id: line.string("case_id"),
        message: line.string("message")?,
        value: line.string("value"),
    })
}
