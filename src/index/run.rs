//! One run: plan, scan, link, commit.

use std::collections::HashSet;
use std::path::Path;

use super::attributes;
use super::classify::FileReader;
use super::error::IndexError;
use super::guard::LossGuard;
use super::link::{LinkOutput, link};
use super::pending::PendingStore;
use super::plan::{self, FileSearch, IndexPlan};
use super::previous::{PreviousRun, UnchangedSnapshot};
use super::pseudonym_key;
use super::report::{IndexProgress, IndexReport};
use super::request::{IndexRequest, OnErrors};
use super::root::DataSetRoot;
use super::scan::{Scan, ScanOutput};
use super::shard::{ScanDescription, ShardLayer, earlier_scans};
use super::snapshot::{CatalogStore, Publication};
use super::state::{self, RunIdentity, RunState, StateDraft};
use super::writers::ScanTables;
use crate::records::issue::Severity;
use crate::sources::archive::Archives;
use crate::sources::dicom::{MammogramReader, RequestedTags};
use crate::sources::discovery::FolderWalk;
use crate::sources::profile::{self, Profile};
use crate::sources::source_file::SourceFile;
use crate::sources::source_root::SourceRoot;
use crate::storage::Requests;
use crate::tables::reader::{TableReadError, TableReader};

/// Indexes a data set into a catalog.
///
/// # Errors
/// When the folder, the profile or the catalog cannot be used. What is wrong with single files is
/// a row of `issues`.
pub fn run(
    request: &IndexRequest,
    progress: &dyn IndexProgress,
) -> Result<IndexReport, IndexError> {
    run_over(request, None, progress)
}

/// Indexes a data set into a catalog; files that shards cover are not read.
///
/// # Errors
/// As [`run`], and when a shard is damaged or was scanned in another way.
pub fn run_over(
    request: &IndexRequest,
    shards: Option<&ShardLayer<'_>>,
    progress: &dyn IndexProgress,
) -> Result<IndexReport, IndexError> {
    let tags = RequestedTags::new(&request.tags, attributes::has_column)?;
    let folder = DataSetRoot::open(&request.dataset, &request.catalog)?;
    let root = &folder.root;
    let requests = Requests::new(request.requests);
    let store = CatalogStore::open(&request.catalog)?;
    let guard = LossGuard::new(&store, request, root.name())?;
    let (archives, state) = (Archives::new(root), RunState::load(&request.catalog));
    let (plan, profile) = plan_run(request, root, state.as_ref(), &archives, &requests)?;
    progress.found(plan.walk.files.len());
    let profile = with_key(profile, request, root.name(), &store)?;
    let scan_key = ScanDescription::new(&profile, &tags, request.depth);
    shards.map_or(Ok(()), |layer| layer.set.check(&scan_key))?;
    let key = state::run_key(root.name(), &scan_key.key);
    let previous = PreviousRun::new(&store, state, &key, request);
    if let Some(snapshot) = previous.unchanged(&plan.walk) {
        return Ok(unchanged(snapshot, &profile, &plan.walk));
    }
    let previous = previous.into_rows(&plan.walk, &tags);
    let (earlier, gone) = earlier_scans(shards, previous, &plan.walk.files, &request.catalog)?;
    let with_tags = tags.keywords().next().is_some();
    let reader = MammogramReader::new(attributes::of_images()?, tags).with_depth(request.depth);
    let draft = store.begin()?;
    let pending = PendingStore::new(draft.dir())?;
    let reader = FileReader {
        root,
        profile: &profile,
        reader: &reader,
        archives: &archives,
        store: Some(&pending),
    };
    let files = &plan.walk.files;
    let tables = ScanTables::new(draft.dir(), with_tags)?;
    let mut scan =
        Scan::new(&reader, files, &pending, &requests, tables, earlier, progress).run()?;
    scan.facts.add_walk_errors(&plan.walk.errors);
    folder.check(files.len(), request.on_loss)?;
    let ScanOutput { tables, facts, read, unread } = scan;
    let run =
        RunIdentity { key, snapshot: draft.id(), depth: request.depth, archives: plan.archives };
    let state = StateWriter { catalog: &request.catalog, plan: &plan, unread };
    let (linked, state_draft) = rayon::join(
        || link(tables, facts, &pending, files, &profile, draft.dir()),
        || state.write(&run),
    );
    let LinkOutput { rows, findings, ignored } = linked?;
    guard.check(&rows)?;
    let has_errors = findings.keys().any(|(severity, _)| *severity == Severity::Error);
    let (published, errors) = if has_errors && request.on_errors == OnErrors::Keep {
        (None, first_errors(draft.dir())?)
    } else {
        let published = draft.publish(root.name(), &profile, &rows)?;
        state.publish(state_draft, run, published.description().id);
        (Some(published), Vec::new())
    };
    let (files, profile) = (files.len(), profile.name.clone());
    Ok(IndexReport { published, profile, files, read, rows, ignored, findings, errors, gone })
}

