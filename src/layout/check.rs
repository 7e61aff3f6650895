//! Profiles tried on a data set: every file of a sample is read as an index run would read it.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use rayon::prelude::*;

use super::path_form::{PathForm, path_forms};
use super::start;
use super::table::{self, ProbedTable, TableProbe};
use super::trial::ProfileTrial;
use crate::index::attributes;
use crate::index::classify::{FileReader, ReadBuffers, comes_first};
use crate::index::outcome::{FileContent, FileOutcome};
use crate::index::plan;
use crate::records::diagnosis::Diagnosis;
use crate::records::source::{FileKind, SourceStatus};
use crate::sources::archive::Archives;
use crate::sources::dicom::{MammogramReader, RequestedTags, UnknownKeyword};
use crate::sources::files::FileTable;
use crate::sources::profile::{GENERIC, Profile, ProfileError, ProfileGroup, best_profile};
use crate::sources::source_file::SourceFile;
use crate::sources::source_root::SourceRoot;
use crate::storage::Requests;

/// Files that are read, tables not counted: more would not change the result.
const MOST_FILES: usize = 2_000;
/// Tables that are read.
const MOST_TABLES: usize = 200;

/// The data set, and the profiles to try.
#[derive(Debug, Clone)]
pub struct LayoutRequest {
    /// The data set's folder.
    pub dataset: PathBuf,
    /// Name or file of the one profile to try; absent for all built-in profiles.
    pub profile: Option<String>,
}

/// A data set that cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// Its folder cannot be read.
    #[error("cannot read the data set {path}: {source}")]
    Dataset {
        /// The folder.
        path: PathBuf,
        /// The reason the system gave.
        source: io::Error,
    },
    /// The profile cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// `schema/tables` names an attribute that DICOM does not have.
    #[error(transparent)]
    Keyword(#[from] UnknownKeyword),
}

/// A group of the profile, and how much of it the data set has.
#[derive(Debug, Clone)]
pub struct GroupTally {
    /// Its name.
    pub name: String,
    /// The diagnosis of its cases.
    pub diagnosis: Diagnosis,
    /// Images in its folders or whose case it names.
    pub images: usize,
    /// Clinical rows of its sheets.
    pub rows: usize,
}

/// How a data set is laid out.
#[derive(Debug)]
pub struct DataSetLayout {
    /// Files below the root.
    pub files: usize,
    /// How many of them were read.
    pub tried: usize,
    /// The profiles, the best first.
    pub trials: Vec<ProfileTrial>,
    /// The profile that an index run chooses.
    pub automatic: String,
    /// The clinical tables, read with the best profile.
    pub tables: TableProbe,
    /// Groups of the best profile.
    pub groups: Vec<GroupTally>,
    /// Images and annotations that name no case.
    pub without_case: Vec<PathForm>,
    /// Images without a view in header or name.
    pub without_view: Vec<PathForm>,
    /// Files that cannot be read, or are of a type that is not read.
    pub unread: Vec<PathForm>,
    /// The text of a profile to start with.
    pub start: String,
}

/// Tries profiles on a data set.
///
/// # Errors
/// When the folder or the profile cannot be read.
pub fn check(request: &LayoutRequest) -> Result<DataSetLayout, LayoutError> {
    let unread = |source| {
        let path = SourceRoot::printable(&request.dataset);
        LayoutError::Dataset { path, source }
    };
    let root = SourceRoot::open(&request.dataset).map_err(unread)?;
    let requests = Requests::default();
    let walk = root.walk(&[], &requests).map_err(unread)?;
    let profiles = match &request.profile {
        Some(name) => vec![Profile::find(name)?],
        None => Profile::built_in(),
    };
    let mammograms = MammogramReader::new(attributes::of_images()?, RequestedTags::default());
    let archives = Archives::new(&root);
    let all = plan::with_members(walk.files, None, &archives, HashMap::new(), &requests);
    let files = sample(&all);
    let automatic = best_profile(&all, Profile::built_in())?.name;
    let mut books: Option<Vec<ProbedTable>> = None;
    let mut attempts = Vec::new();
    for profile in profiles {
        let reader = FileReader {
            root: &root,
            profile: &profile,
            reader: &mammograms,
            archives: &archives,
            store: None,
        };
        let probe = |buffers: &mut ReadBuffers, file: &SourceFile| {
            ProbedFile::new(file, reader.read(file, buffers), &profile)
        };
        let probes = requests.map(files.iter().collect(), ReadBuffers::default, probe);
        let books = books.get_or_insert_with(|| open_books(&root, &archives, &files, &probes));
        let trial = try_one(&profile, &probes, books);
        attempts.push(ProfileAttempt { trial, profile, probes });
    }
    sort_best_first(&mut attempts);
    let Some(ProfileAttempt { trial: best, profile, probes }) = attempts.first() else {
        return Err(ProfileError::Unknown { name: GENERIC.to_owned(), known: String::new() }.into());
    };
    let books = books.unwrap_or_default();
    let tables = TableProbe::new(&books, profile);
    let base = request.profile.as_deref().unwrap_or(&best.name);
    let views = probes.iter().filter(|s| s.kind == Some(ProbedContent::Image { view: false }));
    let start =
        start::profile(root.name(), base, &tables, &views.map(|s| &*s.path).collect::<Vec<_>>())?;
    let forms = |wanted: &dyn Fn(&ProbedFile) -> bool| {
        path_forms(probes.iter().filter(|file| wanted(file)).map(|file| &*file.path))
    };
    Ok(DataSetLayout {
        files: all.len(),
        tried: files.len(),
        automatic,
        groups: groups(profile, probes, &books),
        without_case: forms(&|file| file.is_data() && file.case_id.is_none()),
        without_view: forms(&|file| file.kind == Some(ProbedContent::Image { view: false })),
        unread: forms(&|file| file.kind.is_none()),
        tables,
        start,
        trials: attempts.into_iter().map(|attempt| attempt.trial).collect(),
    })
}

