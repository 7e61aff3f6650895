//! The flow of participants: who was there, who is out and why, who is left.
//!
//! The form is that of the CONSORT and STARD statements: boxes downwards, exclusions to the side,
//! at the end a box per group.

use unicode_width::UnicodeWidthStr;

use super::{LabelAnchor, LabelStyle, SvgPage};

/// Columns of text that a box holds; longer lines are broken.
const COLUMNS: usize = 40;
/// Pixels from one line to the next.
const LINE_PX: f64 = 18.0;
/// Pixels between a box and its text.
const PAD_PX: f64 = 10.0;
/// Pixels between boxes.
const GAP_PX: f64 = 28.0;
/// Pixels around the picture.
const MARGIN_PX: f64 = 16.0;
/// Half the width of an arrow's head, in pixels.
const HEAD_PX: f64 = 4.0;

/// One step of the flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowStep {
    /// Who is out: how many, and why.
    pub excluded: Vec<String>,
    /// Who is left after it.
    pub left: Vec<String>,
}

/// A flow of participants. Each text is one box, line by line, the first line in bold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowDiagram {
    /// What screen readers speak.
    pub title: String,
    /// Who was there.
    pub start: Vec<String>,
    /// The steps, in order.
    pub steps: Vec<FlowStep>,
    /// The groups of those who are left.
    pub groups: Vec<Vec<String>>,
}

struct FlowBox {
    lines: Vec<(String, LabelStyle)>,
    width: f64,
    height: f64,
}

impl FlowBox {
    fn new(lines: &[String]) -> Self {
        let mut broken = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let ink = if index == 0 { LabelStyle::Bold } else { LabelStyle::Plain };
            broken.extend(wrapped(line).into_iter().map(|line| (line, ink)));
        }
        let widest = broken.iter().map(|(line, _)| SvgPage::width_of(line)).fold(0.0, f64::max);
        let height = LINE_PX * broken.len() as f64 + PAD_PX;
        Self { lines: broken, width: widest + 2.0 * PAD_PX, height }
    }

    fn draw(&self, mut sheet: SvgPage, x: f64, y: f64, width: f64) -> SvgPage {
        sheet = sheet.frame(x, y, width, self.height);
        let mut baseline = y + LINE_PX;
        for (line, ink) in &self.lines {
            sheet = sheet.label(x + width / 2.0, baseline, LabelAnchor::Middle, *ink, line);
            baseline += LINE_PX;
        }
        sheet
    }
}

/// Draws a flow as SVG.
///
/// ```
/// # use mammodex::picture::{Flow, Step, flow};
/// let text = |line: &str| vec![line.to_owned()];
/// let svg = flow(&Flow {
///     title: "who is in it".to_owned(),
///     start: text("200 patients"),
///     steps: vec![Step { excluded: text("160 patients excluded"), left: text("40 patients") }],
///     groups: vec![text("malignant")],
/// });
/// assert!(svg.starts_with("<svg"));
/// ```
pub fn flow(flow: &FlowDiagram) -> String {
    let start = FlowBox::new(&flow.start);
    let left: Vec<FlowBox> = flow.steps.iter().map(|step| FlowBox::new(&step.left)).collect();
    let out: Vec<FlowBox> = flow.steps.iter().map(|step| FlowBox::new(&step.excluded)).collect();
    let groups: Vec<FlowBox> = flow.groups.iter().map(|group| FlowBox::new(group)).collect();
    let widest = |boxes: &[FlowBox]| boxes.iter().map(|one| one.width).fold(0.0, f64::max);
    let (main, side) = (widest(&left).max(start.width), widest(&out));
    let (group, tall) = (widest(&groups), groups.iter().map(|one| one.height).fold(0.0, f64::max));
    let across =
        groups.len() as f64 * (group + GAP_PX) - if groups.is_empty() { 0.0 } else { GAP_PX };
    let body = main + if out.is_empty() { 0.0 } else { GAP_PX + side };
    let steps: f64 = left.iter().zip(&out).map(|(left, out)| left.height + drop(out)).sum();
    let foot = if groups.is_empty() { 0.0 } else { 2.0 * GAP_PX + tall };
    // The groups are centred below the boxes where there is room.
    let indent = ((main - across) / 2.0).max(0.0);
    let width = body.max(across) + 2.0 * MARGIN_PX;
    let height = start.height + steps + foot + 2.0 * MARGIN_PX;

    let mut sheet = SvgPage::new(&flow.title, width, height);
    let middle = MARGIN_PX + main / 2.0;
    let mut y = MARGIN_PX;
    sheet = start.draw(sheet, MARGIN_PX, y, main);
    y += start.height;
    for (left, out) in left.iter().zip(&out) {
        let gap = drop(out);
        let side_y = y + gap / 2.0;
        let aside = MARGIN_PX + main + GAP_PX;
        sheet = arrow(sheet, (middle, y), (middle, y + gap));
        sheet = arrow(sheet, (middle, side_y), (aside, side_y));
        sheet = out.draw(sheet, aside, side_y - out.height / 2.0, side);
        y += gap;
        sheet = left.draw(sheet, MARGIN_PX, y, main);
        y += left.height;
    }
    if groups.is_empty() {
        return sheet.finish();
    }
    let centre = |index: usize| MARGIN_PX + indent + index as f64 * (group + GAP_PX) + group / 2.0;
    let bar = y + GAP_PX;
    let (first, last) = (centre(0).min(middle), centre(groups.len() - 1).max(middle));
    sheet = sheet.line((middle, y), (middle, bar)).line((first, bar), (last, bar));
    for (index, one) in groups.iter().enumerate() {
        sheet = arrow(sheet, (centre(index), bar), (centre(index), bar + GAP_PX));
        sheet = one.draw(sheet, centre(index) - group / 2.0, bar + GAP_PX, group);
    }
    sheet.finish()
}

