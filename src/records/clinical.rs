//! The clinical record of one case: each cell parsed, beside its raw text.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use super::birads::{self, Birads};
use super::column::ClinicalColumn;
use super::diagnosis::Diagnosis;
use super::histology::{self, HistologyType};
use super::identifying;
use super::issue::IssueCode;
use super::laterality::Laterality;
use super::location::{self, TumourLocation};
use super::outcome::ParseOutcome;
use super::size::{self, SizeUnit};
use super::stage::{self, TnmStage};
use super::text;
use super::vocabulary::{Memo, field, memoize, rows};

/// A cell: its raw text and the value read from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParsedCell<T> {
    /// The cell as written; absent when there is none or it is empty.
    pub raw: Option<String>,
    /// The value; absent when the cell is blank or cannot be read.
    pub value: Option<T>,
}

impl<T> Default for ParsedCell<T> {
    fn default() -> Self {
        Self { raw: None, value: None }
    }
}

/// The file, sheet and row of a clinical record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowOrigin {
    /// File, relative to the root.
    pub file: String,
    /// Sheet; absent in a text file.
    pub sheet: Option<String>,
    /// Row, from 1.
    pub row: u32,
}

/// The clinical record of one row, or of a case after its rows were merged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClinicalRecord {
    /// Its file, sheet and row; absent for a case without a row.
    pub origin: Option<RowOrigin>,
    /// The group, where the row itself names it.
    pub diagnosis: Option<Diagnosis>,
    /// The diagnosis of the left and right breast, where the table gives one per breast.
    pub side_diagnosis: [Option<Diagnosis>; 2],
    /// Age in years.
    pub age_years: Option<i64>,
    /// Manufacturer as written.
    pub manufacturer_raw: Option<String>,
    /// Model as written.
    pub model_raw: Option<String>,
    /// BI-RADS, both breasts.
    pub birads_both: ParsedCell<Birads>,
    /// BI-RADS, left.
    pub birads_left: ParsedCell<Birads>,
    /// BI-RADS, right.
    pub birads_right: ParsedCell<Birads>,
    /// T.
    pub t_stage: ParsedCell<TnmStage>,
    /// N.
    pub n_stage: ParsedCell<TnmStage>,
    /// Size in cm.
    pub tumor_size_cm: ParsedCell<f64>,
    /// Location of the tumour.
    pub location: ParsedCell<TumourLocation>,
    /// Histology; the value is its group and code.
    pub histology: ParsedCell<HistologyType>,
}

/// What a cell alone does not say, and its column does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnContext {
    /// The unit of sizes without one in the column of sizes in cm; absent when nothing decides it.
    pub size_unit: Option<SizeUnit>,
    /// Whether the column of diagnoses holds results of a test, of which `양성` is the positive one.
    pub has_test_results: bool,
}

/// A cell whose value is doubtful or could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellDoubt {
    /// The column.
    pub column: ClinicalColumn,
    /// Code of `schema/issues`.
    pub code: IssueCode,
    /// Why the value is doubtful or missing.
    pub reason: String,
    /// The raw text of the cell.
    pub raw: String,
}

/// A grammar that reads each distinct text once: a column has some dozens of them.
macro_rules! memoized {
    ($grammar:path, $value:ty) => {{
        thread_local!(static CACHE: Memo<$value> = RefCell::default());
        |text: &str| CACHE.with(|cache| memoize(cache, text, $grammar))
    }};
}

