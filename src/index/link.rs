//! Bringing cases, sides, views and drawings together. What does not fit is an issue.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::case::{CaseIndex, Consensus, IndexedCase};
use super::clinical;
use super::issue_writer::IssueWriter;
use super::pending::PendingAnnotations;
use super::spool::{Spool, SpoolWindow};
use crate::records::annotation::{Annotation, DrawnContour};
use crate::records::birads;
use crate::records::breast::Breast;
use crate::records::clinical::ClinicalRecord;
use crate::records::contour::BoundingBox;
use crate::records::diagnosis::Diagnosis;
use crate::records::issue::{Issue, IssueCode};
use crate::records::laterality::Laterality;
use crate::records::patient::Patient;
use crate::records::vendor;
use crate::sources::annotation::AnnotationFile;
use crate::sources::files::FileTable;
use crate::sources::profile::Profile;
use crate::sources::workbook::WorkbookRow;
use crate::tables::writer::{TableWriter, WriteError};

/// What was drawn for one case by the files that count.
#[derive(Debug, Default)]
struct CaseDrawings<'a> {
    sheets: Vec<&'a AnnotationFile>,
    lesions: Vec<(&'a Annotation, &'a DrawnContour)>,
}

impl<'a> CaseDrawings<'a> {
    fn new(sheets: &'a [AnnotationFile]) -> Self {
        let sheets: Vec<_> = sheets.iter().filter(|s| !s.annotation.superseded).collect();
        let lesions = sheets.iter().flat_map(|s| s.drawings.iter().map(|d| (&s.annotation, d)));
        Self { lesions: lesions.collect(), sheets }
    }
}

/// What cases are linked with.
pub struct LinkInput<'a> {
    /// The cases.
    pub gathered: &'a CaseIndex,
    /// Their clinical rows.
    pub rows: &'a Spool<WorkbookRow>,
    /// What was drawn for them.
    pub sheets: &'a PendingAnnotations<'a>,
    /// The layout of the data set.
    pub profile: &'a Profile,
    /// The files of the run.
    pub files: &'a FileTable,
}

/// Writes the rows of cases and sides to `dir`, sorted, and what does not fit to `book`; gives the
/// number of rows of `patients` and `breasts`.
pub fn link(
    parts: &LinkInput<'_>,
    book: &mut IssueWriter,
    dir: &Path,
) -> Result<(u64, u64), WriteError> {
    let has_table = parts.gathered.cases.values().any(|case| case.clinical.is_some());
    let (patients, breasts) = (TableWriter::of::<Patient>(dir)?, TableWriter::of::<Breast>(dir)?);
    let mut linker = Linker { parts, has_table, issues: Vec::new(), patients, breasts };
    linker.cases(book)?;
    let Linker { patients, breasts, .. } = linker;
    let (patients, breasts) = rayon::join(|| patients.finish(), || breasts.finish());
    Ok((patients?, breasts?))
}

struct Linker<'a> {
    parts: &'a LinkInput<'a>,
    has_table: bool,
    /// Of the case that is being linked.
    issues: Vec<Issue>,
    patients: TableWriter,
    breasts: TableWriter,
}

