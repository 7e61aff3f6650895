//! Faults of annotations.

use super::place::FlawPlace;
use crate::sample::breast::{QuadrantDirections, SampleLesion, overlap};
use crate::sample::case::{
    DiscardFlag, FileDamage, RESULTS, SampleAnnotation, SampleCase, SampleContour, case_id,
};
use crate::sample::dice::{RandomPurpose, RandomStream};
use crate::sample::outline::LesionOutline;
use crate::sample::request::SampleGroup;
use crate::sample::view::BreastSide;

/// Changes the first contour of the case and says so.
fn first(case: &mut SampleCase, what: &str, change: impl FnOnce(&mut SampleContour)) -> FlawPlace {
    let annotation = &mut case.annotations[0];
    let view = annotation.views.first_mut().and_then(|(view, contours)| {
        change(contours.first_mut()?);
        Some(view.to_uppercase())
    });
    let what = format!("{}: {what}", view.unwrap_or_default());
    FlawPlace::new(case, case.annotations[0].path.clone(), what)
}

/// The text ends in its middle.
pub(super) fn cut(case: &mut SampleCase) -> FlawPlace {
    case.annotations[0].damage = FileDamage::Cut;
    FlawPlace::new(case, case.annotations[0].path.clone(), "The JSON text ends in its middle.")
}

/// The contour was pushed over the image's edge at the chest wall.
pub(super) fn outside(case: &mut SampleCase) -> FlawPlace {
    let columns = case.grid.columns as i32;
    let half = columns / 2;
    let side = case.lesions.first().map_or(BreastSide::Left, |lesion| lesion.side);
    first(case, "half of the contour lies outside the image.", |contour| {
        let xs = || contour.points.iter().map(|p| p.0 + half);
        let (least, most) = (xs().min().unwrap_or(0), xs().max().unwrap_or(0));
        let over = (most - least) / 2;
        let shift = match side {
            BreastSide::Left => -least - over,
            BreastSide::Right => columns - 1 - most + over,
        };
        contour.points.iter_mut().for_each(|p| p.0 += shift);
    })
}

/// The last point does not repeat the first.
pub(super) fn open(case: &mut SampleCase) -> FlawPlace {
    first(case, "the last point of the contour does not repeat the first.", |contour| {
        contour.points.pop();
    })
}

/// Twelve points.
pub(super) fn short(case: &mut SampleCase) -> FlawPlace {
    first(case, "the contour has 13 points; the tool keeps none below 31.", |contour| {
        let step = (contour.points.len() / 12).max(1);
        let mut points: Vec<_> = contour.points.iter().copied().step_by(step).take(12).collect();
        points.extend(points.first().copied());
        contour.points = points;
    })
}

/// Two opposite points changed places.
pub(super) fn crossing(case: &mut SampleCase) -> FlawPlace {
    first(case, "the contour crosses itself.", |contour| {
        let count = contour.points.len();
        contour.points.swap(count / 4, 3 * count / 4);
    })
}

/// One contour occurs twice under two numbers.
pub(super) fn twice(case: &mut SampleCase) -> FlawPlace {
    let views = &mut case.annotations[0].views;
    if let Some((_, contours)) = views.first_mut() {
        let again: Vec<SampleContour> = contours.first().cloned().into_iter().collect();
        contours.extend(
            again.into_iter().map(|c| SampleContour { number: c.number + 1_733, points: c.points }),
        );
    }
    let what = "One contour occurs twice, under two lesion numbers.";
    FlawPlace::new(case, case.annotations[0].path.clone(), what)
}

/// The tumour of one side is drawn on the other.
pub(super) fn other_side(case: &mut SampleCase) -> FlawPlace {
    for (view, contours) in &mut case.annotations[0].views {
        let mirrored = if view.starts_with('l') { "r" } else { "l" };
        view.replace_range(..1, mirrored);
        for point in contours.iter_mut().flat_map(|c| &mut c.points) {
            point.0 = -point.0;
        }
    }
    let side = case.lesions.first().map_or(BreastSide::Left, |lesion| lesion.side);
    let word = |side: BreastSide| if side == BreastSide::Left { "left" } else { "right" };
    let what = format!(
        "The workbook says {} and the contours lie on the {} breast.",
        word(side),
        word(side.other())
    );
    FlawPlace::new(case, case.annotations[0].path.clone(), what)
}

/// A second reader sees the lesion elsewhere.
pub(super) fn second_reader(case: &mut SampleCase) -> FlawPlace {
    let mut dice = dice(case);
    let side = case.lesions.first().map_or(BreastSide::Left, |lesion| lesion.side);
    let mut lesions: Vec<SampleLesion> = Vec::new();
    for _ in 0..200 {
        lesions = small(case, side, &mut dice).into_iter().collect();
        if lesions.iter().all(|lesion| !case.lesions.iter().any(|o| overlap(o, lesion))) {
            break;
        }
    }
    let reader = "annotation_user5";
    let drawn = case.annotate(&lesions, DiscardFlag::Usable, &mut dice);
    let annotation = SampleAnnotation {
        path: format!("{RESULTS}/{reader}/{}.json", case.id),
        reader: reader.to_owned(),
        ..drawn
    };
    let file = annotation.path.clone();
    case.annotations.push(annotation);
    FlawPlace::new(case, file, "A second reader drew the lesion elsewhere in the same views.")
}

/// An annotation of a case that was never delivered.
pub(super) fn no_images(case: &mut SampleCase) -> FlawPlace {
    let id = case_id(SampleGroup::Malignant, 90_001);
    let mut dice = dice(case);
    let lesions: Vec<SampleLesion> = small(case, BreastSide::Left, &mut dice).into_iter().collect();
    let drawn = case.annotate(&lesions, DiscardFlag::Usable, &mut dice);
    let file = format!("{RESULTS}/{id}.json");
    case.annotations.push(SampleAnnotation { path: file.clone(), case_id: id.clone(), ..drawn });
    let what = format!("{id} has an annotation and neither images nor a row.");
    FlawPlace { file, case_id: Some(id), what }
}

fn dice(case: &SampleCase) -> RandomStream {
    RandomStream::new(case.seed, case.group as u64, case.number, RandomPurpose::Fault)
}

/// A small lesion anywhere in a breast.
fn small(case: &SampleCase, side: BreastSide, dice: &mut RandomStream) -> Option<SampleLesion> {
    let quarter = QuadrantDirections::any(dice);
    case.breast.place(LesionOutline::of(0.5, dice), side, quarter, dice)
}
