//! The clinical record of one woman: each cell parsed beside its raw text.

use super::issue::IssueCode;
use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use super::birads::{self, Birads};
use super::column::ClinicalColumn;
use super::diagnosis::Diagnosis;
use super::histology::{self, HistologyType};
use super::laterality::Laterality;
use super::location::{self, TumourLocation};
use super::reading::ParseOutcome;
use super::size;
use super::stage::{self, TnmStage};
use super::text;
use super::vocabulary::{Memo, remember};

/// A cell: its text and what it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParsedCell<T> {
    /// The cell as written; absent when there is none or it is empty.
    pub raw: Option<String>,
    /// What it says; absent when it says nothing or cannot be read.
    pub value: Option<T>,
}

impl<T> Default for ParsedCell<T> {
    fn default() -> Self {
        Self { raw: None, value: None }
    }
}

/// Where a clinical row stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowOrigin {
    /// File, relative to the root.
    pub file: String,
    /// Sheet; absent in a text file.
    pub sheet: Option<String>,
    /// Row, from 1.
    pub row: u32,
}

/// What one clinical row says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClinicalRecord {
    /// Where it stands; absent for a case without a row.
    pub origin: Option<RowOrigin>,
    /// The group, where the row itself says it.
    pub diagnosis: Option<Diagnosis>,
    /// What each breast has, left and right, where the table says so of a breast.
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
    /// Place of the tumour.
    pub location: ParsedCell<TumourLocation>,
    /// Histology; the value is its group and code.
    pub histology: ParsedCell<HistologyType>,
}

/// A cell that could not be taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellDoubt {
    /// Which column.
    pub column: ClinicalColumn,
    /// Code of `schema/issues`.
    pub code: IssueCode,
    /// Why.
    pub why: String,
    /// The cell.
    pub raw: String,
}

/// A grammar that reads each text once: a column has some dozen different ones.
macro_rules! once {
    ($grammar:path, $value:ty) => {{
        thread_local!(static SEEN: Memo<$value> = RefCell::default());
        |text: &str| SEEN.with(|seen| remember(seen, text, $grammar))
    }};
}

