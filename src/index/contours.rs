//! Laying contours on their images: the tables `lesions` and `annotations`.

use std::path::Path;

use rayon::prelude::*;

use super::case::CaseIndex;
use super::pending::{LinkableAnnotation, PendingAnnotations, PendingWindows};
use crate::records::annotation::{Annotation, DrawnContour};
use crate::records::issue::{Issue, IssueCode};
use crate::records::laterality::Laterality;
use crate::records::lesion::{ContourFrame, ImageFrame, Lesion};
use crate::sources::profile::{Origin, Profile, YAxis};
use crate::tables::writer::{TableWriter, WriteError};

/// Files that are laid at a time: measured by all threads, written by one.
const SHEETS: usize = 64;

/// What laying came to.
pub struct ContourTally {
    /// Rows of `lesions`, in the order of the files.
    pub lesions: u64,
    /// Rows of `annotations`, likewise.
    pub annotations: u64,
    /// What is wrong with contours.
    pub issues: Vec<Issue>,
}

/// Writes every annotation and every contour, laid on its image, in the order of the files.
pub fn lay(
    sheets: &PendingAnnotations<'_>,
    gathered: &CaseIndex,
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
    for start in (0..sheets.len()).step_by(SHEETS) {
        let some = start..sheets.len().min(start + SHEETS);
        let some = some.map(|at| sheets.whole(at, gathered, &mut windows));
        let some: Vec<_> = some.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let laid: Vec<_> = some.par_iter().map(|whole| lay_one(whole, gathered, frame)).collect();
        for (lesion, found) in laid.into_iter().flatten() {
            issues.extend(found);
            lesions.push(&lesion)?;
        }
        for whole in &some {
            annotations.push(&whole.sheet.annotation)?;
        }
    }
    let (lesions, annotations) = rayon::join(|| lesions.finish(), || annotations.finish());
    Ok(ContourTally { lesions: lesions?, annotations: annotations?, issues })
}

fn lay_one<'s>(
    whole: &'s LinkableAnnotation,
    gathered: &CaseIndex,
    frame: ContourFrame,
) -> Vec<(Lesion<'s>, Vec<Issue>)> {
    let LinkableAnnotation { sheet, case, canvases } = whole;
    let lay = |(drawing, canvas): (&'s DrawnContour, &'s Option<ImageFrame>)| {
        let lesion = Lesion::new(&sheet.annotation, drawing, canvas.as_ref(), frame);
        let issues = case.map_or_else(Vec::new, |case| check(&lesion, case, gathered));
        (lesion, issues)
    };
    sheet.drawings.iter().zip(canvases).map(lay).collect()
}

/// What is wrong with a contour beside its image and its case.
fn check(lesion: &Lesion<'_>, case: u32, gathered: &CaseIndex) -> Vec<Issue> {
    let mut issues = Vec::new();
    let Some((case_id, case)) = gathered.at(case) else { return issues };
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