impl ClinicalRecord {
    /// Reads the cells of one row; `cell` returns the text of a column.
    pub fn read<'a>(
        cell: impl Fn(ClinicalColumn) -> Option<&'a str>,
        columns: ColumnContext,
        doubts: &mut Vec<CellDoubt>,
    ) -> Self {
        let mut row = ClinicalRow { cell, columns, doubts };
        row.doubt_unit();
        let birads = [IssueCode::BiradsUnreadable, IssueCode::BiradsDoubtful];
        let category = memoized!(birads::parse, ParseOutcome<Birads>);
        Self {
            origin: None,
            diagnosis: row.diagnosis(),
            side_diagnosis: [None; 2],
            age_years: row.age(),
            manufacturer_raw: row.text(ClinicalColumn::Manufacturer),
            model_raw: row.text(ClinicalColumn::Model),
            birads_both: row.read(ClinicalColumn::BiradsBoth, birads, category),
            birads_left: row.read(ClinicalColumn::BiradsLeft, birads, category),
            birads_right: row.read(ClinicalColumn::BiradsRight, birads, category),
            t_stage: row.read(
                ClinicalColumn::TStage,
                [IssueCode::TStageUnreadable, IssueCode::TStageDoubtful],
                memoized!(stage::parse_t, ParseOutcome<TnmStage>),
            ),
            n_stage: row.read(
                ClinicalColumn::NStage,
                [IssueCode::NStageUnreadable, IssueCode::NStageDoubtful],
                memoized!(stage::parse_n, ParseOutcome<TnmStage>),
            ),
            tumor_size_cm: row.size(),
            location: row.read(
                ClinicalColumn::TumorLocation,
                [IssueCode::LocationUnreadable, IssueCode::LocationDoubtful],
                memoized!(location::parse, ParseOutcome<TumourLocation>),
            ),
            histology: row.read(
                ClinicalColumn::Histology,
                [IssueCode::HistologyUnknown, IssueCode::HistologyDoubtful],
                memoized!(histology::parse, ParseOutcome<HistologyType>),
            ),
        }
    }

    /// The BI-RADS of a row about one side or image.
    pub fn birads_of_row(raw: &str, doubts: &mut Vec<CellDoubt>) -> ParsedCell<Birads> {
        let columns = ColumnContext::default();
        let mut row = ClinicalRow { cell: |_| Some(raw), columns, doubts };
        row.read(
            ClinicalColumn::Birads,
            [IssueCode::BiradsUnreadable, IssueCode::BiradsDoubtful],
            birads::parse,
        )
    }

    /// Uses a BI-RADS that names no side as that of both breasts, where that column is blank.
    pub fn set_birads_without_side(&mut self, raw: &str, doubts: &mut Vec<CellDoubt>) {
        let cell = Self::birads_of_row(raw, doubts);
        let both = &mut self.birads_both;
        if both.raw.is_none() {
            *both = cell;
        } else if cell.value.is_some() && cell.value != both.value {
            let reason = "differs from the column of both breasts, which was used".to_owned();
            let (column, code) = (ClinicalColumn::Birads, IssueCode::BiradsDoubtful);
            doubts.push(CellDoubt { column, code, reason, raw: cell.raw.unwrap_or_default() });
        }
    }

    /// The side of the tumour, as the location names it.
    pub fn tumor_side(&self) -> Option<Laterality> {
        self.location.value.and_then(|location| location.side)
    }

    /// The most suspicious BI-RADS of the row.
    pub fn worst_birads(&self) -> Option<Birads> {
        let cells = [&self.birads_both, &self.birads_left, &self.birads_right];
        birads::worst(cells.into_iter().filter_map(|cell| cell.value))
    }

    /// The columns in which another row of the same case differs, with this row's cell and the
    /// other's. A blank cell contradicts nothing; `1c` and `T1c` are the same.
    pub fn contradictions(&self, other: &Self) -> Vec<(ClinicalColumn, String, String)> {
        let mut differences = Vec::new();
        let mut texts = |column: ClinicalColumn, a: Option<&str>, b: Option<&str>| {
            if let (Some(a), Some(b)) = (filled(a), filled(b))
                && text::fold(a) != text::fold(b)
            {
                differences.push((column, a.to_owned(), b.to_owned()));
            }
        };
        let age = |row: &Self| row.age_years.map(|age| age.to_string());
        texts(
            ClinicalColumn::Diagnosis,
            self.diagnosis.map(Diagnosis::as_str),
            other.diagnosis.map(Diagnosis::as_str),
        );
        texts(ClinicalColumn::Age, age(self).as_deref(), age(other).as_deref());
        let maker = |row: &Self| row.manufacturer_raw.clone();
        texts(ClinicalColumn::Manufacturer, maker(self).as_deref(), maker(other).as_deref());
        texts(ClinicalColumn::Model, self.model_raw.as_deref(), other.model_raw.as_deref());
        note_difference(
            ClinicalColumn::BiradsBoth,
            &self.birads_both,
            &other.birads_both,
            &mut differences,
        );
        note_difference(
            ClinicalColumn::BiradsLeft,
            &self.birads_left,
            &other.birads_left,
            &mut differences,
        );
        note_difference(
            ClinicalColumn::BiradsRight,
            &self.birads_right,
            &other.birads_right,
            &mut differences,
        );
        note_difference(
            ClinicalColumn::TumorLocation,
            &self.location,
            &other.location,
            &mut differences,
        );
        note_difference(ClinicalColumn::TStage, &self.t_stage, &other.t_stage, &mut differences);
        note_difference(ClinicalColumn::NStage, &self.n_stage, &other.n_stage, &mut differences);
        note_difference(
            ClinicalColumn::TumorSize,
            &self.tumor_size_cm,
            &other.tumor_size_cm,
            &mut differences,
        );
        note_difference(
            ClinicalColumn::Histology,
            &self.histology,
            &other.histology,
            &mut differences,
        );
        differences
    }

    /// Fills what this row leaves blank from another row of the same case.
    pub fn complete(&mut self, other: Self) {
        self.diagnosis = self.diagnosis.or(other.diagnosis);
        self.age_years = self.age_years.or(other.age_years);
        fill_text(&mut self.manufacturer_raw, other.manufacturer_raw);
        fill_text(&mut self.model_raw, other.model_raw);
        fill(&mut self.birads_both, other.birads_both);
        fill(&mut self.birads_left, other.birads_left);
        fill(&mut self.birads_right, other.birads_right);
        fill(&mut self.location, other.location);
        fill(&mut self.t_stage, other.t_stage);
        fill(&mut self.n_stage, other.n_stage);
        fill(&mut self.tumor_size_cm, other.tumor_size_cm);
        fill(&mut self.histology, other.histology);
    }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text::is_blank(text))
}

