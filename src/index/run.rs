//! One run: walk, scan, link, commit.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use super::classify::FileReader;
use super::columns;
use super::inventory::InventoryError;
use super::last::PreviousRun;
use super::pending::PendingStore;
use super::plan::{self, FileSelection, IndexPlan};
use super::previous::{self, RunIdentity, RunState, UnpublishedState};
use super::root::DataSetRoot;
use super::scan::Scan;
use super::snapshot::{CatalogStore, Publication, SnapshotDescription, SnapshotError};
use crate::records::issue::{IssueCode, Severity};
use crate::sources::archive::Archives;
use crate::sources::dicom::{
    MammogramReader, ReadDepth, RequestedTags, TagRefusal, UnknownKeyword,
};
use crate::sources::discovery::FolderWalk;
use crate::sources::profile::{self, Profile, ProfileError};
use crate::sources::source_file::SourceFile;
use crate::tables::reader::TableReader;
use crate::tables::writer::WriteError;

/// What one run is asked to do.
#[derive(Debug, Clone)]
pub struct IndexRequest {
    /// The data set's folder.
    pub dataset: PathBuf,
    /// The catalog's folder.
    pub catalog: PathBuf,
    /// Which of its files.
    pub files: FileSelection,
    /// Further attributes of images, by keyword.
    pub tags: Vec<String>,
    /// Whether the pixels of images are hashed.
    pub depth: ReadDepth,
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
    Tag(#[from] TagRefusal),
    /// `schema/tables` names an attribute that DICOM does not have.
    #[error(transparent)]
    Keyword(#[from] UnknownKeyword),
}

/// What a run tells while it goes on.
pub trait IndexProgress: Sync {
    /// The walk found this many files.
    fn found(&self, files: usize);
    /// This many more files are done.
    fn done(&self, files: usize);
}

/// What a run came to.
#[derive(Debug)]
pub struct IndexReport {
    /// The snapshot; absent when errors kept it from being published.
    pub published: Option<Publication>,
    /// The profile that was used.
    pub profile: String,
    /// Files below the root.
    pub files: usize,
    /// How many of them had to be read.
    pub read: usize,
    /// Rows of every table.
    pub rows: BTreeMap<String, u64>,
    /// Findings by severity and code.
    pub findings: FindingCounts,
    /// The first errors of a run that was not published, each with its place: nowhere else can they
    /// be read. Empty otherwise.
    pub errors: Vec<String>,
}

impl IndexReport {
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
pub fn run(
    request: &IndexRequest,
    progress: &dyn IndexProgress,
) -> Result<IndexReport, IndexError> {
    let tags = RequestedTags::new(&request.tags, columns::carried)?;
    let folder = DataSetRoot::open(request)?;
    let root = &*folder.path;
    let store = CatalogStore::open(&request.catalog)?;
    let (archives, state) = (Archives::new(root), RunState::load(&request.catalog));
    // Patterns are compiled while the folder is walked.
    let (plan, known) = rayon::join(
        || plan::find(request, root, state.as_ref(), &archives),
        || if request.profile.is_none() { Profile::built_in() } else { Vec::new() },
    );
    let plan = plan?;
    let walk = &plan.walk;
    progress.found(walk.files.len());
    let profile: Profile = match &request.profile {
        Some(name) => Profile::find(name)?,
        None => profile::best_profile(&walk.files, known)?,
    };
    let key = previous::key(root, &profile, &tags);
    let last = PreviousRun::of(&store, state, &key, request);
    if let Some((snapshot, findings)) = last.unchanged(walk) {
        return Ok(unchanged(snapshot, findings, &profile, walk));
    }
    let recall = last.recall(&tags);
    let with_tags = tags.keywords().next().is_some();
    let reader = MammogramReader::new(columns::attributes()?, tags).with_depth(request.depth);
    let draft = store.begin()?;
    let shelf = PendingStore::new(draft.dir())?;
    let examiner = FileReader {
        root,
        folder: &folder.handle,
        profile: &profile,
        reader: &reader,
        archives: &archives,
        shelf: Some(&shelf),
    };
    let mut scan = Scan::new(&examiner, &walk.files, &shelf, draft.dir(), progress)?;
    if with_tags {
        scan.begin_tags()?;
    }
    last.hand_over(recall, walk, &mut scan);
    scan.note_unseen(walk);
    scan.run()?;
    folder.check()?;
    let read = scan.read();
    let after = StateWriter { catalog: &request.catalog, plan: &plan, unread: scan.take_unread() };
    let made = RunIdentity { key, snapshot: draft.id(), depth: request.depth };
    let (finished, state) = rayon::join(|| scan.finish(), || after.state(&made));
    let (rows, findings) = finished?;
    let has_errors = findings.keys().any(|(severity, _)| *severity == Severity::Error);
    let (published, errors) = if has_errors && request.on_errors == OnErrors::Keep {
        (None, errors_of(draft.dir()))
    } else {
        let published = draft.publish(&root.to_string_lossy(), &profile.name, &rows)?;
        after.keep(state, made, published.description().id);
        (Some(published), Vec::new())
    };
    let (files, profile) = (walk.files.len(), profile.name.clone());
    Ok(IndexReport { published, profile, files, read, rows, findings, errors })
}

/// What the next run shall know of the files. Without it every file is read again: that is slow, not
/// wrong.
struct StateWriter<'a> {
    catalog: &'a Path,
    plan: &'a IndexPlan,
    unread: HashSet<usize>,
}

impl StateWriter<'_> {
    /// Written while nothing is published yet; none when the disk refuses.
    fn state(&self, made: &RunIdentity) -> Option<UnpublishedState> {
        let kept = |i: usize, f: &SourceFile| {
            f.raw.is_none()
                && !self.unread.contains(&i)
                && previous::shows_change(f, self.plan.began)
        };
        UnpublishedState::write(self.catalog, made, self.plan, kept).ok()
    }

    /// Keeps it for the snapshot that was published, which may be the last one again.
    fn keep(&self, state: Option<UnpublishedState>, made: RunIdentity, snapshot: u32) {
        let state = if snapshot == made.snapshot {
            state
        } else {
            self.state(&RunIdentity { snapshot, ..made })
        };
        let _ = state.map(UnpublishedState::publish);
    }
}

/// The report of a run that found every file as it was.
fn unchanged(
    last: SnapshotDescription,
    findings: FindingCounts,
    profile: &Profile,
    walk: &FolderWalk,
) -> IndexReport {
    let rows = last.tables.iter().map(|(name, table)| (name.clone(), table.rows)).collect();
    let (profile, files) = (profile.name.clone(), walk.files.len());
    let published = Some(Publication::Unchanged(last));
    IndexReport { published, profile, files, read: 0, rows, findings, errors: Vec::new() }
}

/// The first errors among the findings of tables that nobody will see.
fn errors_of(dir: &Path) -> Vec<String> {
    const MOST: usize = 20;
    let mut told = Vec::new();
    let Some(mut table) = TableReader::open(dir, "issues") else { return told };
    while let Some(line) = table.advance().filter(|_| told.len() < MOST) {
        if line.text("severity") == Some(Severity::Error.as_str()) {
            let text = |column| line.text(column).unwrap_or_default();
            let place = line.text("place").map(|place| format!(" {place}")).unwrap_or_default();
            told.push(format!("{}{place}: {}", text("file"), text("message")));
        }
    }
    told
}

/// How often each code was found.
pub type FindingCounts = BTreeMap<(Severity, IssueCode), u64>;
