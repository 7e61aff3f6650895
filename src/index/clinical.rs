//! Clinical rows to cases: the rows of one case merged, their contradictions noted.

use super::case::Gathered;
use crate::records::birads::{self, Birads};
use crate::records::diagnosis::Diagnosis;
use crate::records::issue::Issue;
use crate::records::patient::{Clinical, Read};
use crate::records::text;
use crate::sources::profile::{Grain, Profile};
use crate::sources::workbook::{Entry, Subject};

/// Merges the rows, in the order of files and rows, into the cases.
pub fn gather(
    entries: Vec<Entry>,
    profile: &Profile,
    gathered: &mut Gathered,
    issues: &mut Vec<Issue>,
) {
    for entry in entries {
        let Some(case_id) = case_of(&entry, gathered, issues) else { continue };
        let case = gathered.cases.entry(case_id.clone()).or_default();
        match &mut case.clinical {
            None => case.clinical = Some(Box::new(entry.clinical)),
            Some(first) if profile.workbook.grain == Grain::Case => {
                issues.extend(disagreement(&case_id, first, &entry.clinical));
            }
            Some(first) => add(first, entry.clinical),
        }
    }
}

/// The case of a row; a row about an image has that of the image.
fn case_of(entry: &Entry, gathered: &Gathered, issues: &mut Vec<Issue>) -> Option<String> {
    match &entry.subject {
        Subject::Case(case_id) => Some(case_id.clone()),
        Subject::File(key) => {
            let found = gathered.files.get(key).cloned().flatten();
            if found.is_none() {
                let message = "no image file goes by this name".to_owned();
                issues.push(at(&entry.clinical, "file-not-in-a-table", message).value(key));
            }
            found
        }
    }
}

/// An issue at a clinical row.
pub fn at(clinical: &Clinical, code: &'static str, message: String) -> Issue {
    let origin = clinical.origin.as_ref();
    let mut issue = Issue::new(code, origin.map_or("", |o| o.file.as_str()), message);
    issue.place = origin.map(place);
    issue
}

fn place(origin: &crate::records::patient::Origin) -> String {
    match &origin.sheet {
        Some(sheet) => format!("{sheet}!{}", origin.row),
        None => origin.row.to_string(),
    }
}

/// Two rows for one case: the same again is no matter, a contradiction is an issue.
fn disagreement(case_id: &str, first: &Clinical, second: &Clinical) -> Option<Issue> {
    let differ: Vec<String> = first
        .raws()
        .into_iter()
        .zip(second.raws())
        .filter_map(|((column, a), (_, b))| {
            let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
            let same = text::fold(a) == text::fold(b);
            (!same).then(|| format!("{}: {a:?} and {b:?}", column.name()))
        })
        .collect();
    if differ.is_empty() {
        return None;
    }
    let first_place = first.origin.as_ref().map(|o| format!("{} {}", o.file, place(o)));
    let message = format!(
        "a second row for the case contradicts the first ({}), which was kept",
        first_place.unwrap_or_default()
    );
    Some(at(second, "rows-disagree", message).case(case_id).value(differ.join("; ")))
}

/// A further side or image of the same case: the worst finding counts.
fn add(into: &mut Clinical, from: Clinical) {
    into.diagnosis = worst(into.diagnosis, from.diagnosis);
    into.age_years = into.age_years.or(from.age_years);
    worse(&mut into.birads_left, from.birads_left);
    worse(&mut into.birads_right, from.birads_right);
    worse(&mut into.birads_both, from.birads_both);
}

fn worst(a: Option<Diagnosis>, b: Option<Diagnosis>) -> Option<Diagnosis> {
    let order = [Diagnosis::Malignant, Diagnosis::Benign, Diagnosis::Normal];
    order.into_iter().find(|diagnosis| [a, b].contains(&Some(*diagnosis)))
}

fn worse(into: &mut Read<Birads>, from: Read<Birads>) {
    match (into.value, from.value) {
        (Some(a), Some(b)) if birads::worst([a, b]) == Some(a) => {}
        (Some(_), None) => {}
        _ if from.raw.is_some() => *into = from,
        _ => {}
    }
}
