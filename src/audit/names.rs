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
use crate::sources::workbook;

/// Workbooks beyond this are not opened for their properties.
const LARGEST_WORKBOOK: u64 = 256 << 20;

/// Findings on names of files and folders: those that have the form of personal data.
pub(super) fn paths(catalog: &Catalog) -> Result<Vec<AuditFinding>, AuditError> {
    let paths: Vec<String> = catalog.values("SELECT path FROM sources ORDER BY path")?;
    Ok(by_form(&paths, "file name", "the name of a file or folder has the form of"))
}

/// Findings on the names of readers and sheets.
pub(super) fn readers(catalog: &Catalog) -> Result<Vec<AuditFinding>, AuditError> {
    let readers =
        "SELECT DISTINCT reader FROM annotations WHERE reader IS NOT NULL ORDER BY reader";
    let sheets =
        "SELECT DISTINCT source_sheet FROM patients WHERE source_sheet IS NOT NULL ORDER BY 1";
    let mut findings =
        by_form(&catalog.values(readers)?, "reader", "the reader's name has the form of");
    findings.extend(by_form(&catalog.values(sheets)?, "sheet", "the sheet's name has the form of"));
    Ok(findings)
}

fn by_form(names: &[String], check: &'static str, what: &str) -> Vec<AuditFinding> {
    let mut forms: BTreeMap<(&'static str, Confidence), u64> = BTreeMap::new();
    for name in names {
        let parts = name.split(['/', '\\']).map(|part| part.rsplit_once('.').map_or(part, |p| p.0));
        for part in parts.map(without_dates) {
            let Some(kind) = identifying::mask_cell(&part, false).map(|masked| masked.kind) else {
                continue;
            };
            *forms.entry((kind, identifying::confidence(&part, kind))).or_default() += 1;
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

/// Findings on the properties of workbooks that name people.
pub(super) fn properties(
    catalog: &Catalog,
    files: &DataSetFiles,
) -> Result<Vec<AuditFinding>, AuditError> {
    let workbooks: Vec<String> =
        catalog.values("SELECT path FROM sources WHERE kind = 'workbook' ORDER BY path")?;
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut unreadable = 0;
    for path in &workbooks {
        let read = files.read(path, |source, length| -> std::io::Result<_> {
            let mut window = FileWindow::new(source, length, Vec::new());
            let length = usize::try_from(length.min(LARGEST_WORKBOOK)).unwrap_or(0);
            Ok(workbook::filled_properties(window.get(0, length)?))
        });
        match read {
            Ok(filled) => filled.into_iter().for_each(|name| *counts.entry(name).or_default() += 1),
            Err(_) => unreadable += 1,
        }
    }
    let total = workbooks.len() as u64;
    let finding = |(name, count): (&'static str, u64)| {
        let message = "the property of the workbook names a person or an institution";
        AuditFinding::new("workbook property", Severity::Warning, name, [count, total], message)
    };
    let mut findings: Vec<_> = counts.into_iter().map(finding).collect();
    if unreadable > 0 {
        let message = "the workbook cannot be read: it was not audited";
        let counts = [unreadable, total];
        findings.push(AuditFinding::new(
            "workbook property",
            Severity::Error,
            "unreadable",
            counts,
            message,
        ));
    }
    Ok(findings)
}