impl ClinicalRecord {
    /// Reads the cells of one row; `cell` gives a column's text.
    pub fn read<'a>(
        cell: impl Fn(ClinicalColumn) -> Option<&'a str>,
        doubts: &mut Vec<CellDoubt>,
    ) -> Self {
        let mut row = ClinicalRow { cell, doubts };
        let birads = [IssueCode::BiradsUnreadable, IssueCode::BiradsDoubtful];
        let category = once!(birads::parse, ParseOutcome<Birads>);
        Self {
            origin: None,
            diagnosis: row.diagnosis(),
            side_diagnosis: [None; 2],
            age_years: row.age(),
            manufacturer_raw: row.raw(ClinicalColumn::Manufacturer),
            model_raw: row.raw(ClinicalColumn::Model),
            birads_both: row.read(ClinicalColumn::BiradsBoth, birads, category),
            birads_left: row.read(ClinicalColumn::BiradsLeft, birads, category),
            birads_right: row.read(ClinicalColumn::BiradsRight, birads, category),
            t_stage: row.read(
                ClinicalColumn::TStage,
                [IssueCode::TStageUnreadable, IssueCode::TStageDoubtful],
                once!(stage::parse_t, ParseOutcome<TnmStage>),
            ),
            n_stage: row.read(
                ClinicalColumn::NStage,
                [IssueCode::NStageUnreadable, IssueCode::NStageDoubtful],
                once!(stage::parse_n, ParseOutcome<TnmStage>),
            ),
            tumor_size_cm: row.size(),
            location: row.read(
                ClinicalColumn::TumorLocation,
                [IssueCode::LocationUnreadable, IssueCode::LocationDoubtful],
                once!(location::parse, ParseOutcome<TumourLocation>),
            ),
            histology: row.histology(),
        }
    }

    /// BI-RADS of the side or image that the row is about.
    pub fn birads_of_row(raw: &str, doubts: &mut Vec<CellDoubt>) -> ParsedCell<Birads> {
        let mut row = ClinicalRow { cell: |_| Some(raw), doubts };
        row.read(
            ClinicalColumn::Birads,
            [IssueCode::BiradsUnreadable, IssueCode::BiradsDoubtful],
            birads::parse,
        )
    }

    /// Takes a BI-RADS that names no side for that of both breasts, where that column says nothing.
    pub fn take_birads_of_no_side(&mut self, raw: &str, doubts: &mut Vec<CellDoubt>) {
        let read = Self::birads_of_row(raw, doubts);
        let both = &mut self.birads_both;
        if both.raw.is_none() {
            *both = read;
        } else if read.value.is_some() && read.value != both.value {
            let why = "the column of both breasts says something else, and was taken".to_owned();
            let (column, code) = (ClinicalColumn::Birads, IssueCode::BiradsDoubtful);
            doubts.push(CellDoubt { column, code, why, raw: raw.to_owned() });
        }
    }

    /// The side that the text names for the tumour.
    pub fn tumor_side(&self) -> Option<Laterality> {
        self.location.value.and_then(|location| location.side)
    }

    /// The worst BI-RADS that the row gives.
    pub fn worst_birads(&self) -> Option<Birads> {
        let all = [&self.birads_both, &self.birads_left, &self.birads_right];
        birads::worst(all.into_iter().filter_map(|read| read.value))
    }

    /// Where another row of the same case says something else: column, this row's cell, the
    /// other's. A cell that says nothing contradicts nothing; `1c` and `T1c` are the same.
    pub fn contradictions(&self, other: &Self) -> Vec<(ClinicalColumn, String, String)> {
        let mut found = Vec::new();
        let mut texts = |column: ClinicalColumn, a: Option<&str>, b: Option<&str>| {
            if let (Some(a), Some(b)) = (filled(a), filled(b))
                && text::fold(a) != text::fold(b)
            {
                found.push((column, a.to_owned(), b.to_owned()));
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
        clash(ClinicalColumn::BiradsBoth, &self.birads_both, &other.birads_both, &mut found);
        clash(ClinicalColumn::BiradsLeft, &self.birads_left, &other.birads_left, &mut found);
        clash(ClinicalColumn::BiradsRight, &self.birads_right, &other.birads_right, &mut found);
        clash(ClinicalColumn::TumorLocation, &self.location, &other.location, &mut found);
        clash(ClinicalColumn::TStage, &self.t_stage, &other.t_stage, &mut found);
        clash(ClinicalColumn::NStage, &self.n_stage, &other.n_stage, &mut found);
        clash(ClinicalColumn::TumorSize, &self.tumor_size_cm, &other.tumor_size_cm, &mut found);
        clash(ClinicalColumn::Histology, &self.histology, &other.histology, &mut found);
        found
    }

    /// Takes from another row of the same case what this one leaves empty.
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

fn clash<T: PartialEq>(
    column: ClinicalColumn,
    a: &ParsedCell<T>,
    b: &ParsedCell<T>,
    found: &mut Vec<(ClinicalColumn, String, String)>,
) {
    if let (Some(one), Some(other)) = (filled(a.raw.as_deref()), filled(b.raw.as_deref()))
        && text::fold(one) != text::fold(other)
        && (a.value.is_none() || a.value != b.value)
    {
        found.push((column, one.to_owned(), other.to_owned()));
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
    doubts: &'d mut Vec<CellDoubt>,
}

impl<'a, F: Fn(ClinicalColumn) -> Option<&'a str>> ClinicalRow<'_, F> {
    fn raw(&self, column: ClinicalColumn) -> Option<String> {
        (self.cell)(column).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    }

    fn doubt(&mut self, column: ClinicalColumn, code: IssueCode, why: String, raw: &str) {
        self.doubts.push(CellDoubt { column, code, why, raw: raw.to_owned() });
    }

    /// Reads a cell by its grammar; `codes` are those of a text that cannot be read and of one that
    /// can, in part.
    fn read<T>(
        &mut self,
        column: ClinicalColumn,
        codes: [IssueCode; 2],
        grammar: impl Fn(&str) -> ParseOutcome<T>,
    ) -> ParsedCell<T> {
        let Some(raw) = self.raw(column) else { return ParsedCell::default() };
        let value = match grammar(&raw) {
            ParseOutcome::Empty => None,
            ParseOutcome::Value(value) => Some(value),
            ParseOutcome::Doubtful(value, why) => {
                self.doubt(column, codes[1], why, &raw);
                Some(value)
            }
            ParseOutcome::Unreadable(why) => {
                self.doubt(column, codes[0], why, &raw);
                None
            }
        };
        ParsedCell { raw: Some(raw), value }
    }

    /// The size in cm, or else the one of a column in mm.
    fn size(&mut self) -> ParsedCell<f64> {
        let codes = [IssueCode::SizeUnreadable, IssueCode::SizeDoubtful];
        let mm = self.raw(ClinicalColumn::TumorSizeMm).filter(|raw| !text::is_blank(raw));
        if mm.is_some() && filled(self.raw(ClinicalColumn::TumorSize).as_deref()).is_none() {
            return self.read(ClinicalColumn::TumorSizeMm, codes, size::parse_mm);
        }
        self.read(ClinicalColumn::TumorSize, codes, once!(size::parse_cm, ParseOutcome<f64>))
    }

    fn histology(&mut self) -> ParsedCell<HistologyType> {
        let Some(raw) = self.raw(ClinicalColumn::Histology) else { return ParsedCell::default() };
        let classify = once!(histology::classify, Option<&'static HistologyType>);
        let value = if text::is_blank(&raw) { None } else { classify(&raw).copied() };
        if value.is_none() && !text::is_blank(&raw) {
            let why = "the vocabulary of histology does not know this diagnosis".to_owned();
            self.doubt(ClinicalColumn::Histology, IssueCode::HistologyUnknown, why, &raw);
        }
        ParsedCell { raw: Some(raw), value }
    }

    fn diagnosis(&mut self) -> Option<Diagnosis> {
        let raw = self.raw(ClinicalColumn::Diagnosis).filter(|raw| !text::is_blank(raw))?;
        let value = Diagnosis::parse(&raw);
        if value.is_none() {
            let why = "no group is called so".to_owned();
            self.doubt(ClinicalColumn::Diagnosis, IssueCode::DiagnosisUnknown, why, &raw);
        }
        value
    }

    fn age(&mut self) -> Option<i64> {
        let raw = self.raw(ClinicalColumn::Age).filter(|raw| !text::is_blank(raw))?;
        let years: Option<f64> = text::fold(&raw).trim_end_matches(['세', 'Y', 'y']).parse().ok();
        let age = years.filter(|age| (0.0..=120.0).contains(age));
        if age.is_none() {
            let why = "no age in years between 0 and 120".to_owned();
            self.doubt(ClinicalColumn::Age, IssueCode::AgeUnreadable, why, &raw);
        }
        #[allow(clippy::cast_possible_truncation)] // between 0 and 120
        age.map(|age| age.floor() as i64)
    }
}

/// A row of `patients`: the clinical record and what was counted for the case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patient {
    /// The case.
    pub case_id: String,
    /// The group.
    pub diagnosis: Option<&'static str>,
    /// Age, from the table or the headers.
    pub age_years: Option<i64>,
    /// Maker, one spelling per maker.
    pub vendor: Option<String>,
    /// Product line.
    pub model_family: Option<String>,
    /// Software version as the model's text carries it.
    pub software_version: Option<String>,
    /// What the clinical table says.
    pub clinical: ClinicalRecord,
    /// Images of the case.
    pub image_count: u32,
    /// Views present, each once, sorted.
    pub views: Vec<String>,
    /// Annotation files that count.
    pub annotation_count: u32,
    /// Contours that count.
    pub lesion_count: u32,
    /// Readers, each once, sorted.
    pub readers: Vec<String>,
    /// Whether any reader marked the case as unreadable.
    pub discarded: Option<bool>,
}

impl Patient {
    /// Whether LCC, LMLO, RCC and RMLO are all there.
    pub fn has_four_views(&self) -> bool {
        ["LCC", "LMLO", "RCC", "RMLO"].iter().all(|view| self.views.iter().any(|v| v == view))
    }
}
