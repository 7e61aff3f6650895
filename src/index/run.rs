//! One run: walk, scan, link, commit.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::case::Gathered;
use super::clinical;
use super::columns;
use super::examine::{Content, Examiner, Outcome, Scratch, comes_first};
use super::inventory::InventoryError;
use super::layout;
use super::ledger::Ledger;
use super::link::{self, Linked};
use super::plan::{self, Files};
use super::recall::{self, Recall, State};
use super::root::Root;
use super::snapshot::{Description, Published, SnapshotError, Store};
use crate::records::diagnosis::Diagnosis;
use crate::records::image::Image;
use crate::records::issue::{self, Issue, Severity};
use crate::records::source::Source;
use crate::records::value::Value;
use crate::sources::annotation::Sheet;
use crate::sources::archive::Archives;
use crate::sources::dicom::{Extra, Reader, RefusedTag, UnknownKeyword};
use crate::sources::discovery::{Found, Walk};
use crate::sources::profile::{Profile, ProfileError};
use crate::sources::workbook::Entry;
use crate::tables::images::OfImage;
use crate::tables::reader::TableReader;
use crate::tables::row::Row;
use crate::tables::sources::{Stage, Staged};
use crate::tables::writer::{TableWriter, WriteError};

/// Files in one stretch of the scan: the threads wait for each other at its end, so it is long; what
/// it holds fits in a few megabytes.
const STRETCH: usize = 1024;
/// Files that a thread takes at a time.
const HANDFUL: usize = 16;

/// What one run is asked to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// The data set's folder.
    pub dataset: PathBuf,
    /// The catalog's folder.
    pub catalog: PathBuf,
    /// Which of its files.
    pub files: Files,
    /// Further attributes of images, by keyword.
    pub tags: Vec<String>,
    /// Name or file of the profile; the one that fits when left out.
    pub profile: Option<String>,
    /// What to do with a run that found errors.
    pub on_errors: OnErrors,
}

/// What to do with a run that found errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnErrors {
    /// Publish the snapshot; the errors are rows of it.
    Publish,
    /// Keep the snapshot that was there.
    Keep,
}

