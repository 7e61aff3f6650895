//! Which profile fits a data set, and what none of it covers: every built-in profile is tried on
//! the files as an index run would read them.

mod start;
mod table;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::classify::{FileContent, FileOutcome, FileReader, ReadBuffers, comes_first};
use super::columns::attributes;
use super::plan;
use crate::records::diagnosis::Diagnosis;
use crate::records::source::{FileKind, SourceStatus};
use crate::sources::archive::Archives;
use crate::sources::dicom::{MammogramReader, RequestedTags, UnknownKeyword};
use crate::sources::discovery;
use crate::sources::files::FileTable;
use crate::sources::profile::{GENERIC, Profile, ProfileError, best_profile};
use crate::sources::source_file::SourceFile;
use table::ProbedTable;
pub use table::{HeaderCell, TableProbe};

/// Files that are looked into, of those that are no tables: more would tell no more.
const TRIED_FILES: usize = 2_000;
/// Tables that are looked into.
const TRIED_TABLES: usize = 200;
/// Examples of a group of files.
const EXAMPLES: usize = 3;

/// What is asked.
#[derive(Debug, Clone)]
pub struct LayoutRequest {
    /// The data set's folder.
    pub dataset: PathBuf,
    /// Name or file of the one profile to try; all built-in ones when left out.
    pub profile: Option<String>,
}

/// The data set could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// Its folder cannot be read.
    #[error("cannot read the data set {path}: {source}")]
    Dataset {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// `schema/tables` names an attribute that DICOM does not have.
    #[error(transparent)]
    Keyword(#[from] UnknownKeyword),
}

/// A share of a whole: how many of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayoutShare {
    /// How many.
    pub part: usize,
    /// Of how many.
    pub whole: usize,
}

impl LayoutShare {
    fn count(&mut self, hit: bool) {
        self.part += usize::from(hit);
        self.whole += 1;
    }

    /// Between 0 and 1; absent of nothing.
    fn ratio(self) -> Option<f64> {
        #[allow(clippy::cast_precision_loss)] // counts of files
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }
}

/// How one profile fits.
#[derive(Debug, Clone, Default)]
pub struct ProfileTrial {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Images that name a case.
    pub image_cases: LayoutShare,
    /// Images that name a view, by header or by file name.
    pub views: LayoutShare,
    /// Annotations that name a case.
    pub annotation_cases: LayoutShare,
    /// Clinical rows that name a case or an image.
    pub rows: LayoutShare,
    /// Headers of clinical tables that are known.
    pub headers: LayoutShare,
}

impl ProfileTrial {
    /// From 0 to 1. The generic profile takes any folder for a case: what it names proves half.
    fn score(&self) -> f64 {
        let weighed = [
            (self.image_cases, 3.0),
            (self.annotation_cases, 1.0),
            (self.rows, 2.0),
            (self.headers, 1.0),
            (self.views, 1.0),
        ];
        let present = weighed.iter().filter_map(|(share, w)| Some((share.ratio()?, w)));
        let (sum, weight) = present.fold((0.0, 0.0), |(s, all), (r, w)| (s + r * w, all + w));
        let half = if self.name == GENERIC { 0.5 } else { 1.0 };
        if weight > 0.0 { half * sum / weight } else { 0.0 }
    }

    /// Whether nothing that should name a case fails to.
    pub fn is_whole(&self) -> bool {
        [self.image_cases, self.annotation_cases, self.rows].iter().all(|s| s.part == s.whole)
    }
}

/// Files of one form of path.
#[derive(Debug, Clone)]
pub struct PathForm {
    /// The path, its numbers written `#`.
    pub pattern: String,
    /// How many.
    pub count: usize,
    /// The first of them.
    pub examples: Vec<String>,
}

/// A group of the profile and what was found of it.
#[derive(Debug, Clone)]
pub struct GroupTally {
    /// Its name.
    pub name: String,
    /// What its members have.
    pub diagnosis: Diagnosis,
    /// Images that lie in its folders or whose case it names.
    pub images: usize,
    /// Clinical rows of its sheets.
    pub rows: usize,
}

