//! Estimates with their intervals, one per row.

use super::{LabelAnchor, LabelStyle, PALETTE, SvgPage};
use crate::text::shortened;

const WIDTH: f64 = 720.0;
const MARGIN: f64 = 16.0;
const ROW: f64 = 24.0;
const HEAD: f64 = 58.0;
const WIDEST_LABEL: f64 = 280.0;
/// Width of the numbers at the right.
const NUMBERS: f64 = 150.0;

/// One estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalRow {
    /// The name of what is estimated.
    pub name: String,
    /// The estimate; none where it is undefined.
    pub estimate: Option<f64>,
    /// Its interval.
    pub interval: Option<[f64; 2]>,
    /// Whether it is a summary of the others, drawn in bold.
    pub emphasised: bool,
}

/// Draws a mark per estimate with a line for its interval, on an axis from `axis[0]` to `axis[1]`, with a
/// vertical line at the value of no effect.
pub fn intervals(title: &str, axis: [f64; 2], neutral: f64, rows: &[IntervalRow]) -> String {
    let widest = rows.iter().map(|row| SvgPage::width_of(&row.name)).fold(0.0, f64::max);
    let left = MARGIN + widest.min(WIDEST_LABEL) + 14.0;
    let right = WIDTH - MARGIN - NUMBERS;
    let scale = |value: f64| {
        let share = (value - axis[0]) / (axis[1] - axis[0]).max(f64::MIN_POSITIVE);
        left + share.clamp(0.0, 1.0) * (right - left)
    };
    let bottom = HEAD + ROW * rows.len() as f64;
    let mut sheet = SvgPage::new(title, WIDTH, bottom + 30.0)
        .label(MARGIN, 24.0, LabelAnchor::Start, LabelStyle::Bold, title)
        .line((left, bottom), (right, bottom))
        .line((scale(neutral), HEAD - 8.0), (scale(neutral), bottom));
    for step in 0..=5_u8 {
        let value = axis[0] + (axis[1] - axis[0]) * f64::from(step) / 5.0;
        sheet = sheet.line((scale(value), bottom), (scale(value), bottom + 4.0)).label(
            scale(value),
            bottom + 20.0,
            LabelAnchor::Middle,
            LabelStyle::Faint,
            &format!("{value:.1}"),
        );
    }
    for (place, row) in rows.iter().enumerate() {
        let middle = HEAD + ROW * place as f64 + ROW / 2.0 - 4.0;
        let name = shortened(&row.name, WIDEST_LABEL, SvgPage::width_of);
        let style = if row.emphasised { LabelStyle::Bold } else { LabelStyle::Plain };
        let colour = if row.emphasised { PALETTE[1] } else { PALETTE[0] };
        sheet = sheet.label(left - 14.0, middle + 4.5, LabelAnchor::End, style, &name);
        if let Some([low, high]) = row.interval {
            let (from, to) = (scale(low), scale(high));
            sheet = sheet.bar(from, middle - 1.0, (to - from).max(1.0), 2.0, colour);
        }
        let text = match (row.estimate, row.interval) {
            (Some(estimate), Some([low, high])) => format!("{estimate:.2}  ({low:.2}–{high:.2})"),
            (Some(estimate), None) => format!("{estimate:.2}"),
            (None, _) => "–".to_owned(),
        };
        if let Some(estimate) = row.estimate {
            sheet = sheet.bar(scale(estimate) - 4.0, middle - 4.0, 8.0, 8.0, colour);
        }
        sheet = sheet.label(right + 14.0, middle + 4.5, LabelAnchor::Start, style, &text);
    }
    sheet.finish()
}
