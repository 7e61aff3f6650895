//! A batch of the scan: some files in a row, read by one thread, which also makes their rows.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow::record_batch::RecordBatch;

use super::attributes;
use super::case::ImageFacts;
use super::classify::{FileReader, ReadBuffers};
use super::duplicates;
use super::frames::{self, AnnotatedViews};
use super::outcome::{FileContent, FileOutcome};
use super::pending::PendingRow;
use crate::records::attribute::AttributeValue;
use crate::records::diagnosis::Diagnosis;
use crate::records::image::{ImageDevice, ImageRecord};
use crate::records::issue::Issue;
use crate::records::source::{FileKind, SourceStatus};
use crate::sources::annotation::AnnotationFile;
use crate::sources::files::FileTable;
use crate::sources::path_parts;
use crate::sources::profile::TableGrain;
use crate::sources::source_file::SourceFile;
use crate::storage::Readers;
use crate::tables::images::ImageTag;
use crate::tables::writer::{RowBatch, WriteError};

/// The outcome of a file, without what it holds.
#[derive(Debug)]
pub struct FileSummary {
    /// Its type, by content.
    pub kind: FileKind,
    /// Whether it was indexed.
    pub status: SourceStatus,
    /// Rows of tables that came from it.
    pub rows: u32,
    /// Findings about it.
    pub issues: Vec<Issue>,
    /// Whether it could not be read; the next run tries it again.
    pub is_unread: bool,
}

/// What remains of a file once its own rows are made.
#[derive(Debug)]
pub enum FileRemainder {
    /// An image.
    Image(ImageFacts),
    /// Clinical rows that are spooled.
    Rows(Vec<PendingRow>),
    /// Annotations of one file.
    Annotations(Vec<AnnotationFile>),
    /// Nothing.
    Nothing,
}

/// Some files in a row that were scanned.
#[derive(Debug, Default)]
pub struct ScannedBatch {
    /// The result of each file, in their order; absent for a file that was read early.
    pub files: Vec<Option<(FileSummary, FileRemainder)>>,
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

/// One file of a batch before and after it is read.
#[derive(Debug)]
pub enum FileTurn {
    /// It was read before the batches.
    Early,
    /// Its outcome is that of the previous run.
    Known(FileOutcome),
    /// It is to be read.
    Unread(SourceFile),
    /// It was read now.
    Read(FileOutcome),
}

impl FileTurn {
    /// Reads the file where it is to be read.
    pub fn read(self, reader: &FileReader<'_>, buffers: &mut ReadBuffers) -> Self {
        match self {
            Self::Unread(file) => Self::Read(reader.read(&file, buffers)),
            turn => turn,
        }
    }
}

/// Threads that read the files of batches.
pub type FileReaders<'scope, 'env> = Readers<'scope, 'env, ReadBuffers, FileTurn, FileTurn>;

/// Scans the batches of a run.
pub struct BatchScanner<'a, 'scope, 'env> {
    /// How files are read.
    pub reader: &'a FileReader<'a>,
    /// Read the files.
    readers: FileReaders<'scope, 'env>,
    /// The views of each case that have contours.
    pub annotated: &'a AnnotatedViews,
    /// The place of the age among the attributes of an image.
    age_index: Option<usize>,
    /// Whether clinical tables have one row per image.
    has_image_rows: bool,
}

impl<'a, 'scope, 'env> BatchScanner<'a, 'scope, 'env> {
    /// A scanner for one run.
    pub fn new(
        reader: &'a FileReader<'a>,
        annotated: &'a AnnotatedViews,
        readers: FileReaders<'scope, 'env>,
    ) -> Self {
        let has_image_rows = reader.profile.workbook.grain == TableGrain::Image;
        let age_index = attributes::age_index();
        Self { reader, readers, annotated, age_index, has_image_rows }
    }

