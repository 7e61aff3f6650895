//! The results of checks as JUnit XML, which CI systems show: one test case per check.

use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::report::{CheckResult, CheckStatus, QualityReport};

/// The report as JUnit XML: a failed check of severity error is a failure, one whose SQL failed an error,
/// one that is waived or does not apply is skipped; failed warnings are passed with their text in
/// `system-out`.
///
/// # Errors
/// When the text cannot be written, which a text in memory can.
pub fn junit(report: &QualityReport) -> io::Result<String> {
    let count = |matches: fn(&CheckResult) -> bool| {
        report.results.iter().filter(|result| matches(result)).count().to_string()
    };
    let is_error = |result: &CheckResult| matches!(result.status, CheckStatus::Error(_));
    let failures = count(|result| result.is_failure() && result.status == CheckStatus::Failed);
    let errors = count(is_error);
    let skipped = count(|result| {
        matches!(result.status, CheckStatus::Waived(_) | CheckStatus::NotApplicable)
    });
    let tests = report.results.len().to_string();
    let totals = [
        ("name", "mammodex check"),
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
        ("errors", errors.as_str()),
        ("skipped", skipped.as_str()),
    ];
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let suite = |writer: &mut Writer<Vec<u8>>| {
        for result in &report.results {
            test_case(writer, result)?;
        }
        Ok(())
    };
    writer
        .create_element("testsuites")
        .with_attributes(totals[..4].iter().copied())
        .write_inner_content(|writer| {
            let element = writer.create_element("testsuite").with_attributes(totals);
            element.write_inner_content(suite).map(drop)
        })?;
    let text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n"))
}

fn test_case(writer: &mut Writer<Vec<u8>>, result: &CheckResult) -> io::Result<()> {
    let check = &result.check;
    let (name, group) = (clean(&check.name), check.origin.as_str());
    let case = writer.create_element("testcase").with_attributes([
        ("name", name.as_str()),
        ("classname", group),
        ("time", "0"),
    ]);
    let title = clean(&check.title);
    let rows = match result.population {
        Some(population) => format!("{} of {population} rows: {title}", result.rows),
        None => format!("{} rows: {title}", result.rows),
    };
    let text = clean(&format!("{rows}\n{}\n{}\n{};", check.means, check.advice, check.sql()));
    let (element, message) = match &result.status {
        CheckStatus::Passed => return case.write_empty().map(drop),
        CheckStatus::Failed if result.is_failure() => ("failure", rows),
        CheckStatus::Failed => ("system-out", String::new()),
        CheckStatus::Waived(waiver) => ("skipped", format!("waived: {}", clean(&waiver.reason))),
        CheckStatus::NotApplicable => ("skipped", "no row that it applies to".to_owned()),
        CheckStatus::Error(reason) => ("error", clean(reason)),
    };
    case.write_inner_content(|writer| {
        let child = writer.create_element(element);
        let child = match element {
            "system-out" => child,
            "skipped" => child.with_attribute(("message", message.as_str())),
            _ => child
                .with_attribute(("message", message.as_str()))
                .with_attribute(("type", check.severity.as_str())),
        };
        match element {
            "skipped" => child.write_empty().map(drop),
            _ => child.write_text_content(BytesText::new(&text)).map(drop),
        }
    })?;
    Ok(())
}

/// A text without the characters that XML 1.0 forbids.
fn clean(text: &str) -> String {
    let is_allowed = |c: &char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_allowed(&c) { c } else { '\u{fffd}' }).collect()
}
