//! Two readings of one case compared: contours matched one to one on each view, and measured.

use std::collections::BTreeSet;

use super::annotation::DrawnContour;
use super::assignment::assign;
use super::boundary::BoundaryDistance;
use super::contour::{BoundingBox, ContourPoint};
use super::image::PixelSpacing;
use super::overlap::ContourOverlap;

/// The most contours of a reading on one view that are compared, and the most corners of all pairs
/// that may overlap: hundreds of times those of real cases.
const MOST_CONTOURS: usize = 500;
const MOST_CORNERS: usize = 5_000_000;

/// Whose readings are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Of two readers, each in the newest delivery.
    BetweenReaders,
    /// Of one reader, in one delivery and the next.
    WithinReader,
}

impl Comparison {
    /// As the table has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BetweenReaders => "between_readers",
            Self::WithinReader => "within_reader",
        }
    }

    /// In words, as in "no case has …".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::BetweenReaders => "readings of two readers",
            Self::WithinReader => "two deliveries of one reader",
        }
    }
}

/// What two readings say about one lesion of one view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonOutcome {
    /// Both drew it: the contours overlap.
    Matched,
    /// The first reading alone has it.
    OnlyA,
    /// The second reading alone has it.
    OnlyB,
    /// Neither drew anything on the view.
    Neither,
    /// There are too many contours to compare.
    NotCompared,
}

impl ComparisonOutcome {
    /// As the table has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::OnlyA => "only_a",
            Self::OnlyB => "only_b",
            Self::Neither => "neither",
            Self::NotCompared => "not_compared",
        }
    }
}

/// A reading that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComparedReading<'a> {
    /// The reader, as the file writes it.
    pub reader: Option<&'a str>,
    /// Path of the annotation.
    pub path: &'a str,
    /// Place of the annotation in its file.
    pub pointer: &'a str,
    /// Whether the reader marked the case as unreadable.
    pub discarded: Option<bool>,
}

/// A contour that is compared.
#[derive(Debug, Clone, Copy)]
pub struct ComparedContour<'a> {
    /// As the file holds it, with its points.
    pub drawing: &'a DrawnContour,
    /// Distance between the pixels of its image.
    pub spacing: Option<PixelSpacing>,
    /// Longest diameter in mm.
    pub max_diameter_mm: Option<f64>,
}

impl ComparedContour<'_> {
    /// The view in the form of `images.view`; the key as written where it is not a view.
    pub fn view(&self) -> String {
        self.drawing.view().unwrap_or_else(|| self.drawing.view_key.clone())
    }
}

