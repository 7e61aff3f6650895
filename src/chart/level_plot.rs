//! Pairs of numbers as dots, with horizontal lines.

use super::histogram::{figure, steps};
use super::{LabelAnchor, LabelStyle, PALETTE, SvgPage};

const WIDTH: f64 = 720.0;
const MARGIN: f64 = 16.0;
const HEAD: f64 = 62.0;
const HEIGHT: f64 = 320.0;
/// Width of the names of lines at the right.
const NAMES: f64 = 190.0;
/// Vertical distance between two names of lines.
const NAME_STEP: f64 = 17.0;
/// Marks of an axis, about.
const MARKS: f64 = 6.0;

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

/// An axis from its first to its last mark, in pixels.
struct LevelAxis {
    marks: Vec<f64>,
    pixels: [f64; 2],
}

impl LevelAxis {
    fn new(values: impl Iterator<Item = f64> + Clone, pixels: [f64; 2]) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        // Sturges' rule has as many bins as an axis has marks for 2^(marks - 1) numbers.
        let (first, step) = steps(low, high, (MARKS - 1.0).exp2());
        let mut marks = vec![first];
        while marks[marks.len() - 1] < high && marks.len() < 100 {
            // Numbered from the first, so that steps do not add up errors.
            let number = f64::from(u32::try_from(marks.len()).unwrap_or(u32::MAX));
            marks.push(first + number * step);
        }
        if marks.len() == 1 {
            marks.push(first + step);
        }
        Self { marks, pixels }
    }

    fn place(&self, value: f64) -> f64 {
        let (low, high) = (self.marks[0], self.marks[self.marks.len() - 1]);
        let share = (value - low) / (high - low).max(f64::MIN_POSITIVE);
        self.pixels[0] + share * (self.pixels[1] - self.pixels[0])
    }
}

/// Draws the dots between their axes, lines with their names at the right.
pub fn level_plot(plot: &LevelPlot) -> String {
    let (left, right) = (MARGIN + 48.0, WIDTH - MARGIN - NAMES);
    let bottom = HEAD + HEIGHT;
    let x_axis = LevelAxis::new(plot.dots.iter().map(|dot| dot[0]), [left, right]);
    let heights = plot.dots.iter().map(|dot| dot[1]).chain(plot.lines.iter().map(|line| line.y));
    let y_axis = LevelAxis::new(heights, [bottom, HEAD]);
    let mut sheet = SvgPage::new(&plot.title, WIDTH, bottom + 50.0)
        .label(MARGIN, 24.0, LabelAnchor::Start, LabelStyle::Bold, &plot.title)
        .label(MARGIN, 46.0, LabelAnchor::Start, LabelStyle::Faint, &plot.y_name)
        .label(
            f64::midpoint(left, right),
            bottom + 42.0,
            LabelAnchor::Middle,
            LabelStyle::Faint,
            &plot.x_name,
        )
        .line((left, bottom), (right, bottom))
        .line((left, HEAD), (left, bottom));
    for mark in &x_axis.marks {
        let x = x_axis.place(*mark);
        let text = figure(*mark);
        sheet = sheet.line((x, bottom), (x, bottom + 4.0)).label(
            x,
            bottom + 20.0,
            LabelAnchor::Middle,
            LabelStyle::Faint,
            &text,
        );
    }
    for mark in &y_axis.marks {
        let y = y_axis.place(*mark);
        let text = figure(*mark);
        sheet = sheet.line((left - 4.0, y), (left, y)).label(
            left - 8.0,
            y + 4.5,
            LabelAnchor::End,
            LabelStyle::Faint,
            &text,
        );
    }
    for dot in &plot.dots {
        sheet = sheet.dot(x_axis.place(dot[0]), y_axis.place(dot[1]), PALETTE[0]);
    }
    let mut lines: Vec<&LevelLine> = plot.lines.iter().collect();
    lines.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut last_name = f64::NEG_INFINITY;
    for line in lines {
        let y = y_axis.place(line.y);
        // Names of lines that nearly touch are written below each other.
        let name = (y + 4.5).max(last_name + NAME_STEP);
        last_name = name;
        sheet = sheet.bar(left, y - 1.0, right - left, 2.0, PALETTE[1]).label(
            right + 8.0,
            name,
            LabelAnchor::Start,
            LabelStyle::Plain,
            &line.name,
        );
    }
    sheet.finish()
}
