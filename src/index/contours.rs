//! Contours placed on their images: the tables `lesions`, `annotations` and `agreement`.

use std::path::Path;

use rayon::prelude::*;

use super::agreement::write_agreement;
use super::case::CaseIndex;
use super::pending::{LinkableAnnotation, PendingAnnotations, PendingWindows};
use crate::records::annotation::{Annotation, DrawnContour};
use crate::records::issue::{Issue, IssueCode};
use crate::records::laterality::Laterality;
use crate::records::lesion::{ContourFrame, ImageFrame, Lesion};
use crate::sources::profile::{Origin, Profile, YAxis};
use crate::tables::writer::{TableWriter, WriteError};

/// Annotation files of one batch: measured by all threads, written by one.
const BATCH_FILES: usize = 64;

/// The rows of the tables, and the findings about contours.
pub struct ContourTally {
    /// Rows of `lesions`.
    pub lesions: u64,
    /// Rows of `annotations`.
    pub annotations: u64,
    /// Rows of `agreement`.
    pub agreement: u64,
    /// Findings, in the order of the files, then of the cases.
    pub issues: Vec<Issue>,
}

/// Writes every annotation and every contour, placed on its image, in the order of the files, and
/// compares the readings of each case.
///
/// # Errors
/// When a table cannot be written, or a spooled annotation not read.
pub fn write_contours(
    pending: &PendingAnnotations<'_>,
    cases: &CaseIndex,
    profile: &Profile,
    dir: &Path,
) -> Result<ContourTally, WriteError> {
    let frame = ContourFrame {
        centred: profile.annotation.origin == Origin::Centre,
        y_up: profile.annotation.y == YAxis::Up,
    };
    let mut lesions = TableWriter::of::<Lesion<'_>>(dir)?;
    let mut annotations = TableWriter::of::<Annotation>(dir)?;
    let mut issues = Vec::new();
    let mut windows = PendingWindows::default();
    for start in (0..pending.len()).step_by(BATCH_FILES) {
        let range = start..pending.len().min(start + BATCH_FILES);
        let batch = range.map(|place| pending.with_points(place, cases, &mut windows));
        let batch: Vec<_> = batch.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let placed: Vec<_> =
            batch.par_iter().map(|annotation| place(annotation, cases, frame)).collect();
        for (lesion, lesion_issues) in placed.into_iter().flatten() {
            issues.extend(lesion_issues);
            lesions.push(&lesion)?;
        }
        for annotation in &batch {
            annotations.push(&annotation.file.annotation)?;
        }
    }
    let (lesions, annotations) = rayon::join(|| lesions.finish(), || annotations.finish());
    let (lesions, annotations) = (lesions?, annotations?);
    let (agreement, not_compared) = write_agreement(pending, cases, frame, dir)?;
    issues.extend(not_compared);
    Ok(ContourTally { lesions, annotations, agreement, issues })
}

/// The contours of one annotation file on their images, and the findings about each.
fn place<'s>(
    annotation: &'s LinkableAnnotation,
    cases: &CaseIndex,
    frame: ContourFrame,
) -> Vec<(Lesion<'s>, Vec<Issue>)> {
    let LinkableAnnotation { file, case, frames } = annotation;
    let lesion = |(contour, image): (&'s DrawnContour, &'s Option<ImageFrame>)| {
        let lesion = Lesion::new(&file.annotation, contour, image.as_ref(), frame);
        let issues = case.map_or_else(Vec::new, |case| check(&lesion, case, cases));
        (lesion, issues)
    };
    file.drawings.iter().zip(frames).map(lesion).collect()
}

/// The findings about a contour, its image and its case.
fn check(lesion: &Lesion<'_>, case: u32, cases: &CaseIndex) -> Vec<Issue> {
    let mut issues = Vec::new();
    let Some((case_id, case)) = cases.get(case) else { return issues };
    let (view, path) = (lesion.drawing.view(), &lesion.annotation.path);
    let place = format!("{}/{}", lesion.drawing.view_key, lesion.drawing.lesion_id);
    let mut note = |code, message: String| {
        issues.push(Issue::new(code, path, message).case(case_id).at(&place));
    };
    if lesion.image.is_none() && case.images > 0 {
        let view = view.as_deref().unwrap_or("an unknown view");
        note(IssueCode::ContourWithoutImage, format!("the case has no image of {view}"));
    }
    if lesion.in_bounds == Some(false) {
        note(
            IssueCode::ContourOutOfImage,
            "points of the contour lie outside the image".to_owned(),
        );
    }
    let side = lesion.drawing.side_view.as_ref().map(|pane| pane.laterality);
    if let (Some(tumor), Some(side)) = (case.tumor, side)
        && tumor != side
        && tumor != Laterality::B
        && lesion.drawing.label.as_deref().is_none_or(|label| label != "benign")
    {
        let message = format!(
            "the contour lies on {}, the clinical text names {}",
            side.as_str(),
            tumor.as_str()
        );
        note(IssueCode::LesionSideContradicts, message);
    }
    issues
}
