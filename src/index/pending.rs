//! Where a run sets aside clinical rows and drawings, and how it takes them out again.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::case::CaseIndex;
use super::spool::{Spool, SpoolOffset, SpoolWindow};
use crate::records::contour::ContourPoint;
use crate::records::laterality::Laterality;
use crate::records::lesion::ImageFrame;
use crate::records::view::ViewSet;
use crate::sources::annotation::AnnotationFile;
use crate::sources::workbook::WorkbookRow;
use crate::tables::writer::WriteError;

/// A clinical row that was set aside.
#[derive(Debug, Clone, Copy)]
pub struct PendingRow {
    /// Where.
    pub place: SpoolOffset,
    /// The side that its tumour lies on.
    pub tumor: Option<Laterality>,
}

/// A drawing without its points, and where those are.
#[derive(Serialize, Deserialize)]
struct AnnotationHead {
    sheet: AnnotationFile,
    points: SpoolOffset,
}

/// A run's clinical rows and drawings.
pub struct PendingStore {
    rows: Mutex<Spool<WorkbookRow>>,
    sheets: Mutex<Spool<AnnotationHead>>,
    points: Mutex<Spool<Vec<Vec<ContourPoint>>>>,
    canvases: Mutex<Spool<ImageFrame>>,
    refused: Mutex<Option<WriteError>>,
}

impl PendingStore {
    /// An empty one, on the file system of `dir`.
    pub fn new(dir: &Path) -> Result<Self, WriteError> {
        let (rows, sheets) = (Spool::new(dir)?.into(), Spool::new(dir)?.into());
        let (points, canvases) = (Spool::new(dir)?.into(), Spool::new(dir)?.into());
        Ok(Self { rows, sheets, points, canvases, refused: Mutex::default() })
    }

    /// Sets a clinical row aside; none when the disk refuses, which [`PendingStore::close`] tells.
    pub fn put_row(&self, entry: &WorkbookRow) -> Option<PendingRow> {
        let tumor = entry.clinical.tumor_side();
        let put = hold(&self.rows).put(entry);
        put.map(|place| PendingRow { place, tumor })
            .map_err(|error| {
                hold(&self.refused).get_or_insert(error);
            })
            .ok()
    }

    /// Sets a drawing aside.
    pub fn put_sheet(&self, mut sheet: AnnotationFile) -> Result<SpoolOffset, WriteError> {
        let points: Vec<_> =
            sheet.drawings.iter_mut().map(|d| std::mem::take(&mut d.points)).collect();
        let points = hold(&self.points).put(&points)?;
        hold(&self.sheets).put(&AnnotationHead { sheet, points })
    }

    /// Sets aside what contours are laid on.
    pub fn put_canvas(&self, canvas: &ImageFrame) -> Result<SpoolOffset, WriteError> {
        hold(&self.canvases).put(canvas)
    }

    /// Ends the setting aside: gives the rows, and the drawings that lie at these places.
    ///
    /// # Errors
    /// When something could not be set aside, or cannot be read any more.
    pub fn close(
        &self,
        places: Vec<SpoolOffset>,
        gathered: &mut CaseIndex,
    ) -> Result<(FrozenStore<'_, WorkbookRow>, PendingAnnotations<'_>), WriteError> {
        if let Some(error) = hold(&self.refused).take() {
            return Err(error);
        }
        let mut sheets = PendingAnnotations {
            list: Vec::new(),
            sheets: hold(&self.sheets),
            points: hold(&self.points),
            canvases: hold(&self.canvases),
            newest: HashMap::new(),
        };
        sheets.settle(places, gathered)?;
        Ok((hold(&self.rows), sheets))
    }
}

/// What was set aside, while nobody else adds to it.
pub type FrozenStore<'s, T> = MutexGuard<'s, Spool<T>>;

/// A thread that panicked leaves nothing half done here.
fn hold<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a sheet's annotation tells of itself before anything is known of the images.
pub fn views_of(sheet: &AnnotationFile) -> impl Iterator<Item = (String, ViewSet)> {
    let mut views = ViewSet::default();
    sheet.drawings.iter().filter_map(|d| d.slot()).for_each(|spot| views.insert(spot));
    let cases = [sheet.annotation.case_id.clone(), sheet.masked.clone()];
    cases.into_iter().flatten().map(move |case| (case, views))
}

