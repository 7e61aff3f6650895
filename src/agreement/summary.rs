//! Measures of agreement with their intervals, as a table.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;

use super::case::{self, ComparedCase};
use super::error::AgreementError;
use super::measure::{self, AgreementMeasure, MEASURES};
use super::request::{AgreementRequest, ReaderPairs};
use crate::catalog::Catalog;
use crate::statistics::bootstrap::percentile_interval;

/// Measures of agreement, by pair of readers.
#[derive(Debug, Clone)]
pub struct AgreementSummary {
    /// Cases with readings to compare.
    pub cases: usize,
    /// Cases that a rule of full agreement would exclude.
    pub without_full_agreement: usize,
    /// Cases that a reading marks as unreadable: their contours are not compared.
    pub discarded: usize,
    /// Matched contours without distances, since the image or its spacing is not known.
    pub without_spacing: usize,
    /// Longest diameters of matched contours in both readings, in mm, by case.
    pub diameters_mm: Vec<(f64, f64)>,
    rows: Vec<SummaryRow>,
}

#[derive(Debug, Clone)]
struct SummaryRow {
    readers: String,
    measure: &'static str,
    unit: &'static str,
    subjects: usize,
    estimate: Option<f64>,
    interval: Option<[f64; 2]>,
}

/// Measures the agreement of the readings of a catalog. Intervals are percentiles of resamples of
/// cases, so that contours of one woman are not treated as independent.
///
/// # Errors
/// When the catalog refuses, or there is nothing to compare.
pub fn summarise(
    catalog: &Catalog,
    request: &AgreementRequest,
) -> Result<AgreementSummary, AgreementError> {
    let groups = case::read(catalog, &request.condition())?;
    let Some((_, all)) = groups.first_key_value() else {
        let within = match &request.cases {
            Some((_, name)) => format!("of {name}"),
            None => "of the catalog".to_owned(),
        };
        return Err(AgreementError::NothingToCompare {
            within,
            kind: request.comparison.in_words(),
        });
    };
    let agrees = |case: &&ComparedCase| case.agrees_fully(request.threshold);
    let matches = all.iter().flat_map(|case| &case.matches);
    let mut summary = AgreementSummary {
        cases: all.len(),
        without_full_agreement: all.len() - all.iter().filter(agrees).count(),
        discarded: all.iter().filter(|case| case.is_discarded()).count(),
        without_spacing: matches.filter(|pair| pair.hausdorff_mm.is_none()).count(),
        diameters_mm: measure::diameters(&all.iter().collect::<Vec<_>>()),
        rows: Vec::new(),
    };
    let shown = match request.pairs {
        ReaderPairs::Together => 1,
        ReaderPairs::Each => groups.len(),
    };
    for (readers, cases) in groups.iter().take(shown) {
        let readers = match readers {
            Some([a, b]) => format!("{a} × {b}"),
            None => "all".to_owned(),
        };
        let row = |measure| summarise_measure(measure, cases, &readers, request);
        summary.rows.extend(MEASURES.iter().map(row));
    }
    Ok(summary)
}

impl SummaryRow {
    fn title(&self) -> String {
        match self.unit {
            "" => self.measure.to_owned(),
            unit => format!("{}, {unit}", self.measure),
        }
    }

    fn interval(&self) -> String {
        self.interval.map_or_else(String::new, |[low, high]| {
            format!("{} to {}", rounded(low), rounded(high))
        })
    }
}

/// Three decimals; a zero has no sign.
fn rounded(number: f64) -> String {
    let text = format!("{number:.3}");
    if text == "-0.000" { "0.000".to_owned() } else { text }
}

fn summarise_measure(
    measure: &AgreementMeasure,
    cases: &[ComparedCase],
    readers: &str,
    request: &AgreementRequest,
) -> SummaryRow {
    let all: Vec<&ComparedCase> = cases.iter().collect();
    let estimate = (measure.estimate)(&all, request.threshold);
    let resampled = |drawn: &[usize]| {
        let drawn: Vec<&ComparedCase> =
            drawn.iter().filter_map(|place| cases.get(*place)).collect();
        (measure.estimate)(&drawn, request.threshold)
    };
    let interval = estimate
        .and_then(|_| percentile_interval(cases.len(), request.resamples, request.seed, resampled));
    SummaryRow {
        readers: readers.to_owned(),
        measure: measure.text().map_or("", |text| &text.name),
        unit: measure.text().map_or("", |text| &text.unit),
        subjects: (measure.subjects)(&all),
        estimate,
        interval,
    }
}

impl AgreementSummary {
    /// The table for people: estimates with their interval, to three decimals.
    ///
    /// # Errors
    /// When Arrow refuses.
    pub fn page(&self) -> Result<RecordBatch, AgreementError> {
        let text = |cell: fn(&SummaryRow) -> String| -> ArrayRef {
            Arc::new(self.rows.iter().map(|row| Some(cell(row))).collect::<StringArray>())
        };
        let subjects: UInt64Array = self.rows.iter().map(|row| Some(row.subjects as u64)).collect();
        Ok(RecordBatch::try_from_iter_with_nullable([
            ("readers", text(|row| row.readers.clone()), false),
            ("measure", text(SummaryRow::title), false),
            ("n", Arc::new(subjects), false),
            ("estimate", text(|row| row.estimate.map_or_else(String::new, rounded)), false),
            ("95 % CI", text(SummaryRow::interval), false),
        ])?)
    }

    /// The table of numbers: one row per pair of readers and measure.
    ///
    /// # Errors
    /// When Arrow refuses.
    pub fn table(&self) -> Result<RecordBatch, AgreementError> {
        let text = |cell: fn(&SummaryRow) -> &str| -> ArrayRef {
            Arc::new(self.rows.iter().map(|row| Some(cell(row))).collect::<StringArray>())
        };
        let number = |cell: fn(&SummaryRow) -> Option<f64>| -> ArrayRef {
            Arc::new(self.rows.iter().map(cell).collect::<Float64Array>())
        };
        let subjects: UInt64Array = self.rows.iter().map(|row| Some(row.subjects as u64)).collect();
        Ok(RecordBatch::try_from_iter_with_nullable([
            ("readers", text(|row| &row.readers), false),
            ("measure", text(|row| row.measure), false),
            ("n", Arc::new(subjects), false),
            ("estimate", number(|row| row.estimate), true),
            ("ci_low", number(|row| Some(row.interval?[0])), true),
            ("ci_high", number(|row| Some(row.interval?[1])), true),
            ("unit", text(|row| row.unit), false),
        ])?)
    }
}
