//! Faults of image files.

use super::Mark;
use crate::sample::case::{Case, Damage, Extra, Telling};
use crate::sample::view::{Angle, View};

/// The file ends among its pixels.
pub(super) fn truncated(case: &mut Case) -> Mark {
    case.shots[1].damage = Damage::Cut;
    Mark::new(case, case.shots[1].path.clone(), "The file ends among its pixels.")
}

/// The file ends in the middle of its header.
pub(super) fn beheaded(case: &mut Case) -> Mark {
    case.shots[1].damage = Damage::CutEarly;
    Mark::new(case, case.shots[1].path.clone(), "The file ends in the middle of its header.")
}

/// The file has no bytes.
pub(super) fn emptied(case: &mut Case) -> Mark {
    case.shots[3].damage = Damage::Emptied;
    Mark::new(case, case.shots[3].path.clone(), "The file has no bytes.")
}

/// A text lies among the images.
pub(super) fn stray_note(case: &mut Case) -> Mark {
    let path = format!("{}/note.txt", case.folder());
    let bytes = b"Copied from the workstation; this is not an image.\n".to_vec();
    case.extras.push(Extra { path: path.clone(), bytes });
    Mark::new(case, path, "A text file lies among the images.")
}

/// An image outside every case, with a patient ID that no workbook has.
pub(super) fn stranger(case: &mut Case) -> Mark {
    let mut shot = case.shot(View::ALL[0], 5);
    shot.path = "dcm/Uncompressed/incoming/IM000001.dcm".to_owned();
    shot.patient_id = "SYN-7731".to_owned();
    let file = shot.path.clone();
    case.shots.push(shot);
    let what = "The patient ID is of another kind, and the file lies in no case's folder.";
    Mark { file, case_id: None, what: what.to_owned() }
}

/// One of the four views was never delivered.
pub(super) fn view_missing(case: &mut Case) -> Mark {
    let gone = case.shots.remove(3);
    let what = format!("{} is missing; the other three views are there.", gone.shown.name());
    Mark::new(case, case.shots[0].path.clone(), what)
}

/// The header names another view than the file.
pub(super) fn view_contradicted(case: &mut Case) -> Mark {
    case.shots[0].told.angle = Angle::Mlo;
    let what = "The file's name says LCC and its header says MLO.";
    Mark::new(case, case.shots[0].path.clone(), what)
}

/// Neither header nor name tells the side of a fifth image.
pub(super) fn side_untold(case: &mut Case) -> Mark {
    let mut shot = case.shot(View::ALL[0], 5);
    shot.path = format!("{}/IMG_0005.dcm", case.folder());
    shot.side = Telling::Untold;
    let file = shot.path.clone();
    case.shots.push(shot);
    Mark::new(case, file, "Neither the header nor the file's name says which breast it shows.")
}

/// The workbook has a row and the case has no image.
pub(super) fn none_left(case: &mut Case) -> Mark {
    case.shots.clear();
    Mark::new(case, case.workbook(), format!("{} has a row and no images.", case.id))
}

/// Two images carry one SOP Instance UID.
pub(super) fn uid_twice(case: &mut Case) -> Mark {
    case.shots[2].sop_instance = case.shots[0].sop_instance.clone();
    let what = format!("The SOP Instance UID is that of {}.", case.shots[0].path);
    Mark::new(case, case.shots[2].path.clone(), what)
}