    /// Scans some files of a run. A file whose outcome is `known`, by its place among them, is not
    /// read; one that `is_early` was read before the batches.
    ///
    /// # Errors
    /// When rows do not fit their table.
    pub fn scan(
        &self,
        files: &FileTable,
        range: Range<usize>,
        mut known: BTreeMap<usize, FileOutcome>,
        is_early: impl Fn(usize) -> bool,
        mut tables: BatchTables,
    ) -> Result<ScannedBatch, WriteError> {
        let mut batch =
            ScannedBatch { files: Vec::with_capacity(range.len()), ..ScannedBatch::default() };
        let mut folder = FolderDiagnosis::default();
        let start = range.start;
        let mut number = u32::try_from(start).unwrap_or(u32::MAX);
        let files = files.range(range).enumerate().map(|(place, file)| {
            if is_early(start + place) {
                return FileTurn::Early;
            }
            known.remove(&place).map_or(FileTurn::Unread(file), FileTurn::Known)
        });
        let take = |turn| {
            let outcome = match turn {
                FileTurn::Known(outcome) => Some(outcome),
                FileTurn::Read(outcome) => {
                    batch.read += 1;
                    Some(outcome)
                }
                FileTurn::Early | FileTurn::Unread(_) => None,
            };
            let content = outcome.map(FileSummary::split).map(|(summary, content)| {
                let remainder = match content {
                    FileContent::Image(image) => {
                        tables.push(&image);
                        let facts = self.facts(*image, number, &mut batch, &mut folder);
                        FileRemainder::Image(facts)
                    }
                    FileContent::Rows(rows) => FileRemainder::Rows(rows),
                    FileContent::Annotations(files) => FileRemainder::Annotations(files),
                    FileContent::Nothing => FileRemainder::Nothing,
                };
                (summary, remainder)
            });
            batch.files.push(content);
            number = number.saturating_add(1);
            Ok::<(), WriteError>(())
        };
        self.readers.for_each(files, take)?;
        batch.images = tables.images.take()?;
        batch.tags = tables.tags.as_mut().map_or(Ok(None), RowBatch::take)?;
        Ok(batch)
    }

    /// What linking needs of an image.
    fn facts(
        &self,
        image: ImageRecord,
        file: u32,
        batch: &mut ScannedBatch,
        folder: &mut FolderDiagnosis,
    ) -> ImageFacts {
        let age = self.age_index.and_then(|index| match image.attributes.get(index) {
            Some(AttributeValue::Integer(age)) => i16::try_from(*age).ok(),
            _ => None,
        });
        let side = match image.projection.laterality {
            Some("L") => Some(0),
            Some("R") => Some(1),
            _ => None,
        };
        let pixels = image.pixel_hash.as_deref().filter(|_| image.case_id.is_some());
        let pixels = pixels.and_then(|hash| u128::from_str_radix(hash, 16).ok());
        let key = self.has_image_rows.then(|| self.reader.profile.file_key(&image.path));
        let group = self.folder_diagnosis(&image, folder);
        let facts = ImageFacts {
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
            frame: frames::of_image(&image, self.annotated).map(Box::new),
        };
        let device = place_of(&mut batch.devices, image.device);
        let case = image.case_id.map(|id| place_of(&mut batch.cases, id));
        ImageFacts { case, device, ..facts }
    }

    /// The diagnosis of the group that the image's folder names, where the case ID names none:
    /// Cancer_00001 names its group itself. Neighbours in the order of paths share a folder.
    fn folder_diagnosis(
        &self,
        image: &ImageRecord,
        last: &mut FolderDiagnosis,
    ) -> Option<Diagnosis> {
        let profile = self.reader.profile;
        if profile.groups.is_empty() || profile.group_of_case(image.case_id.as_ref()?).is_some() {
            return None;
        }
        let folder = path_parts::folder(&image.path);
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

/// The place of a value in a list; neighbours are mostly equal.
fn place_of<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    if list.last() != Some(&value) {
        list.push(value);
    }
    list.len() - 1
}

/// The latest folder and the diagnosis that it names.
#[derive(Default)]
struct FolderDiagnosis {
    path: Option<String>,
    group: Option<Diagnosis>,
}

/// The rows of a batch.
pub struct BatchTables {
    /// Rows of `images`.
    pub images: RowBatch,
    /// Rows of `tags`, where further attributes are requested.
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
    /// Splits an outcome into its summary and its content.
    pub fn split(outcome: FileOutcome) -> (Self, FileContent) {
        let rows = u32::try_from(outcome.row_count()).unwrap_or(u32::MAX);
        let is_unread = outcome.is_unread();
        let FileOutcome { kind, status, content, issues } = outcome;
        (Self { kind, status, rows, issues, is_unread }, content)
    }
}