/// What a data set looks like.
#[derive(Debug)]
pub struct DataSetLayout {
    /// Files below the root.
    pub files: usize,
    /// How many of them were looked into.
    pub tried: usize,
    /// The profiles, the best first.
    pub trials: Vec<ProfileTrial>,
    /// The profile that an index run takes by itself.
    pub automatic: String,
    /// The best profile's view of the clinical tables.
    pub tables: TableProbe,
    /// Groups of the best profile.
    pub groups: Vec<GroupTally>,
    /// Images and annotations that name no case.
    pub without_case: Vec<PathForm>,
    /// Images of which neither header nor name says the view.
    pub without_view: Vec<PathForm>,
    /// Files that are nothing the program reads, or cannot be read.
    pub unread: Vec<PathForm>,
    /// A profile to begin with.
    pub start: String,
}

/// Looks at a data set as the profiles see it.
///
/// # Errors
/// When the folder or the profile cannot be read.
pub fn check(request: &LayoutRequest) -> Result<DataSetLayout, LayoutError> {
    let unread = |source| LayoutError::Dataset { path: request.dataset.clone(), source };
    let root = std::fs::canonicalize(&request.dataset).map_err(unread)?;
    let walk = discovery::walk(&root, &[]).map_err(unread)?;
    let folder = std::fs::File::open(&root).map_err(unread)?;
    let profiles = match &request.profile {
        Some(name) => vec![Profile::find(name)?],
        None => Profile::built_in(),
    };
    let (reader, archives) =
        (MammogramReader::new(attributes()?, RequestedTags::default()), Archives::new(&root));
    let all = plan::with_members(walk.files, None, &archives, HashMap::new());
    let files = sample(&all);
    let automatic = best_profile(&all, Profile::built_in())?.name;
    let mut books: Option<Vec<ProbedTable>> = None;
    let mut tried = Vec::new();
    for profile in profiles {
        let examiner = FileReader {
            root: &root,
            folder: &folder,
            profile: &profile,
            reader: &reader,
            archives: &archives,
            shelf: None,
        };
        let seen: Vec<ProbedFile> = files
            .par_iter()
            .map_init(ReadBuffers::default, |scratch, found| {
                ProbedFile::new(found, examiner.examine(found, scratch), &profile)
            })
            .collect();
        let books = books.get_or_insert_with(|| open_books(&root, &archives, &files, &seen));
        let trial = try_one(&profile, &seen, books);
        tried.push((trial, profile, seen));
    }
    // Of profiles that fit alike the first by name, the generic one last; alone where none fits.
    let fits = tried.iter().any(|(trial, ..)| trial.score() > 0.0);
    tried.sort_by(|(a, ..), (b, ..)| {
        let last = |trial: &ProfileTrial| (trial.name == GENERIC) == fits;
        b.score().total_cmp(&a.score()).then(last(a).cmp(&last(b)))
    });
    let Some((best, profile, seen)) = tried.first() else {
        let (name, known) = (GENERIC.to_owned(), String::new());
        return Err(ProfileError::Unknown { name, known }.into());
    };
    let books = books.unwrap_or_default();
    let tables = TableProbe::new(&books, profile);
    let base = request.profile.as_deref().unwrap_or(&best.name);
    let views = seen.iter().filter(|s| s.kind == Some(ProbedContent::Image { view: false }));
    let start = start::profile(&root, base, &tables, &views.map(|s| &*s.path).collect::<Vec<_>>())?;
    Ok(DataSetLayout {
        files: all.len(),
        tried: files.len(),
        automatic,
        groups: groups(profile, seen, &books),
        without_case: alike(seen.iter().filter(|s| s.is_data() && s.case_id.is_none())),
        without_view: alike(
            seen.iter().filter(|s| s.kind == Some(ProbedContent::Image { view: false })),
        ),
        unread: alike(seen.iter().filter(|s| s.kind.is_none())),
        tables,
        start,
        trials: tried.into_iter().map(|(trial, ..)| trial).collect(),
    })
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
    fn new(found: &SourceFile, outcome: FileOutcome, profile: &Profile) -> Self {
        let (kind, case_id) = match outcome.content {
            FileContent::Image(image) => {
                let view = image.projection.view().is_some() || image.file_view.is_some();
                (Some(ProbedContent::Image { view }), image.case_id)
            }
            FileContent::Sheet(sheet) => {
                (Some(ProbedContent::Annotation), sheet.annotation.case_id)
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
            named.or_else(|| profile.group_of_path(&found.rule_path())).map(|g| g.name.clone());
        Self { path: found.path.clone(), kind, case_id, group }
    }

    fn is_data(&self) -> bool {
        matches!(self.kind, Some(ProbedContent::Image { .. } | ProbedContent::Annotation))
    }
}

/// The files that are looked into: tables first, of the others some from everywhere.
fn sample(files: &FileTable) -> Vec<SourceFile> {
    let is_table = |path: &str| comes_first(path) && !path.ends_with(".json");
    let (tables, others) = (files.places(is_table), files.places(|path| !is_table(path)));
    let step = others.len().div_ceil(TRIED_FILES).max(1);
    let others = others.into_iter().step_by(step);
    let mut chosen: Vec<usize> = tables.into_iter().take(TRIED_TABLES).chain(others).collect();
    chosen.sort_unstable();
    chosen.into_iter().filter_map(|at| files.get(at)).collect()
}

fn open_books(
    root: &Path,
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
    let found = |group: &crate::sources::profile::ProfileGroup| GroupTally {
        name: group.name.clone(),
        diagnosis: group.diagnosis,
        images: seen
            .iter()
            .filter(|s| matches!(s.kind, Some(ProbedContent::Image { .. })))
            .filter(|s| s.group.as_ref() == Some(&group.name))
            .count(),
        rows: rows.get(&group.name).copied().unwrap_or(0),
    };
    profile.groups.iter().map(found).collect()
}

/// Files by the form of their paths, the most frequent first.
fn alike<'a>(files: impl Iterator<Item = &'a ProbedFile>) -> Vec<PathForm> {
    let mut forms: BTreeMap<String, PathForm> = BTreeMap::new();
    for file in files {
        let pattern = form(&file.path);
        let alike = forms.entry(pattern.clone()).or_insert_with(|| PathForm {
            pattern,
            count: 0,
            examples: Vec::new(),
        });
        alike.count += 1;
        if alike.examples.len() < EXAMPLES {
            alike.examples.push(file.path.to_string());
        }
    }
    let mut forms: Vec<PathForm> = forms.into_values().collect();
    forms.sort_by_key(|alike| std::cmp::Reverse(alike.count));
    forms
}

/// A path with every number as `#`, and words of hexadecimal digits too.
fn form(path: &str) -> String {
    let word = |word: &str| {
        let hex = word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
        if hex && word.bytes().any(|b| b.is_ascii_digit()) {
            return "#".to_owned();
        }
        let mut out = String::new();
        for c in word.chars() {
            match c.is_ascii_digit() {
                false => out.push(c),
                true if !out.ends_with('#') => out.push('#'),
                true => {}
            }
        }
        out
    };
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find(|c: char| !c.is_alphanumeric()) {
        let end = at + rest[at..].chars().next().map_or(1, char::len_utf8);
        out.push_str(&word(&rest[..at]));
        out.push_str(&rest[at..end]);
        rest = &rest[end..];
    }
    out + &word(rest)
}

/// Every distinct text once, in order.
fn distinct<T: Clone + Eq + std::hash::Hash>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    all.into_iter().filter(|one| seen.insert(one.clone())).collect()
}

/// Names of columns that a profile can give headers to, for the comments of a starting profile.
fn columns() -> BTreeSet<&'static str> {
    crate::records::column::ClinicalColumn::names().collect()
}
