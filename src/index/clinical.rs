//! Clinical rows merged into cases; rows of one case that contradict each other are findings.

use std::collections::BTreeMap;

use super::case::CaseIndex;
use super::pending::PendingRow;
use super::spool::{Spool, SpoolOffset, SpoolWindow};
use super::writers::IssueWriter;
use crate::records::birads::{self, Birads};
use crate::records::clinical::{ClinicalRecord, ParsedCell};
use crate::records::column::ClinicalColumn;
use crate::records::diagnosis::Diagnosis;
use crate::records::extra::ExtraCell;
use crate::records::issue::{Issue, IssueCode};
use crate::records::laterality::Laterality;
use crate::sources::profile::{Profile, TableGrain};
use crate::sources::workbook::{RowSubject, WorkbookRow};
use crate::tables::writer::WriteError;

/// Merges the rows of each file, in the order of files and rows, into the cases. A file whose every row
/// repeats a row of one other file is a finding.
///
/// # Errors
/// When a spooled row cannot be read, or a table not written.
pub fn merge_rows(
    pending: &[Vec<PendingRow>],
    rows: &mut Spool<WorkbookRow>,
    profile: &Profile,
    cases: &mut CaseIndex,
    issues: &mut IssueWriter,
) -> Result<(), WriteError> {
    let windows = [SpoolWindow::default(), SpoolWindow::default()];
    let mut merger = RowMerger { rows, profile, cases, issues, windows };
    for file in pending {
        let mut repeated: BTreeMap<(String, String), usize> = BTreeMap::new();
        for row in file {
            if let Some(files) = merger.merge_one(*row)? {
                *repeated.entry(files).or_default() += 1;
            }
        }
        for ((path, original), count) in repeated {
            if count == file.len() {
                let message = format!("every row repeats a row of {original}");
                let issue = Issue::new(IssueCode::WorkbookCopied, path, message);
                merger.issues.push_link(&issue.value(original))?;
            }
        }
    }
    Ok(())
}

struct RowMerger<'a> {
    rows: &'a mut Spool<WorkbookRow>,
    profile: &'a Profile,
    cases: &'a mut CaseIndex,
    issues: &'a mut IssueWriter,
    windows: [SpoolWindow; 2],
}

impl RowMerger<'_> {
    /// Merges one row. Returns its file and the one that it repeats, when a row of another file says
    /// all that it says.
    fn merge_one(&mut self, row: PendingRow) -> Result<Option<(String, String)>, WriteError> {
        let PendingRow { offset, tumor } = row;
        let Some(number) = self.case_number(offset)? else { return Ok(None) };
        let Some((id, case)) = self.cases.case_mut(number) else { return Ok(None) };
        case.clinical_rows += 1;
        let Some(first) = case.clinical else {
            (case.clinical, case.tumor) = (Some(offset), tumor);
            return Ok(None);
        };
        let mut merged = self.rows.get(first, &mut self.windows[1])?;
        let mut entry = self.rows.get(offset, &mut self.windows[0])?;
        let before = merged.clinical.clone();
        let further = std::mem::take(&mut entry.extra);
        let (is_extended, other) = merge_extra(&mut merged.extra, further);
        let file = |clinical: &ClinicalRecord| clinical.origin.as_ref().map(|o| o.file.clone());
        let files = file(&entry.clinical).zip(file(&before));
        let contradiction = merge(id, self.profile, &mut merged.clinical, entry);
        let second = other.first().map(|(cell, quotes)| {
            let message = format!("a further row for the case contradicts the first: {quotes}");
            let issue = Issue::new(IssueCode::RowsDisagree, &cell.file, message).at(&cell.place);
            issue.case(id).value(quotes)
        });
        let is_same = contradiction.is_none() && second.is_none();
        let is_repeated = is_same && !is_extended && merged.clinical == before;
        for issue in contradiction.into_iter().chain(second) {
            self.issues.push_link(&issue)?;
        }
        if !is_repeated {
            let offset = self.rows.push(&merged)?;
            (case.clinical, case.tumor) = (Some(offset), merged.clinical.tumor_side());
        }
        Ok(files.filter(|(path, original)| is_repeated && path != original))
    }

    /// The number of the case that a row is about; absent when no image has the file that it names.
    fn case_number(&mut self, offset: SpoolOffset) -> Result<Option<u32>, WriteError> {
        match self.rows.get_first_field(offset, &mut self.windows[0])? {
            RowSubject::Case(named) => {
                let is_image_case = |id: &str| self.cases.cases.contains_key(id);
                let id = named.published_id(self.profile.key(), is_image_case);
                Ok(Some(self.cases.case(&id)))
            }
            RowSubject::File(key) => {
                let number = self.cases.files.get(&key).copied().flatten();
                if number.is_none() {
                    let clinical = self.rows.get(offset, &mut self.windows[0])?.clinical;
                    let message = "no image file has this name".to_owned();
                    let issue = issue_at(&clinical, IssueCode::FileNotInATable, message);
                    self.issues.push_link(&issue.value(key))?;
                }
                Ok(number)
            }
        }
    }
}

