//! Names of files, folders and readers, and properties of workbooks.

use std::collections::BTreeMap;

use super::error::AuditError;
use super::finding::AuditFinding;
use crate::catalog::Catalog;
use crate::records::identifying;
use crate::records::issue::Severity;
use crate::records::resident_number::Confidence;
use crate::sources::data_set_files::DataSetFiles;
use crate::sources::dicom::FileWindow;
use crate::sources::workbook::{self, TableContainer};

/// Workbooks beyond this are not opened for their properties.
const LARGEST_WORKBOOK: u64 = 256 << 20;

/// Findings on names of files and folders: those that have the form of personal data.
pub(super) fn paths(catalog: &Catalog) -> Result<Vec<AuditFinding>, AuditError> {
    let paths: Vec<String> = catalog.values("SELECT path FROM sources ORDER BY path")?;
    Ok(by_form(&paths, "file name", "the name of a file or folder has the form of"))
}

/// Findings on the names of readers.
pub(super) fn readers(catalog: &Catalog) -> Result<Vec<AuditFinding>, AuditError> {
    let readers =
        "SELECT DISTINCT reader FROM annotations WHERE reader IS NOT NULL ORDER BY reader";
    Ok(by_form(&catalog.values(readers)?, "reader", "the reader's name has the form of"))
}

fn by_form(names: &[String], check: &'static str, what: &str) -> Vec<AuditFinding> {
    let mut forms: BTreeMap<(&'static str, Confidence), u64> = BTreeMap::new();
    for name in names {
        for part in name.split(['/', '\\']) {
            let stem = part.rsplit_once('.').map_or(part, |(stem, _)| stem);
            // The ending of an e-mail address is none of a file.
            let hit = form(&without_dates(stem)).or_else(|| form(&without_dates(part)));
            if let Some((kind, confidence)) = hit {
                *forms.entry((kind, confidence)).or_default() += 1;
            }
        }
    }
    let total = names.len() as u64;
    let finding = |((form, confidence), count): ((&'static str, Confidence), u64)| {
        let message = format!("{what} {form}");
        AuditFinding::new(check, Severity::Warning, form, [count, total], message)
            .with_confidence(confidence)
    };
    forms.into_iter().map(finding).collect()
}

/// The kind of personal data that a name has the form of, and how sure that is. A person's name may be
/// one of several words.
fn form(part: &str) -> Option<(&'static str, Confidence)> {
    let spaced = part.replace(['_', '+', '(', ')', '[', ']', ','], " ");
    let masked =
        identifying::mask_cell(part, false).or_else(|| identifying::mask_cell(&spaced, false));
    if let Some(masked) = masked.filter(|masked| !identifying::is_file_word(part, masked.kind)) {
        return Some((masked.kind, identifying::confidence(part, masked.kind)));
    }
    let is_name = |word: &str| {
        let masked = identifying::mask_cell(word, false);
        masked.is_some_and(|masked| masked.kind == "a name")
            && !identifying::is_file_word(word, "a name")
    };
    let mut words = part.split(|c: char| !c.is_alphanumeric()).flat_map(hangul);
    words.any(is_name).then_some(("a name", Confidence::Low))
}

/// The runs of Hangul of a word: `홍길동1` has one.
fn hangul(word: &str) -> impl Iterator<Item = &str> {
    word.split(|c: char| !('가'..='힣').contains(&c)).filter(|run| !run.is_empty())
}

/// The text with days such as 20190812 replaced: folders of deliveries are named after them.
fn without_dates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        out.push_str(if is_date(run) { "date" } else { run });
        rest = behind;
    }
    out
}

fn is_date(digits: &str) -> bool {
    let number = |range| digits.get(range).and_then(|text: &str| text.parse::<u32>().ok());
    digits.len() == 8
        && number(0..4).is_some_and(|year| (1990..2100).contains(&year))
        && number(4..6).is_some_and(|month| (1..=12).contains(&month))
        && number(6..8).is_some_and(|day| (1..=31).contains(&day))
}

/// Findings on the sheets of workbooks, and on properties and comments that name people.
pub(super) fn workbooks(
    catalog: &Catalog,
    files: &DataSetFiles,
) -> Result<Vec<AuditFinding>, AuditError> {
    let workbooks: Vec<String> =
        catalog.values("SELECT path FROM sources WHERE kind = 'workbook' ORDER BY path")?;
    let mut people: BTreeMap<&'static str, u64> = BTreeMap::new();
    let (mut texts, mut sheets, mut unreadable) = (Vec::new(), Vec::new(), 0);
    for path in &workbooks {
        let read = files.read(path, |source, length| -> std::io::Result<_> {
            let mut window = FileWindow::new(source, length, Vec::new());
            let length = usize::try_from(length.min(LARGEST_WORKBOOK)).unwrap_or(0);
            let bytes = window.get(0, length)?;
            let container = workbook::container(bytes).unwrap_or(TableContainer::Text);
            Ok(workbook::workbook_metadata(bytes, container))
        });
        match read {
            Ok(facts) => {
                facts.people.into_iter().for_each(|name| *people.entry(name).or_default() += 1);
                texts.extend(facts.texts);
                sheets.extend(facts.sheets);
            }
            Err(_) => unreadable += 1,
        }
    }
    let total = workbooks.len() as u64;
    let finding = |severity, subject: &'static str, count, message: &str| {
        AuditFinding::new("workbook property", severity, subject, [count, total], message)
    };
    let named = "the property of the workbook names a person or an institution";
    let mut findings: Vec<_> = people
        .into_iter()
        .map(|(name, count)| finding(Severity::Warning, name, count, named))
        .collect();
    findings.extend(by_form(
        &texts,
        "workbook property",
        "the property of the workbook has the form of",
    ));
    findings.extend(by_form(&sheets, "sheet", "the sheet's name has the form of"));
    if unreadable > 0 {
        let message = "the workbook cannot be read: it was not audited";
        findings.push(finding(Severity::Error, "unreadable", unreadable, message));
    }
    Ok(findings)
}
