//! Every number of a report as JSON.

use serde_json::{Map, Value, json};

use super::claims::{self, ClaimAnswer};
use super::page::{ReportPage, SectionOrigin};
use super::table::ReportCell;
use super::verdict::{ReportVerdict, VerdictState};

impl ReportPage {
    /// The JSON text of the report.
    pub fn to_json(&self) -> String {
        let value = json!({
            "subject": self.subject,
            "snapshot": self.snapshot,
            "compared_with": self.compared.as_ref().map(|other| other.snapshot),
            "source": self.source_line,
            "language": self.language.code(),
            "min_cell": self.min_cell,
            "label": self.label,
            "verdict": verdict_json(&self.verdict),
            "compared_verdict": self.compared.as_ref().map(|other| verdict_json(&other.verdict)),
            "sections": self.sections.iter().map(section).collect::<Vec<_>>(),
            "claim": self.outline.claims.iter().map(|item| {
                let (section, blank) = match claims::answer(self, item) {
                    ClaimAnswer::Section(name, _) => (Some(name), None),
                    ClaimAnswer::Blank(reason) => (None, Some(reason)),
                };
                json!({ "item": item.item, "title": item.title.get(self.language),
                        "section": section, "blank": blank })
            }).collect::<Vec<_>>(),
        });
        // Texts and finite numbers are always written.
        serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
    }
}

fn verdict_json(verdict: &ReportVerdict) -> Value {
    let state = match verdict.state() {
        VerdictState::Good => "good",
        VerdictState::Attention => "attention",
        VerdictState::Fail => "fail",
    };
    let mut fields = Map::new();
    fields.insert("state".to_owned(), json!(state));
    for (name, count) in verdict.counts() {
        fields.insert(name.to_owned(), json!(count));
    }
    let changes = verdict.changes.as_ref().map(|changes| {
        json!({ "older": changes.older, "added": changes.added,
                "removed": changes.removed, "changed": changes.changed })
    });
    fields.insert("changes".to_owned(), json!(changes));
    Value::Object(fields)
}

fn section(section: &super::page::FilledSection) -> Value {
    let (kind, text) = match &section.origin {
        SectionOrigin::Sql(sql) => ("sql", sql),
        SectionOrigin::Command(command) => ("command", command),
    };
    let rows: Vec<Vec<Value>> =
        section.table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    json!({
        "name": section.spec.name,
        "cluster": section.spec.cluster,
        kind: text,
        "columns": section.table.columns,
        "rows": rows,
        "withheld": section.withheld,
        "blank": section.blank,
    })
}

fn cell(cell: &ReportCell) -> Value {
    match cell {
        ReportCell::Missing => Value::Null,
        ReportCell::Text(text) | ReportCell::Withheld(text) => json!(text),
        ReportCell::Whole(number) => json!(number),
        ReportCell::Real(number) => json!(number),
    }
}
