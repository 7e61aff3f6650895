//! Numbers as bars of characters.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use crate::results::escape;
use crate::text::shortened;

/// Columns that a label may take.
const WIDEST_LABEL: usize = 32;
/// Columns that a bar takes at least.
const NARROWEST_BAR: usize = 8;
/// Eighths of a column, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextBar {
    /// The label; it may be data, and is escaped when drawn.
    pub(super) label: String,
    /// Its length; none draws nothing.
    pub(super) value: Option<f64>,
    /// The text to its right.
    pub(super) note: String,
}

/// The bars below each other, `width` columns wide at most. Those of negative numbers go to the
/// left.
pub(super) fn draw(bars: &[TextBar], width: usize) -> String {
    let labels: Vec<String> = bars.iter().map(|bar| cut(&escape::visible(&bar.label))).collect();
    let label_width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let note_width = bars.iter().map(|bar| bar.note.width()).max().unwrap_or(0);
    let space = width.saturating_sub(label_width + note_width + 5).max(NARROWEST_BAR);
    let values = || bars.iter().filter_map(|bar| bar.value).filter(|value| value.is_finite());
    let (lowest, highest) = values().fold((0.0_f64, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
    let scale = columns(space) / (highest - lowest).max(f64::MIN_POSITIVE);
    let left = eighths(-lowest * scale).div_ceil(8);
    let mut text = String::new();
    for (bar, label) in bars.iter().zip(labels) {
        let value = bar.value.filter(|value| value.is_finite()).unwrap_or(0.0);
        let length = eighths(value.abs() * scale);
        let drawn = if value < 0.0 {
            let blocks = length.div_ceil(8).min(left);
            format!("{}{}", " ".repeat(left - blocks), "█".repeat(blocks))
        } else {
            let rest = length % 8;
            let end =
                rest.checked_sub(1).map_or_else(String::new, |eighths| EIGHTHS[eighths].into());
            let blocks = "█".repeat(length / 8);
            // A number above zero is seen, however small it is.
            let sliver = if value > 0.0 && length == 0 { "▏" } else { "" };
            format!("{}{blocks}{end}{sliver}", " ".repeat(left))
        };
        let pad = " ".repeat(label_width - label.width());
        // Writing to a String cannot fail.
        let _ = writeln!(text, " {label}{pad} │{drawn} {}", bar.note);
    }
    text
}

fn cut(label: &str) -> String {
    shortened(label, columns(WIDEST_LABEL), |label| columns(label.width()))
}

/// A terminal has far fewer columns than 2^52.
#[allow(clippy::cast_precision_loss)]
fn columns(count: usize) -> f64 {
    count as f64
}

/// Columns as whole eighths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn eighths(columns: f64) -> usize {
    (columns * 8.0).round().max(0.0) as usize
}
