//! The synthetic data set: images, workbooks and annotations of women who do not exist, in the
//! layout and dialect of the real delivery. One seed gives the same bytes everywhere.
//!
//! `case` plans a case, `flaws` may spoil the plan, then it is written. What devices and workbooks
//! say stands in `schema/sample`.

mod annotation;
mod breast;
mod case;
mod clinic;
mod dice;
mod disk;
mod encode;
mod facts;
mod flaws;
mod header;
mod outline;
mod paint;
mod readme;
mod view;
mod workbook;

use std::path::PathBuf;

use rayon::prelude::*;

use case::{FileDamage, SampleAnnotation, SampleCase, SampleImage};
use clinic::SampleRow;
use disk::SampleDraft;
use flaws::{FlawAssignment, FlawPlace};

use crate::disk::DiskError;

/// The version that a data set names as its maker's.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Three fifths of them are normal, and a sheet of their workbook has a million rows.
const MOST_PATIENTS: u32 = 1_500_000;

/// What to write.
#[derive(Debug, Clone)]
pub struct SampleRequest {
    /// Folder of the data set: empty, or not there yet.
    pub root: PathBuf,
    /// How many women, in the proportion 3:1:1 of normal, benign and malignant.
    pub patients: u32,
    /// The same seed gives the same data set.
    pub seed: u64,
    /// Size of the images.
    pub pixels: SamplePixels,
    /// Whether some of it is wrong on purpose.
    pub faults: SampleFlaws,
}

/// Size of the images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplePixels {
    /// Headers of full-size images, without pixel data.
    None,
    /// The same field on a grid of 1.4 mm: about 128 by 160 pixels.
    Small,
    /// The device's own size.
    Full,
}

/// Whether a data set has faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleFlaws {
    /// Nothing is wrong.
    Without,
    /// A known list of faults, written to `flaws.json`.
    With,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSummary {
    /// Women without a finding.
    pub normal: u32,
    /// Women with a benign finding.
    pub benign: u32,
    /// Women with a malignant tumour.
    pub malignant: u32,
    /// DICOM files.
    pub images: u64,
    /// Annotation files.
    pub annotations: u64,
    /// Contours in them.
    pub contours: u64,
    /// Clinical workbooks.
    pub workbooks: u64,
    /// Faults listed in `flaws.json`.
    pub faults: u64,
    /// Length of all files together, in bytes.
    pub bytes: u64,
}

/// Why a data set could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The folder holds something.
    #[error("{path} is not empty; a sample is written into a new folder")]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// An earlier run was stopped.
    #[error("an earlier run was stopped, or another one is writing; remove {path} and run again")]
    Unfinished {
        /// What it left.
        path: PathBuf,
    },
    /// Nobody, or more than case numbers can tell apart.
    #[error("{asked} patients: a sample has 1 to {MOST_PATIENTS}")]
    Patients {
        /// How many were asked for.
        asked: u32,
    },
    /// There are more faults than cases.
    #[error("{asked} patients are too few: with faults, each on a case of its own, take {fewest}")]
    TooFew {
        /// How many were asked for.
        asked: u32,
        /// How many it takes.
        fewest: u32,
    },
    /// A file or folder could not be written, such as on a full disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A workbook could not be put together.
    #[error("cannot make {file}")]
    Workbook {
        /// Which, below the root.
        file: String,
        /// Why.
        source: rust_xlsxwriter::XlsxError,
    },
}

/// What a woman was found to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum SampleGroup {
    Normal,
    Benign,
    Malignant,
}

impl SampleGroup {
    /// The delivery's word for it, in folders and case IDs.
    fn folder(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Benign => "Benign",
            Self::Malignant => "Cancer",
        }
    }
}

/// Writes a synthetic data set.
///
/// Nothing is at the place of its files before all are written. File times are fixed, so that
/// catalogs made from two runs are the same.
///
/// # Errors
/// When the folder is not empty, the number of patients does not suit, or a file cannot be written;
/// then what was written is removed.
pub fn write(request: &SampleRequest) -> Result<SampleSummary, SampleError> {
    write_watched(request, &|| {})
}

/// Like [`write`](fn@write), and calls `case_done` after each case, from several threads.
///
/// # Errors
/// As there.
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

/// What came of one case.
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
            let written = write_case(draft, request, *group, number, assignment);
            case_done();
            written
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
            let kept = if shot.damage == FileDamage::Cut { pixels.len() / 2 } else { pixels.len() };
            let told = header::pixel_head(pixels.len());
            draft.file(&shot.path, case.number, &[&head, &told, &pixels[..kept]])
        }
    }
}

fn write_annotation(
    draft: &SampleDraft,
    case: &SampleCase,
    annotation: &SampleAnnotation,
) -> Result<u64, SampleError> {
    let text = annotation::text(annotation);
    let kept = match annotation.damage {
        FileDamage::Whole => text.len(),
        FileDamage::Cut | FileDamage::CutEarly => text.len() / 2,
        FileDamage::Emptied => 0,
    };
    draft.file(&annotation.path, case.number, &[&text.as_bytes()[..kept]])
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
