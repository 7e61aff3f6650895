//! The picture of a section.

use super::page::FilledSection;
use super::section::{SectionChart, SectionSource, SectionSpec};
use super::table::{ReportCell, ReportTable};
use super::texts::ReportTexts;
use crate::chart::{ChartBar, IntervalRow, bars, intervals, strata};
use crate::language::Language;

/// Columns of names and estimates of which intervals are drawn.
const INTERVAL_COLUMNS: [[&str; 2]; 2] = [["attribute", "auc"], ["measure", "estimate"]];

/// Draws the rows of a section as SVG; none where it has no picture, or too few numbers may be shown.
pub(super) fn draw(section: &FilledSection, language: Language) -> Option<String> {
    let table = &section.drawn;
    if section.blank.is_some() || table.rows.is_empty() {
        return None;
    }
    let title = section.spec.title.get(language);
    match section.spec.chart {
        SectionChart::None => None,
        SectionChart::Bars => Some(bar_chart(table, section.spec.keys, language)),
        SectionChart::Shares => share_chart(table, section.spec.keys, title, language),
        SectionChart::Intervals => interval_chart(table, &section.spec, language),
    }
}

/// The names of a row in one text.
fn row_name(row: &[ReportCell], keys: usize, language: Language) -> String {
    let texts = ReportTexts::get();
    let name = |cell: &ReportCell| match cell {
        ReportCell::Text(text) => texts.value(text, language),
        ReportCell::Whole(number) => number.to_string(),
        _ => texts.text("missing", language),
    };
    row.iter().take(keys).map(name).collect::<Vec<_>>().join(", ")
}

fn count(cell: &ReportCell) -> Option<u64> {
    match cell {
        ReportCell::Whole(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

/// Whether all counts of a row may be shown, and one is not 0; shares of the others would mislead.
fn is_whole(row: &[ReportCell]) -> bool {
    !row.iter().any(|cell| matches!(cell, ReportCell::Withheld(_)))
        && row.iter().filter_map(count).any(|count| count > 0)
}

fn bar_chart(table: &ReportTable, keys: usize, language: Language) -> String {
    let texts = ReportTexts::get();
    let row = |row: &Vec<ReportCell>| {
        let number = row.get(keys).and_then(count)?;
        Some(ChartBar {
            label: row_name(row, keys, language),
            value: Some(number as f64),
            group: 0,
        })
    };
    let rows: Vec<ChartBar> = table.rows.iter().filter_map(row).collect();
    let name = |place: usize| texts.column(table.columns.get(place).map_or("", |c| c), language);
    bars(&name(0), &name(keys), &rows, &[])
}

fn share_chart(
    table: &ReportTable,
    keys: usize,
    title: &str,
    language: Language,
) -> Option<String> {
    let texts = ReportTexts::get();
    let columns = &table.columns[keys..];
    let part = |name: &String| match name.as_str() {
        "missing" => texts.text("missing", language),
        name => texts.column(name, language),
    };
    let parts: Vec<String> = columns.iter().map(part).collect();
    let row = |row: &Vec<ReportCell>| strata::StratumBar {
        name: row_name(row, keys, language),
        reached: row[keys..].iter().map(|cell| count(cell).unwrap_or(0)).collect(),
        wanted: vec![None; columns.len()],
    };
    let rows: Vec<strata::StratumBar> =
        table.rows.iter().filter(|row| is_whole(row)).map(row).collect();
    (!rows.is_empty()).then(|| strata::draw(title, &parts, &rows))
}

/// The estimates of a table without a unit, from 0 to 1, with their intervals.
fn interval_chart(
    table: &ReportTable,
    section: &SectionSpec,
    language: Language,
) -> Option<String> {
    let place = |name: &str| table.columns.iter().position(|column| column == name);
    let [name, estimate] = INTERVAL_COLUMNS.iter().find_map(|[name, estimate]| {
        place(name).zip(place(estimate)).map(|(name, estimate)| [name, estimate])
    })?;
    let (low, high, unit) = (place("ci_low")?, place("ci_high")?, place("unit"));
    let real = |row: &Vec<ReportCell>, place: usize| match row[place] {
        ReportCell::Real(number) => Some(number),
        _ => None,
    };
    let is_shortcut = section.source == SectionSource::Shortcuts;
    let row = |(number, row): (usize, &Vec<ReportCell>)| {
        let value = real(row, estimate)?;
        let interval = real(row, low).zip(real(row, high)).map(|(low, high)| [low, high]);
        // An attribute of one level predicts nothing.
        let varies = !is_shortcut || interval.is_some_and(|[low, high]| low < high);
        let has_unit = unit.is_some_and(|unit| row[unit] != ReportCell::Text(String::new()));
        (varies && !has_unit).then(|| IntervalRow {
            name: row_name(&row[name..], 1, language),
            estimate: Some(value),
            interval,
            emphasised: is_shortcut && number == 0,
        })
    };
    let rows: Vec<IntervalRow> = table.rows.iter().enumerate().filter_map(row).collect();
    let (neutral, title) = if is_shortcut { (0.5, "chart_auc") } else { (0.0, "chart_agreement") };
    let title = ReportTexts::get().text(title, language);
    (!rows.is_empty()).then(|| intervals(&title, [0.0, 1.0], neutral, &rows))
}
