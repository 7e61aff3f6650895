//! A check as an SQL file states it: comment lines `-- key: text`, then the query of the rows.

use super::check::{CheckOrigin, CheckRule, CheckTolerance, QualityCheck};
use crate::catalog::check_untrusted_query;
use crate::records::issue::Severity;
use crate::schema::ParquetHead;

/// Reads a file of `schema/checks` or of a catalog's own; a file that cannot be used is a check that says
/// why.
pub(super) fn read(name: &str, text: &str, origin: CheckOrigin) -> QualityCheck {
    let head = ParquetHead::read(text);
    let severity = severity(head.get("severity"));
    let [title, means, advice] = ["title", "means", "advice"].map(|key| head.get(key).to_owned());
    let population = Some(head.get("population").to_owned()).filter(|text| !text.is_empty());
    let tolerance = tolerance(&head);
    let sql = head.sql.trim().trim_end_matches(';').to_owned();
    let fault = match origin {
        CheckOrigin::Catalog => fault(&head, &sql, population.as_deref()),
        CheckOrigin::Program | CheckOrigin::Fact => None,
    };
    let rule = match fault {
        Some(reason) => CheckRule::Unusable(reason),
        None => CheckRule::Query { sql, population },
    };
    QualityCheck {
        name: name.to_owned(),
        severity: severity.unwrap_or(Severity::Error),
        title,
        means,
        advice,
        finding: Some(head.get("finding").to_owned()).filter(|code| !code.is_empty()),
        tolerance: tolerance.unwrap_or_default(),
        key: head.names("key").map(str::to_owned).collect(),
        origin,
        rule,
    }
}

fn severity(word: &str) -> Option<Severity> {
    [Severity::Error, Severity::Warning, Severity::Info].into_iter().find(|s| s.as_str() == word)
}

/// What the head tolerates; absent where its limits are not numbers.
fn tolerance(head: &ParquetHead<'_>) -> Option<CheckTolerance> {
    let [rows, percent] = ["at-most", "at-most-percent"].map(|key| head.get(key));
    let rows = if rows.is_empty() { 0 } else { rows.parse().ok()? };
    let percent = if percent.is_empty() { 0.0 } else { percent.parse().ok()? };
    (0.0..=100.0).contains(&percent).then_some(CheckTolerance { rows, percent })
}

/// Why a file of a catalog cannot be used, if so. Its author may be a stranger: it is one query that
/// reads the catalog's own tables.
fn fault(head: &ParquetHead<'_>, sql: &str, population: Option<&str>) -> Option<String> {
    let missing = ["severity", "title", "means", "advice"].into_iter().find(|key| {
        let text = head.get(key);
        text.is_empty() || text.chars().any(char::is_control)
    });
    if let Some(key) = missing {
        return Some(format!("the file has no line `-- {key}: …`"));
    }
    if severity(head.get("severity")).is_none() {
        return Some("its severity is not error, warning or info".to_owned());
    }
    if tolerance(head).is_none() {
        return Some("at-most is not a count, or at-most-percent not 0 to 100".to_owned());
    }
    let count = population.map(|from| format!("SELECT count(*) FROM {from}"));
    let queries = std::iter::once(sql.to_owned()).chain(count);
    queries
        .map(|query| check_untrusted_query(&query))
        .find_map(Result::err)
        .map(|error| error.to_string())
}
