//! A page of the scan: some files in a row, looked into by one thread, which also makes their rows.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use arrow::record_batch::RecordBatch;

use super::classify::{FileContent, FileOutcome, FileReader, ReadBuffers};
use super::columns;
use super::duplicates;
use super::pending::PendingRow;
use crate::records::attribute::AttributeValue;
use crate::records::diagnosis::Diagnosis;
use crate::records::image::{ImageDevice, ImageRecord};
use crate::records::issue::Issue;
use crate::records::lesion::ImageFrame;
use crate::records::source::{FileKind, SourceStatus};
use crate::records::view::{ViewSet, ViewSlot};
use crate::sources::annotation::AnnotationFile;
use crate::sources::files::FileTable;
use crate::sources::profile::TableGrain;
use crate::tables::images::ImageTag;
use crate::tables::writer::{RowBatch, WriteError};

/// What linking needs of one image.
#[derive(Debug)]
pub struct ImageFacts {
    /// Its place among the files of the run.
    pub file: u32,
    /// Its case, as its place among those of the page.
    pub case: Option<usize>,
    /// What made it, as its place among the devices of the page.
    pub device: usize,
    /// The age that its header gives.
    pub age: Option<i16>,
    /// The diagnosis of the group that its folder names.
    pub folder: Option<Diagnosis>,
    /// 0 for left, 1 for right.
    pub side: Option<usize>,
    /// Its view.
    pub view: Option<ViewSlot>,
    /// A hash of its SOP Instance UID.
    pub uid: Option<u64>,
    /// The hash of its pixels.
    pub pixels: Option<[u8; 16]>,
    /// What contours are laid on, and the view that they name; where there are any.
    pub canvas: Option<Box<(ViewSlot, ImageFrame)>>,
    /// What a table with one row per image calls it.
    pub key: Option<String>,
}

/// What a file came to.
#[derive(Debug)]
pub struct FileSummary {
    /// What it was taken for.
    pub kind: FileKind,
    /// What came of it.
    pub status: SourceStatus,
    /// Rows of tables that came from it.
    pub rows: u32,
    /// What was found on the way.
    pub issues: Vec<Issue>,
    /// Whether it could not be read, and is to be tried again.
    pub is_unread: bool,
}

/// What is left of a file when its own rows are made.
#[derive(Debug)]
pub enum Remainder {
    /// An image.
    Image(ImageFacts),
    /// Clinical rows, set aside.
    Rows(Vec<PendingRow>),
    /// One reader's drawing.
    Sheet(Box<AnnotationFile>),
    /// Nothing.
    Nothing,
}

/// Some files in a row, looked into.
#[derive(Debug, Default)]
pub struct ScannedBatch {
    /// What each file came to, in their order; none for one that was done before.
    pub done: Vec<Option<(FileSummary, Remainder)>>,
    /// How many of them were read.
    pub read: usize,
    /// Rows of `images`.
    pub images: Option<RecordBatch>,
    /// Rows of `tags`.
    pub tags: Option<RecordBatch>,
    /// The cases of its images; neighbours share one.
    pub cases: Vec<String>,
    /// The devices of its images; neighbours share one.
    pub devices: Vec<ImageDevice>,
}

/// The views that were drawn on, by case.
pub type AnnotatedViews = HashMap<String, ViewSet>;

/// What every page of a run is made with.
pub struct BatchScanner<'a> {
    /// Looks into the files.
    pub examiner: &'a FileReader<'a>,
    /// Which images contours will be laid on.
    pub drawn: &'a AnnotatedViews,
    age: Option<usize>,
    keyed: bool,
}

impl<'a> BatchScanner<'a> {
    /// A press for one run.
    pub fn new(examiner: &'a FileReader<'a>, drawn: &'a AnnotatedViews) -> Self {
        let keyed = examiner.profile.workbook.grain == TableGrain::Image;
        Self { examiner, drawn, age: columns::age_index(), keyed }
    }

    /// Looks into some files of a run. What is `known` of a file, by its place among them, need not
    /// be read; `skip` says what was done before.
    pub fn page(
        &self,
        files: &FileTable,
        range: Range<usize>,
        mut known: BTreeMap<usize, FileOutcome>,
        skip: impl Fn(usize) -> bool,
        mut tables: BatchTables,
    ) -> Result<ScannedBatch, WriteError> {
        let mut scratch = ReadBuffers::default();
        let mut page =
            ScannedBatch { done: Vec::with_capacity(range.len()), ..ScannedBatch::default() };
        let mut folder = FolderDiagnosis::default();
        let start = range.start;
        for (at, found) in files.some(range).enumerate() {
            if skip(start + at) {
                page.done.push(None);
                continue;
            }
            let outcome = known.remove(&at).unwrap_or_else(|| {
                page.read += 1;
                self.examiner.examine(&found, &mut scratch)
            });
            let number = u32::try_from(start + at).unwrap_or(u32::MAX);
            let (account, content) = FileSummary::of(outcome);
            let rest = match content {
                FileContent::Image(image) => {
                    tables.push(&image);
                    Remainder::Image(self.see(*image, number, &mut page, &mut folder))
                }
                FileContent::Rows(lines) => Remainder::Rows(lines),
                FileContent::Sheet(sheet) => Remainder::Sheet(sheet),
                FileContent::Nothing => Remainder::Nothing,
            };
            page.done.push(Some((account, rest)));
        }
        page.images = tables.images.take()?;
        page.tags = tables.tags.as_mut().map_or(Ok(None), RowBatch::take)?;
        Ok(page)
    }

