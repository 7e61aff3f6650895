//! What the clinical workbooks say about a case.

use super::Group;
use super::breast::{Quarter, Way};
use super::dice::Dice;
use super::facts::{Column, Kind, Stage, facts};
use super::view::Side;

/// BI-RADS categories from harmless to proven.
const BIRADS: [&str; 9] = ["1", "2", "3", "4", "4A", "4B", "4C", "5", "6"];

/// A workbook's cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Blank,
    Number(f64),
    Text(String),
}

impl Cell {
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
pub(super) struct Row([Cell; 11]);

impl Row {
    fn new() -> Self {
        Self([const { Cell::Blank }; 11])
    }

    /// The cell of a column.
    pub fn get(&self, column: Column) -> &Cell {
        &self.0[column as usize]
    }

    /// Changes the cell of a column.
    pub fn set(&mut self, column: Column, cell: Cell) {
        self.0[column as usize] = cell;
    }
}

/// A malignant tumour.
#[derive(Debug, Clone)]
pub(super) struct Tumour {
    pub side: Side,
    pub quarter: Quarter,
    pub size_cm: f64,
    quadrant: usize,
    stage: &'static Stage,
}

impl Tumour {
    /// A tumour whose size and stage agree.
    pub fn new(dice: &mut Dice) -> Self {
        let clinical = &facts().clinical;
        let stage = dice.weigh(&clinical.stage, |s| s.share);
        let [least, most] = stage.size_cm;
        let size_cm = (dice.between(least, most) * 10.0).round() / 10.0;
        let quadrants: Vec<usize> = (0..clinical.location.quadrant.len()).collect();
        let quadrant = *dice.weigh(&quadrants, |q| clinical.location.quadrant[*q].share);
        let letters = clinical.location.quadrant[quadrant].en.as_bytes();
        let way = |letter: u8, up: u8| if letter == up { Way::Up } else { Way::Down };
        Self {
            side: if dice.chance(0.5) { Side::Left } else { Side::Right },
            quarter: Quarter { upper: way(letters[0], b'U'), outer: way(letters[1], b'O') },
            size_cm,
            quadrant,
            stage,
        }
    }
}

/// The row of a case; `number` alone decides where spellings alternate.
pub(super) fn row(
    group: Group,
    number: u32,
    device: (&str, &str),
    tumour: Option<&Tumour>,
    dice: &mut Dice,
) -> Row {
    let mut row = Row::new();
    row.set(Column::Id, Cell::Number(f64::from(number)));
    row.set(Column::Vendor, Cell::text(device.0));
    row.set(Column::Model, Cell::text(device.1));
    match (group, tumour) {
        (Group::Malignant, Some(tumour)) => {
            fill_malignant(&mut row, number, tumour, dice);
        }
        (Group::Benign, _) => fill_benign(&mut row, dice),
        _ => fill_normal(&mut row, dice),
    }
    row
}

fn fill_normal(row: &mut Row, dice: &mut Dice) {
    let birads = &facts().clinical.birads;
    let (left, right) = (dice.pick(&birads.normal), dice.pick(&birads.normal));
    match dice.below(3) {
        0 => set_birads(row, Some(left), None, None),
        1 => set_birads(row, Some(worse(left, right)), Some(left), Some(right)),
        _ => set_birads(row, None, Some(left), Some(right)),
    }
}

fn fill_benign(row: &mut Row, dice: &mut Dice) {
    let birads = &facts().clinical.birads;
    let (finding, other) = (dice.pick(&birads.benign), dice.pick(&birads.other_side));
    let (left, right) = if dice.chance(0.5) { (finding, other) } else { (other, finding) };
    let both = dice.chance(0.5).then(|| worse(left, right));
    set_birads(row, both, Some(left), Some(right));
}

fn fill_malignant(row: &mut Row, number: u32, tumour: &Tumour, dice: &mut Dice) {
    let clinical = &facts().clinical;
    let (finding, other) =
        (dice.pick(&clinical.birads.malignant), dice.pick(&clinical.birads.other_side));
    let other = dice.chance(0.6).then_some(other.as_str());
    let both = (other.is_some() && dice.chance(0.4)).then_some(finding.as_str());
    match tumour.side {
        Side::Left => set_birads(row, both, Some(finding), other),
        Side::Right => set_birads(row, both, other, Some(finding)),
    }
    row.set(Column::Location, Cell::text(location(tumour, dice)));
    row.set(Column::TStage, stage_cell(tumour.stage, number, dice));
    let invasive = tumour.stage.histology == Kind::Invasive;
    let nodes: Vec<_> =
        clinical.node.iter().filter(|n| invasive || n.stages == Kind::Any).collect();
    let node = dice.weigh(&nodes, |n| n.share);
    row.set(Column::NStage, Cell::typed(dice.pick(&node.cells).as_str()));
    let kinds: Vec<_> =
        clinical.histology.iter().filter(|h| h.kind == tumour.stage.histology).collect();
    let histology = dice.weigh(&kinds, |h| h.share);
    row.set(Column::Histology, Cell::text(dice.pick(&histology.cells)));
    row.set(Column::SizeCm, Cell::Number(tumour.size_cm));
}

/// Mostly a number where it is one; every seventh such cell is a text, as in mixed columns.
fn stage_cell(stage: &Stage, number: u32, dice: &mut Dice) -> Cell {
    let text = dice.pick(&stage.cells);
    if number.is_multiple_of(7) { Cell::text(text) } else { Cell::typed(text) }
}

fn location(tumour: &Tumour, dice: &mut Dice) -> String {
    let location = &facts().clinical.location;
    let quadrant = &location.quadrant[tumour.quadrant];
    let (en, short, ko) = match tumour.side {
        Side::Left => ("left", "Lt", "좌측"),
        Side::Right => ("right", "Rt", "우측"),
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
    row: &mut Row,
    both: Option<&str>,
    left: Option<&str>,
    right: Option<&str>,
) {
    let cell = |text: Option<&str>| text.map_or(Cell::Blank, Cell::typed);
    row.set(Column::BiradsBoth, cell(both));
    row.set(Column::BiradsLeft, cell(left));
    row.set(Column::BiradsRight, cell(right));
}

fn worse<'a>(a: &'a str, b: &'a str) -> &'a str {
    let rank = |text: &str| BIRADS.iter().position(|category| *category == text);
    if rank(a) >= rank(b) { a } else { b }
}
