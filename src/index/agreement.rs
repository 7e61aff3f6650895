//! The readings of cases that have several, compared: the table `agreement`.

use std::cmp::Ordering;
use std::path::Path;

use rayon::prelude::*;

use super::case::{CaseIndex, IndexedCase};
use super::pending::{LinkableAnnotation, PendingAnnotations, PendingWindows};
use crate::records::agreement::{
    AgreementRow, ComparedContour, ComparedReading, Comparison, ReadingPair,
};
use crate::records::delivery;
use crate::records::issue::{Issue, IssueCode};
use crate::records::lesion::{ContourFrame, Lesion};
use crate::records::view::{STANDARD_VIEWS, ViewSlot};
use crate::tables::writer::{TableWriter, WriteError};

/// Cases of one batch: compared by all threads, written by one.
const BATCH_CASES: usize = 64;
/// The most readings of a case that are compared.
const MOST_READINGS: usize = 50;

/// The readings of one case.
struct CaseReadings<'c> {
    case_id: &'c str,
    /// Standard views that the case has images of.
    views: Vec<&'static str>,
    readings: Vec<LinkableAnnotation>,
    /// All there are.
    count: usize,
}

/// Compares the readings of every case that has several and writes the rows, sorted by case. Returns
/// their number, and findings on what was not compared.
///
/// # Errors
/// When the table cannot be written, or a spooled annotation not read.
pub fn write_agreement(
    pending: &PendingAnnotations<'_>,
    cases: &CaseIndex,
    frame: ContourFrame,
    dir: &Path,
) -> Result<(u64, Vec<Issue>), WriteError> {
    let mut table = TableWriter::of::<AgreementRow<'_>>(dir)?;
    let mut issues = Vec::new();
    let by_case = pending.by_case();
    let mut several: Vec<&[(u32, usize)]> = by_case.chunk_by(|a, b| a.0 == b.0).collect();
    several.retain(|places| places.len() > 1);
    several.sort_by_key(|places| cases.get(places[0].0).map(|(id, _)| id));
    let mut windows = PendingWindows::default();
    for batch in several.chunks(BATCH_CASES) {
        let mut loaded = Vec::with_capacity(batch.len());
        for places in batch {
            let Some((case_id, case)) = cases.get(places[0].0) else { continue };
            let most = places.iter().take(MOST_READINGS);
            let readings = most.map(|(_, place)| pending.with_points(*place, cases, &mut windows));
            let readings: Vec<_> =
                readings.filter_map(Result::transpose).collect::<Result<_, _>>()?;
            let views = standard_views(case);
            loaded.push(CaseReadings { case_id, views, readings, count: places.len() });
        }
        let rows: Vec<_> = loaded.par_iter().map(|case| case.compare(frame)).collect();
        for row in rows.iter().flatten() {
            table.push(row)?;
        }
        issues.extend(loaded.iter().filter_map(CaseReadings::finding));
    }
    Ok((table.finish()?, issues))
}

fn standard_views(case: &IndexedCase) -> Vec<&'static str> {
    let has_image =
        |view: &&str| ViewSlot::named(view).is_some_and(|slot| case.views.contains(slot));
    STANDARD_VIEWS.into_iter().filter(has_image).collect()
}

impl CaseReadings<'_> {
    /// The finding on readings that are not compared.
    fn finding(&self) -> Option<Issue> {
        let path = &self.readings.first()?.file.annotation.path;
        let message = format!("the case has {} readings", self.count);
        let issue = Issue::new(IssueCode::ReadingsNotCompared, path, message);
        (self.count > MOST_READINGS).then(|| issue.case(self.case_id))
    }

    fn compare(&self, frame: ContourFrame) -> Vec<AgreementRow<'_>> {
        let pairs = self.between_readers().into_iter().chain(self.within_readers());
        pairs
            .flat_map(|(comparison, [a, b])| {
                let pair = ReadingPair {
                    case_id: self.case_id,
                    comparison,
                    readings: [compared(a), compared(b)],
                    contours: [contours(a, frame), contours(b, frame)],
                };
                pair.compare(&self.views)
            })
            .collect()
    }

    /// Every two readers, by name, each with the newest delivery.
    fn between_readers(&self) -> Vec<(Comparison, [&LinkableAnnotation; 2])> {
        let is_newest = |reading: &&LinkableAnnotation| !reading.file.annotation.superseded;
        let mut newest: Vec<_> = self.readings.iter().filter(is_newest).collect();
        newest.sort_by_key(|reading| (name(reading), &reading.file.annotation.path));
        let mut pairs = Vec::new();
        for (place, a) in newest.iter().enumerate() {
            let others = newest[place + 1..].iter().filter(|b| name(a) != name(b));
            pairs.extend(others.map(|b| (Comparison::BetweenReaders, [*a, *b])));
        }
        pairs
    }

    /// Each reading and the next delivery of the same reader.
    fn within_readers(&self) -> Vec<(Comparison, [&LinkableAnnotation; 2])> {
        let mut all: Vec<_> = self.readings.iter().collect();
        all.sort_by(|a, b| name(a).cmp(name(b)).then_with(|| by_delivery(a, b)));
        let pairs = all.windows(2).filter_map(|pair| {
            let [a, b] = pair else { return None };
            (name(a) == name(b)).then_some((Comparison::WithinReader, [*a, *b]))
        });
        pairs.collect()
    }
}

/// The reader; of a reading that names none its file, except that deliveries of one file belong
/// together.
fn name(reading: &LinkableAnnotation) -> &str {
    let annotation = &reading.file.annotation;
    match (&annotation.reader, &annotation.delivery) {
        (Some(reader), _) => reader,
        (None, Some(_)) => "",
        (None, None) => &annotation.path,
    }
}

fn by_delivery(a: &LinkableAnnotation, b: &LinkableAnnotation) -> Ordering {
    let (a, b) = (&a.file.annotation, &b.file.annotation);
    let by_time = match (&a.delivery, &b.delivery) {
        (Some(first), Some(second)) => delivery::compare(first, second),
        (first, second) => Some(first.is_some().cmp(&second.is_some())),
    };
    let by_time = by_time.filter(|order| order.is_ne());
    by_time.unwrap_or_else(|| (&a.path, &a.pointer).cmp(&(&b.path, &b.pointer)))
}

fn compared(reading: &LinkableAnnotation) -> ComparedReading<'_> {
    let annotation = &reading.file.annotation;
    ComparedReading {
        reader: annotation.reader.as_deref(),
        path: &annotation.path,
        pointer: &annotation.pointer,
        discarded: annotation.discarded,
    }
}

fn contours(reading: &LinkableAnnotation, frame: ContourFrame) -> Vec<ComparedContour<'_>> {
    let drawings = reading.file.drawings.iter().zip(&reading.frames);
    let contour = |(drawing, image)| {
        let image: &Option<_> = image;
        let lesion = Lesion::new(&reading.file.annotation, drawing, image.as_ref(), frame);
        ComparedContour {
            drawing,
            spacing: lesion.image.and_then(|image| image.spacing),
            max_diameter_mm: lesion.measures_mm.map(|measures| measures.max_diameter),
        }
    };
    drawings.map(contour).collect()
}
