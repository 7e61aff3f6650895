//! Bar charts and histograms.

use super::legend::legend;
use super::{LabelAnchor, LabelStyle, PALETTE, SvgPage};
use crate::text::counted;
use crate::text::shortened;

/// Bins that a histogram has at most.
pub const MOST_BINS: usize = 60;

const WIDTH: f64 = 720.0;
const MARGIN: f64 = 16.0;
const ROW: f64 = 24.0;
const HEAD: f64 = 44.0;
const WIDEST_LABEL: f64 = 260.0;

/// A stretch of numbers and how many lie in it, `from` included and `to` not.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramBin {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// How many lie in it.
    pub count: u64,
}

impl HistogramBin {
    /// The empty bin of that place, the first being 0.
    // A histogram has few bins.
    #[allow(clippy::cast_precision_loss)]
    pub fn new(start: f64, step: f64, index: usize) -> Self {
        let number = index as f64;
        Self { from: start + number * step, to: start + (number + 1.0) * step, count: 0 }
    }
}

/// Where the first bin of a histogram begins, and how wide bins are: 1, 2 or 5 times a power of
/// ten, about as many as Sturges' rule has for `count` numbers (H. A. Sturges, JASA 1926), at least
/// five and at most thirty of them.
pub fn steps(lowest: f64, highest: f64, count: f64) -> (f64, f64) {
    let bins = (count.max(1.0).log2() + 1.0).clamp(5.0, 30.0);
    let spread = highest - lowest;
    if !spread.is_finite() || spread <= 0.0 {
        return (lowest.floor(), 1.0);
    }
    let step = nice(spread / bins);
    ((lowest / step).floor() * step, step)
}

/// The number 1, 2 or 5 times a power of ten that is nearest to a positive one, as a ratio.
pub(super) fn nice(number: f64) -> f64 {
    let power = 10.0_f64.powf(number.log10().floor());
    let factor = match number / power {
        rest if rest < 2.0_f64.sqrt() => 1.0,
        rest if rest < 10.0_f64.sqrt() => 2.0,
        rest if rest < 50.0_f64.sqrt() => 5.0,
        _ => 10.0,
    };
    factor * power
}

/// A number for a label: six digits that count, no zeros at the end.
pub fn figure(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e15).contains(&number.abs()) {
        return format!("{number:e}");
    }
    // The logarithm of what is between 1e-4 and 1e15 is a small number.
    #[allow(clippy::cast_possible_truncation)]
    let before = number.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from((6 - before).max(0)).unwrap_or(0);
    let text = format!("{number:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartBar {
    /// Its label; bars below each other with the same label share it.
    pub label: String,
    /// Its length; none draws nothing.
    pub value: Option<f64>,
    /// The place of its group among the names of groups, 0 without groups.
    pub group: usize,
}

/// The bars below each other, each with its label at the left and its number at the right; negative ones go to the
/// left of the zero line. Groups, if there are any, differ in colour.
pub fn bars(label: &str, value: &str, rows: &[ChartBar], groups: &[String]) -> String {
    let widest = rows.iter().map(|bar| SvgPage::width_of(&bar.label)).fold(0.0, f64::max);
    let left = MARGIN + widest.clamp(SvgPage::width_of(label), WIDEST_LABEL) + 10.0;
    let note = |value: &Option<f64>| value.map_or("NULL".to_owned(), figure);
    let notes = rows.iter().map(|bar| SvgPage::width_of(&note(&bar.value))).fold(0.0, f64::max);
    let space = (WIDTH - left - notes - MARGIN - 8.0).max(100.0);
    let values = || rows.iter().filter_map(|bar| bar.value);
    let (lowest, highest) = values().fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
    let scale = space / (highest - lowest).max(f64::MIN_POSITIVE);
    let zero = left - lowest * scale;
    let lines = groups.iter().map(|group| SvgPage::width_of(group) + 36.0).sum::<f64>() / 600.0;
    let head = if groups.is_empty() { HEAD } else { HEAD + 6.0 + 20.0 * (lines + 1.0).floor() };
    let bottom = head + rows.iter().map(|_| ROW).sum::<f64>();
    let mut sheet = SvgPage::new(&format!("{value} by {label}"), WIDTH, bottom + MARGIN)
        .label(left - 10.0, 24.0, LabelAnchor::End, LabelStyle::Bold, label)
        .label(left, 24.0, LabelAnchor::Start, LabelStyle::Bold, value);
    (sheet, _) = legend(sheet, groups, (MARGIN, 48.0), WIDTH - MARGIN);
    let mut top = head;
    let mut above = None;
    for ChartBar { label, value, group } in rows {
        let shown = if above == Some(label) { String::new() } else { fitted(label) };
        above = Some(label).filter(|_| !groups.is_empty());
        let base = top + ROW / 2.0 + 3.0;
        let length = value.unwrap_or(0.0) * scale;
        sheet = sheet
            .label(left - 10.0, base, LabelAnchor::End, LabelStyle::Plain, &shown)
            .bar(
                zero.min(zero + length),
                top,
                length.abs(),
                ROW - 6.0,
                PALETTE[group % PALETTE.len()],
            )
            .label(
                zero.max(zero + length) + 6.0,
                base,
                LabelAnchor::Start,
                LabelStyle::Faint,
                &note(value),
            );
        top += ROW;
    }
    sheet.line((zero, head - 6.0), (zero, bottom)).finish()
}

/// The beginning of a label that is too wide.
fn fitted(label: &str) -> String {
    shortened(label, WIDEST_LABEL, SvgPage::width_of)
}

/// A histogram with a column per bin.
pub fn histogram(name: &str, bins: &[HistogramBin]) -> String {
    const HEIGHT: f64 = 300.0;
    let count: u64 = bins.iter().map(|bin| bin.count).sum();
    // Counts are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let highest = bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1) as f64;
    let left = MARGIN + SvgPage::width_of(&figure(highest)) + 10.0;
    let bottom = HEAD + HEIGHT;
    let title = format!("{name}, {}", counted(count, "value"));
    let mut sheet = SvgPage::new(&title, WIDTH, bottom + 36.0)
        .label(left, 24.0, LabelAnchor::Start, LabelStyle::Bold, &title)
        .label(left - 8.0, HEAD + 10.0, LabelAnchor::End, LabelStyle::Faint, &figure(highest))
        .label(left - 8.0, bottom, LabelAnchor::End, LabelStyle::Faint, "0");
    // A histogram has few bins.
    #[allow(clippy::cast_precision_loss)]
    let width = (WIDTH - left - MARGIN) / bins.len().max(1) as f64;
    let labels = bins.iter().map(|bin| SvgPage::width_of(&figure(bin.from))).fold(0.0, f64::max);
    // Labels are at every bin, or every other, far enough apart not to touch.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let every = ((labels + 12.0) / width).ceil().max(1.0) as usize;
    let mut x = left;
    for (index, bin) in bins.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)]
        let height = bin.count as f64 / highest * HEIGHT;
        sheet = sheet.bar(x, bottom - height, (width - 1.0).max(0.5), height, PALETTE[0]);
        if index.is_multiple_of(every) {
            let text = figure(bin.from);
            sheet = sheet.label(x, bottom + 18.0, LabelAnchor::Middle, LabelStyle::Faint, &text);
        }
        x += width;
    }
    if let Some(last) = bins.last().filter(|_| bins.len().is_multiple_of(every)) {
        sheet =
            sheet.label(x, bottom + 18.0, LabelAnchor::Middle, LabelStyle::Faint, &figure(last.to));
    }
    sheet.line((left, bottom), (WIDTH - MARGIN, bottom)).finish()
}