/// The distance to the next box, so that the excluded fit beside the arrow.
fn drop(out: &FlowBox) -> f64 {
    out.height + GAP_PX
}

/// A line downwards or to the right that ends in a head.
fn arrow(sheet: SvgPage, from: (f64, f64), to: (f64, f64)) -> SvgPage {
    let (x, y) = to;
    let sheet = sheet.line(from, to);
    if from.0 < x {
        let back = x - 2.0 * HEAD_PX;
        sheet.line((back, y - HEAD_PX), to).line((back, y + HEAD_PX), to)
    } else {
        let back = y - 2.0 * HEAD_PX;
        sheet.line((x - HEAD_PX, back), to).line((x + HEAD_PX, back), to)
    }
}

/// The line broken at spaces; a word that is too long is cut.
fn wrapped(line: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in line.split(' ') {
        let mut rest = word;
        loop {
            let last = lines.len() - 1;
            let taken = if lines[last].is_empty() { 0 } else { lines[last].width() + 1 };
            if taken + rest.width() <= COLUMNS {
                if taken > 0 {
                    lines[last].push(' ');
                }
                lines[last].push_str(rest);
                break;
            }
            if taken == 0 {
                let mut room = COLUMNS;
                let fits = |c: char| {
                    let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
                    room = room.checked_sub(wide)?;
                    Some(c.len_utf8())
                };
                let cut: usize = rest.chars().map_while(fits).sum();
                lines[last].push_str(&rest[..cut]);
                rest = &rest[cut..];
            }
            lines.push(String::new());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_long_words_cut() {
        assert_eq!(wrapped(""), [""]);
        assert_eq!(wrapped("two words"), ["two words"]);
        let long = "age_years between forty and fifty, and a condition that goes on";
        assert_eq!(
            wrapped(long),
            ["age_years between forty and fifty, and a", "condition that goes on"]
        );
        let word = "x".repeat(95);
        assert_eq!(wrapped(&word).iter().map(String::len).collect::<Vec<_>>(), [40, 40, 15]);
        // Wide characters take two columns, and none is cut in half.
        let wide = wrapped(&"유".repeat(45));
        assert_eq!(wide.iter().map(|line| line.chars().count()).collect::<Vec<_>>(), [20, 20, 5]);
    }

    #[test]
    fn a_flow_without_steps_or_groups_is_a_box() {
        let flow = super::flow(&FlowDiagram {
            title: "t".to_owned(),
            start: vec!["all".to_owned()],
            steps: Vec::new(),
            groups: Vec::new(),
        });
        assert_eq!(flow.matches("<rect").count(), 2);
        assert_eq!(flow.matches("<line").count(), 0);
    }
}
