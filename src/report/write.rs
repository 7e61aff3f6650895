//! From a request to a report.

use super::compare;
use super::error::ReportError;
use super::page::{ComparedSnapshot, FilledSection, ReportPage, SectionOrigin};
use super::pictures::{CasePicture, CasePictures, case_pictures};
use super::queried;
use super::request::{ReportRequest, ReportSubject};
use super::section::{SectionSource, SectionSpec, sections};
use super::side::ReportSide;
use super::table::{ReportCell, ReportTable};
use super::texts::ReportTexts;
use crate::catalog::Catalog;

/// Makes a report. `older` is the catalog at the snapshot that the request compares with; `pictures` makes those
/// of single cases.
///
/// # Errors
/// When the catalog refuses a query.
pub fn report(
    catalog: &Catalog,
    older: Option<&Catalog>,
    request: &ReportRequest,
    pictures: Option<&dyn CasePictures>,
) -> Result<ReportPage, ReportError> {
    let outline = sections()?;
    let current = ReportSide::current(catalog, request)?;
    let earlier = older.map(|older| ReportSide::earlier(older, request)).transpose()?;
    let writer = ReportWriter { current, earlier, request, pictures };
    let shown = outline.sections.iter().filter(|spec| request.single_cases || !spec.on_request);
    let sections = shown.map(|spec| writer.section(spec)).collect::<Result<_, _>>()?;
    let compared = writer.earlier.as_ref().map(|earlier| ComparedSnapshot {
        snapshot: earlier.catalog.snapshot().id,
        verdict: earlier.verdict.clone(),
    });
    Ok(ReportPage {
        language: request.language,
        subject: writer.subject(),
        source_line: writer.source_line(),
        snapshot: catalog.snapshot().id,
        compared,
        min_cell: request.min_cell,
        label: request.label.clone(),
        verdict: writer.current.verdict.clone(),
        outline,
        sections,
    })
}

struct ReportWriter<'r> {
    current: ReportSide<'r>,
    earlier: Option<ReportSide<'r>>,
    request: &'r ReportRequest,
    pictures: Option<&'r dyn CasePictures>,
}

impl ReportWriter<'_> {
    fn word(&self, code: &str, values: &[(&str, &str)]) -> String {
        ReportTexts::get().filled(code, self.request.language, values)
    }

    fn subject(&self) -> String {
        match &self.request.subject {
            ReportSubject::Whole => self.word("whole", &[]),
            ReportSubject::Cohort { name, .. } => self.word("cohort", &[("name", name)]),
            ReportSubject::Split(split) => {
                let (name, cohort) = (split.name.to_string(), split.cohort.to_string());
                self.word("split", &[("name", &name), ("cohort", &cohort)])
            }
        }
    }

    fn source_line(&self) -> String {
        let snapshot = self.current.catalog.snapshot();
        let checksum = snapshot.checksum.as_deref().unwrap_or_default();
        let values = [
            ("snapshot", snapshot.id.to_string()),
            ("profile", snapshot.profile.clone()),
            ("version", snapshot.tool_version.clone()),
            ("checksum", checksum.chars().take(16).collect()),
        ];
        let values = values.iter().map(|(name, value)| (*name, value.as_str()));
        self.word("source_line", &values.collect::<Vec<_>>())
    }

    fn section(&self, spec: &SectionSpec) -> Result<FilledSection, ReportError> {
        let current = self.current.table(spec)?;
        let mut withheld = current.withheld;
        let drawn = current.table.clone().unwrap_or_default();
        // What has changed is itself a comparison.
        let earlier = self.earlier.as_ref().filter(|_| spec.source != SectionSource::Changes);
        let table = match earlier {
            None => current.table,
            Some(side) => {
                let other = side.table(spec)?;
                withheld |= other.withheld;
                let (now, then) = (current.table.as_ref(), other.table.as_ref());
                compare::beside(now, then, spec, side.catalog.snapshot().id)
            }
        };
        let (word, origin) = self.origin(spec)?;
        let is_blank = table.as_ref().is_none_or(|table| table.rows.is_empty());
        let is_missing = table.is_none() || spec.source == SectionSource::Sql;
        let blank = (is_blank && is_missing).then(|| self.word(word, &[]));
        let table = table.unwrap_or_default();
        let pictures = self.pictures_of(&table);
        let spec = spec.clone();
        Ok(FilledSection { spec, table, drawn, origin, blank, withheld, pictures })
    }

    /// Where the rows of a section come from, and the word for their absence.
    fn origin(&self, spec: &SectionSpec) -> Result<(&'static str, SectionOrigin), ReportError> {
        let (command, blank) = match spec.source {
            SectionSource::Sql => {
                let sql = queried::query(spec, &self.request.subject.cases())?;
                return Ok(("no_rows", SectionOrigin::Sql(sql)));
            }
            SectionSource::Checks => ("check", "no_rows"),
            SectionSource::Changes => ("snapshot diff", "no_snapshot"),
            SectionSource::Snapshot => ("snapshot show", "no_rows"),
            SectionSource::Agreement => ("agreement", "no_agreement"),
            SectionSource::Shortcuts => ("shortcuts", "no_shortcuts"),
            SectionSource::Audit => ("audit", "no_audit"),
            SectionSource::Balance => ("split show", "no_split"),
        };
        Ok((blank, SectionOrigin::Command(self.command(command))))
    }

    /// Pictures of the cases that rows name, each once.
    fn pictures_of(&self, table: &ReportTable) -> Vec<CasePicture> {
        let column = table.columns.iter().position(|name| name == "case_id");
        let (Some(maker), Some(column)) = (self.pictures, column) else { return Vec::new() };
        let mut cases: Vec<&str> = Vec::new();
        for row in &table.rows {
            if let ReportCell::Text(case_id) = &row[column]
                && !cases.contains(&&**case_id)
            {
                cases.push(case_id);
            }
        }
        case_pictures(maker, &cases, &self.word("pictures_full", &[]))
    }

    /// The command line of a computed section.
    fn command(&self, command: &str) -> String {
        let quoted = |text: &str| {
            shlex::try_quote(text).map_or_else(|_| text.to_owned(), |t| t.into_owned())
        };
        let name = match &self.request.subject {
            ReportSubject::Whole => None,
            ReportSubject::Cohort { name, .. } => Some(name.clone()),
            ReportSubject::Split(split) => Some(split.cohort.to_string()),
        };
        let rest = match (command, &self.request.subject, name) {
            ("shortcuts", ReportSubject::Split(split), Some(name)) => {
                let label = quoted(&self.request.label);
                format!(" {name} --split {} --label {label}", split.name)
            }
            ("shortcuts", _, name) => {
                let name = name.unwrap_or_else(|| "COHORT".to_owned());
                format!(" {name} --label {}", quoted(&self.request.label))
            }
            ("agreement", _, Some(name)) => format!(" --cohort {name}"),
            ("snapshot diff", ..) => {
                let older =
                    self.current.verdict.changes.as_ref().map_or(0, |changes| changes.older);
                format!(" {older} {}", self.current.catalog.snapshot().id)
            }
            ("split show", ReportSubject::Split(split), _) => format!(" {}", split.name),
            _ => String::new(),
        };
        format!("mammodex {command}{rest}")
    }
}
