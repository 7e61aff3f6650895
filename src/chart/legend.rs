//! The names of groups beside squares of their colours.

use super::svg_page::{LabelAnchor, LabelStyle, PALETTE, SvgPage};

const SQUARE: f64 = 12.0;
const LINE: f64 = 20.0;

/// The most groups that differ in colour.
pub const MOST_GROUPS: usize = PALETTE.len();

/// Draws the names of groups in lines from a point on, and returns the vertical position below them.
pub(super) fn legend(
    mut sheet: SvgPage,
    groups: &[String],
    from: (f64, f64),
    width: f64,
) -> (SvgPage, f64) {
    let (mut x, mut y) = from;
    for (group, colour) in groups.iter().zip(PALETTE) {
        let wide = 18.0 + SvgPage::width_of(group) + 18.0;
        if x + wide > width && x > from.0 {
            (x, y) = (from.0, y + LINE);
        }
        sheet = sheet.bar(x, y - 10.0, SQUARE, SQUARE, colour);
        sheet = sheet.label(x + 18.0, y, LabelAnchor::Start, LabelStyle::Plain, group);
        x += wide;
    }
    (sheet, if groups.is_empty() { from.1 } else { y + LINE })
}
