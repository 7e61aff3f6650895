//! The measures of agreement.

use std::sync::LazyLock;

use serde::Deserialize;

use super::case::{ComparedCase, ContourMatch};
use crate::statistics::NumberSummary;
use crate::statistics::agreement::{
    RatingScale, cohen_kappa, fleiss_kappa, intraclass_correlation, krippendorff_alpha,
    limits_of_agreement,
};

/// A measure of agreement: what it is, and how it is computed of some cases.
pub(super) struct AgreementMeasure {
    /// Its code in `schema/summaries/agreement.toml`.
    code: &'static str,
    /// How many subjects it has: cases, views or matched contours.
    pub subjects: fn(&[&ComparedCase]) -> usize,
    /// The estimate; absent where it is undefined.
    pub estimate: fn(&[&ComparedCase], f64) -> Option<f64>,
}

/// Name and unit of a measure.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeasureText {
    code: String,
    /// Its name in the table.
    pub name: String,
    #[serde(rename = "name_ko")]
    _name_ko: String,
    /// Its unit; empty for a number without one.
    pub unit: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasureTexts {
    measure: Vec<MeasureText>,
}

impl AgreementMeasure {
    /// Its name and unit; a test finds a code that `schema/summaries/agreement.toml` lacks.
    pub fn text(&self) -> Option<&'static MeasureText> {
        texts().iter().find(|text| text.code == self.code)
    }
}

fn texts() -> &'static [MeasureText] {
    static TEXTS: LazyLock<Vec<MeasureText>> = LazyLock::new(|| {
        let text = crate::schema::SUMMARIES.iter().find(|(stem, _)| *stem == "agreement");
        let texts = text.and_then(|(_, text)| toml::from_str::<MeasureTexts>(text).ok());
        texts.map(|texts| texts.measure).unwrap_or_default()
    });
    &TEXTS
}

/// All measures, in the order of the table.
pub(super) const MEASURES: &[AgreementMeasure] = &[
    measure(
        "full_agreement",
        |cases| cases.len(),
        |cases, threshold| {
            mean(cases.iter().map(|case| f64::from(u8::from(case.agrees_fully(threshold)))))
        },
    ),
    measure("contours_found_by_both", contours, |cases, _| {
        let both = 2 * readable(cases).map(|case| case.matches.len() as u64).sum::<u64>();
        let all = both + readable(cases).flat_map(|case| case.alone).sum::<u64>();
        (all > 0).then(|| both as f64 / all as f64)
    }),
    measure(
        "dice_mean",
        |cases| count(cases, |m| m.dice),
        |cases, _| mean(values(cases, |m| m.dice)),
    ),
    measure(
        "dice_median",
        |cases| count(cases, |m| m.dice),
        |cases, _| median(values(cases, |m| m.dice)),
    ),
    measure("iou_mean", |cases| count(cases, |m| m.iou), |cases, _| mean(values(cases, |m| m.iou))),
    measure(
        "hausdorff_distance_mean",
        |cases| count(cases, |m| m.hausdorff_mm),
        |cases, _| mean(values(cases, |m| m.hausdorff_mm)),
    ),
    measure(
        "hausdorff_distance_95_mean",
        |cases| count(cases, |m| m.hausdorff_95_mm),
        |cases, _| mean(values(cases, |m| m.hausdorff_95_mm)),
    ),
    measure(
        "mean_surface_distance_mean",
        |cases| count(cases, |m| m.mean_distance_mm),
        |cases, _| mean(values(cases, |m| m.mean_distance_mm)),
    ),
    measure("contour_on_a_view_kappa", views, |cases, _| kappa(&presence(cases))),
    measure("contour_on_a_view_alpha", views, |cases, _| {
        krippendorff_alpha(&presence(cases), RatingScale::Nominal)
    }),
    measure(
        "unreadable_case_kappa",
        |cases| discards(cases).len(),
        |cases, _| kappa(&discards(cases)),
    ),
    measure(
        "unreadable_case_alpha",
        |cases| discards(cases).len(),
        |cases, _| krippendorff_alpha(&discards(cases), RatingScale::Nominal),
    ),
    measure("label_kappa", |cases| labels(cases).len(), |cases, _| kappa(&labels(cases))),
    measure(
        "label_alpha",
        |cases| labels(cases).len(),
        |cases, _| krippendorff_alpha(&labels(cases), RatingScale::Nominal),
    ),
    measure(
        "longest_diameter_icc",
        |cases| diameters(cases).len(),
        |cases, _| {
            let pairs: Vec<Vec<f64>> =
                diameters(cases).into_iter().map(|(a, b)| vec![a, b]).collect();
            intraclass_correlation(&pairs)
        },
    ),
    measure(
        "longest_diameter_mean_difference",
        |cases| diameters(cases).len(),
        |cases, _| Some(limits_of_agreement(&diameters(cases))?.bias),
    ),
    measure(
        "longest_diameter_lower_limit",
        |cases| diameters(cases).len(),
        |cases, _| Some(limits_of_agreement(&diameters(cases))?.lower),
    ),
    measure(
        "longest_diameter_upper_limit",
        |cases| diameters(cases).len(),
        |cases, _| Some(limits_of_agreement(&diameters(cases))?.upper),
    ),
];

