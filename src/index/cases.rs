//! Cases: clinical rows, images and contours of a case combined into rows of `patients` and `breasts`.
//! What contradicts is a finding.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::case::{CaseIndex, Consensus, IndexedCase};
use super::clinical;
use super::pending::PendingAnnotations;
use super::spool::{Spool, SpoolWindow};
use super::writers::IssueWriter;
use crate::records::annotation::{Annotation, DrawnContour};
use crate::records::birads::{self, Birads};
use crate::records::breast::Breast;
use crate::records::clinical::ClinicalRecord;
use crate::records::contour::BoundingBox;
use crate::records::diagnosis::Diagnosis;
use crate::records::extra::ExtraValue;
use crate::records::issue::{Issue, IssueCode};
use crate::records::laterality::Laterality;
use crate::records::patient::Patient;
use crate::records::vendor;
use crate::sources::annotation::AnnotationFile;
use crate::sources::files::FileTable;
use crate::sources::profile::Profile;
use crate::sources::workbook::WorkbookRow;
use crate::tables::writer::{TableWriter, WriteError};
use crate::text::counted;

/// The annotation files of one case that no newer delivery replaces, and their contours.
#[derive(Debug, Default)]
struct CaseAnnotations<'a> {
    files: Vec<&'a AnnotationFile>,
    contours: Vec<(&'a Annotation, &'a DrawnContour)>,
}

impl<'a> CaseAnnotations<'a> {
    fn new(files: &'a [AnnotationFile]) -> Self {
        let files: Vec<_> = files.iter().filter(|file| !file.annotation.superseded).collect();
        let contours = files
            .iter()
            .flat_map(|file| file.drawings.iter().map(|contour| (&file.annotation, contour)));
        Self { contours: contours.collect(), files }
    }
}

/// What the rows of cases are made of.
pub struct CaseInput<'a> {
    /// The cases.
    pub cases: &'a CaseIndex,
    /// Their clinical rows.
    pub rows: &'a Spool<WorkbookRow>,
    /// Their annotation files.
    pub annotations: &'a PendingAnnotations<'a>,
    /// The layout of the data set.
    pub profile: &'a Profile,
    /// The files of the run.
    pub files: &'a FileTable,
}

/// How many rows the tables of cases have.
pub struct CaseRowCounts {
    /// Of `patients`.
    pub patients: u64,
    /// Of `breasts`.
    pub breasts: u64,
    /// Of `patients_extra`; absent where the profile adds no column.
    pub extra: Option<u64>,
}

/// Writes the rows of cases and sides to `dir`, sorted, and findings to `issues`.
///
/// # Errors
/// When a table cannot be written, or what was spooled not read.
pub fn write_cases(
    input: &CaseInput<'_>,
    issues: &mut IssueWriter,
    dir: &Path,
) -> Result<CaseRowCounts, WriteError> {
    let has_table = input.cases.cases.values().any(|case| case.clinical.is_some());
    let (patients, breasts) = (TableWriter::of::<Patient>(dir)?, TableWriter::of::<Breast>(dir)?);
    let has_extra = !input.profile.workbook.extra.is_empty();
    let extra = has_extra.then(|| TableWriter::of::<ExtraValue<'_>>(dir)).transpose()?;
    let mut writer = CaseWriter { input, has_table, issues: Vec::new(), patients, breasts, extra };
    writer.write_all(issues)?;
    let CaseWriter { patients, breasts, extra, .. } = writer;
    let (patients, breasts) = rayon::join(|| patients.finish(), || breasts.finish());
    let extra = extra.map(TableWriter::finish).transpose()?;
    Ok(CaseRowCounts { patients: patients?, breasts: breasts?, extra })
}

struct CaseWriter<'a> {
    input: &'a CaseInput<'a>,
    has_table: bool,
    /// Findings about the case that is being written.
    issues: Vec<Issue>,
    patients: TableWriter,
    breasts: TableWriter,
    extra: Option<TableWriter>,
}

