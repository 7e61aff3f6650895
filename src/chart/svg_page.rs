//! A sheet to draw on: boxes, lines and labels in one style.

use svg::Document;
use svg::node::element::{Circle, Line, Rectangle, Text, Title};

/// Colours that people with any colour vision can distinguish (Okabe and Ito, Color Universal Design,
/// 2008), dark enough for white labels first.
pub const PALETTE: [&str; 7] =
    ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#999999"];

/// Size of labels in pixels.
const FONT_PX: f64 = 13.0;

/// Where a label's point lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelAnchor {
    /// At its left end.
    Start,
    /// In its middle.
    Middle,
    /// At its right end.
    End,
}

/// How a label looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelStyle {
    /// Black on white.
    Plain,
    /// For what matters less.
    Faint,
    /// For headings.
    Bold,
    /// White, on a filled box.
    Inverse,
}

/// A drawing of fixed size, in pixels from the top left corner.
#[derive(Debug, Clone)]
pub struct SvgPage {
    document: Document,
}

impl SvgPage {
    /// A white sheet with a title that screen readers speak.
    pub fn new(title: &str, width: f64, height: f64) -> Self {
        let (width, height) = (width.ceil(), height.ceil());
        let document = Document::new()
            .set("viewBox", (0, 0, width, height))
            .set("width", width)
            .set("height", height)
            .set("role", "img")
            .set("font-family", "Helvetica, Arial, 'Noto Sans KR', sans-serif")
            .set("font-size", FONT_PX)
            .add(Title::new(printable(title)))
            .add(Rectangle::new().set("width", "100%").set("height", "100%").set("fill", "white"));
        Self { document }
    }

    /// A filled box.
    #[must_use]
    pub fn bar(self, x: f64, y: f64, width: f64, height: f64, fill: &str) -> Self {
        self.add(rectangle(x, y, width, height).set("fill", fill))
    }

    /// A small filled circle, through which others are seen.
    #[must_use]
    pub fn dot(self, x: f64, y: f64, fill: &str) -> Self {
        let dot = Circle::new().set("cx", tidy(x)).set("cy", tidy(y)).set("r", 3.5);
        self.add(dot.set("fill", fill).set("fill-opacity", 0.7))
    }

    /// An empty box with a thin frame.
    #[must_use]
    pub fn frame(self, x: f64, y: f64, width: f64, height: f64) -> Self {
        self.add(rectangle(x, y, width, height).set("fill", "white").set("stroke", "#333333"))
    }

    /// A line.
    #[must_use]
    pub fn line(self, from: (f64, f64), to: (f64, f64)) -> Self {
        let line = Line::new()
            .set("x1", tidy(from.0))
            .set("y1", tidy(from.1))
            .set("x2", tidy(to.0))
            .set("y2", tidy(to.1));
        self.add(line.set("stroke", "#333333"))
    }

    /// A label whose baseline starts, centres or ends at the point.
    #[must_use]
    pub fn label(self, x: f64, y: f64, anchor: LabelAnchor, ink: LabelStyle, text: &str) -> Self {
        let anchor = match anchor {
            LabelAnchor::Start => "start",
            LabelAnchor::Middle => "middle",
            LabelAnchor::End => "end",
        };
        let mut label = Text::new(printable(text))
            .set("x", tidy(x))
            .set("y", tidy(y))
            .set("text-anchor", anchor);
        label = match ink {
            LabelStyle::Plain => label,
            LabelStyle::Faint => label.set("fill", "#666666"),
            LabelStyle::Bold => label.set("font-weight", "bold"),
            LabelStyle::Inverse => label.set("fill", "white"),
        };
        self.add(label)
    }

    /// The picture as a file's text.
    pub fn finish(self) -> String {
        format!("{}\n", self.document)
    }

    /// About how wide a label is, in pixels: wide characters count twice.
    pub fn width_of(text: &str) -> f64 {
        // Labels are far shorter than 2^53 columns.
        #[allow(clippy::cast_precision_loss)]
        let columns = unicode_width::UnicodeWidthStr::width(text) as f64;
        columns * FONT_PX * 0.58
    }

    fn add(mut self, node: impl Into<Box<dyn svg::Node>>) -> Self {
        self.document = self.document.add(node);
        self
    }
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Rectangle {
    Rectangle::new()
        .set("x", tidy(x))
        .set("y", tidy(y))
        .set("width", tidy(width))
        .set("height", tidy(height))
}

/// Hundredths of a pixel: the same digits on every machine.
fn tidy(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// What XML cannot hold is shown as U+FFFD; the crate escapes the rest.
fn printable(text: &str) -> String {
    let fits = |c: char| c == '\t' || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars().map(|c| if fits(c) { c } else { '\u{fffd}' }).collect()
}
