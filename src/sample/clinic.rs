//! What the clinical workbooks say about a case.

use super::breast::{QuadrantDirections, VerticalDirection};
use super::dice::RandomStream;
use super::facts::{SampleColumn, StageChoice, TumourKind, facts};
use super::request::SampleGroup;
use super::view::BreastSide;

/// BI-RADS categories from harmless to proven.
const BIRADS: [&str; 9] = ["1", "2", "3", "4", "4A", "4B", "4C", "5", "6"];

/// A workbook's cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum SampleCell {
    Blank,
    Number(f64),
    Text(String),
}

impl SampleCell {
    /// A number where the text is one, as people type it.
    pub fn typed(text: &str) -> Self {
        match text.parse::<f64>() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Text(text.to_owned()),
        }
    }

    /// A text whatever it holds.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// One row of a workbook.
#[derive(Debug, Clone)]
pub(super) struct SampleRow([SampleCell; 11]);

impl SampleRow {
    fn new() -> Self {
        Self([const { SampleCell::Blank }; 11])
    }

    /// The cell of a column.
    pub fn get(&self, column: SampleColumn) -> &SampleCell {
        &self.0[column as usize]
    }

    /// Changes the cell of a column.
    pub fn set(&mut self, column: SampleColumn, cell: SampleCell) {
        self.0[column as usize] = cell;
    }
}

/// A malignant tumour.
#[derive(Debug, Clone)]
pub(super) struct SampleTumour {
    pub side: BreastSide,
    pub quarter: QuadrantDirections,
    pub size_cm: f64,
    quadrant: usize,
    stage: &'static StageChoice,
}

impl SampleTumour {
    /// A tumour whose size and stage agree.
    pub fn new(dice: &mut RandomStream) -> Self {
        let clinical = &facts().clinical;
        let stage = dice.weigh(&clinical.stage, |s| s.share);
        let [least, most] = stage.size_cm;
        let size_cm = (dice.between(least, most) * 10.0).round() / 10.0;
        let quadrants: Vec<usize> = (0..clinical.location.quadrant.len()).collect();
        let quadrant = *dice.weigh(&quadrants, |q| clinical.location.quadrant[*q].share);
        let letters = clinical.location.quadrant[quadrant].en.as_bytes();
        let way = |letter: u8, up: u8| {
            if letter == up { VerticalDirection::Up } else { VerticalDirection::Down }
        };
        Self {
            side: if dice.chance(0.5) { BreastSide::Left } else { BreastSide::Right },
            quarter: QuadrantDirections {
                upper: way(letters[0], b'U'),
                outer: way(letters[1], b'O'),
            },
            size_cm,
            quadrant,
            stage,
        }
    }
}

/// The row of a case; `number` alone decides where spellings alternate.
pub(super) fn row(
    group: SampleGroup,
    number: u32,
    device: (&str, &str),
    tumour: Option<&SampleTumour>,
    dice: &mut RandomStream,
) -> SampleRow {
    let mut row = SampleRow::new();
    row.set(SampleColumn::Id, SampleCell::Number(f64::from(number)));
    row.set(SampleColumn::Vendor, SampleCell::text(device.0));
    row.set(SampleColumn::Model, SampleCell::text(device.1));
    match (group, tumour) {
        (SampleGroup::Malignant, Some(tumour)) => {
            fill_malignant(&mut row, number, tumour, dice);
        }
        (SampleGroup::Benign, _) => fill_benign(&mut row, dice),
        _ => fill_normal(&mut row, dice),
    }
    row
}

fn fill_normal(row: &mut SampleRow, dice: &mut RandomStream) {
    let birads = &facts().clinical.birads;
    let (left, right) = (dice.pick(&birads.normal), dice.pick(&birads.normal));
    match dice.below(3) {
        0 => set_birads(row, Some(left), None, None),
        1 => set_birads(row, Some(worse(left, right)), Some(left), Some(right)),
        _ => set_birads(row, None, Some(left), Some(right)),
    }
}

fn fill_benign(row: &mut SampleRow, dice: &mut RandomStream) {
    let birads = &facts().clinical.birads;
    let (finding, other) = (dice.pick(&birads.benign), dice.pick(&birads.other_side));
    let (left, right) = if dice.chance(0.5) { (finding, other) } else { (other, finding) };
    let both = dice.chance(0.5).then(|| worse(left, right));
    set_birads(row, both, Some(left), Some(right));
}

fn fill_malignant(
    row: &mut SampleRow,
    number: u32,
    tumour: &SampleTumour,
    dice: &mut RandomStream,
) {
    let clinical = &facts().clinical;
    let (finding, other) =
        (dice.pick(&clinical.birads.malignant), dice.pick(&clinical.birads.other_side));
    let other = dice.chance(0.6).then_some(other.as_str());
    let both = (other.is_some() && dice.chance(0.4)).then_some(finding.as_str());
    match tumour.side {
        BreastSide::Left => set_birads(row, both, Some(finding), other),
        BreastSide::Right => set_birads(row, both, other, Some(finding)),
    }
    row.set(SampleColumn::Location, SampleCell::text(location(tumour, dice)));
    row.set(SampleColumn::TStage, stage_cell(tumour.stage, number, dice));
    let invasive = tumour.stage.histology == TumourKind::Invasive;
    let nodes: Vec<_> =
        clinical.node.iter().filter(|n| invasive || n.stages == TumourKind::Any).collect();
    let node = dice.weigh(&nodes, |n| n.share);
    row.set(SampleColumn::NStage, SampleCell::typed(dice.pick(&node.cells).as_str()));
    let kinds: Vec<_> =
        clinical.histology.iter().filter(|h| h.kind == tumour.stage.histology).collect();
    let histology = dice.weigh(&kinds, |h| h.share);
    row.set(SampleColumn::Histology, SampleCell::text(dice.pick(&histology.cells)));
    row.set(SampleColumn::SizeCm, SampleCell::Number(tumour.size_cm));
}

/// Mostly a number where it is one; every seventh such cell is a text, as in mixed columns.
fn stage_cell(stage: &StageChoice, number: u32, dice: &mut RandomStream) -> SampleCell {
    let text = dice.pick(&stage.cells);
    if number.is_multiple_of(7) { SampleCell::text(text) } else { SampleCell::typed(text) }
}

fn location(tumour: &SampleTumour, dice: &mut RandomStream) -> String {
    let location = &facts().clinical.location;
    let quadrant = &location.quadrant[tumour.quadrant];
    let (en, short, ko) = match tumour.side {
        BreastSide::Left => ("left", "Lt", "좌측"),
        BreastSide::Right => ("right", "Rt", "우측"),
    };
    dice.pick(&location.cells)
        .replace("{en}", en)
        .replace("{short}", short)
        .replace("{ko}", ko)
        .replace("{quadrant}", &quadrant.en)
        .replace("{quadrant_ko}", &quadrant.ko)
}

/// Writes the three BI-RADS cells.
pub(super) fn set_birads(
    row: &mut SampleRow,
    both: Option<&str>,
    left: Option<&str>,
    right: Option<&str>,
) {
    let cell = |text: Option<&str>| text.map_or(SampleCell::Blank, SampleCell::typed);
    row.set(SampleColumn::BiradsBoth, cell(both));
    row.set(SampleColumn::BiradsLeft, cell(left));
    row.set(SampleColumn::BiradsRight, cell(right));
}

fn worse<'a>(a: &'a str, b: &'a str) -> &'a str {
    let rank = |text: &str| BIRADS.iter().position(|category| *category == text);
    if rank(a) >= rank(b) { a } else { b }
}
