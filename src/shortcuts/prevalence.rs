//! The prevalence of the label by level, small counts withheld.

use super::data::ShortcutData;
use super::levels::AttributeLevels;
use super::result::LevelShare;
use crate::statistics::{CellMark, DisclosureCell, protect};

/// The levels of an attribute in which the label is most and least frequent.
pub(super) struct LevelPrevalences {
    /// The highest; none where it is withheld.
    pub highest: Option<LevelShare>,
    /// The lowest, likewise.
    pub lowest: Option<LevelShare>,
    /// Whether a level is withheld.
    pub withheld: bool,
}

/// Counts images and patients of each level. A level is withheld when fewer than `least` of its
/// patients have the label, or do not have it, but some do; and so is every level from which such a count
/// would follow.
pub(super) fn by_level(
    data: &ShortcutData,
    attribute: &AttributeLevels,
    least: u64,
) -> LevelPrevalences {
    let levels = attribute.levels.len();
    let (mut images, mut patients) = (vec![[0_u64; 2]; levels], vec![[0_u64; 2]; levels]);
    let mut last = vec![[None; 2]; levels];
    for (image, level) in attribute.codes.iter().enumerate() {
        let (level, class) = (*level as usize, usize::from(data.labels[image]));
        images[level][class] += 1;
        if last[level][class] != Some(data.patients[image]) {
            last[level][class] = Some(data.patients[image]);
            patients[level][class] += 1;
        }
    }
    let cell = |count: &u64| DisclosureCell { count: *count, published: true, sensitive: false };
    let cells: Vec<Vec<DisclosureCell>> =
        patients.iter().map(|counts| counts.iter().map(cell).collect()).collect();
    let marks = protect(&cells, least);
    let is_shown = |level: usize| {
        marks.as_ref().is_some_and(|marks| marks[level].iter().all(|m| *m == CellMark::Shown))
    };
    let share = |level: usize| {
        let [negative, positive] = images[level];
        LevelShare {
            level: attribute.levels[level].clone(),
            prevalence: positive as f64 / (negative + positive) as f64,
            images: negative + positive,
            patients: patients[level].iter().sum(),
        }
    };
    let mut order: Vec<usize> = (0..levels).collect();
    order.sort_by(|a, b| share(*a).prevalence.total_cmp(&share(*b).prevalence));
    let shown = |level: Option<&usize>| level.filter(|level| is_shown(**level)).map(|l| share(*l));
    LevelPrevalences {
        highest: shown(order.last()),
        lowest: shown(order.first()),
        withheld: !order.iter().all(|level| is_shown(*level)),
    }
}