impl Linker<'_> {
    /// Every case, sorted.
    fn cases(&mut self, book: &mut IssueWriter) -> Result<(), WriteError> {
        let LinkInput { gathered, rows, sheets, .. } = self.parts;
        let mut cases: Vec<u32> = (0..).zip(&gathered.cases).map(|(number, _)| number).collect();
        cases.sort_unstable_by_key(|number| gathered.at(*number).map(|(id, _)| id));
        let by_case = sheets.by_case();
        let mut windows = [SpoolWindow::default(), SpoolWindow::default()];
        for number in cases {
            let Some((id, case)) = gathered.at(number) else { continue };
            let row = case.clinical.map(|place| rows.get(place, &mut windows[0])).transpose()?;
            let clinical = row.map(|entry| entry.clinical).unwrap_or_default();
            let own = by_case.partition_point(|(of, _)| *of < number);
            let own = by_case[own..].iter().take_while(|(of, _)| *of == number);
            let own = own.map(|(_, at)| sheets.sketch(*at, gathered, &mut windows[1]));
            let own: Vec<AnnotationFile> =
                own.filter_map(Result::transpose).collect::<Result<_, _>>()?;
            self.case(id, case, clinical, &CaseDrawings::new(&own))?;
            for issue in self.issues.drain(..) {
                book.link(&issue)?;
            }
        }
        Ok(())
    }

    /// The path of the case's first image.
    fn first_path(&self, case: &IndexedCase) -> &str {
        case.first.map_or("", |at| self.parts.files.path(at as usize))
    }

    fn case(
        &mut self,
        id: &str,
        case: &IndexedCase,
        clinical: ClinicalRecord,
        drawn: &CaseDrawings<'_>,
    ) -> Result<(), WriteError> {
        let named = self.parts.profile.group_of_case(id).map(|group| group.diagnosis);
        let group = named.or(case.folder.one());
        if case.folder == Consensus::Mixed {
            let path = self.first_path(case);
            let message = "images of the case lie in the folders of different groups";
            self.issues.push(Issue::new(IssueCode::GroupConflict, path, message).case(id));
        }
        if let (Some(said), Some(group)) = (clinical.diagnosis, group)
            && said != group
        {
            let message =
                format!("the row says {}, the group says {}", said.as_str(), group.as_str());
            self.issues
                .push(clinical::at(&clinical, IssueCode::DiagnosisConflict, message).case(id));
        }
        self.check_presence(id, case, &clinical, drawn);
        self.check_birads(id, &clinical);
        self.check_readers(id, drawn);
        let diagnosis = clinical.diagnosis.or(group).map(|d| d.as_str());
        self.add_sides(id, case, &clinical, diagnosis, drawn)?;
        self.add_patient(id, case, clinical, diagnosis, drawn)
    }

    fn add_patient(
        &mut self,
        id: &str,
        case: &IndexedCase,
        clinical: ClinicalRecord,
        diagnosis: Option<&'static str>,
        drawn: &CaseDrawings<'_>,
    ) -> Result<(), WriteError> {
        let text = |number: Option<u16>| {
            number.and_then(|n| self.parts.gathered.names.text(n)).map(str::to_owned)
        };
        let model = clinical.model_raw.as_deref().map(vendor::model);
        let maker = clinical.manufacturer_raw.as_deref().map(|raw| vendor::vendor(raw).name);
        let header = text(case.vendor.one());
        if let (Some(maker), Some(header)) = (&maker, &header)
            && maker != header
        {
            let message = format!("the table says {maker}, the headers say {header}");
            self.issues.push(clinical::at(&clinical, IssueCode::VendorMismatch, message).case(id));
        }
        let discarded: Vec<bool> =
            drawn.sheets.iter().filter_map(|sheet| sheet.annotation.discarded).collect();
        let (family, software) = model.map_or((None, None), |m| (m.family, m.software));
        self.patients.push(&Patient {
            case_id: id.to_owned(),
            diagnosis,
            age_years: clinical.age_years.or(case.age.one().map(i64::from)),
            vendor: maker.or(header),
            model_family: family.or_else(|| text(case.family.one())),
            software_version: software.or_else(|| text(case.software.one())),
            image_count: case.images,
            views: case.views.names(),
            annotation_count: count(drawn.sheets.len()),
            lesion_count: count(drawn.lesions.len()),
            readers: readers(drawn.sheets.iter().map(|sheet| sheet.annotation.reader.as_deref())),
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
        drawn: &CaseDrawings<'_>,
    ) -> Result<(), WriteError> {
        let tumor = clinical.tumor_side();
        let sides =
            [(Laterality::L, &clinical.birads_left), (Laterality::R, &clinical.birads_right)];
        let own = clinical.side_diagnosis;
        // A table that speaks of one breast says nothing about the other.
        let by_side = own.iter().any(Option::is_some);
        for (((side, birads), seen), own) in sides.into_iter().zip(&case.sides).zip(own) {
            let here = |(_, drawing): &&(&Annotation, &DrawnContour)| {
                drawing.side_view.as_ref().is_some_and(|pane| pane.laterality == side)
            };
            let lesions: Vec<&Annotation> =
                drawn.lesions.iter().filter(here).map(|(annotation, _)| *annotation).collect();
            let files: BTreeSet<&str> =
                lesions.iter().map(|annotation| annotation.path.as_str()).collect();
            self.breasts.push(&Breast {
                case_id: id.to_owned(),
                laterality: side.as_str(),
                diagnosis: if by_side { own.map(|d| d.as_str()) } else { diagnosis },
                birads: birads.value.map(|b| b.category),
                birads_code: birads.value.map(birads::Birads::code),
                has_tumor: tumor
                    .map(|tumor| tumor == side || tumor == Laterality::B)
                    .or_else(|| own.map(|own| own == Diagnosis::Malignant)),
                image_count: *seen,
                views: case.views.on(side).names(),
                annotation_count: count(files.len()),
                lesion_count: count(lesions.len()),
                readers: readers(lesions.iter().map(|annotation| annotation.reader.as_deref())),
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
        drawn: &CaseDrawings<'_>,
    ) {
        match (case.images, &clinical.origin) {
            (0, Some(_)) => {
                let message = "the case has a clinical row and no image".to_owned();
                let issue = clinical::at(clinical, IssueCode::PatientWithoutImages, message);
                self.issues.push(issue.case(id));
            }
            (1.., None) if self.has_table => {
                let path = self.first_path(case);
                let message = format!("{} images of a case without a clinical row", case.images);
                self.issues
                    .push(Issue::new(IssueCode::ImageWithoutPatient, path, message).case(id));
            }
            _ => {}
        }
        let mut readers = HashMap::new();
        for sheet in &drawn.sheets {
            let a = &sheet.annotation;
            if let Some(first) = readers.insert(a.reader.as_deref(), a.path.as_str()) {
                let message = format!("{first} is of the same case and reader; both count");
                self.issues
                    .push(Issue::new(IssueCode::AnnotationRepeated, &a.path, message).case(id));
            }
        }
        for sheet in drawn.sheets.iter().filter(|_| case.images == 0) {
            let message = "the annotated case has no image";
            let path = &sheet.annotation.path;
            self.issues
                .push(Issue::new(IssueCode::AnnotationWithoutImages, path, message).case(id));
        }
        let views = case.views.names();
        let expected = self.parts.profile.expected_views().iter();
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
        let worst = birads::worst(sides.into_iter().flatten());
        if let (Some(both), Some(worst)) = (clinical.birads_both.value, worst)
            && both.category != worst.category
        {
            let message = format!("both says {}, the worse side is {}", both.code(), worst.code());
            self.issues
                .push(clinical::at(clinical, IssueCode::BiradsBothMismatch, message).case(id));
        }
    }

    /// Readers who drew on different views, drew nothing that overlaps, or differ on usability.
    fn check_readers(&mut self, id: &str, drawn: &CaseDrawings<'_>) {
        let mut by_reader: BTreeMap<&str, BTreeMap<String, Vec<BoundingBox>>> = BTreeMap::new();
        for sheet in &drawn.sheets {
            let reader = sheet.annotation.reader.as_deref().unwrap_or(&sheet.annotation.path);
            let views = by_reader.entry(reader).or_default();
            for drawing in &sheet.drawings {
                views.entry(drawing.view().unwrap_or_default()).or_default().extend(drawing.bounds);
            }
        }
        let usable: BTreeSet<bool> =
            drawn.sheets.iter().filter_map(|sheet| sheet.annotation.discarded).collect();
        let readers: Vec<_> = by_reader.iter().collect();
        let mut why = (usable.len() > 1).then(|| "one of them discards the case".to_owned());
        for (i, (a, first)) in readers.iter().enumerate() {
            for (b, second) in &readers[i + 1..] {
                why =
                    why.or_else(|| difference(first, second).map(|d| format!("{a} and {b}: {d}")));
            }
        }
        if let (Some(why), Some(sheet)) = (why, drawn.sheets.last()) {
            let path = &sheet.annotation.path;
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
            let meet = a.iter().any(|a| b.iter().any(|b| overlap(a, b)));
            (!meet).then(|| format!("nothing that they drew on {view} overlaps"))
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
