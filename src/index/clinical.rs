//! Clinical rows to cases: the rows of one case merged, their contradictions noted.

use super::case::Gathered;
use crate::records::birads::{self, Birads};
use crate::records::column::Column;
use crate::records::diagnosis::Diagnosis;
use crate::records::issue::Issue;
use crate::records::laterality::Laterality;
use crate::records::patient::{Clinical, Read};
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
        let Entry { subject, side, clinical } = entry;
        let Some(case_id) = case_of(subject, &clinical, gathered, issues) else { continue };
        let case = gathered.cases.entry(case_id.clone()).or_default();
        match &mut case.clinical {
            None => case.clinical = Some(Box::new(clinical)),
            Some(first) => match profile.workbook.grain {
                Grain::Case => {
                    issues.extend(disagreement(&case_id, first, &clinical));
                    first.complete(clinical);
                }
                Grain::Side => {
                    issues.extend(side_disagreement(&case_id, side, first, &clinical));
                    add(first, clinical);
                }
                Grain::Image => add(first, clinical),
            },
        }
    }
}

/// The case of a row; a row about an image has that of the image.
fn case_of(
    subject: Subject,
    clinical: &Clinical,
    gathered: &Gathered,
    issues: &mut Vec<Issue>,
) -> Option<String> {
    match subject {
        Subject::Case(named) => Some(named.told(|id| gathered.cases.contains_key(id))),
        Subject::File(key) => {
            let found = gathered.files.get(&key).cloned().flatten();
            if found.is_none() {
                let message = "no image file goes by this name".to_owned();
                issues.push(at(clinical, "file-not-in-a-table", message).value(key));
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
    let quoted =
        |(column, a, b): (Column, String, String)| format!("{}: {a:?} and {b:?}", column.name());
    let differ: Vec<String> = first.contradictions(second).into_iter().map(quoted).collect();
    (!differ.is_empty()).then(|| contradicts(case_id, first, second, &differ.join("; ")))
}

/// Two rows for one side of a case: the worse diagnosis counts.
fn side_disagreement(
    case_id: &str,
    side: Option<Laterality>,
    first: &Clinical,
    second: &Clinical,
) -> Option<Issue> {
    let sides = [Laterality::L, Laterality::R].into_iter();
    let pairs = sides.zip(first.side_diagnosis.into_iter().zip(second.side_diagnosis));
    let differ: Vec<String> = pairs
        .filter_map(|(of, (a, b))| Some((of, a?, b?)))
        .filter(|(of, a, b)| a != b && side.is_none_or(|side| side == *of || side == Laterality::B))
        .map(|(of, a, b)| format!("{of}: {a} and {b}"))
        .collect();
    (!differ.is_empty()).then(|| contradicts(case_id, first, second, &differ.join("; ")))
}

fn contradicts(case_id: &str, first: &Clinical, second: &Clinical, quotes: &str) -> Issue {
    let place = first.origin.as_ref().map(|o| format!("{} {}", o.file, place(o)));
    let message = format!(
        "a further row for the case contradicts the first ({}): {quotes}",
        place.unwrap_or_default()
    );
    at(second, "rows-disagree", message).case(case_id).value(quotes)
}

/// A further side or image of the same case: the worst finding counts.
fn add(into: &mut Clinical, mut from: Clinical) {
    into.diagnosis = worst(into.diagnosis, from.diagnosis);
    for (side, other) in into.side_diagnosis.iter_mut().zip(from.side_diagnosis) {
        *side = worst(*side, other);
    }
    worse(&mut into.birads_left, std::mem::take(&mut from.birads_left));
    worse(&mut into.birads_right, std::mem::take(&mut from.birads_right));
    worse(&mut into.birads_both, std::mem::take(&mut from.birads_both));
    into.complete(from);
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