const fn measure(
    code: &'static str,
    subjects: fn(&[&ComparedCase]) -> usize,
    estimate: fn(&[&ComparedCase], f64) -> Option<f64>,
) -> AgreementMeasure {
    AgreementMeasure { code, subjects, estimate }
}

/// Cases that no reading marks as unreadable: only these have contours to compare.
fn readable<'a>(cases: &'a [&'a ComparedCase]) -> impl Iterator<Item = &'a ComparedCase> {
    cases.iter().copied().filter(|case| !case.is_discarded())
}

fn values<'a>(
    cases: &'a [&'a ComparedCase],
    value: impl Fn(&ContourMatch) -> Option<f64> + 'a,
) -> impl Iterator<Item = f64> + 'a {
    readable(cases).flat_map(|case| &case.matches).filter_map(value)
}

fn count(cases: &[&ComparedCase], value: impl Fn(&ContourMatch) -> Option<f64>) -> usize {
    values(cases, value).count()
}

fn contours(cases: &[&ComparedCase]) -> usize {
    let alone = readable(cases).flat_map(|case| case.alone).sum::<u64>();
    let matched: usize = readable(cases).map(|case| case.matches.len()).sum();
    matched + usize::try_from(alone).unwrap_or(usize::MAX)
}

fn views(cases: &[&ComparedCase]) -> usize {
    presence(cases).len()
}

fn presence(cases: &[&ComparedCase]) -> Vec<Vec<f64>> {
    readable(cases).flat_map(|case| case.presence.iter().cloned()).collect()
}

fn discards(cases: &[&ComparedCase]) -> Vec<Vec<f64>> {
    let several = cases.iter().filter(|case| case.discard.len() > 1);
    several.map(|case| case.discard.clone()).collect()
}

fn labels(cases: &[&ComparedCase]) -> Vec<Vec<f64>> {
    let matches = readable(cases).flat_map(|case| &case.matches);
    let ratings = |labels: [usize; 2]| labels.iter().map(|label| *label as f64).collect();
    matches.filter_map(|pair| pair.labels.map(ratings)).collect()
}

/// Longest diameters of matched contours in both readings, in mm.
pub(super) fn diameters(cases: &[&ComparedCase]) -> Vec<(f64, f64)> {
    readable(cases).flat_map(|case| &case.matches).filter_map(|pair| pair.diameters_mm).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    Some(NumberSummary::new(&values)?.mean)
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    Some(NumberSummary::new(&values)?.median)
}

/// Cohen's kappa of subjects with two ratings each, Fleiss' of those with more; absent where their
/// number differs.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small whole numbers
fn kappa(subjects: &[Vec<f64>]) -> Option<f64> {
    let most = subjects.iter().flatten().fold(0.0, |most: f64, rating| most.max(*rating));
    let categories = most as usize + 1;
    let counts = |subject: &Vec<f64>| {
        let mut counts = vec![0; categories];
        subject.iter().for_each(|rating| counts[*rating as usize] += 1);
        counts
    };
    if subjects.iter().all(|subject| subject.len() == 2) {
        let mut table = vec![vec![0; categories]; categories];
        for subject in subjects {
            table[subject[0] as usize][subject[1] as usize] += 1;
        }
        return cohen_kappa(&table);
    }
    fleiss_kappa(&subjects.iter().map(counts).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_has_its_name_in_the_order_of_the_schema() {
        let codes = MEASURES.iter().map(|measure| measure.code);
        assert!(codes.eq(texts().iter().map(|text| text.code.as_str())));
    }
}