/// A drawing, and all that it is laid with.
pub struct LinkableAnnotation {
    /// The drawing.
    pub sheet: AnnotationFile,
    /// The number of its case.
    pub case: Option<u32>,
    /// For every contour the image that it lies on.
    pub canvases: Vec<Option<ImageFrame>>,
}

/// What is read of what was set aside, apart for each kind.
#[derive(Default)]
pub struct PendingWindows {
    sheets: SpoolWindow,
    points: SpoolWindow,
    canvases: SpoolWindow,
}

/// The drawings of a run, in the order of their files.
pub struct PendingAnnotations<'s> {
    /// Where each lies, and its case.
    list: Vec<(SpoolOffset, Option<u32>)>,
    sheets: FrozenStore<'s, AnnotationHead>,
    points: FrozenStore<'s, Vec<Vec<ContourPoint>>>,
    canvases: FrozenStore<'s, ImageFrame>,
    /// The newest delivery of a case and reader, where files come in deliveries.
    newest: HashMap<(Option<String>, Option<String>), String>,
}

impl PendingAnnotations<'_> {
    /// Finds the case of each, and which deliveries are the newest.
    fn settle(
        &mut self,
        places: Vec<SpoolOffset>,
        gathered: &mut CaseIndex,
    ) -> Result<(), WriteError> {
        let mut window = SpoolWindow::default();
        for place in places {
            let sheet = &mut self.sheets.get(place, &mut window)?.sheet;
            name(sheet, gathered);
            let a = &sheet.annotation;
            if let Some(delivery) = &a.delivery {
                let key = (a.case_id.clone(), a.reader.clone());
                let last = self.newest.entry(key).or_default();
                if delivery > last {
                    last.clone_from(delivery);
                }
            }
            self.list.push((place, a.case_id.as_deref().map(|id| gathered.case(id))));
        }
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The numbers of those of each case, sorted by case, in the order of files.
    pub fn by_case(&self) -> Vec<(u32, usize)> {
        let cases = self.list.iter().enumerate();
        let mut by_case: Vec<_> =
            cases.filter_map(|(at, (_, case))| Some(((*case)?, at))).collect();
        by_case.sort_unstable();
        by_case
    }

    /// A drawing without its points.
    pub fn sketch(
        &self,
        at: usize,
        gathered: &CaseIndex,
        window: &mut SpoolWindow,
    ) -> Result<Option<AnnotationFile>, WriteError> {
        let Some((place, _)) = self.list.get(at) else { return Ok(None) };
        let sketch = self.sheets.get(*place, window)?;
        Ok(Some(self.named(sketch.sheet, gathered)))
    }

    /// A drawing with its points, and the images that its contours lie on.
    pub fn whole(
        &self,
        at: usize,
        gathered: &CaseIndex,
        windows: &mut PendingWindows,
    ) -> Result<Option<LinkableAnnotation>, WriteError> {
        let Some((place, case)) = self.list.get(at) else { return Ok(None) };
        let AnnotationHead { sheet, points } = self.sheets.get(*place, &mut windows.sheets)?;
        let points = self.points.get(points, &mut windows.points)?;
        let mut sheet = self.named(sheet, gathered);
        let mut canvases = Vec::with_capacity(points.len());
        for (drawing, points) in sheet.drawings.iter_mut().zip(points) {
            drawing.points = points;
            let key = case.zip(drawing.slot());
            let place = key.and_then(|key| gathered.canvases.get(&key));
            let canvas = place.map(|place| self.canvases.get(*place, &mut windows.canvases));
            canvases.push(canvas.transpose()?);
        }
        Ok(Some(LinkableAnnotation { sheet, case: *case, canvases }))
    }

    /// The drawing with its case, and whether a newer delivery of the same case and reader replaces
    /// it.
    fn named(&self, mut sheet: AnnotationFile, gathered: &CaseIndex) -> AnnotationFile {
        name(&mut sheet, gathered);
        let a = &mut sheet.annotation;
        if a.delivery.is_some() {
            let last = self.newest.get(&(a.case_id.clone(), a.reader.clone()));
            a.superseded = a.delivery.as_ref().zip(last).is_some_and(|(own, last)| own < last);
        }
        sheet
    }
}

/// An ID that images do not go by is told by its hash.
fn name(sheet: &mut AnnotationFile, gathered: &CaseIndex) {
    let case = &mut sheet.annotation.case_id;
    let seen = |id: &str| gathered.cases.get(id).is_some_and(|case| case.images > 0);
    if case.as_deref().is_none_or(|id| !seen(id)) {
        *case = sheet.masked.take().or(case.take());
    }
}
