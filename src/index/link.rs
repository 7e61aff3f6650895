//! Bringing cases, sides, views and contours together. What does not fit is an issue.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use rayon::prelude::*;

use super::case::{Agreed, Case, Gathered, Names};
use super::clinical;
use crate::records::annotation::{Annotation, Drawing};
use crate::records::birads;
use crate::records::breast::Breast;
use crate::records::contour::{self, Bounds};
use crate::records::diagnosis::Diagnosis;
use crate::records::issue::Issue;
use crate::records::laterality::Laterality;
use crate::records::lesion::{Canvas, Frame, Lesion};
use crate::records::patient::{Clinical, Patient};
use crate::records::vendor;
use crate::sources::annotation::Sheet;
use crate::sources::profile::{Corner, Profile, Upright};
use crate::tables::writer::{TableWriter, WriteError};

/// Marks the files that a newer delivery of the same case and reader replaces.
pub fn supersede(sheets: &mut [Sheet]) {
    let mut newest: HashMap<(Option<String>, Option<String>), String> = HashMap::new();
    let key = |sheet: &Sheet| (sheet.annotation.case_id.clone(), sheet.annotation.reader.clone());
    for sheet in sheets.iter() {
        if let Some(delivery) = &sheet.annotation.delivery {
            let last = newest.entry(key(sheet)).or_default();
            if delivery > last {
                last.clone_from(delivery);
            }
        }
    }
    for sheet in sheets {
        let last = newest.get(&key(sheet));
        let a = &mut sheet.annotation;
        a.superseded = a.delivery.as_ref().zip(last).is_some_and(|(own, last)| own < last);
    }
}

/// Writes every contour, laid on its image, in the order of the files; gives the number of rows and
/// what is wrong with them.
fn lay<'s>(
    sheets: &'s [Sheet],
    gathered: &'s Gathered,
    profile: &Profile,
    dir: &Path,
) -> Result<(u64, Vec<Issue>), WriteError> {
    let frame = Frame {
        centred: profile.annotation.origin == Corner::Centre,
        y_up: profile.annotation.y == Upright::Up,
    };
    let mut table = TableWriter::of::<Lesion<'_>>(dir)?;
    let mut issues = Vec::new();
    let lay = |sheet: &'s Sheet| -> Vec<(Lesion<'s>, Vec<Issue>)> {
        let lay = |drawing| {
            let canvas = sheet.annotation.case_id.clone().zip(Drawing::view(drawing));
            let canvas: Option<&Canvas> = canvas.and_then(|key| gathered.canvases.get(&key));
            let lesion = Lesion::new(&sheet.annotation, drawing, canvas, frame);
            let issues = check_lesion(&lesion, &gathered.cases);
            (lesion, issues)
        };
        sheet.drawings.iter().map(lay).collect()
    };
    // Some at a time: measured by all threads, written by one.
    for sheets in sheets.chunks(64) {
        let laid: Vec<_> = sheets.par_iter().map(lay).collect();
        for (lesion, found) in laid.into_iter().flatten() {
            issues.extend(found);
            table.push(&lesion)?;
        }
    }
    Ok((table.finish()?, issues))
}

/// What was drawn for one case by the files that count.
#[derive(Debug, Default)]
struct Drawn<'a> {
    sheets: Vec<&'a Sheet>,
    lesions: Vec<(&'a Annotation, &'a Drawing)>,
}

/// What linking came to.
pub struct Linked {
    /// Rows of `lesions`, in the order of the files.
    pub lesions: u64,
    /// Rows of `patients`, sorted by case.
    pub patients: u64,
    /// Rows of `breasts`, sorted by case and side.
    pub breasts: u64,
    /// In the order of cases, contours last.
    pub issues: Vec<Issue>,
}

/// Writes the rows of cases, sides and contours to `dir`.
pub fn link(
    mut gathered: Gathered,
    sheets: &[Sheet],
    profile: &Profile,
    issues: Vec<Issue>,
    dir: &Path,
) -> Result<Linked, WriteError> {
    let mut drawn: HashMap<&str, Drawn<'_>> = HashMap::new();
    for sheet in sheets.iter().filter(|sheet| !sheet.annotation.superseded) {
        if let Some(case_id) = sheet.annotation.case_id.as_deref() {
            let drawn = drawn.entry(case_id).or_default();
            drawn.sheets.push(sheet);
            drawn.lesions.extend(sheet.drawings.iter().map(|d| (&sheet.annotation, d)));
        }
    }
    for case_id in drawn.keys() {
        gathered.cases.entry((*case_id).to_owned()).or_default();
    }
    let mut linker = Linker {
        names: &gathered.names,
        profile,
        has_table: gathered.cases.values().any(|case| case.clinical.is_some()),
        issues,
        patients: TableWriter::of::<Patient>(dir)?,
        breasts: TableWriter::of::<Breast>(dir)?,
    };
    let (linked, laid) = rayon::join(
        || linker.cases(&gathered.cases, &drawn),
        || lay(sheets, &gathered, profile, dir),
    );
    linked?;
    let (lesions, contours) = laid?;
    let Linker { patients, breasts, mut issues, .. } = linker;
    issues.extend(contours);
    let (patients, breasts) = rayon::join(|| patients.finish(), || breasts.finish());
    Ok(Linked { lesions, patients: patients?, breasts: breasts?, issues })
}