/// The files of the data set, and the profile that the request names, else the best.
fn plan_run(
    request: &IndexRequest,
    root: &SourceRoot,
    state: Option<&RunState>,
    archives: &Archives<'_>,
    requests: &Requests,
) -> Result<(IndexPlan, Profile), IndexError> {
    // Patterns are compiled while the folder is walked.
    let (plan, candidates) = rayon::join(
        || {
            let search = FileSearch {
                dataset: &request.dataset,
                root,
                selection: &request.files,
                skip: &request.catalog,
            };
            plan::find_files(&search, state, archives, requests)
        },
        || if request.profile.is_none() { Profile::built_in() } else { Vec::new() },
    );
    let plan = plan?;
    let profile = match &request.profile {
        Some(name) => Profile::find(name)?,
        None => profile::best_profile(&plan.walk.files, candidates)?,
    };
    Ok((plan, profile))
}

/// The profile with the key of its pseudonyms, where it makes any.
fn with_key(
    profile: Profile,
    request: &IndexRequest,
    root: &Path,
    store: &CatalogStore,
) -> Result<Profile, IndexError> {
    if !profile.has_pseudonyms() {
        return Ok(profile);
    }
    let current = store.current_of_any_version().map(|(_, description)| description);
    let key = pseudonym_key::load(request, root, current.as_ref())?;
    Ok(profile.with_key(key))
}

/// Writes the state of the files for the next run. Without it every file is read again: that is
/// slow, not wrong.
struct StateWriter<'a> {
    catalog: &'a Path,
    plan: &'a IndexPlan,
    unread: HashSet<usize>,
}

impl StateWriter<'_> {
    /// Writes it before the snapshot is published; absent when the disk refuses.
    fn write(&self, run: &RunIdentity) -> Option<StateDraft> {
        let is_known = |place: usize, file: &SourceFile| {
            file.raw.is_none()
                && !self.unread.contains(&place)
                && self.plan.began.is_none_or(|began| state::shows_change(file, began))
        };
        StateDraft::write(self.catalog, run, &self.plan.walk.files, is_known).ok()
    }

    /// Publishes it for the snapshot that was published, which may be the current one again.
    fn publish(&self, draft: Option<StateDraft>, run: RunIdentity, snapshot: u32) {
        let draft = if snapshot == run.snapshot {
            draft
        } else {
            self.write(&RunIdentity { snapshot, ..run })
        };
        let _ = draft.map(StateDraft::publish);
    }
}

/// The report of a run that found every file unchanged.
fn unchanged(snapshot: UnchangedSnapshot, profile: &Profile, walk: &FolderWalk) -> IndexReport {
    let UnchangedSnapshot { description: snapshot, findings, ignored } = snapshot;
    let rows = snapshot.tables.iter().map(|(name, table)| (name.clone(), table.rows)).collect();
    let (profile, files) = (profile.name.clone(), walk.files.len());
    let published = Some(Publication::Unchanged(snapshot));
    IndexReport { published, profile, files, rows, ignored, findings, ..IndexReport::default() }
}

/// The first errors among the findings of tables that are discarded.
fn first_errors(dir: &Path) -> Result<Vec<String>, TableReadError> {
    const MOST: usize = 20;
    let mut errors = Vec::new();
    let mut table = TableReader::open(dir, "issues")?;
    while errors.len() < MOST
        && let Some(row) = table.advance()?
    {
        if row.text("severity") == Some(Severity::Error.as_str()) {
            let text = |column| row.text(column).unwrap_or_default();
            let place = row.text("place").map(|place| format!(" {place}")).unwrap_or_default();
            errors.push(format!("{}{place}: {}", text("file"), text("message")));
        }
    }
    Ok(errors)
}
