//! The measures of agreement.

use super::case::{ComparedCase, ContourMatch};
use crate::statistics::NumberSummary;
use crate::statistics::agreement::{
    RatingScale, cohen_kappa, fleiss_kappa, intraclass_correlation, krippendorff_alpha,
    limits_of_agreement,
};

/// A measure of agreement: what it is, and how it is computed of some cases.
pub(super) struct AgreementMeasure {
    /// Its name in the table.
    pub name: &'static str,
    /// Its unit; empty for a number without one.
    pub unit: &'static str,
    /// How many subjects it has: cases, views or matched contours.
    pub subjects: fn(&[&ComparedCase]) -> usize,
    /// The estimate; absent where it is undefined.
    pub estimate: fn(&[&ComparedCase], f64) -> Option<f64>,
}

/// All measures, in the order of the table.
pub(super) const MEASURES: &[AgreementMeasure] = &[
    measure(
        "full agreement",
        "",
        |cases| cases.len(),
        |cases, threshold| {
            mean(cases.iter().map(|case| f64::from(u8::from(case.agrees_fully(threshold)))))
        },
    ),
    measure("contours found by both", "", contours, |cases, _| {
        let both = 2 * readable(cases).map(|case| case.matches.len() as u64).sum::<u64>();
        let all = both + readable(cases).flat_map(|case| case.alone).sum::<u64>();
        (all > 0).then(|| both as f64 / all as f64)
    }),
    measure(
        "Dice, mean",
        "",
        |cases| count(cases, |m| m.dice),
        |cases, _| mean(values(cases, |m| m.dice)),
    ),
    measure(
        "Dice, median",
        "",
        |cases| count(cases, |m| m.dice),
        |cases, _| median(values(cases, |m| m.dice)),
    ),
    measure(
        "IoU, mean",
        "",
        |cases| count(cases, |m| m.iou),
        |cases, _| mean(values(cases, |m| m.iou)),
    ),
    measure(
        "Hausdorff distance, mean",
        "mm",
        |cases| count(cases, |m| m.hausdorff_mm),
        |cases, _| mean(values(cases, |m| m.hausdorff_mm)),
    ),
    measure(
        "Hausdorff distance 95 %, mean",
        "mm",
        |cases| count(cases, |m| m.hausdorff_95_mm),
        |cases, _| mean(values(cases, |m| m.hausdorff_95_mm)),
    ),
    measure(
        "mean surface distance, mean",
        "mm",
        |cases| count(cases, |m| m.mean_distance_mm),
        |cases, _| mean(values(cases, |m| m.mean_distance_mm)),
    ),
    measure("contour on a view, kappa", "", views, |cases, _| kappa(&presence(cases))),
    measure("contour on a view, alpha", "", views, |cases, _| {
        krippendorff_alpha(&presence(cases), RatingScale::Nominal)
    }),
    measure(
        "unreadable case, kappa",
        "",
        |cases| discards(cases).len(),
        |cases, _| kappa(&discards(cases)),
    ),
    measure(
        "unreadable case, alpha",
        "",
        |cases| discards(cases).len(),
        |cases, _| krippendorff_alpha(&discards(cases), RatingScale::Nominal),
    ),
    measure("label, kappa", "", |cases| labels(cases).len(), |cases, _| kappa(&labels(cases))),
    measure(
        "label, alpha",
        "",
        |cases| labels(cases).len(),
        |cases, _| krippendorff_alpha(&labels(cases), RatingScale::Nominal),
    ),
    measure(
        "longest diameter, ICC(2,1)",
        "",
        |cases| diameters(cases).len(),
        |cases, _| {
            let pairs: Vec<Vec<f64>> =
                diameters(cases).into_iter().map(|(a, b)| vec![a, b]).collect();
            intraclass_correlation(&pairs)
        },
    ),
    measure(
        "longest diameter, mean difference",
        "mm",
        |cases| diameters(cases).len(),
        |cases, _| Some(limits_of_agreement(&diameters(cases))?.bias),
    ),
    measure(
        "longest diameter, lower limit",
        "mm",
        |cases| diameters(cases).len(),
        |cases, _| Some(limits_of_agreement(&diameters(cases))?.lower),
    ),
    measure(
        "longest diameter, upper limit",
        "mm",
        |cases| diameters(cases).len(),
        |cases, _| Some(limits_of_agreement(&diameters(cases))?.upper),
    ),
];

const fn measure(
    name: &'static str,
    unit: &'static str,
    subjects: fn(&[&ComparedCase]) -> usize,
    estimate: fn(&[&ComparedCase], f64) -> Option<f64>,
) -> AgreementMeasure {
    AgreementMeasure { name, unit, subjects, estimate }
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

fn diameters(cases: &[&ComparedCase]) -> Vec<(f64, f64)> {
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