struct Linker<'a> {
    names: &'a Names,
    profile: &'a Profile,
    has_table: bool,
    issues: Vec<Issue>,
    patients: TableWriter,
    breasts: TableWriter,
}

impl Linker<'_> {
    /// Every case, sorted.
    fn cases(
        &mut self,
        cases: &HashMap<String, Case>,
        drawn: &HashMap<&str, Drawn<'_>>,
    ) -> Result<(), WriteError> {
        let mut cases: Vec<(&String, &Case)> = cases.iter().collect();
        cases.sort_unstable_by_key(|(id, _)| *id);
        for (id, case) in cases {
            self.case(id, case, drawn.get(id.as_str()).unwrap_or(&Drawn::default()))?;
        }
        Ok(())
    }

    fn case(&mut self, id: &str, case: &Case, drawn: &Drawn<'_>) -> Result<(), WriteError> {
        let clinical = case.clinical.as_deref().cloned().unwrap_or_default();
        let named = self.profile.group_of_case(id).map(|group| group.diagnosis);
        let group = named.or(case.folder.one());
        if case.folder == Agreed::Mixed {
            let path = case.first_path.as_deref().unwrap_or_default();
            let message = "images of the case lie in the folders of different groups";
            self.issues.push(Issue::new("group-conflict", path, message).case(id));
        }
        if let (Some(said), Some(group)) = (clinical.diagnosis, group)
            && said != group
        {
            let message =
                format!("the row says {}, the group says {}", said.as_str(), group.as_str());
            self.issues.push(clinical::at(&clinical, "diagnosis-conflict", message).case(id));
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
        case: &Case,
        clinical: Clinical,
        diagnosis: Option<&'static str>,
        drawn: &Drawn<'_>,
    ) -> Result<(), WriteError> {
        let text = |number: Option<u16>| number.and_then(|n| self.names.text(n)).map(str::to_owned);
        let model = clinical.model_raw.as_deref().map(vendor::model);
        let maker = clinical.manufacturer_raw.as_deref().map(|raw| vendor::vendor(raw).name);
        let header = text(case.vendor.one());
        if let (Some(maker), Some(header)) = (&maker, &header)
            && maker != header
        {
            let message = format!("the table says {maker}, the headers say {header}");
            self.issues.push(clinical::at(&clinical, "vendor-mismatch", message).case(id));
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
            views: self.names.views(&case.all_views()),
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
        case: &Case,
        clinical: &Clinical,
        diagnosis: Option<&'static str>,
        drawn: &Drawn<'_>,
    ) -> Result<(), WriteError> {
        let tumor = clinical.location.value.as_ref().and_then(|location| location.side);
        let sides =
            [(Laterality::L, &clinical.birads_left), (Laterality::R, &clinical.birads_right)];
        let own = clinical.side_diagnosis;
        // A table that speaks of one breast says nothing about the other.
        let by_side = own.iter().any(Option::is_some);
        for (((side, birads), seen), own) in sides.into_iter().zip(&case.sides).zip(own) {
            let here = |(_, drawing): &&(&Annotation, &Drawing)| {
                drawing.pane.as_ref().is_some_and(|pane| pane.laterality == side)
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
                image_count: seen.images,
                views: self.names.views(&seen.views),
                annotation_count: count(files.len()),
                lesion_count: count(lesions.len()),
                readers: readers(lesions.iter().map(|annotation| annotation.reader.as_deref())),
            })?;
        }
        Ok(())
    }

    /// Rows without images, images without rows, views that are missing.
    fn check_presence(&mut self, id: &str, case: &Case, clinical: &Clinical, drawn: &Drawn<'_>) {
        match (case.images, &clinical.origin) {
            (0, Some(_)) => {
                let message = "the case has a clinical row and no image".to_owned();
                let issue = clinical::at(clinical, "patient-without-images", message);
                self.issues.push(issue.case(id));
            }
            (1.., None) if self.has_table => {
                let path = case.first_path.as_deref().unwrap_or_default();
                let message = format!("{} images of a case without a clinical row", case.images);
                self.issues.push(Issue::new("image-without-patient", path, message).case(id));
            }
            _ => {}
        }
        let mut readers = HashMap::new();
        for sheet in &drawn.sheets {
            let a = &sheet.annotation;
            if let Some(first) = readers.insert(a.reader.as_deref(), a.path.as_str()) {
                let message = format!("{first} is of the same case and reader; both count");
                self.issues.push(Issue::new("annotation-repeated", &a.path, message).case(id));
            }
        }
        for sheet in drawn.sheets.iter().filter(|_| case.images == 0) {
            let message = "the annotated case has no image";
            let path = &sheet.annotation.path;
            self.issues.push(Issue::new("annotation-without-images", path, message).case(id));
        }
        let views = self.names.views(&case.all_views());
        let expected = self.profile.expected_views().iter();
        let missing: Vec<&str> =
            expected.filter(|view| !views.contains(view)).map(String::as_str).collect();
        if case.images > 0 && !missing.is_empty() {
            let path = case.first_path.as_deref().unwrap_or_default();
            let message = format!("the case has no {}", missing.join(", no "));
            self.issues.push(Issue::new("views-missing", path, message).case(id));
        }
    }

    fn check_birads(&mut self, id: &str, clinical: &Clinical) {
        let sides = [clinical.birads_left.value, clinical.birads_right.value];
        let worst = birads::worst(sides.into_iter().flatten());
        if let (Some(both), Some(worst)) = (clinical.birads_both.value, worst)
            && both.category != worst.category
        {
            let message = format!("both says {}, the worse side is {}", both.code(), worst.code());
            self.issues.push(clinical::at(clinical, "birads-both-mismatch", message).case(id));
        }
    }

    /// Readers who drew on different views, drew nothing that overlaps, or differ on usability.
    fn check_readers(&mut self, id: &str, drawn: &Drawn<'_>) {
        let mut by_reader: BTreeMap<&str, BTreeMap<String, Vec<Bounds>>> = BTreeMap::new();
        for sheet in &drawn.sheets {
            let reader = sheet.annotation.reader.as_deref().unwrap_or(&sheet.annotation.path);
            let views = by_reader.entry(reader).or_default();
            for drawing in &sheet.drawings {
                let bounds = contour::bounds(&drawing.points);
                views.entry(drawing.view().unwrap_or_default()).or_default().extend(bounds);
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
            self.issues.push(Issue::new("readers-disagree", path, why).case(id));
        }
    }
}

/// What is wrong with a contour beside its image and its case.
fn check_lesion(lesion: &Lesion<'_>, cases: &HashMap<String, Case>) -> Vec<Issue> {
    let mut issues = Vec::new();
    let case = lesion.annotation.case_id.as_deref().and_then(|id| Some((id, cases.get(id)?)));
    let Some((case_id, case)) = case else { return issues };
    let (view, path) = (lesion.drawing.view(), &lesion.annotation.path);
    let place = format!("{}/{}", lesion.drawing.view_key, lesion.drawing.lesion_id);
    let mut note = |code, message: String| {
        issues.push(Issue::new(code, path, message).case(case_id).at(&place));
    };
    if lesion.canvas.is_none() && case.images > 0 {
        let view = view.as_deref().unwrap_or("an unknown view");
        note("contour-without-image", format!("the case has no image of {view}"));
    }
    if lesion.in_bounds == Some(false) {
        note("contour-out-of-image", "points of the contour lie outside the image".to_owned());
    }
    let tumor = case.clinical.as_ref().and_then(|c| c.location.value.as_ref()?.side);
    let side = lesion.drawing.pane.as_ref().map(|pane| pane.laterality);
    if let (Some(tumor), Some(side)) = (tumor, side)
        && tumor != side
        && tumor != Laterality::B
        && lesion.drawing.label.as_deref().is_none_or(|label| label != "benign")
    {
        let message = format!(
            "the contour lies on {}, the clinical text names {}",
            side.as_str(),
            tumor.as_str()
        );
        note("lesion-side-contradicts", message);
    }
    issues
}

/// How the drawings of two readers differ, if they do.
fn difference(
    first: &BTreeMap<String, Vec<Bounds>>,
    second: &BTreeMap<String, Vec<Bounds>>,
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

fn overlap(a: &Bounds, b: &Bounds) -> bool {
    (0..2).all(|axis| a.min[axis] <= b.max[axis] && b.min[axis] <= a.max[axis])
}

fn readers<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<String> {
    let distinct: BTreeSet<&str> = names.flatten().collect();
    distinct.into_iter().map(str::to_owned).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
