//! Plans, spoils and writes a data set, case by case.

use rayon::prelude::*;

use super::case::{self, FileDamage, SampleAnnotation, SampleCase, SampleImage};
use super::clinic::SampleRow;
use super::disk::SampleDraft;
use super::flaws::{self, FlawAssignment, FlawPlace};
use super::request::{
    MOST_PATIENTS, SampleError, SampleFlaws, SampleGroup, SamplePixels, SampleRequest,
    SampleSummary,
};
use super::{annotation, header, paint, readme, workbook};

/// Writes a synthetic data set.
///
/// The files appear only when all of them are written. File times are fixed, so that catalogs of two
/// runs are the same.
///
/// # Errors
/// When the folder is not empty, the number of patients is out of range, or a file cannot be written;
/// files written so far are then removed.
pub fn write(request: &SampleRequest) -> Result<SampleSummary, SampleError> {
    write_watched(request, &|| {})
}

/// Like [`write`](fn@write), and calls `case_done` after each case, from several threads.
///
/// # Errors
/// The same.
pub fn write_watched(
    request: &SampleRequest,
    case_done: &(dyn Fn() + Sync),
) -> Result<SampleSummary, SampleError> {
    let groups = share(request.patients);
    if request.patients == 0 || request.patients > MOST_PATIENTS {
        return Err(SampleError::Patients { asked: request.patients });
    }
    let assignment = match request.faults {
        SampleFlaws::Without => FlawAssignment::none(),
        SampleFlaws::With => FlawAssignment::spread(&groups).ok_or_else(|| {
            SampleError::TooFew { asked: request.patients, fewest: flaws::fewest_patients(share) }
        })?,
    };
    let draft = SampleDraft::begin(&request.root)?;
    let summary = fill(&draft, request, &groups, &assignment, case_done)?;
    draft.finish(readme::NAME)?;
    Ok(summary)
}

/// Groups and their sizes: one fifth benign, one fifth malignant, the rest normal.
fn share(patients: u32) -> Vec<(SampleGroup, u32)> {
    let fifth = patients / 5;
    vec![
        (SampleGroup::Normal, patients - 2 * fifth),
        (SampleGroup::Benign, fifth),
        (SampleGroup::Malignant, fifth),
    ]
}

/// Rows, fault and counts of one case that was written.
struct CaseSummary {
    rows: Vec<SampleRow>,
    fault: Option<(usize, &'static str, FlawPlace)>,
    images: u64,
    annotations: u64,
    contours: u64,
    bytes: u64,
}

fn fill(
    draft: &SampleDraft,
    request: &SampleRequest,
    groups: &[(SampleGroup, u32)],
    assignment: &FlawAssignment,
    case_done: &(dyn Fn() + Sync),
) -> Result<SampleSummary, SampleError> {
    let size = |group: SampleGroup| groups.iter().find(|(g, _)| *g == group).map_or(0, |(_, n)| *n);
    let mut summary = SampleSummary {
        normal: size(SampleGroup::Normal),
        benign: size(SampleGroup::Benign),
        malignant: size(SampleGroup::Malignant),
        images: 0,
        annotations: 0,
        contours: 0,
        workbooks: 0,
        faults: assignment.len() as u64,
        bytes: 0,
    };
    draft.folder("clinical")?;
    draft.folder(case::RESULTS)?;
    let mut faults = Vec::new();
    for (group, count) in groups {
        let one = |number: u32| {
            let summary = write_case(draft, request, *group, number, assignment);
            case_done();
            summary
        };
        let cases: Vec<CaseSummary> =
            (1..count + 1).into_par_iter().map(one).collect::<Result<_, _>>()?;
        let mut rows = Vec::new();
        for case in cases {
            summary.images += case.images;
            summary.annotations += case.annotations;
            summary.contours += case.contours;
            summary.bytes += case.bytes;
            rows.extend(case.rows);
            faults.extend(case.fault);
        }
        let file = format!("clinical/{}.xlsx", group.folder());
        let bytes = workbook::bytes(*group, &rows)
            .map_err(|source| SampleError::Workbook { file: file.clone(), source })?;
        summary.bytes += draft.file(&file, 0, &[&bytes])?;
        summary.workbooks += 1;
    }
    if request.faults == SampleFlaws::With {
        summary.bytes += draft.file("flaws.json", 0, &[readme::faults(faults).as_bytes()])?;
    }
    let text = readme::text(request, &summary);
    summary.bytes += draft.file(readme::NAME, 0, &[text.as_bytes()])?;
    Ok(summary)
}

fn write_case(
    draft: &SampleDraft,
    request: &SampleRequest,
    group: SampleGroup,
    number: u32,
    assignment: &FlawAssignment,
) -> Result<CaseSummary, SampleError> {
    let mut case = SampleCase::plan(request.seed, group, number, request.pixels);
    if !case.annotations.is_empty() {
        case.draw_again(request.readers);
    }
    let fault = assignment.spoil(&mut case);
    let mut bytes = 0;
    for shot in &case.shots {
        draft.folder(parent(&shot.path))?;
        bytes += write_image(draft, &case, shot, request.pixels)?;
    }
    for annotation in &case.annotations {
        draft.folder(parent(&annotation.path))?;
        bytes += write_annotation(draft, &case, annotation)?;
    }
    for extra in &case.extras {
        bytes += draft.file(&extra.path, number, &[&extra.bytes])?;
    }
    let views = case.annotations.iter().flat_map(|annotation| &annotation.views);
    Ok(CaseSummary {
        fault,
        images: case.shots.len() as u64,
        annotations: case.annotations.len() as u64,
        contours: views.map(|(_, contours)| contours.len() as u64).sum(),
        bytes,
        rows: case.rows,
    })
}

fn write_image(
    draft: &SampleDraft,
    case: &SampleCase,
    shot: &SampleImage,
    pixels: SamplePixels,
) -> Result<u64, SampleError> {
    let head = header::file_head(case, shot);
    if shot.damage == FileDamage::Whole && pixels == SamplePixels::None {
        return draft.file(&shot.path, case.number, &[&head]);
    }
    match shot.damage {
        FileDamage::Emptied => draft.file(&shot.path, case.number, &[]),
        FileDamage::CutEarly => draft.file(&shot.path, case.number, &[header::first_part(&head)]),
        FileDamage::Whole | FileDamage::Cut => {
            let pixels = paint::pixels(case, shot);
            let length =
                if shot.damage == FileDamage::Cut { pixels.len() / 2 } else { pixels.len() };
            let pixel_head = header::pixel_head(pixels.len());
            draft.file(&shot.path, case.number, &[&head, &pixel_head, &pixels[..length]])
        }
    }
}

fn write_annotation(
    draft: &SampleDraft,
    case: &SampleCase,
    annotation: &SampleAnnotation,
) -> Result<u64, SampleError> {
    let text = annotation::text(annotation);
    let length = match annotation.damage {
        FileDamage::Whole => text.len(),
        FileDamage::Cut | FileDamage::CutEarly => text.len() / 2,
        FileDamage::Emptied => 0,
    };
    draft.file(&annotation.path, case.number, &[&text.as_bytes()[..length]])
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
