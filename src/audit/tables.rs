//! What the catalog's tables show: ages, dates, pictures and masked cells.

use super::error::AuditError;
use super::finding::AuditFinding;
use crate::catalog::Catalog;
use crate::records::issue::Severity;

/// A count over a table.
struct TableCheck {
    check: &'static str,
    severity: Severity,
    subject: &'static str,
    table: &'static str,
    condition: &'static str,
    message: &'static str,
}

const CHECKS: &[TableCheck] = &[
    TableCheck {
        check: "age",
        severity: Severity::Warning,
        subject: "above 89 in headers",
        table: "images",
        condition: "age_years > 89",
        message: "few women are that old: rules such as HIPAA's Safe Harbor group them as 90 and over",
    },
    TableCheck {
        check: "age",
        severity: Severity::Warning,
        subject: "above 89 in clinical tables",
        table: "patients",
        condition: "age_years > 89",
        message: "few women are that old: rules such as HIPAA's Safe Harbor group them as 90 and over",
    },
    TableCheck {
        check: "picture",
        severity: Severity::Error,
        subject: "Burned In Annotation YES",
        table: "images",
        condition: "burned_in_annotation",
        message: "the header says that text which may identify the patient is in the pixels",
    },
    TableCheck {
        check: "picture",
        severity: Severity::Info,
        subject: "Burned In Annotation not recorded",
        table: "images",
        condition: "burned_in_annotation IS NULL",
        message: "nothing is known of text in the pixels",
    },
    TableCheck {
        check: "picture",
        severity: Severity::Warning,
        subject: "secondary captures and digitised film",
        table: "images",
        condition: "mammogram_type IN ('secondary_capture', 'screen_film')",
        message: "screens and film often have labels with names in the picture: look at them",
    },
    TableCheck {
        check: "masked text",
        severity: Severity::Warning,
        subject: "clinical cells",
        table: "issues",
        condition: "code = 'cell-identifying'",
        message: "cells of the workbooks hold names or numbers; they are masked in the tables alone",
    },
];

/// Findings on the tables.
pub(super) fn findings(catalog: &Catalog) -> Result<Vec<AuditFinding>, AuditError> {
    let mut findings = Vec::new();
    for check in CHECKS {
        let TableCheck { table, condition, .. } = check;
        let sql = format!("SELECT count(*) FILTER ({condition}), count(*) FROM {table}");
        let (count, total): (u64, u64) = catalog.row(&sql)?;
        if count > 0 {
            let counts = [count, total];
            findings.push(AuditFinding::new(
                check.check,
                check.severity,
                check.subject,
                counts,
                check.message,
            ));
        }
    }
    findings.extend(dates(catalog)?);
    Ok(findings)
}

/// Whether days of the week show that dates were shifted: few women are examined on a Sunday, unless
/// dates were moved by random numbers of days.
fn dates(catalog: &Catalog) -> Result<Option<AuditFinding>, AuditError> {
    let sql = "SELECT count(*) FILTER (dayofweek(day) = 0), count(*) FROM \
               (SELECT DISTINCT case_id, study_date AS day FROM images WHERE study_date IS NOT NULL)";
    let (sundays, total): (u64, u64) = catalog.row(sql)?;
    /// Fewer do not show a pattern.
    const ENOUGH: u64 = 100;
    if total < ENOUGH {
        return Ok(None);
    }
    let is_rare = sundays * 20 < total;
    let (severity, message) = if is_rare {
        (
            Severity::Warning,
            "hardly any: the dates seem to be those of the examinations, or shifted by weeks",
        )
    } else {
        (
            Severity::Info,
            "as many as on other days: the dates seem to be shifted by days, or made up",
        )
    };
    let counts = [sundays, total];
    Ok(Some(AuditFinding::new("date", severity, "studies on a Sunday", counts, message)))
}
