//! Scatter plots.

use std::fmt::Write as _;

use super::axis::{AxisScale, PlotArea, axes};
use super::legend::legend;
use super::svg_page::{LabelAnchor, LabelStyle, PALETTE, SvgPage};
use crate::text::counted;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
const MARGIN: f64 = 16.0;
/// Marks of the groups in text, which take one column in every terminal.
const MARKS: [char; 7] = ['o', 'x', '+', '*', '#', '@', '%'];
/// Lines of a plot in text.
const LINES: usize = 18;

/// Numbers against numbers, in groups.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterPlot {
    /// The horizontal axis.
    pub x: ScatterAxis,
    /// The vertical axis.
    pub y: ScatterAxis,
    /// The names of the groups; empty when there is one group without a name.
    pub groups: Vec<String>,
    /// The points; at least one.
    pub points: Vec<ScatterPoint>,
}

/// What an axis measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScatterAxis {
    /// Its name.
    pub name: String,
    /// Whether its numbers are days since 1970-01-01.
    pub is_date: bool,
}

/// One point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScatterPoint {
    /// Its finite place on the horizontal axis.
    pub x: f64,
    /// Its finite place on the vertical axis.
    pub y: f64,
    /// The place of its group among the names, 0 without names.
    pub group: usize,
}

impl ScatterPlot {
    fn scales(&self) -> (AxisScale, AxisScale) {
        let x = AxisScale::new(self.x.is_date, self.points.iter().map(|point| point.x));
        let y = AxisScale::new(self.y.is_date, self.points.iter().map(|point| point.y));
        (x, y)
    }

    /// The plot as a picture.
    pub fn svg(&self) -> String {
        let (x, y) = self.scales();
        let count = counted(self.points.len() as u64, "point");
        let title = format!("{} by {}, {count}", self.y.name, self.x.name);
        let labels = y.marks.iter().map(|mark| SvgPage::width_of(&y.text(*mark)));
        let left = MARGIN + labels.fold(0.0, f64::max) + 10.0;
        let lines =
            1.0 + self.groups.iter().map(|g| SvgPage::width_of(g) + 36.0).sum::<f64>() / 600.0;
        let room = if self.groups.is_empty() { 0.0 } else { lines.ceil() * 20.0 };
        let (top, right) = (56.0 + room, WIDTH - MARGIN - 24.0);
        let bottom = top + HEIGHT;
        let mut sheet = SvgPage::new(&title, WIDTH, bottom + 52.0).label(
            MARGIN,
            24.0,
            LabelAnchor::Start,
            LabelStyle::Bold,
            &title,
        );
        (sheet, _) = legend(sheet, &self.groups, (MARGIN, 46.0), WIDTH - MARGIN);
        sheet =
            sheet.label(MARGIN, top - 12.0, LabelAnchor::Start, LabelStyle::Plain, &self.y.name);
        let area = PlotArea { left, right, top, bottom };
        sheet = axes(sheet, &area, &x, &y);
        for point in &self.points {
            let colour = PALETTE[point.group % PALETTE.len()];
            sheet = sheet.dot(area.across(&x, point.x), area.down(&y, point.y), colour);
        }
        sheet
            .label(right, bottom + 42.0, LabelAnchor::End, LabelStyle::Plain, &self.x.name)
            .finish()
    }

    /// The plot in characters, `width` columns wide at most; where several points share a place, the mark of the
    /// last group is shown.
    // A terminal has far fewer columns than 2^52, and shares are from 0 to 1.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn text(&self, width: usize) -> String {
        let (x, y) = self.scales();
        let labels: Vec<String> = y.marks.iter().map(|mark| y.text(*mark)).collect();
        let indent = labels.iter().map(String::len).max().unwrap_or(0);
        let columns = width.saturating_sub(indent + 4).max(10);
        let place = |share: f64, count: usize| (share * (count - 1) as f64).round() as usize;
        let mut cells = vec![vec![' '; columns]; LINES];
        for point in &self.points {
            let line = LINES - 1 - place(y.share(point.y), LINES);
            cells[line][place(x.share(point.x), columns)] = MARKS[point.group % MARKS.len()];
        }
        // Writing to a String cannot fail.
        let mut text = format!(" {}\n", self.y.name);
        for (number, line) in cells.iter().enumerate() {
            let mark =
                y.marks.iter().position(|mark| LINES - 1 - place(y.share(*mark), LINES) == number);
            let label = mark.map_or("", |mark| labels[mark].as_str());
            let border = if mark.is_some() { '┤' } else { '│' };
            let line: String = line.iter().collect();
            let _ = writeln!(text, " {label:>indent$} {border}{}", line.trim_end());
        }
        let _ = writeln!(text, " {:indent$} └{}", "", "─".repeat(columns));
        let mut below = String::new();
        for mark in &x.marks {
            let (label, place) = (x.text(*mark), place(x.share(*mark), columns));
            // A label is where its mark is, or further left at the right end; it never touches another.
            let start = (indent + 3 + place).saturating_sub(label.len() / 2);
            let start = start.min((indent + 3 + columns).saturating_sub(label.len()));
            if below.is_empty() || start > below.len() {
                let _ = write!(below, "{:1$}{label}", "", start - below.len());
            }
        }
        let _ = writeln!(text, "{below}");
        let _ = writeln!(text, " {:>1$}", self.x.name, indent + 2 + columns);
        for (group, mark) in self.groups.iter().zip(MARKS) {
            let _ = writeln!(text, " {mark} {group}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_finite_numbers_are_drawn() {
        let axis = |is_date| ScatterAxis { name: "n".to_owned(), is_date };
        for numbers in [[0.0, 0.0], [f64::MIN, f64::MAX], [1e-300, 2e-300], [-7.0, 1e18]] {
            for is_date in [false, true] {
                let points = numbers.map(|number| ScatterPoint { x: number, y: number, group: 0 });
                let plot = ScatterPlot {
                    x: axis(is_date),
                    y: axis(false),
                    groups: Vec::new(),
                    points: points.to_vec(),
                };
                assert!(plot.text(80).contains('o') && !plot.svg().contains("NaN"), "{numbers:?}");
            }
        }
    }
}
