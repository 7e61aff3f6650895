//! Faults of image files.

use super::place::FlawPlace;
use crate::sample::case::{ExtraFile, FileDamage, SampleCase, SideHeader};
use crate::sample::view::{SampleView, ViewAngle};

/// The file ends among its pixels.
pub(super) fn truncated(case: &mut SampleCase) -> FlawPlace {
    case.shots[1].damage = FileDamage::Cut;
    FlawPlace::new(case, case.shots[1].path.clone(), "The file ends among its pixels.")
}

/// The file ends in the middle of its header.
pub(super) fn beheaded(case: &mut SampleCase) -> FlawPlace {
    case.shots[1].damage = FileDamage::CutEarly;
    FlawPlace::new(case, case.shots[1].path.clone(), "The file ends in the middle of its header.")
}

/// The file has no bytes.
pub(super) fn emptied(case: &mut SampleCase) -> FlawPlace {
    case.shots[3].damage = FileDamage::Emptied;
    FlawPlace::new(case, case.shots[3].path.clone(), "The file has no bytes.")
}

/// A text lies among the images.
pub(super) fn stray_note(case: &mut SampleCase) -> FlawPlace {
    let path = format!("{}/note.txt", case.folder());
    let bytes = b"Copied from the workstation; this is not an image.\n".to_vec();
    case.extras.push(ExtraFile { path: path.clone(), bytes });
    FlawPlace::new(case, path, "A text file lies among the images.")
}

/// An image outside every case, with a patient ID that no workbook has.
pub(super) fn stranger(case: &mut SampleCase) -> FlawPlace {
    let mut shot = case.shot(SampleView::ALL[0], 5);
    shot.path = "dcm/Uncompressed/incoming/IM000001.dcm".to_owned();
    shot.patient_id = "SYN-7731".to_owned();
    let file = shot.path.clone();
    case.shots.push(shot);
    let what = "The patient ID is of another kind, and the file lies in no case's folder.";
    FlawPlace { file, case_id: None, what: what.to_owned() }
}

/// One of the four views was never delivered.
pub(super) fn view_missing(case: &mut SampleCase) -> FlawPlace {
    let gone = case.shots.remove(3);
    let what = format!("{} is missing; the other three views are there.", gone.shown.name());
    FlawPlace::new(case, case.shots[0].path.clone(), what)
}

/// The header names another view than the file.
pub(super) fn view_contradicted(case: &mut SampleCase) -> FlawPlace {
    case.shots[0].told.angle = ViewAngle::Mlo;
    let what = "The file's name says LCC and its header says MLO.";
    FlawPlace::new(case, case.shots[0].path.clone(), what)
}

/// Neither header nor name gives the side of a fifth image.
pub(super) fn side_untold(case: &mut SampleCase) -> FlawPlace {
    let mut shot = case.shot(SampleView::ALL[0], 5);
    shot.path = format!("{}/IMG_0005.dcm", case.folder());
    shot.side = SideHeader::Untold;
    let file = shot.path.clone();
    case.shots.push(shot);
    FlawPlace::new(case, file, "Neither the header nor the file's name says which breast it shows.")
}

/// The workbook has a row and the case has no image.
pub(super) fn none_left(case: &mut SampleCase) -> FlawPlace {
    case.shots.clear();
    FlawPlace::new(case, case.workbook(), format!("{} has a row and no images.", case.id))
}

/// Two images carry one SOP Instance UID.
pub(super) fn uid_twice(case: &mut SampleCase) -> FlawPlace {
    case.shots[2].sop_instance = case.shots[0].sop_instance.clone();
    let what = format!("The SOP Instance UID is that of {}.", case.shots[0].path);
    FlawPlace::new(case, case.shots[2].path.clone(), what)
}
