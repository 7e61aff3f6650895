//! The strata of a split: what each part has of them, over what it should have.

use super::{LabelAnchor, LabelStyle, PALETTE, SvgPage};
use crate::text::shortened;

const WIDTH: f64 = 900.0;
const MARGIN: f64 = 16.0;
/// From one stratum to the next.
const STEP: f64 = 34.0;
/// Height of the bar of what was reached, and of the thin one below it.
const REACHED: f64 = 18.0;
const WANTED: f64 = 5.0;
/// Labels take no more than this of the width.
const LABELS: f64 = 380.0;
/// Strata that one picture shows.
const MOST: usize = 60;

/// One stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct StratumBar {
    /// What it is called.
    pub name: String,
    /// Its patients in each part.
    pub reached: Vec<u64>,
    /// What each part should have of it; none for a part without a share.
    pub wanted: Vec<Option<f64>>,
}

/// Draws one bar per stratum, divided by the shares of the parts; the thin bar below it shows the
/// requested shares. Of very many strata the largest are drawn and the others counted.
pub fn draw(title: &str, parts: &[String], rows: &[StratumBar]) -> String {
    let size = |row: &StratumBar| row.reached.iter().sum::<u64>();
    let mut least: Vec<u64> = rows.iter().map(size).collect();
    least.sort_unstable_by(|a, b| b.cmp(a));
    let least = least.get(MOST - 1).copied().unwrap_or(0);
    let shown: Vec<&StratumBar> = rows.iter().filter(|row| size(row) >= least).take(MOST).collect();
    let hidden = rows.len() - shown.len();
    let (legend, top) = legend(parts);
    let bottom = top + STEP * shown.len() as f64;
    let height = bottom + if hidden > 0 { 2.0 * MARGIN } else { MARGIN };
    let mut sheet = SvgPage::new(title, WIDTH, height);
    sheet = sheet.label(MARGIN, 26.0, LabelAnchor::Start, LabelStyle::Bold, title);
    for (index, (x, y)) in legend.iter().enumerate() {
        sheet = sheet.bar(*x, y - 10.0, 12.0, 12.0, colour(index));
        sheet = sheet.label(x + 18.0, *y, LabelAnchor::Start, LabelStyle::Plain, &parts[index]);
    }
    let widest = shown.iter().map(|row| SvgPage::width_of(&row.name)).fold(0.0, f64::max);
    let left = MARGIN + widest.min(LABELS) + 10.0;
    for (index, row) in shown.iter().enumerate() {
        sheet = bars(sheet, row, left, top + STEP * index as f64);
    }
    if hidden > 0 {
        let text = format!("and {hidden} smaller strata");
        sheet = sheet.label(MARGIN, bottom + MARGIN, LabelAnchor::Start, LabelStyle::Faint, &text);
    }
    sheet.finish()
}

/// The position of the square of each part, and the vertical position of the bars.
fn legend(parts: &[String]) -> (Vec<(f64, f64)>, f64) {
    let (mut x, mut y) = (MARGIN, 52.0);
    let mut places = Vec::new();
    for part in parts {
        let width = 18.0 + SvgPage::width_of(part) + 18.0;
        if x + width > WIDTH - MARGIN && x > MARGIN {
            (x, y) = (MARGIN, y + 20.0);
        }
        places.push((x, y));
        x += width;
    }
    (places, y + 18.0)
}

fn colour(part: usize) -> &'static str {
    PALETTE[part % PALETTE.len()]
}

fn bars(mut sheet: SvgPage, row: &StratumBar, left: f64, top: f64) -> SvgPage {
    let total: u64 = row.reached.iter().sum();
    let number = SvgPage::width_of(&total.to_string());
    let width = WIDTH - MARGIN - 70.0 - left;
    let baseline = top + REACHED - 5.0;
    let name = fitting(&row.name);
    sheet = sheet.label(left - 10.0, baseline, LabelAnchor::End, LabelStyle::Plain, &name);
    let mut x = left;
    for (index, count) in row.reached.iter().enumerate() {
        let share = width * *count as f64 / total.max(1) as f64;
        sheet = sheet.bar(x, top, share, REACHED, colour(index));
        let text = count.to_string();
        if share > SvgPage::width_of(&text) + 6.0 {
            sheet = sheet.label(
                x + share / 2.0,
                baseline,
                LabelAnchor::Middle,
                LabelStyle::Inverse,
                &text,
            );
        }
        x += share;
    }
    sheet = sheet.label(
        x + 8.0 + number,
        baseline,
        LabelAnchor::End,
        LabelStyle::Faint,
        &total.to_string(),
    );
    let shared: f64 = row.wanted.iter().flatten().sum();
    let mut x = left;
    for (index, wanted) in row.wanted.iter().enumerate() {
        let Some(wanted) = wanted else { continue };
        let share = width * shared / total.max(1) as f64 * wanted / shared.max(f64::MIN_POSITIVE);
        sheet = sheet.bar(x, top + REACHED + 1.0, share, WANTED, colour(index));
        x += share;
    }
    sheet
}

/// A name cut to the width of labels.
fn fitting(name: &str) -> String {
    shortened(name, LABELS, SvgPage::width_of)
}