fn note_difference<T: PartialEq>(
    column: ClinicalColumn,
    a: &ParsedCell<T>,
    b: &ParsedCell<T>,
    differences: &mut Vec<(ClinicalColumn, String, String)>,
) {
    if let (Some(one), Some(other)) = (filled(a.raw.as_deref()), filled(b.raw.as_deref()))
        && text::fold(one) != text::fold(other)
        && (a.value.is_none() || a.value != b.value)
    {
        differences.push((column, one.to_owned(), other.to_owned()));
    }
}

fn fill<T>(into: &mut ParsedCell<T>, from: ParsedCell<T>) {
    if filled(into.raw.as_deref()).is_none() && filled(from.raw.as_deref()).is_some() {
        *into = from;
    }
}

fn fill_text(into: &mut Option<String>, from: Option<String>) {
    if filled(into.as_deref()).is_none() && filled(from.as_deref()).is_some() {
        *into = from;
    }
}

struct ClinicalRow<'d, F> {
    cell: F,
    columns: ColumnContext,
    doubts: &'d mut Vec<CellDoubt>,
}

impl<'a, F: Fn(ClinicalColumn) -> Option<&'a str>> ClinicalRow<'_, F> {
    fn raw(&self, column: ClinicalColumn) -> Option<String> {
        (self.cell)(column).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    }

    fn doubt(&mut self, column: ClinicalColumn, code: IssueCode, reason: String, raw: &str) {
        self.doubts.push(CellDoubt { column, code, reason, raw: raw.to_owned() });
    }

    /// Reads a cell by its grammar; `codes` are those of an unreadable and of a doubtful text.
    fn read<T>(
        &mut self,
        column: ClinicalColumn,
        codes: [IssueCode; 2],
        grammar: impl Fn(&str) -> ParseOutcome<T>,
    ) -> ParsedCell<T> {
        let Some(raw) = self.raw(column) else { return ParsedCell::default() };
        let outcome = grammar(&raw);
        let masked = self.masked(column, &raw, outcome.value().is_some());
        let value = match outcome {
            ParseOutcome::Empty => None,
            ParseOutcome::Value(value) => Some(value),
            ParseOutcome::Doubtful(value, reason) => {
                self.doubt(column, codes[1], reason, &masked);
                Some(value)
            }
            ParseOutcome::Unreadable(reason) => {
                self.doubt(column, codes[0], reason, &masked);
                None
            }
        };
        ParsedCell { raw: Some(masked), value }
    }

    /// The text of a cell without what identifies a person, which is a finding.
    fn masked(&mut self, column: ClinicalColumn, raw: &str, is_read: bool) -> String {
        let Some(masked) = identifying::mask_cell(raw, is_read) else { return raw.to_owned() };
        let reason = format!("contains {}, which was masked", masked.kind);
        self.doubt(column, IssueCode::CellIdentifying, reason, &masked.text);
        masked.text
    }

    /// The text of a cell that is saved unparsed, without what identifies a person.
    fn text(&mut self, column: ClinicalColumn) -> Option<String> {
        let raw = self.raw(column)?;
        Some(self.masked(column, &raw, true))
    }

    /// The size in cm; that of the column in mm where the one in cm is blank.
    fn size(&mut self) -> ParsedCell<f64> {
        let codes = [IssueCode::SizeUnreadable, IssueCode::SizeDoubtful];
        let mm = self.raw(ClinicalColumn::TumorSizeMm).filter(|raw| !text::is_blank(raw));
        if mm.is_some() && filled(self.raw(ClinicalColumn::TumorSize).as_deref()).is_none() {
            return self.read(ClinicalColumn::TumorSizeMm, codes, size::parse_mm);
        }
        let column = ClinicalColumn::TumorSize;
        match self.columns.size_unit {
            Some(SizeUnit::Cm) => {
                self.read(column, codes, memoized!(size::parse_cm, ParseOutcome<f64>))
            }
            Some(SizeUnit::Mm) => {
                self.read(column, codes, memoized!(size::parse_mm, ParseOutcome<f64>))
            }
            // A finding of the column says so.
            None => self.read(column, codes, |text| match size::has_own_unit(text) {
                true => size::parse_cm(text),
                false => ParseOutcome::Empty,
            }),
        }
    }

    /// Doubts a size whose T agrees with the other unit alone.
    fn doubt_unit(&mut self) {
        let size = [ClinicalColumn::TumorSize, ClinicalColumn::TumorSizeMm].into_iter();
        let Some((column, size)) = size
            .filter_map(|column| Some((column, self.raw(column)?)))
            .find(|(_, raw)| !text::is_blank(raw))
        else {
            return;
        };
        let named = match column {
            ClinicalColumn::TumorSizeMm => Some(SizeUnit::Mm),
            _ => self.columns.size_unit,
        };
        let Some(t_stage) = self.raw(ClinicalColumn::TStage) else { return };
        let by_stage = size::unit_by_stage(std::iter::once((&*size, &*t_stage)), false);
        if let (Some(named), Some(fitting)) = (named, by_stage)
            && named != fitting
        {
            let reason = format!("the T beside it fits a size in {}", fitting.as_str());
            self.doubt(column, IssueCode::SizeDoubtful, reason, &size);
        }
    }

    fn diagnosis(&mut self) -> Option<Diagnosis> {
        let raw = self.raw(ClinicalColumn::Diagnosis).filter(|raw| !text::is_blank(raw))?;
        let is_result = self.columns.has_test_results && text::key(&raw) == "양성";
        let value = Diagnosis::parse(&raw).filter(|_| !is_result);
        let masked = self.masked(ClinicalColumn::Diagnosis, &raw, value.is_some());
        if value.is_none() {
            let reason = match is_result {
                true => "the positive result of a test, not the group benign",
                false => "not the name of a group",
            };
            let (column, code) = (ClinicalColumn::Diagnosis, IssueCode::DiagnosisUnknown);
            self.doubt(column, code, reason.to_owned(), &masked);
        }
        value
    }

    fn age(&mut self) -> Option<i64> {
        let raw = self.raw(ClinicalColumn::Age).filter(|raw| !text::is_blank(raw))?;
        let years: Option<f64> = without_years(&text::plain(&raw)).parse().ok();
        let age = years.filter(|age| (0.0..=120.0).contains(age));
        if age.is_none() {
            // A date in this column is that of birth.
            let is_birth = text::is_date(&text::plain(&raw));
            let shown = if is_birth { format!("DOB {raw}") } else { raw };
            let masked = self.masked(ClinicalColumn::Age, &shown, false);
            let reason = "not an age in years between 0 and 120".to_owned();
            self.doubt(ClinicalColumn::Age, IssueCode::AgeUnreadable, reason, &masked);
        }
        #[allow(clippy::cast_possible_truncation)] // between 0 and 120
        age.map(|age| age.floor() as i64)
    }
}

/// An age without the words of `schema/vocabulary/age.csv` beside it: `61 years`, `61세`, `만 61세`.
fn without_years(plain: &str) -> &str {
    let words = |kind| {
        let rows = rows("age").iter();
        rows.filter(move |row| field(row, 0) == kind).map(|row| field(row, 1))
    };
    let age = plain.trim();
    let age = words("before").find_map(|word| age.strip_prefix(word)).unwrap_or(age).trim_start();
    words("behind").find_map(|word| age.strip_suffix(word)).unwrap_or(age).trim_end()
}