/// A profile tried on the data set.
struct ProfileAttempt {
    trial: ProfileTrial,
    profile: Profile,
    probes: Vec<ProbedFile>,
}

/// Sorts the best first; of profiles that fit alike the first by name, and the generic one last, or first
/// if none fits.
fn sort_best_first(attempts: &mut [ProfileAttempt]) {
    let fits = attempts.iter().any(|attempt| attempt.trial.score() > 0.0);
    attempts.sort_by(|ProfileAttempt { trial: a, .. }, ProfileAttempt { trial: b, .. }| {
        let is_last = |trial: &ProfileTrial| (trial.name == GENERIC) == fits;
        let names_no_image =
            |trial: &ProfileTrial| trial.image_cases.whole > 0 && trial.image_cases.part == 0;
        (names_no_image(a).cmp(&names_no_image(b)))
            .then(b.score().total_cmp(&a.score()))
            .then(is_last(a).cmp(&is_last(b)))
    });
}

/// What a file holds, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProbedContent {
    /// An image, and whether its view is known.
    Image { view: bool },
    /// A drawing.
    Annotation,
    /// A table, which is looked at apart.
    Table,
    /// Something that belongs to the data and makes no row, such as a DICOMDIR.
    Aside,
}

/// One file as one profile sees it.
#[derive(Debug)]
struct ProbedFile {
    path: Box<str>,
    kind: Option<ProbedContent>,
    case_id: Option<String>,
    group: Option<String>,
}

impl ProbedFile {
    fn new(file: &SourceFile, outcome: FileOutcome, profile: &Profile) -> Self {
        let (kind, case_id) = match outcome.content {
            FileContent::Image(image) => {
                let view = image.projection.view().is_some() || image.file_view.is_some();
                (Some(ProbedContent::Image { view }), image.case_id)
            }
            FileContent::Annotations(files) => {
                let cases = files.into_iter().map(|file| file.annotation.case_id);
                // Of several annotations one without a case is the one to report.
                let case = cases.reduce(|case, next| case.and_then(|case| next.map(|_| case)));
                (Some(ProbedContent::Annotation), case.flatten())
            }
            _ => match (outcome.kind, outcome.status) {
                (FileKind::Workbook, SourceStatus::Indexed | SourceStatus::Ignored(_)) => {
                    (Some(ProbedContent::Table), None)
                }
                (FileKind::Other | FileKind::Workbook | FileKind::Annotation, _)
                | (_, SourceStatus::Rejected(_)) => (None, None),
                _ => (Some(ProbedContent::Aside), None),
            },
        };
        let named = case_id.as_deref().and_then(|id| profile.group_of_case(id));
        let group =
            named.or_else(|| profile.group_of_path(&file.rule_path())).map(|g| g.name.clone());
        Self { path: file.path.clone(), kind, case_id, group }
    }

    fn is_data(&self) -> bool {
        matches!(self.kind, Some(ProbedContent::Image { .. } | ProbedContent::Annotation))
    }
}

/// The files that are read: tables first, of the others a sample from all folders.
fn sample(files: &FileTable) -> Vec<SourceFile> {
    let is_table = |path: &str| comes_first(path) && !path.ends_with(".json");
    let (tables, others) = (files.places(is_table), files.places(|path| !is_table(path)));
    let step = others.len().div_ceil(MOST_FILES).max(1);
    let others = others.into_iter().step_by(step);
    let mut chosen: Vec<usize> = tables.into_iter().take(MOST_TABLES).chain(others).collect();
    chosen.sort_unstable();
    chosen.into_iter().filter_map(|index| files.get(index)).collect()
}

fn open_books(
    root: &SourceRoot,
    archives: &Archives<'_>,
    files: &[SourceFile],
    seen: &[ProbedFile],
) -> Vec<ProbedTable> {
    let tables =
        files.par_iter().zip(seen).filter(|(_, seen)| seen.kind == Some(ProbedContent::Table));
    tables.filter_map(|(found, _)| ProbedTable::open(root, archives, found)).collect()
}

fn try_one(profile: &Profile, seen: &[ProbedFile], books: &[ProbedTable]) -> ProfileTrial {
    let mut trial = ProfileTrial {
        name: profile.name.clone(),
        title: profile.title.clone(),
        ..ProfileTrial::default()
    };
    for file in seen {
        match file.kind {
            Some(ProbedContent::Image { view }) => {
                trial.image_cases.count(file.case_id.is_some());
                trial.views.count(view);
            }
            Some(ProbedContent::Annotation) => trial.annotation_cases.count(file.case_id.is_some()),
            _ => {}
        }
    }
    for book in books {
        book.count(profile, &mut trial);
    }
    trial
}

fn groups(profile: &Profile, seen: &[ProbedFile], books: &[ProbedTable]) -> Vec<GroupTally> {
    let rows = table::rows_by_group(books, profile);
    let tally = |group: &ProfileGroup| GroupTally {
        name: group.name.clone(),
        diagnosis: group.diagnosis,
        images: seen
            .iter()
            .filter(|s| matches!(s.kind, Some(ProbedContent::Image { .. })))
            .filter(|s| s.group.as_ref() == Some(&group.name))
            .count(),
        rows: rows.get(&group.name).copied().unwrap_or(0),
    };
    profile.groups.iter().map(tally).collect()
}
