//! Pairs of numbers as dots, with horizontal lines.

use super::axis::{AxisScale, PlotArea, axes};
use super::{LabelAnchor, LabelStyle, PALETTE, SvgPage};

const WIDTH: f64 = 720.0;
const MARGIN: f64 = 16.0;
const HEAD: f64 = 62.0;
const HEIGHT: f64 = 320.0;
/// Width of the names of lines at the right.
const NAMES: f64 = 190.0;
/// Vertical distance between two names of lines.
const NAME_STEP: f64 = 17.0;

/// A horizontal line with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelLine {
    /// Its name.
    pub name: String,
    /// Its height.
    pub y: f64,
}

/// Dots of a picture, and what is drawn with them.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelPlot {
    /// The title.
    pub title: String,
    /// The name of the horizontal axis.
    pub x_name: String,
    /// The name of the vertical axis.
    pub y_name: String,
    /// The dots.
    pub dots: Vec<[f64; 2]>,
    /// The lines.
    pub lines: Vec<LevelLine>,
}

/// Draws the dots between their axes, lines with their names at the right.
pub fn level_plot(plot: &LevelPlot) -> String {
    let area = PlotArea {
        left: MARGIN + 48.0,
        right: WIDTH - MARGIN - NAMES,
        top: HEAD,
        bottom: HEAD + HEIGHT,
    };
    let x = AxisScale::new(false, plot.dots.iter().map(|dot| dot[0]));
    let heights = plot.dots.iter().map(|dot| dot[1]).chain(plot.lines.iter().map(|line| line.y));
    let y = AxisScale::new(false, heights);
    let mut sheet = SvgPage::new(&plot.title, WIDTH, area.bottom + 50.0)
        .label(MARGIN, 24.0, LabelAnchor::Start, LabelStyle::Bold, &plot.title)
        .label(MARGIN, 46.0, LabelAnchor::Start, LabelStyle::Faint, &plot.y_name)
        .label(
            f64::midpoint(area.left, area.right),
            area.bottom + 42.0,
            LabelAnchor::Middle,
            LabelStyle::Faint,
            &plot.x_name,
        );
    sheet = axes(sheet, &area, &x, &y);
    for dot in &plot.dots {
        sheet = sheet.dot(area.across(&x, dot[0]), area.down(&y, dot[1]), PALETTE[0]);
    }
    let mut lines: Vec<&LevelLine> = plot.lines.iter().collect();
    lines.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut last_name = f64::NEG_INFINITY;
    for line in lines {
        let height = area.down(&y, line.y);
        // Names of lines that nearly touch are written below each other.
        let name = (height + 4.0).max(last_name + NAME_STEP);
        last_name = name;
        sheet = sheet.bar(area.left, height - 1.0, area.right - area.left, 2.0, PALETTE[1]).label(
            area.right + 8.0,
            name,
            LabelAnchor::Start,
            LabelStyle::Plain,
            &line.name,
        );
    }
    sheet.finish()
}
