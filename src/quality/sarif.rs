//! The results of checks as SARIF 2.1.0, which code hosts show: one rule per check, one result per row.

use serde_json::{Map, Value, json};

use super::history::key_of;
use super::report::{CheckResult, CheckStatus, QualityReport};
use crate::catalog::{Catalog, CatalogError};
use crate::records::issue::Severity;
use crate::sql::identifier;

/// Rows of one check that become results; the number of all is a property of its rule.
const MOST_ROWS: usize = 1000;

/// Columns that name a file, in order of preference.
const FILES: &[&str] = &["path", "annotation_path", "image_path", "source_file", "file"];

/// The report as SARIF. Files are relative to the data set's root, `DATASET`; waived rows are suppressed
/// with the reason; a check whose SQL failed is a notification.
///
/// # Errors
/// What DuckDB reports while the rows are read.
pub fn sarif(catalog: &Catalog, report: &QualityReport) -> Result<Value, CatalogError> {
    let rules: Vec<Value> = report.results.iter().map(rule).collect();
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for (index, result) in report.results.iter().enumerate() {
        match &result.status {
            CheckStatus::Error(reason) => notifications.push(json!({
                "level": "error",
                "message": { "text": reason },
                "associatedRule": { "id": result.check.name, "index": index },
            })),
            CheckStatus::Failed | CheckStatus::Waived(_) => {
                results.extend(rows(catalog, result, index)?);
            }
            CheckStatus::Passed | CheckStatus::NotApplicable => {}
        }
    }
    let description = json!({ "text": "The folder of the data set." });
    Ok(json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "mammodex",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "originalUriBaseIds": { "DATASET": { "description": description } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(result: &CheckResult) -> Value {
    let check = &result.check;
    let mut properties = Map::new();
    properties.insert("status".to_owned(), json!(result.status.as_str()));
    properties.insert("rows".to_owned(), json!(result.rows));
    if let Some(population) = result.population {
        properties.insert("population".to_owned(), json!(population));
    }
    properties.insert("sql".to_owned(), json!(check.sql()));
    json!({
        "id": check.name,
        "shortDescription": { "text": format!("{}.", check.title) },
        "fullDescription": { "text": check.means },
        "help": { "text": check.advice },
        "defaultConfiguration": { "level": level(check.severity) },
        "properties": properties,
    })
}

/// One result per row of a check, at the row's file.
fn rows(catalog: &Catalog, result: &CheckResult, index: usize) -> Result<Vec<Value>, CatalogError> {
    let check = &result.check;
    let columns = catalog.columns(&format!("(\n{}\n)", check.sql()))?;
    let file = FILES.iter().find(|file| columns.iter().any(|column| column == *file));
    let text = |name: &str| format!("{}::VARCHAR", identifier(name));
    let case = columns.iter().any(|column| column == "case_id").then(|| text("case_id"));
    let sql = format!(
        "SELECT {} AS key, {}, {} FROM (\n{}\n) AS broken ORDER BY 1, 2, 3 LIMIT {MOST_ROWS}",
        key_of(check),
        file.map_or("NULL::VARCHAR".to_owned(), |file| text(file)),
        case.unwrap_or("NULL::VARCHAR".to_owned()),
        check.sql(),
    );
    let rows = catalog.texts(&sql)?;
    Ok(rows.into_iter().map(|cells| row(result, index, cells)).collect())
}

fn row(result: &CheckResult, index: usize, mut cells: Vec<Option<String>>) -> Value {
    let check = &result.check;
    let [key, file, case] = [0, 1, 2].map(|place| cells.get_mut(place).and_then(Option::take));
    let key = key.unwrap_or_default();
    let mut location = Map::new();
    if let Some(file) = file {
        let place = json!({ "artifactLocation": { "uri": uri(&file), "uriBaseId": "DATASET" } });
        location.insert("physicalLocation".to_owned(), place);
    }
    if let Some(case) = case {
        location.insert("logicalLocations".to_owned(), json!([{ "name": case, "kind": "case" }]));
    }
    let mut value = json!({
        "ruleId": check.name,
        "ruleIndex": index,
        "level": level(check.severity),
        "message": { "text": format!("{}: {key}", check.title) },
        "partialFingerprints": { "rowKey/v1": format!("{}:{key}", check.name) },
    });
    if !location.is_empty() {
        value["locations"] = json!([location]);
    }
    if let CheckStatus::Waived(waiver) = &result.status {
        let suppression = json!({ "kind": "external", "justification": waiver.reason });
        value["suppressions"] = json!([suppression]);
    }
    value
}

/// A path as a URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
