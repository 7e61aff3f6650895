//! What the catalog's tables show: ages, pictures and masked cells, by `schema/summaries/audit.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::error::AuditError;
use super::finding::AuditFinding;
use crate::catalog::Catalog;
use crate::records::issue::Severity;

/// A count over a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableCheck {
    check: String,
    #[serde(rename = "check_ko")]
    _check_ko: String,
    severity: Severity,
    subject: String,
    #[serde(rename = "subject_ko")]
    _subject_ko: String,
    table: String,
    condition: String,
    message: String,
    #[serde(rename = "message_ko")]
    _message_ko: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableChecks {
    /// Queries that a check may name in place of a table.
    relations: BTreeMap<String, String>,
    check: Vec<TableCheck>,
}

/// The counts of `schema/summaries/audit.toml`; none where it cannot be read, which a test finds.
fn checks() -> &'static TableChecks {
    static CHECKS: LazyLock<TableChecks> = LazyLock::new(|| {
        let text = crate::schema::SUMMARIES.iter().find(|(stem, _)| *stem == "audit");
        let checks = text.and_then(|(_, text)| toml::from_str(text).ok());
        checks.unwrap_or_default()
    });
    &CHECKS
}

/// Findings on the tables.
pub(super) fn findings(catalog: &Catalog) -> Result<Vec<AuditFinding>, AuditError> {
    let mut findings = Vec::new();
    let TableChecks { relations, check: checks } = checks();
    for check in checks {
        let TableCheck { table, condition, .. } = check;
        let query = relations.get(table).map(|query| format!("({query})"));
        let table = query.as_ref().unwrap_or(table);
        let sql = format!("SELECT count(*) FILTER ({condition}), count(*) FROM {table}");
        let (count, total): (u64, u64) = catalog.row(&sql)?;
        if count > 0 {
            findings.push(AuditFinding::new(
                &check.check,
                check.severity,
                check.subject.as_str(),
                [count, total],
                check.message.as_str(),
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_count_is_read() {
        assert_eq!(super::checks().check.len(), 10);
    }
}