    fn see(
        &self,
        image: ImageRecord,
        file: u32,
        page: &mut ScannedBatch,
        folder: &mut FolderDiagnosis,
    ) -> ImageFacts {
        let age = self.age.and_then(|i| match image.attributes.get(i) {
            Some(AttributeValue::Integer(age)) => i16::try_from(*age).ok(),
            _ => None,
        });
        let side = match image.projection.laterality {
            Some("L") => Some(0),
            Some("R") => Some(1),
            _ => None,
        };
        let pixels = image.pixel_hash.as_deref().filter(|_| image.case_id.is_some());
        let pixels = pixels.and_then(|h| u128::from_str_radix(h, 16).ok());
        let key = self.keyed.then(|| self.examiner.profile.file_key(&image.path));
        let group = self.group(&image, folder);
        let seen = ImageFacts {
            file,
            case: None,
            device: 0,
            age,
            folder: group,
            side,
            view: image.projection.spot(),
            uid: image.sop_instance_uid.as_deref().map(duplicates::hash),
            pixels: pixels.map(u128::to_be_bytes),
            key: key.flatten().map(str::to_owned),
            canvas: self.canvas(&image).map(Box::new),
        };
        let device = last(&mut page.devices, image.device);
        let case = image.case_id.map(|id| last(&mut page.cases, id));
        ImageFacts { case, device, ..seen }
    }

    /// What a contour of this image's case and view is laid on.
    fn canvas(&self, image: &ImageRecord) -> Option<(ViewSlot, ImageFrame)> {
        let views = self.drawn.get(image.case_id.as_ref()?)?;
        let named = image.file_view.as_deref().and_then(ViewSlot::named);
        let spot =
            named.or_else(|| image.projection.spot()).filter(|spot| views.contains(*spot))?;
        let canvas = ImageFrame {
            path: image.path.clone(),
            sop_instance_uid: image.sop_instance_uid.clone(),
            size_px: image.size_px,
            spacing: image.spacing,
        };
        Some((spot, canvas))
    }

    /// The diagnosis of the group that the image's folder names, where the case ID names none:
    /// Cancer_00001 says its group itself. Neighbours in the order of paths share a folder.
    fn group(&self, image: &ImageRecord, last: &mut FolderDiagnosis) -> Option<Diagnosis> {
        let profile = self.examiner.profile;
        if profile.groups.is_empty() || profile.group_of_case(image.case_id.as_ref()?).is_some() {
            return None;
        }
        let folder = image.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if last.path.as_deref() != Some(folder) {
            let group = profile.group_of_path(&image.path);
            *last = FolderDiagnosis {
                path: Some(folder.to_owned()),
                group: group.map(|group| group.diagnosis),
            };
        }
        last.group
    }
}

/// The place of a value in a list whose last it mostly is.
fn last<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    if list.last() != Some(&value) {
        list.push(value);
    }
    list.len() - 1
}

/// The folder that was looked at last, and the diagnosis that it names.
#[derive(Default)]
struct FolderDiagnosis {
    path: Option<String>,
    group: Option<Diagnosis>,
}

/// The rows of a page.
pub struct BatchTables {
    /// Of `images`.
    pub images: RowBatch,
    /// Of `tags`, where a run asked for them.
    pub tags: Option<RowBatch>,
}

impl BatchTables {
    fn push(&mut self, image: &ImageRecord) {
        self.images.push(image);
        if let Some(tags) = &mut self.tags {
            image.tags.iter().for_each(|tagged| tags.push(&ImageTag(image, tagged)));
        }
    }
}

impl FileSummary {
    /// Takes an outcome apart.
    pub fn of(outcome: FileOutcome) -> (Self, FileContent) {
        let rows = u32::try_from(outcome.row_count()).unwrap_or(u32::MAX);
        let is_unread = outcome.is_unread();
        let FileOutcome { kind, status, content, issues } = outcome;
        (Self { kind, status, rows, issues, is_unread }, content)
    }
}
