//! The values of an attribute as levels.

use super::attribute::AttributeKind;
use crate::cohort::PatientColumn;

/// Values of a number up to which each is a level.
const MOST_VALUES: usize = 20;
/// Levels of a number with more values.
const BINS: u64 = 10;
/// Levels of a category; the rarest values beyond are one.
const MOST_LEVELS: usize = 30;

/// An attribute of every image, as levels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AttributeLevels {
    /// The levels; none is the missing value.
    pub levels: Vec<Option<String>>,
    /// The level of each image.
    pub codes: Vec<u32>,
    /// Cut points between the levels of a number with many values: a value is of the level whose
    /// number is that of the cut points not above it.
    pub cuts: Vec<f64>,
}

impl AttributeLevels {
    /// Levels by the values alone, without the label.
    pub fn new(column: &PatientColumn, kind: AttributeKind) -> Self {
        let mut counts = vec![0_u64; column.values.len()];
        column.codes.iter().for_each(|code| counts[*code as usize] += 1);
        let filled = column.values.iter().flatten().count();
        match kind {
            AttributeKind::Number if filled > MOST_VALUES => tenths(column, &counts),
            AttributeKind::Category if filled > MOST_LEVELS => most_frequent(column, &counts),
            _ => {
                let name = |text: &String| match kind {
                    AttributeKind::Number => shown(text),
                    AttributeKind::Category => text.clone(),
                };
                let levels = column.values.iter().map(|value| value.as_ref().map(name)).collect();
                Self { levels, codes: column.codes.clone(), cuts: Vec::new() }
            }
        }
    }

    /// Levels with a value.
    pub fn filled(&self) -> usize {
        self.levels.iter().flatten().count()
    }

    /// Images without a value.
    pub fn missing(&self) -> u64 {
        let Some(code) = self.levels.iter().position(Option::is_none) else { return 0 };
        self.codes.iter().filter(|other| **other as usize == code).count() as u64
    }

    /// Groups the values of a column: `level_of` names the level of each value, in ascending order.
    fn grouped(column: &PatientColumn, level_of: &[usize], names: Vec<String>) -> Self {
        let mut levels: Vec<Option<String>> = names.into_iter().map(Some).collect();
        let missing = levels.len();
        if column.values.iter().any(Option::is_none) {
            levels.push(None);
        }
        let code = |code: &u32| {
            let value = *code as usize;
            let level = if column.values[value].is_none() { missing } else { level_of[value] };
            u32::try_from(level).unwrap_or(u32::MAX)
        };
        Self { levels, codes: column.codes.iter().map(code).collect(), cuts: Vec::new() }
    }
}

/// Ten levels of about as many images: the level of a value is the number of images below it, times
/// ten, over the number of images with a value, rounded down.
fn tenths(column: &PatientColumn, counts: &[u64]) -> AttributeLevels {
    let total: u64 =
        counts.iter().zip(&column.values).filter(|(_, v)| v.is_some()).map(|(n, _)| n).sum();
    let (mut below, mut last_bin) = (0, None);
    let (mut level_of, mut bounds) = (Vec::new(), Vec::<(&str, &str)>::new());
    for (value, count) in column.values.iter().zip(counts) {
        let Some(text) = value else { continue };
        let bin = below * BINS / total.max(1);
        match bounds.last_mut().filter(|_| last_bin == Some(bin)) {
            Some(bound) => bound.1 = text,
            None => bounds.push((text, text)),
        }
        last_bin = Some(bin);
        level_of.push(bounds.len() - 1);
        below += count;
    }
    let name = |(from, to): &(&str, &str)| match from == to {
        true => shown(from),
        false => format!("{} to {}", shown(from), shown(to)),
    };
    let names = bounds.iter().map(name).collect();
    let cuts = bounds.iter().skip(1).filter_map(|(from, _)| from.parse().ok()).collect();
    AttributeLevels { cuts, ..AttributeLevels::grouped(column, &level_of, names) }
}

/// A number to six digits, a whole one without a point.
fn shown(text: &str) -> String {
    let Ok(number) = text.parse::<f64>() else { return text.to_owned() };
    let rounded: f64 = format!("{number:.5e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// The most frequent values, and all others as one level.
fn most_frequent(column: &PatientColumn, counts: &[u64]) -> AttributeLevels {
    let mut order: Vec<usize> =
        (0..column.values.len()).filter(|value| column.values[*value].is_some()).collect();
    order.sort_by_key(|value| (std::cmp::Reverse(counts[*value]), *value));
    let mut frequent = order[..MOST_LEVELS - 1].to_vec();
    frequent.sort_unstable();
    let level = |value: usize| frequent.binary_search(&value).unwrap_or(frequent.len());
    let level_of: Vec<usize> = (0..column.values.len()).map(level).collect();
    let mut names: Vec<String> =
        frequent.iter().filter_map(|value| column.values[*value].clone()).collect();
    names.push("others".to_owned());
    AttributeLevels::grouped(column, &level_of, names)
}
