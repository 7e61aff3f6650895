//! Agreement as a picture.

use super::summary::AgreementSummary;
use crate::chart::{LevelLine, LevelPlot, level_plot};
use crate::language::localized;
use crate::statistics::agreement::limits_of_agreement;

/// Draws the differences of the longest diameters of matched contours by their means, with the mean difference
/// and the limits of agreement (Bland and Altman, Lancet 1986;1:307); none with fewer than two of them.
pub fn size_differences(summary: &AgreementSummary) -> Option<String> {
    let limits = limits_of_agreement(&summary.diameters_mm)?;
    let line = |name: &str, y: f64| LevelLine { name: format!("{} {y:.2} mm", localized(name)), y };
    let dot = |(a, b): &(f64, f64)| [f64::midpoint(*a, *b), a - b];
    Some(level_plot(&LevelPlot {
        title: localized("Longest diameter of matched contours in two readings").into_owned(),
        x_name: localized("mean of both readings, mm").into_owned(),
        y_name: localized("first minus second reading, mm").into_owned(),
        dots: summary.diameters_mm.iter().map(dot).collect(),
        lines: vec![
            line("mean difference", limits.bias),
            line("lower limit", limits.lower),
            line("upper limit", limits.upper),
        ],
    }))
}