impl CaseWriter<'_> {
    /// Writes every case, sorted by ID.
    fn write_all(&mut self, issues: &mut IssueWriter) -> Result<(), WriteError> {
        let CaseInput { cases, rows, annotations, .. } = self.input;
        let mut numbers: Vec<u32> = (0..).zip(&cases.cases).map(|(number, _)| number).collect();
        numbers.sort_unstable_by_key(|number| cases.get(*number).map(|(id, _)| id));
        let by_case = annotations.by_case();
        let mut windows = [SpoolWindow::default(), SpoolWindow::default()];
        for number in numbers {
            let Some((id, case)) = cases.get(number) else { continue };
            let row = case.clinical.map(|offset| rows.get(offset, &mut windows[0])).transpose()?;
            let (clinical, mut cells) =
                row.map_or_else(Default::default, |entry| (entry.clinical, entry.extra));
            cells.sort_by(|a, b| a.name.cmp(&b.name));
            if let Some(extra) = &mut self.extra {
                for cell in &cells {
                    extra.push(&ExtraValue { case_id: id, cell })?;
                }
            }
            let first = by_case.partition_point(|(case, _)| *case < number);
            let places = by_case[first..].iter().take_while(|(case, _)| *case == number);
            let files =
                places.map(|(_, place)| annotations.without_points(*place, cases, &mut windows[1]));
            let files: Vec<AnnotationFile> =
                files.filter_map(Result::transpose).collect::<Result<_, _>>()?;
            self.write_case(id, case, clinical, &CaseAnnotations::new(&files))?;
            for issue in self.issues.drain(..) {
                issues.push_link(&issue)?;
            }
        }
        Ok(())
    }

    /// The path of the case's first image.
    fn first_path(&self, case: &IndexedCase) -> &str {
        case.first_file.map_or("", |place| self.input.files.path(place as usize))
    }

    fn write_case(
        &mut self,
        id: &str,
        case: &IndexedCase,
        clinical: ClinicalRecord,
        annotations: &CaseAnnotations<'_>,
    ) -> Result<(), WriteError> {
        let named = self.input.profile.group_of_case(id).map(|group| group.diagnosis);
        let group = named.or(case.folder.value());
        if case.folder == Consensus::Mixed {
            let path = self.first_path(case);
            let message = "images of the case lie in the folders of different groups";
            self.issues.push(Issue::new(IssueCode::GroupConflict, path, message).case(id));
        }
        if let (Some(diagnosis), Some(group)) = (clinical.diagnosis, group)
            && diagnosis != group
        {
            let message =
                format!("the row says {}, the group says {}", diagnosis.as_str(), group.as_str());
            self.issues.push(
                clinical::issue_at(&clinical, IssueCode::DiagnosisConflict, message).case(id),
            );
        }
        self.check_presence(id, case, &clinical, annotations);
        self.check_birads(id, &clinical);
        self.check_readers(id, annotations);
        let diagnosis = clinical.diagnosis.or(group).map(|d| d.as_str());
        self.add_sides(id, case, &clinical, diagnosis, annotations)?;
        self.add_patient(id, case, clinical, diagnosis, annotations)
    }

    fn add_patient(
        &mut self,
        id: &str,
        case: &IndexedCase,
        clinical: ClinicalRecord,
        diagnosis: Option<&'static str>,
        annotations: &CaseAnnotations<'_>,
    ) -> Result<(), WriteError> {
        let text = |number: Option<u16>| {
            number.and_then(|n| self.input.cases.names.text(n)).map(str::to_owned)
        };
        let model = clinical.model_raw.as_deref().map(vendor::model);
        let maker = clinical.manufacturer_raw.as_deref().map(|raw| vendor::vendor(raw).name);
        let header = text(case.vendor.value());
        if let (Some(maker), Some(header)) = (&maker, &header)
            && maker != header
        {
            let message = format!("the table says {maker}, the headers say {header}");
            self.issues
                .push(clinical::issue_at(&clinical, IssueCode::VendorMismatch, message).case(id));
        }
        let discarded: Vec<bool> =
            annotations.files.iter().filter_map(|file| file.annotation.discarded).collect();
        let (family, software) = model.map_or((None, None), |m| (m.family, m.software));
        self.patients.push(&Patient {
            case_id: id.to_owned(),
            diagnosis,
            age_years: clinical.age_years.or(case.age.value().map(i64::from)),
            vendor: maker.or(header),
            model_family: family.or_else(|| text(case.family.value())),
            software_version: software.or_else(|| text(case.software.value())),
            clinical_row_count: case.clinical_rows,
            image_count: case.images,
            views: case.views.names(),
            annotation_count: count(annotations.files.len()),
            lesion_count: count(annotations.contours.len()),
            readers: readers(
                annotations.files.iter().map(|file| file.annotation.reader.as_deref()),
            ),
            discarded: (!discarded.is_empty()).then(|| discarded.contains(&true)),
            clinical,
        })
    }

    fn add_sides(
        &mut self,
        id: &str,
        case: &IndexedCase,
        clinical: &ClinicalRecord,
        diagnosis: Option<&'static str>,
        annotations: &CaseAnnotations<'_>,
    ) -> Result<(), WriteError> {
        let tumor = clinical.tumor_side();
        let sides =
            [(Laterality::L, &clinical.birads_left), (Laterality::R, &clinical.birads_right)];
        let side_diagnosis = clinical.side_diagnosis;
        // A table about one breast does not describe the other.
        let by_side = side_diagnosis.iter().any(Option::is_some);
        for (((side, birads), image_count), side_diagnosis) in
            sides.into_iter().zip(&case.sides).zip(side_diagnosis)
        {
            let is_here = |(_, contour): &&(&Annotation, &DrawnContour)| {
                contour.side_view.as_ref().is_some_and(|pane| pane.laterality == side)
            };
            let annotated: Vec<&Annotation> = annotations
                .contours
                .iter()
                .filter(is_here)
                .map(|(annotation, _)| *annotation)
                .collect();
            let files: BTreeSet<&str> =
                annotated.iter().map(|annotation| annotation.path.as_str()).collect();
            self.breasts.push(&Breast {
                case_id: id.to_owned(),
                laterality: side.as_str(),
                diagnosis: if by_side { side_diagnosis.map(|d| d.as_str()) } else { diagnosis },
                birads: birads.value.map(|b| b.category),
                birads_code: birads.value.map(Birads::code),
                has_tumor: tumor
                    .map(|tumor| tumor == side || tumor == Laterality::B)
                    .or_else(|| side_diagnosis.map(|d| d == Diagnosis::Malignant)),
                image_count: *image_count,
                views: case.views.on(side).names(),
                annotation_count: count(files.len()),
                lesion_count: count(annotated.len()),
                readers: readers(annotated.iter().map(|annotation| annotation.reader.as_deref())),
            })?;
        }
        Ok(())
    }

    /// Rows without images, images without rows, views that are missing.
    fn check_presence(
        &mut self,
        id: &str,
        case: &IndexedCase,
        clinical: &ClinicalRecord,
        annotations: &CaseAnnotations<'_>,
    ) {
        match (case.images, &clinical.origin) {
            (0, Some(_)) => {
                let message = "the case has a clinical row and no image".to_owned();
                let issue = clinical::issue_at(clinical, IssueCode::PatientWithoutImages, message);
                self.issues.push(issue.case(id));
            }
            (1.., None) if self.has_table => {
                let path = self.first_path(case);
                let images = counted(case.images.into(), "image");
                let message = format!("{images} of a case without a clinical row");
                self.issues
                    .push(Issue::new(IssueCode::ImageWithoutPatient, path, message).case(id));
            }
            _ => {}
        }
        let mut readers = HashMap::new();
        for file in &annotations.files {
            let annotation = &file.annotation;
            let Some(first) = readers.insert(annotation.reader.as_deref(), annotation) else {
                continue;
            };
            let path = &first.path;
            let (code, message) = match (&first.delivery, &annotation.delivery) {
                (Some(earlier), Some(later)) if earlier != later => (
                    IssueCode::DeliveryOrderUnknown,
                    format!("{path} is of another delivery that may be newer; both count"),
                ),
                _ => (
                    IssueCode::AnnotationRepeated,
                    format!("{path} is of the same case and reader; both count"),
                ),
            };
            self.issues.push(Issue::new(code, &annotation.path, message).case(id));
        }
        for file in annotations.files.iter().filter(|_| case.images == 0) {
            let message = "the annotated case has no image";
            let path = &file.annotation.path;
            self.issues
                .push(Issue::new(IssueCode::AnnotationWithoutImages, path, message).case(id));
        }
        let views = case.views.names();
        let expected = self.input.profile.expected_views().iter();
        let missing: Vec<&str> =
            expected.filter(|view| !views.contains(view)).map(String::as_str).collect();
        if case.images > 0 && !missing.is_empty() {
            let path = self.first_path(case);
            let message = format!("the case has no {}", missing.join(", no "));
            self.issues.push(Issue::new(IssueCode::ViewsMissing, path, message).case(id));
        }
    }

    fn check_birads(&mut self, id: &str, clinical: &ClinicalRecord) {
        let sides = [clinical.birads_left.value, clinical.birads_right.value];
        if let Some(both) = clinical.birads_both.value
            && !birads::agrees_with_sides(both, sides)
        {
            let code = |side: Option<Birads>| side.map_or_else(|| "blank".to_owned(), Birads::code);
            let [left, right] = sides.map(code);
            let message = format!("both is {}, left is {left} and right is {right}", both.code());
            self.issues.push(
                clinical::issue_at(clinical, IssueCode::BiradsBothMismatch, message).case(id),
            );
        }
    }

    /// Readers who drew on different views, drew nothing that overlaps, or differ on usability.
    fn check_readers(&mut self, id: &str, annotations: &CaseAnnotations<'_>) {
        let mut by_reader: BTreeMap<&str, BTreeMap<String, Vec<BoundingBox>>> = BTreeMap::new();
        for file in &annotations.files {
            let annotation = &file.annotation;
            let reader = annotation.reader.as_deref().unwrap_or(&annotation.path);
            let views = by_reader.entry(reader).or_default();
            for contour in &file.drawings {
                views.entry(contour.view().unwrap_or_default()).or_default().extend(contour.bounds);
            }
        }
        let usable: BTreeSet<bool> =
            annotations.files.iter().filter_map(|file| file.annotation.discarded).collect();
        let readers: Vec<_> = by_reader.iter().collect();
        let mut why = (usable.len() > 1).then(|| "one of them discards the case".to_owned());
        for (i, (a, first)) in readers.iter().enumerate() {
            for (b, second) in &readers[i + 1..] {
                why =
                    why.or_else(|| difference(first, second).map(|d| format!("{a} and {b}: {d}")));
            }
        }
        if let (Some(why), Some(file)) = (why, annotations.files.last()) {
            let path = &file.annotation.path;
            self.issues.push(Issue::new(IssueCode::ReadersDisagree, path, why).case(id));
        }
    }
}

/// How the drawings of two readers differ, if they do.
fn difference(
    first: &BTreeMap<String, Vec<BoundingBox>>,
    second: &BTreeMap<String, Vec<BoundingBox>>,
) -> Option<String> {
    let views: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    views.into_iter().find_map(|view| match (first.get(view), second.get(view)) {
        (Some(a), Some(b)) => {
            let overlap_somewhere = a.iter().any(|a| b.iter().any(|b| overlap(a, b)));
            (!overlap_somewhere).then(|| format!("nothing that they drew on {view} overlaps"))
        }
        _ => Some(format!("only one of them drew on {view}")),
    })
}

fn overlap(a: &BoundingBox, b: &BoundingBox) -> bool {
    (0..2).all(|axis| a.min[axis] <= b.max[axis] && b.min[axis] <= a.max[axis])
}

fn readers<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<String> {
    let distinct: BTreeSet<&str> = names.flatten().collect();
    distinct.into_iter().map(str::to_owned).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