/// A row of `agreement`.
#[derive(Debug, Clone)]
pub struct AgreementRow<'a> {
    /// The case.
    pub case_id: &'a str,
    /// Whose readings.
    pub comparison: Comparison,
    /// Both readings.
    pub readings: [ComparedReading<'a>; 2],
    /// The view.
    pub view: String,
    /// What they say.
    pub outcome: ComparisonOutcome,
    /// The contour of each; absent where it has none.
    pub contours: [Option<ComparedContour<'a>>; 2],
    /// Overlap of matched contours.
    pub overlap: Option<ContourOverlap>,
    /// Distance of the boundaries of matched contours in mm; absent without a spacing.
    pub distance_mm: Option<BoundaryDistance>,
}

/// Both readings of a case.
#[derive(Debug)]
pub struct ReadingPair<'a> {
    /// The case.
    pub case_id: &'a str,
    /// Whose readings.
    pub comparison: Comparison,
    /// Both readings.
    pub readings: [ComparedReading<'a>; 2],
    /// The contours of each.
    pub contours: [Vec<ComparedContour<'a>>; 2],
}

impl<'a> ReadingPair<'a> {
    /// The rows of the pair: for each of these views, and for each other on which a contour lies, one
    /// row per match and per contour without one, or a single row where neither drew anything.
    pub fn compare(&self, views: &[&str]) -> Vec<AgreementRow<'a>> {
        let mut all: BTreeSet<String> = views.iter().map(|view| (*view).to_owned()).collect();
        all.extend(self.contours.iter().flatten().map(ComparedContour::view));
        all.into_iter().flat_map(|view| self.compare_view(&view)).collect()
    }

    fn compare_view(&self, view: &str) -> Vec<AgreementRow<'a>> {
        let on_view = |contours: &[ComparedContour<'a>]| -> Vec<ComparedContour<'a>> {
            let mut contours: Vec<_> = contours
                .iter()
                .filter(|contour| !contour.drawing.is_duplicate && contour.view() == view)
                .copied()
                .collect();
            contours.sort_by(|a, b| a.drawing.lesion_id.cmp(&b.drawing.lesion_id));
            contours
        };
        let [a, b] = [on_view(&self.contours[0]), on_view(&self.contours[1])];
        let row = |outcome, contours| self.row(view, outcome, contours);
        if a.is_empty() && b.is_empty() {
            return vec![row(ComparisonOutcome::Neither, [None, None])];
        }
        let Some(overlaps) = overlaps(&a, &b) else {
            return vec![row(ComparisonOutcome::NotCompared, [None, None])];
        };
        let gain = |overlap: &Option<ContourOverlap>| overlap.map_or(0.0, ContourOverlap::iou);
        let gains: Vec<Vec<f64>> =
            overlaps.iter().map(|line| line.iter().map(gain).collect()).collect();
        let assigned = assign(&gains);
        let mut rows = Vec::with_capacity(a.len().max(b.len()));
        for (contour, partner) in a.iter().zip(&assigned) {
            match partner.and_then(|partner| b.get(partner)) {
                Some(other) => {
                    let pair = [Some(*contour), Some(*other)];
                    rows.push(row(ComparisonOutcome::Matched, pair));
                }
                None => rows.push(row(ComparisonOutcome::OnlyA, [Some(*contour), None])),
            }
        }
        let is_free = |place: &usize| !assigned.contains(&Some(*place));
        let free = (0..b.len()).filter(is_free).filter_map(|place| b.get(place));
        rows.extend(free.map(|other| row(ComparisonOutcome::OnlyB, [None, Some(*other)])));
        rows
    }

    fn row(
        &self,
        view: &str,
        outcome: ComparisonOutcome,
        contours: [Option<ComparedContour<'a>>; 2],
    ) -> AgreementRow<'a> {
        let pair = contours[0].zip(contours[1]);
        let points = pair.map(|(a, b)| (a, &a.drawing.points, &b.drawing.points));
        AgreementRow {
            case_id: self.case_id,
            comparison: self.comparison,
            readings: self.readings,
            view: view.to_owned(),
            outcome,
            contours,
            overlap: points.and_then(|(_, a, b)| ContourOverlap::of(a, b)),
            distance_mm: points.and_then(|(contour, a, b)| {
                let spacing = contour.spacing?;
                BoundaryDistance::of(&in_mm(a, spacing), &in_mm(b, spacing))
            }),
        }
    }
}

/// The overlap of each contour with each; absent where they do not, or have no area. Nothing when
/// there are too many to compare.
fn overlaps(
    a: &[ComparedContour<'_>],
    b: &[ComparedContour<'_>],
) -> Option<Vec<Vec<Option<ContourOverlap>>>> {
    if a.len() > MOST_CONTOURS || b.len() > MOST_CONTOURS {
        return None;
    }
    let mut corners = 0;
    let mut overlap = |first: &ComparedContour<'_>, second: &ComparedContour<'_>| {
        let (first, second) = (first.drawing, second.drawing);
        let is_near = first.bounds.zip(second.bounds).is_some_and(|(a, b)| overlap_boxes(a, b));
        if !is_near {
            return Some(None);
        }
        corners += first.points.len() + second.points.len();
        (corners <= MOST_CORNERS).then(|| ContourOverlap::of(&first.points, &second.points))
    };
    a.iter().map(|first| b.iter().map(|second| overlap(first, second)).collect()).collect()
}

fn overlap_boxes(a: BoundingBox, b: BoundingBox) -> bool {
    (0..2).all(|axis| a.min[axis] <= b.max[axis] && b.min[axis] <= a.max[axis])
}

fn in_mm(points: &[ContourPoint], spacing: PixelSpacing) -> Vec<ContourPoint> {
    points.iter().map(|[x, y]| [x * spacing.col_mm, y * spacing.row_mm]).collect()
}
