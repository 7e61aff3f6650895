//! Faults of annotations.

use super::Mark;
use crate::sample::Group;
use crate::sample::breast::{Lesion, Quarter, overlap};
use crate::sample::case::{Annotation, Case, Contour, Damage, Discard, RESULTS, case_id};
use crate::sample::dice::{Dice, Purpose};
use crate::sample::outline::Outline;
use crate::sample::view::Side;

/// Changes the first contour of the case and says so.
fn first(case: &mut Case, what: &str, change: impl FnOnce(&mut Contour)) -> Mark {
    let annotation = &mut case.annotations[0];
    let view = annotation.views.first_mut().and_then(|(view, contours)| {
        change(contours.first_mut()?);
        Some(view.to_uppercase())
    });
    let what = format!("{}: {what}", view.unwrap_or_default());
    Mark::new(case, case.annotations[0].path.clone(), what)
}

/// The text ends in its middle.
pub(super) fn cut(case: &mut Case) -> Mark {
    case.annotations[0].damage = Damage::Cut;
    Mark::new(case, case.annotations[0].path.clone(), "The JSON text ends in its middle.")
}

/// The contour was pushed over the image's edge at the chest wall.
pub(super) fn outside(case: &mut Case) -> Mark {
    let columns = case.grid.columns as i32;
    let half = columns / 2;
    let side = case.lesions.first().map_or(Side::Left, |lesion| lesion.side);
    first(case, "half of the contour lies outside the image.", |contour| {
        let xs = || contour.points.iter().map(|p| p.0 + half);
        let (least, most) = (xs().min().unwrap_or(0), xs().max().unwrap_or(0));
        let over = (most - least) / 2;
        let shift = match side {
            Side::Left => -least - over,
            Side::Right => columns - 1 - most + over,
        };
        contour.points.iter_mut().for_each(|p| p.0 += shift);
    })
}

/// The last point does not repeat the first.
pub(super) fn open(case: &mut Case) -> Mark {
    first(case, "the last point of the contour does not repeat the first.", |contour| {
        contour.points.pop();
    })
}

/// Twelve points.
pub(super) fn short(case: &mut Case) -> Mark {
    first(case, "the contour has 13 points; the tool keeps none below 31.", |contour| {
        let step = (contour.points.len() / 12).max(1);
        let mut points: Vec<_> = contour.points.iter().copied().step_by(step).take(12).collect();
        points.extend(points.first().copied());
        contour.points = points;
    })
}

/// Two opposite points changed places.
pub(super) fn crossing(case: &mut Case) -> Mark {
    first(case, "the contour crosses itself.", |contour| {
        let count = contour.points.len();
        contour.points.swap(count / 4, 3 * count / 4);
    })
}

/// One contour stands twice under two numbers.
pub(super) fn twice(case: &mut Case) -> Mark {
    let views = &mut case.annotations[0].views;
    if let Some((_, contours)) = views.first_mut() {
        let again: Vec<Contour> = contours.first().cloned().into_iter().collect();
        contours.extend(
            again.into_iter().map(|c| Contour { number: c.number + 1_733, points: c.points }),
        );
    }
    let what = "One contour stands twice, under two lesion numbers.";
    Mark::new(case, case.annotations[0].path.clone(), what)
}

/// The tumour of one side is drawn on the other.
pub(super) fn other_side(case: &mut Case) -> Mark {
    for (view, contours) in &mut case.annotations[0].views {
        let mirrored = if view.starts_with('l') { "r" } else { "l" };
        view.replace_range(..1, mirrored);
        for point in contours.iter_mut().flat_map(|c| &mut c.points) {
            point.0 = -point.0;
        }
    }
    let side = case.lesions.first().map_or(Side::Left, |lesion| lesion.side);
    let word = |side: Side| if side == Side::Left { "left" } else { "right" };
    let what = format!(
        "The workbook says {} and the contours lie on the {} breast.",
        word(side),
        word(side.other())
    );
    Mark::new(case, case.annotations[0].path.clone(), what)
}

/// A second reader sees the lesion elsewhere.
pub(super) fn second_reader(case: &mut Case) -> Mark {
    let mut dice = dice(case);
    let side = case.lesions.first().map_or(Side::Left, |lesion| lesion.side);
    let mut seen: Vec<Lesion> = Vec::new();
    for _ in 0..200 {
        seen = small(case, side, &mut dice).into_iter().collect();
        if seen.iter().all(|lesion| !case.lesions.iter().any(|o| overlap(o, lesion))) {
            break;
        }
    }
    let reader = "annotation_user5";
    let drawn = case.annotate(&seen, Discard::Usable, &mut dice);
    let annotation = Annotation {
        path: format!("{RESULTS}/{reader}/{}.json", case.id),
        reader: reader.to_owned(),
        ..drawn
    };
    let file = annotation.path.clone();
    case.annotations.push(annotation);
    Mark::new(case, file, "A second reader drew the lesion elsewhere in the same views.")
}

/// An annotation of a case that was never delivered.
pub(super) fn no_images(case: &mut Case) -> Mark {
    let id = case_id(Group::Malignant, 90_001);
    let mut dice = dice(case);
    let seen: Vec<Lesion> = small(case, Side::Left, &mut dice).into_iter().collect();
    let drawn = case.annotate(&seen, Discard::Usable, &mut dice);
    let file = format!("{RESULTS}/{id}.json");
    case.annotations.push(Annotation { path: file.clone(), case_id: id.clone(), ..drawn });
    let what = format!("{id} has an annotation and neither images nor a row.");
    Mark { file, case_id: Some(id), what }
}

fn dice(case: &Case) -> Dice {
    Dice::new(case.seed, case.group as u64, case.number, Purpose::Fault)
}

/// A small lesion anywhere in a breast.
fn small(case: &Case, side: Side, dice: &mut Dice) -> Option<Lesion> {
    let quarter = Quarter::any(dice);
    case.breast.place(Outline::of(0.5, dice), side, quarter, dice)
}