/// A run that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The data set's folder cannot be read.
    #[error("cannot read the data set {path}: {source}")]
    Dataset {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was there when the run began.
    #[error("the data set {path} went away during the run; the catalog stays as it was")]
    Vanished {
        /// Which.
        path: PathBuf,
    },
    /// Its own tables would be taken for data.
    #[error("the catalog cannot be the data set's own folder {path}; take {path}/catalog")]
    Itself {
        /// Which.
        path: PathBuf,
    },
    /// The list of files cannot be used.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// No profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The catalog's folder cannot be written, or another run holds it.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A table could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// An attribute that was asked for is not given out.
    #[error(transparent)]
    Tag(#[from] RefusedTag),
    /// `schema/tables` names an attribute that DICOM does not have.
    #[error(transparent)]
    Keyword(#[from] UnknownKeyword),
}

/// What a run tells while it goes on.
pub trait Progress: Sync {
    /// The walk found this many files.
    fn found(&self, files: usize);
    /// This many more files are done.
    fn done(&self, files: usize);
}

/// What a run came to.
#[derive(Debug)]
pub struct Report {
    /// The snapshot; absent when errors kept it from being published.
    pub published: Option<Published>,
    /// The profile that was used.
    pub profile: String,
    /// Files below the root.
    pub files: usize,
    /// How many of them had to be read.
    pub read: usize,
    /// Rows of every table.
    pub rows: BTreeMap<String, u64>,
    /// Findings by severity and code.
    pub findings: Findings,
}

impl Report {
    /// Findings of one severity.
    pub fn count(&self, severity: Severity) -> u64 {
        self.findings.iter().filter(|((s, _), _)| *s == severity).map(|(_, n)| n).sum()
    }
}

/// Indexes a data set into a catalog.
///
/// # Errors
/// When the folder, the profile or the catalog cannot be used. What is wrong with single files is
/// a row of `issues`.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Report, IndexError> {
    let tags = Extra::new(&request.tags, columns::carried)?;
    let folder = Root::open(request)?;
    let root = &*folder.path;
    let store = Store::open(&request.catalog)?;
    let (archives, state) = (Archives::new(root), State::load(&request.catalog));
    let plan = plan::find(request, root, state.as_ref(), &archives)?;
    let walk = &plan.walk;
    progress.found(walk.files.len());
    let profile = match &request.profile {
        Some(name) => Profile::find(name)?,
        None => layout::best_profile(&walk.files)?,
    };
    let key = recall::key(root, &profile, &tags);
    let last = store.current();
    let state = state.filter(|s| last.as_ref().is_some_and(|(_, last)| s.fits(&key, last.id)));
    if let (Some(state), Some((dir, last))) = (&state, &last)
        && walk.unseen.is_empty()
        && state.is(&walk.files)
        && last.is_whole(dir)
        && let Some(findings) = findings_of(dir)
    {
        return Ok(unchanged(last.clone(), findings, &profile, walk));
    }
    let recall = last.as_ref().filter(|_| state.is_some());
    let recall = recall.and_then(|(dir, last)| Recall::open(dir, last, &tags));
    let with_tags = tags.keywords().next().is_some();
    let reader = Reader::new(columns::attributes()?, tags);
    let examiner = Examiner { root, profile: &profile, reader: &reader, archives: &archives };
    let draft = store.begin()?;
    let mut scan = Scan::new(&examiner, draft.dir(), progress)?;
    if with_tags {
        scan.tags = Some(TableWriter::of::<OfImage<'_>>(scan.dir)?);
    }
    if let (Some(state), Some(recall)) = (&state, recall) {
        scan.known = state.unchanged(&walk.files);
        scan.recall = Some(recall);
    }
    scan.note_unseen(walk);
    scan.run(&walk.files)?;
    folder.check()?;
    let (read, unread) = (scan.read, std::mem::take(&mut scan.unread));
    let (rows, findings) = scan.finish()?;
    let errors = findings.keys().any(|(severity, _)| *severity == Severity::Error);
    let published = if errors && request.on_errors == OnErrors::Keep {
        None
    } else {
        let published = draft.publish(&root.to_string_lossy(), &profile.name, &rows)?;
        // Without the state the next run reads every file again: that is slow, not wrong.
        let _ = recall::save(&request.catalog, &key, published.description().id, &plan, |i, f| {
            f.raw.is_none() && !unread.contains(&i) && recall::shows_change(f, plan.began)
        });
        Some(published)
    };
    let (files, profile) = (walk.files.len(), profile.name.clone());
    Ok(Report { published, profile, files, read, rows, findings })
}

/// The report of a run that found every file as it was.
fn unchanged(last: Description, findings: Findings, profile: &Profile, walk: &Walk) -> Report {
    let rows = last.tables.iter().map(|(name, table)| (name.clone(), table.rows)).collect();
    let (profile, files) = (profile.name.clone(), walk.files.len());
    let published = Some(Published::Unchanged(last));
    Report { published, profile, files, read: 0, rows, findings }
}

/// The findings that a snapshot's `issues` hold.
fn findings_of(snapshot: &Path) -> Option<Findings> {
    let mut table = TableReader::open(snapshot, "issues")?;
    let mut findings = Findings::new();
    while let Some(line) = table.advance() {
        let code = line.word("code")?;
        *findings.entry((issue::severity(code), code)).or_default() += 1;
    }
    Some(findings)
}

/// How often each code was found.
pub type Findings = BTreeMap<(Severity, &'static str), u64>;

/// The scan: tables that are written as files stream by, and what linking needs.
struct Scan<'a> {
    examiner: &'a Examiner<'a>,
    progress: &'a dyn Progress,
    dir: &'a Path,
    images: TableWriter,
    tags: Option<TableWriter>,
    sources: Ledger,
    issues: TableWriter,
    gathered: Gathered,
    entries: Vec<Entry>,
    sheets: Vec<Sheet>,
    annotated: HashSet<String>,
    sop_uids: HashMap<u64, usize>,
    findings: Findings,
    link_issues: Vec<Issue>,
    known: Vec<bool>,
    recall: Option<Recall>,
    read: usize,
    unread: HashSet<usize>,
    age_index: Option<usize>,
    keyed: bool,
    folder: (String, Option<Diagnosis>),
}

impl<'a> Scan<'a> {
    fn new(
        examiner: &'a Examiner<'a>,
        dir: &'a Path,
        progress: &'a dyn Progress,
    ) -> Result<Self, IndexError> {
        Ok(Self {
            examiner,
            progress,
            dir,
            images: TableWriter::of::<Image>(dir)?,
            tags: None,
            sources: Ledger::new(dir)?,
            issues: TableWriter::of::<Staged<'_>>(dir)?,
            gathered: Gathered::default(),
            entries: Vec::new(),
            sheets: Vec::new(),
            annotated: HashSet::new(),
            sop_uids: HashMap::new(),
            findings: Findings::new(),
            link_issues: Vec::new(),
            known: Vec::new(),
            recall: None,
            read: 0,
            unread: HashSet::new(),
            age_index: columns::age_index(),
            keyed: examiner.profile.workbook.grain == crate::sources::profile::Grain::Image,
            folder: (String::new(), None),
        })
    }

    fn note_unseen(&mut self, walk: &Walk) {
        for unseen in &walk.unseen {
            let message = format!("it cannot be looked at: {}", unseen.error);
            self.link_issues.push(Issue::new("file-unreadable", &*unseen.path, message));
        }
    }

    fn note(&mut self, stage: Stage, issue: &Issue) -> Result<(), WriteError> {
        *self.findings.entry((issue.severity(), issue.code)).or_default() += 1;
        self.issues.push(&Staged(stage, issue))
    }

    /// Looks into every file and writes what it holds, in the order of paths. Tables and
    /// annotations come first, so that it is known which images contours will be laid on.
    fn run(&mut self, files: &[Found]) -> Result<(), IndexError> {
        let mut first: HashMap<usize, Outcome> = self.look_first(files);
        let annotated = first.values().filter_map(|outcome| match &outcome.content {
            Content::Sheet(sheet) => Some([sheet.annotation.case_id.clone(), sheet.masked.clone()]),
            _ => None,
        });
        self.annotated = annotated.flatten().flatten().collect();
        self.read = first.len();
        let known = std::mem::take(&mut self.known);
        let skip = |i: usize| known.get(i) == Some(&true);
        let examiner = self.examiner;
        let mut next = look(examiner, files, 0, |i| skip(i) || first.contains_key(&i));
        for start in (0..files.len()).step_by(STRETCH) {
            let outcomes = std::mem::take(&mut next);
            let after = start + STRETCH;
            // One thread writes this stretch while the others look into the next.
            let done: HashSet<usize> =
                (after..after + STRETCH).filter(|i| skip(*i) || first.contains_key(i)).collect();
            let (written, looked) = rayon::join(
                || self.write(files, start, outcomes, &mut first),
                || look(examiner, files, after, |i| done.contains(&i)),
            );
            written?;
            next = looked;
        }
        Ok(())
    }

    /// The largest first, one by one: they differ much, and stand together in the order of paths.
    fn look_first(&self, files: &[Found]) -> HashMap<usize, Outcome> {
        let examiner = self.examiner;
        let first = files.par_iter().enumerate().filter(|(_, found)| comes_first(&found.path));
        let mut first: Vec<(usize, &Found)> = first.collect();
        first.sort_by_key(|(_, found)| std::cmp::Reverse(found.size));
        first
            .into_par_iter()
            .with_max_len(1)
            .map_init(Scratch::default, |scratch, (i, found)| (i, examiner.examine(found, scratch)))
            .collect()
    }

    fn write(
        &mut self,
        files: &[Found],
        start: usize,
        outcomes: Vec<Option<Outcome>>,
        first: &mut HashMap<usize, Outcome>,
    ) -> Result<(), WriteError> {
        let mut scratch = Scratch::default();
        let count = outcomes.len();
        for (at, outcome) in (start..).zip(outcomes) {
            let found = &files[at];
            self.read += usize::from(outcome.is_some());
            let outcome = outcome
                .or_else(|| first.remove(&at))
                .or_else(|| self.recall.as_mut()?.take(&found.path))
                .unwrap_or_else(|| {
                    // It did not change, and yet the last snapshot does not tell.
                    self.read += 1;
                    self.examiner.examine(found, &mut scratch)
                });
            self.unread.extend(outcome.is_unread().then_some(at));
            self.take(files, at, outcome)?;
        }
        self.progress.done(count);
        Ok(())
    }

    fn take(&mut self, files: &[Found], at: usize, outcome: Outcome) -> Result<(), WriteError> {
        let found = &files[at];
        let rows = u32::try_from(outcome.row_count()).unwrap_or(u32::MAX);
        for issue in &outcome.issues {
            self.note(Stage::Scan, issue)?;
        }
        match outcome.content {
            Content::Image(image) => self.take_image(files, at, &image)?,
            Content::Rows(entries) => self.entries.extend(entries),
            Content::Sheet(sheet) => self.sheets.push(*sheet),
            Content::Nothing => {}
        }
        let source = Source {
            path: found.path.to_string(),
            kind: outcome.kind,
            size: found.size,
            modified_ms: found.modified_ms(),
            status: outcome.status,
            rows,
        };
        self.sources.push(source, found.archive())
    }

    fn take_image(&mut self, files: &[Found], at: usize, image: &Image) -> Result<(), WriteError> {
        if let Some(uid) = &image.sop_instance_uid {
            let hash = twox_hash::XxHash3_128::oneshot(uid.as_bytes()) as u64;
            if let Some(first) = self.sop_uids.get(&hash) {
                let message = format!("{} has the same SOP Instance UID", files[*first].path);
                let mut issue = Issue::new("sop-duplicate", &image.path, message);
                issue.case_id.clone_from(&image.case_id);
                self.link_issues.push(issue);
            } else {
                self.sop_uids.insert(hash, at);
            }
        }
        let age = self.age_index.and_then(|i| match image.attributes.get(i) {
            Some(Value::Integer(age)) => i16::try_from(*age).ok(),
            _ => None,
        });
        let annotated = image.case_id.as_ref().is_some_and(|case| self.annotated.contains(case));
        let group = self.folder_group(image);
        self.gathered.see(image, age, group, annotated);
        if self.keyed
            && let Some(key) = self.examiner.profile.file_key(&image.path)
        {
            self.gathered.files.entry(key.to_owned()).or_insert_with(|| image.case_id.clone());
        }
        if let Some(table) = &mut self.tags {
            for tagged in &image.tags {
                table.push(&OfImage(image, tagged))?;
            }
        }
        self.images.push(image)
    }

    /// The diagnosis of the group that the image's folder names, where the case ID names none:
    /// Cancer_00001 says its group itself. Neighbours in the order of paths share a folder.
    fn folder_group(&mut self, image: &Image) -> Option<Diagnosis> {
        let profile = self.examiner.profile;
        if profile.groups.is_empty() || profile.group_of_case(image.case_id.as_ref()?).is_some() {
            return None;
        }
        let folder = image.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if self.folder.0 != folder {
            let group = profile.group_of_path(&image.path);
            self.folder = (folder.to_owned(), group.map(|group| group.diagnosis));
        }
        self.folder.1
    }

    /// Links what was gathered, writes the remaining tables, and counts.
    fn finish(mut self) -> Result<(BTreeMap<String, u64>, Findings), IndexError> {
        let profile = self.examiner.profile;
        let mut gathered = std::mem::take(&mut self.gathered);
        let mut sheets = std::mem::take(&mut self.sheets);
        let mut issues = std::mem::take(&mut self.link_issues);
        let entries = std::mem::take(&mut self.entries);
        for sheet in &mut sheets {
            let case = &mut sheet.annotation.case_id;
            if case.as_ref().is_none_or(|id| !gathered.cases.contains_key(id)) {
                *case = sheet.masked.take().or(case.take());
            }
        }
        clinical::gather(entries, profile, &mut gathered, &mut issues);
        link::supersede(&mut sheets);
        let (dir, images, sources) = (self.dir, self.images, self.sources);
        let annotations = || write(dir, sheets.iter().map(|sheet| &sheet.annotation));
        // What was scanned is encoded and put on disk while the rest is brought together.
        let (linked, (annotations, (images, sources))) = rayon::join(
            || link::link(gathered, &sheets, profile, issues, dir),
            || rayon::join(annotations, || rayon::join(|| images.finish(), || sources.finish())),
        );
        let Linked { lesions, patients, breasts, issues } = linked?;
        for issue in &issues {
            *self.findings.entry((issue.severity(), issue.code)).or_default() += 1;
            self.issues.push(&Staged(Stage::Link, issue))?;
        }
        let mut rows = vec![
            ("annotations", annotations?),
            ("breasts", breasts),
            ("images", images?),
            ("issues", self.issues.finish()?),
            ("lesions", lesions),
            ("patients", patients),
            ("sources", sources?),
        ];
        if let Some(table) = self.tags {
            rows.push(("tags", table.finish()?));
        }
        let rows = rows.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect();
        Ok((rows, self.findings))
    }
}

fn look(
    examiner: &Examiner<'_>,
    files: &[Found],
    start: usize,
    done: impl Fn(usize) -> bool + Sync,
) -> Vec<Option<Outcome>> {
    let stretch = files.get(start..files.len().min(start + STRETCH)).unwrap_or(&[]);
    stretch
        .par_iter()
        .enumerate()
        .with_max_len(HANDFUL)
        .map_init(Scratch::default, |scratch, (i, found)| {
            (!done(start + i)).then(|| examiner.examine(found, scratch))
        })
        .collect()
}

fn write<'r, R: Row + 'r>(
    dir: &Path,
    rows: impl Iterator<Item = &'r R>,
) -> Result<u64, WriteError> {
    let mut writer = TableWriter::of::<R>(dir)?;
    for row in rows {
        writer.push(row)?;
    }
    writer.finish()
}