/// Adds a further row for a case to the first; returns a finding when they contradict each other.
fn merge(
    case_id: &str,
    profile: &Profile,
    first: &mut ClinicalRecord,
    entry: WorkbookRow,
) -> Option<Issue> {
    let WorkbookRow { side, clinical, .. } = entry;
    match profile.workbook.grain {
        TableGrain::Case => {
            let issue = disagreement(case_id, first, &clinical);
            first.complete(clinical);
            issue
        }
        TableGrain::Side => {
            let issue = side_disagreement(case_id, side, first, &clinical);
            add(first, clinical);
            issue
        }
        TableGrain::Image => {
            add(first, clinical);
            None
        }
    }
}

/// Adds cells of a further row for a case in columns that the profile adds. Returns whether there were
/// new ones, and those that differ from the first, with both texts.
fn merge_extra(
    first: &mut Vec<ExtraCell>,
    further: Vec<ExtraCell>,
) -> (bool, Vec<(ExtraCell, String)>) {
    let (mut is_extended, mut other) = (false, Vec::new());
    for cell in further {
        match first.iter().find(|known| known.name == cell.name) {
            None => {
                is_extended = true;
                first.push(cell);
            }
            Some(known) if known.raw != cell.raw => {
                let quotes = format!("{}: {:?} and {:?}", cell.name, known.raw, cell.raw);
                other.push((cell, quotes));
            }
            Some(_) => {}
        }
    }
    (is_extended, other)
}

/// A finding at a clinical row.
pub fn issue_at(clinical: &ClinicalRecord, code: IssueCode, message: String) -> Issue {
    let origin = clinical.origin.as_ref();
    let mut issue = Issue::new(code, origin.map_or("", |o| o.file.as_str()), message);
    issue.place = origin.map(row_place);
    issue
}

fn row_place(origin: &crate::records::clinical::RowOrigin) -> String {
    match &origin.sheet {
        Some(sheet) => format!("{sheet}!{}", origin.row),
        None => origin.row.to_string(),
    }
}

/// Two rows for one case: equal rows are accepted, a contradiction is a finding.
fn disagreement(case_id: &str, first: &ClinicalRecord, second: &ClinicalRecord) -> Option<Issue> {
    let quoted = |(column, a, b): (ClinicalColumn, String, String)| {
        format!("{}: {a:?} and {b:?}", column.name())
    };
    let differ: Vec<String> = first.contradictions(second).into_iter().map(quoted).collect();
    (!differ.is_empty()).then(|| contradicts(case_id, first, second, &differ.join("; ")))
}

/// Two rows for one side of a case: the worse diagnosis counts.
fn side_disagreement(
    case_id: &str,
    side: Option<Laterality>,
    first: &ClinicalRecord,
    second: &ClinicalRecord,
) -> Option<Issue> {
    let sides = [Laterality::L, Laterality::R].into_iter();
    let pairs = sides.zip(first.side_diagnosis.into_iter().zip(second.side_diagnosis));
    let differ: Vec<String> = pairs
        .filter_map(|(breast, (a, b))| Some((breast, a?, b?)))
        .filter(|(breast, a, b)| {
            a != b && side.is_none_or(|side| side == *breast || side == Laterality::B)
        })
        .map(|(breast, a, b)| format!("{breast}: {a} and {b}"))
        .collect();
    (!differ.is_empty()).then(|| contradicts(case_id, first, second, &differ.join("; ")))
}

fn contradicts(
    case_id: &str,
    first: &ClinicalRecord,
    second: &ClinicalRecord,
    quotes: &str,
) -> Issue {
    let place = first.origin.as_ref().map(|o| format!("{} {}", o.file, row_place(o)));
    let message = format!(
        "a further row for the case contradicts the first ({}): {quotes}",
        place.unwrap_or_default()
    );
    issue_at(second, IssueCode::RowsDisagree, message).case(case_id).value(quotes)
}

/// A further side or image of the same case: the worst finding counts.
fn add(into: &mut ClinicalRecord, mut from: ClinicalRecord) {
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

fn worse(into: &mut ParsedCell<Birads>, from: ParsedCell<Birads>) {
    match (into.value, from.value) {
        (Some(a), Some(b)) if birads::worst([a, b]) == Some(a) => {}
        (Some(_), None) => {}
        _ if from.raw.is_some() => *into = from,
        _ => {}
    }
}
