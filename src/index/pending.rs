//! Clinical rows and annotations that wait on disk until every file was read.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::case::CaseIndex;
use super::spool::{Spool, SpoolOffset, SpoolWindow};
use crate::records::contour::ContourPoint;
use crate::records::delivery;
use crate::records::laterality::Laterality;
use crate::records::lesion::ImageFrame;
use crate::records::view::ViewSet;
use crate::sources::annotation::AnnotationFile;
use crate::sources::workbook::WorkbookRow;
use crate::tables::writer::WriteError;

/// A clinical row on disk.
#[derive(Debug, Clone, Copy)]
pub struct PendingRow {
    /// Its offset.
    pub offset: SpoolOffset,
    /// The side of its tumour.
    pub tumor: Option<Laterality>,
}

/// An annotation without its points, and the offset of those.
#[derive(Serialize, Deserialize)]
struct AnnotationHead {
    file: AnnotationFile,
    points: SpoolOffset,
}

/// The clinical rows and annotations of a run.
pub struct PendingStore {
    rows: Mutex<Spool<WorkbookRow>>,
    heads: Mutex<Spool<AnnotationHead>>,
    points: Mutex<Spool<Vec<Vec<ContourPoint>>>>,
    frames: Mutex<Spool<ImageFrame>>,
    refused: Mutex<Option<WriteError>>,
}

impl PendingStore {
    /// An empty store on the file system of `dir`.
    ///
    /// # Errors
    /// When its files cannot be created.
    pub fn new(dir: &Path) -> Result<Self, WriteError> {
        let (rows, heads) = (Spool::new(dir)?.into(), Spool::new(dir)?.into());
        let (points, frames) = (Spool::new(dir)?.into(), Spool::new(dir)?.into());
        Ok(Self { rows, heads, points, frames, refused: Mutex::default() })
    }

    /// Spools a clinical row; absent when the disk refuses, which [`PendingStore::close`] reports.
    pub fn put_row(&self, entry: &WorkbookRow) -> Option<PendingRow> {
        let tumor = entry.clinical.tumor_side();
        let offset = lock(&self.rows).push(entry);
        offset
            .map(|offset| PendingRow { offset, tumor })
            .map_err(|error| {
                lock(&self.refused).get_or_insert(error);
            })
            .ok()
    }

    /// Spools the annotations of a file.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put_annotations(
        &self,
        annotations: Vec<AnnotationFile>,
    ) -> Result<Vec<SpoolOffset>, WriteError> {
        annotations.into_iter().map(|annotation| self.put_annotation(annotation)).collect()
    }

    fn put_annotation(&self, mut file: AnnotationFile) -> Result<SpoolOffset, WriteError> {
        let points: Vec<_> =
            file.drawings.iter_mut().map(|contour| std::mem::take(&mut contour.points)).collect();
        let points = lock(&self.points).push(&points)?;
        lock(&self.heads).push(&AnnotationHead { file, points })
    }

    /// Spools the frame of an image that contours lie on.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put_frame(&self, frame: &ImageFrame) -> Result<SpoolOffset, WriteError> {
        lock(&self.frames).push(frame)
    }

    /// Ends the spooling: returns the rows, and the annotations at these offsets.
    ///
    /// # Errors
    /// When something could not be spooled, or cannot be read any more.
    pub fn close(
        &self,
        offsets: Vec<SpoolOffset>,
        cases: &mut CaseIndex,
    ) -> Result<(FrozenStore<'_, WorkbookRow>, PendingAnnotations<'_>), WriteError> {
        if let Some(error) = lock(&self.refused).take() {
            return Err(error);
        }
        let mut annotations = PendingAnnotations {
            list: Vec::new(),
            heads: lock(&self.heads),
            points: lock(&self.points),
            frames: lock(&self.frames),
            deliveries: HashMap::new(),
        };
        annotations.resolve(offsets, cases)?;
        Ok((lock(&self.rows), annotations))
    }
}

/// A spool that is not appended to any more.
pub type FrozenStore<'s, T> = MutexGuard<'s, Spool<T>>;

/// Locks a spool; a thread that panicked leaves nothing half done in it.
fn lock<T>(spool: &Mutex<T>) -> MutexGuard<'_, T> {
    spool.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The views with contours of an annotation, for each ID that its case may have.
pub fn views_of(file: &AnnotationFile) -> impl Iterator<Item = (String, ViewSet)> {
    let mut views = ViewSet::default();
    let slots = file.drawings.iter().filter_map(|contour| contour.slot());
    slots.for_each(|slot| views.insert(slot));
    let cases = [file.annotation.case_id.clone(), file.masked.clone()];
    cases.into_iter().flatten().map(move |case| (case, views))
}

