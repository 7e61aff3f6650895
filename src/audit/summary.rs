//! A summary of an audit that is safe to publish, in English and Korean.

use std::fmt::Write as _;

use super::finding::AuditFinding;
use super::report::AuditReport;
use super::words::{sentence, word};
use crate::language::Language;
use crate::records::issue::Severity;

/// Returns the summary as Markdown: no value, small counts withheld.
pub fn audit_summary(report: &AuditReport, snapshot: u32, min_cell: u64) -> String {
    let mut page = String::new();
    for language in [Language::English, Language::Korean] {
        if !page.is_empty() {
            page.push('\n');
        }
        write_language(&mut page, report, snapshot, min_cell, language);
    }
    page
}

fn write_language(
    page: &mut String,
    report: &AuditReport,
    snapshot: u32,
    min_cell: u64,
    language: Language,
) {
    let text = |code: &str| sentence(code, language).to_owned();
    let source = text("summary-source");
    let severities = [Severity::Error, Severity::Warning, Severity::Info];
    let [errors, warnings, infos] = severities.map(|severity| report.count(severity).to_string());
    let source = [
        ("{version}", env!("CARGO_PKG_VERSION").to_owned()),
        ("{snapshot}", snapshot.to_string()),
        ("{files}", shown_total(report.files, min_cell)),
        ("{errors}", errors),
        ("{warnings}", warnings),
        ("{infos}", infos),
        ("{least}", min_cell.to_string()),
        ("{most}", min_cell.saturating_sub(1).to_string()),
    ]
    .iter()
    .fold(source, |source, (name, value)| source.replace(name, value));
    let _ = writeln!(page, "# {}\n\n{source}\n", text("summary-title"));
    let columns = ["severity", "check", "subject", "n", "of", "message"];
    let heads: Vec<String> = columns.iter().map(|name| text(&format!("column-{name}"))).collect();
    let _ = writeln!(page, "| {} |\n|---|---|---|---|---|---|", heads.join(" | "));
    for finding in &report.findings {
        let word = |english: &str| plain(&word(english, language));
        let subject = match &finding.vendor {
            Some(vendor) => format!("{} ({})", word(&finding.subject), plain(vendor)),
            None => word(&finding.subject),
        };
        let _ = writeln!(
            page,
            "| {} | {} | {subject} | {} | {} | {} |",
            word(finding.severity.as_str()),
            word(finding.check),
            shown_count(finding, min_cell),
            shown_total(finding.total, min_cell),
            word(&finding.message)
        );
    }
    let _ = writeln!(page, "\n{}", text("summary-blind"));
}

/// A count; `<5` where it is small, `>115` where the rest of 120 is.
fn shown_count(finding: &AuditFinding, min_cell: u64) -> String {
    let rest = finding.total.saturating_sub(finding.count);
    if (1..min_cell).contains(&finding.count) {
        format!("<{min_cell}")
    } else if (1..min_cell).contains(&rest) {
        format!(">{}", finding.total.saturating_sub(min_cell))
    } else {
        finding.count.to_string()
    }
}

fn shown_total(total: u64, min_cell: u64) -> String {
    if (1..min_cell).contains(&total) { format!("<{min_cell}") } else { total.to_string() }
}

/// A text in a cell of Markdown.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c == '|' || c == '`' || c.is_control() { ' ' } else { c }).collect()
}