/// An annotation with its points and the images that its contours lie on.
pub struct LinkableAnnotation {
    /// The annotation.
    pub file: AnnotationFile,
    /// The number of its case.
    pub case: Option<u32>,
    /// The image that each contour lies on.
    pub frames: Vec<Option<ImageFrame>>,
}

/// The latest part of each spool that was read.
#[derive(Default)]
pub struct PendingWindows {
    heads: SpoolWindow,
    points: SpoolWindow,
    frames: SpoolWindow,
}

/// The annotations of a run, in the order of their files.
pub struct PendingAnnotations<'s> {
    /// The offset of each, and its case.
    list: Vec<(SpoolOffset, Option<u32>)>,
    heads: FrozenStore<'s, AnnotationHead>,
    points: FrozenStore<'s, Vec<Vec<ContourPoint>>>,
    frames: FrozenStore<'s, ImageFrame>,
    /// The deliveries of a case and reader, where files come in deliveries.
    deliveries: HashMap<(Option<String>, Option<String>), Vec<String>>,
}

impl PendingAnnotations<'_> {
    /// Finds the case of each, and which deliveries are the newest.
    fn resolve(
        &mut self,
        offsets: Vec<SpoolOffset>,
        cases: &mut CaseIndex,
    ) -> Result<(), WriteError> {
        let mut window = SpoolWindow::default();
        for offset in offsets {
            let file = &mut self.heads.get(offset, &mut window)?.file;
            mask_case(file, cases);
            let annotation = &file.annotation;
            if let Some(delivery) = &annotation.delivery {
                let key = (annotation.case_id.clone(), annotation.reader.clone());
                let deliveries = self.deliveries.entry(key).or_default();
                if !deliveries.contains(delivery) {
                    deliveries.push(delivery.clone());
                }
            }
            self.list.push((offset, annotation.case_id.as_deref().map(|id| cases.case(id))));
        }
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Case and place of each that has a case, sorted.
    pub fn by_case(&self) -> Vec<(u32, usize)> {
        let all = self.list.iter().enumerate();
        let mut by_case: Vec<_> =
            all.filter_map(|(place, (_, case))| Some(((*case)?, place))).collect();
        by_case.sort_unstable();
        by_case
    }

    /// An annotation without its points.
    ///
    /// # Errors
    /// When the spool cannot be read.
    pub fn without_points(
        &self,
        place: usize,
        cases: &CaseIndex,
        window: &mut SpoolWindow,
    ) -> Result<Option<AnnotationFile>, WriteError> {
        let Some((offset, _)) = self.list.get(place) else { return Ok(None) };
        let head = self.heads.get(*offset, window)?;
        Ok(Some(self.with_case(head.file, cases)))
    }

    /// An annotation with its points, and the images that its contours lie on.
    ///
    /// # Errors
    /// When a spool cannot be read.
    pub fn with_points(
        &self,
        place: usize,
        cases: &CaseIndex,
        windows: &mut PendingWindows,
    ) -> Result<Option<LinkableAnnotation>, WriteError> {
        let Some((offset, case)) = self.list.get(place) else { return Ok(None) };
        let AnnotationHead { file, points } = self.heads.get(*offset, &mut windows.heads)?;
        let points = self.points.get(points, &mut windows.points)?;
        let mut file = self.with_case(file, cases);
        let mut frames = Vec::with_capacity(points.len());
        for (contour, points) in file.drawings.iter_mut().zip(points) {
            contour.points = points;
            let key = case.zip(contour.slot());
            let frame = key.and_then(|key| cases.frames.get(&key));
            let frame = frame.map(|offset| self.frames.get(*offset, &mut windows.frames));
            frames.push(frame.transpose()?);
        }
        Ok(Some(LinkableAnnotation { file, case: *case, frames }))
    }

    /// The annotation with its case, and whether a newer delivery of the same case and reader
    /// replaces it.
    fn with_case(&self, mut file: AnnotationFile, cases: &CaseIndex) -> AnnotationFile {
        mask_case(&mut file, cases);
        let annotation = &mut file.annotation;
        if let Some(delivery) = &annotation.delivery {
            let key = (annotation.case_id.clone(), annotation.reader.clone());
            let mut deliveries = self.deliveries.get(&key).into_iter().flatten();
            annotation.superseded =
                deliveries.any(|other| delivery::compare(delivery, other) == Some(Ordering::Less));
        }
        file
    }
}

/// Replaces an ID that no image has by its hash.
fn mask_case(file: &mut AnnotationFile, cases: &CaseIndex) {
    let case = &mut file.annotation.case_id;
    let has_images = |id: &str| cases.cases.get(id).is_some_and(|case| case.images > 0);
    if case.as_deref().is_none_or(|id| !has_images(id)) {
        *case = file.masked.take().or(case.take());
    }
}
