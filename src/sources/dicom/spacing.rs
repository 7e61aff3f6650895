//! The spacing of pixels, and the rule that gives it.
//!
//! Source: PS3.3 10.7.1 and 10.7.1.3: Pixel Spacing holds in the patient once it was calibrated,
//! Imager Pixel Spacing at the detector, where the breast is magnified.

use std::ops::RangeInclusive;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::element::format_tag;
use super::header::{DicomHeader, number};
use super::wanted::TagScope;
use crate::records::image::PixelSpacing;
use crate::records::issue::{Issue, IssueCode};

/// Spacings of mammograms in mm, those of reduced copies included.
const POSSIBLE_MM: RangeInclusive<f64> = 0.01..=5.0;
/// Magnification factors of mammography: tables for magnified views reach 2.
const POSSIBLE_FACTORS: RangeInclusive<f64> = 1.0..=4.0;
/// Spacings that are written in micrometres.
const MICROMETRES: RangeInclusive<f64> = 10.0..=500.0;

/// A spacing as the header has it, in mm.
#[derive(Clone, Copy)]
struct WrittenSpacing {
    mm: [f64; 2],
    /// The unit of the last decimal written.
    precision: f64,
}

/// The spacing by the first rule that applies, or none: a spacing is never guessed. What is
/// impossible is an issue.
pub fn decide(header: &DicomHeader, file: &str, issues: &mut Vec<Issue>) -> Option<PixelSpacing> {
    let mut pair = |scope, tag| pair(header, scope, tag, file, issues);
    let imager = pair(TagScope::Top, tags::IMAGER_PIXEL_SPACING);
    let pixel = pair(TagScope::Top, tags::PIXEL_SPACING);
    let fallbacks = [
        (pixel, "pixel_spacing"),
        (pair(TagScope::SharedGroup, tags::PIXEL_SPACING), "shared_functional_groups"),
        (pair(TagScope::FrameGroup, tags::PIXEL_SPACING), "first_frame"),
        (pair(TagScope::Top, tags::NOMINAL_SCANNED_PIXEL_SPACING), "nominal_scanned_pixel_spacing"),
    ];
    let magnification = nested_number(header, tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR);
    if let Some(factor) = magnification.filter(|factor| !POSSIBLE_FACTORS.contains(factor)) {
        let message = "a magnification factor below 1 or above 4 is impossible: it is ignored";
        let issue = Issue::new(IssueCode::MagnificationImpossible, file, message);
        issues.push(issue.at("(0018,1114)").value(factor.to_string()));
    }
    let spacing =
        |[row_mm, col_mm]: [f64; 2], source| Some(PixelSpacing { row_mm, col_mm, source });
    let calibration = header.text(tags::PIXEL_SPACING_CALIBRATION_TYPE);
    if let Some(pixel) = pixel {
        if matches!(calibration.as_deref(), Some("GEOMETRY" | "FIDUCIAL")) {
            return spacing(pixel.mm, "pixel_spacing_calibrated");
        }
        if imager.is_some_and(|imager| is_another(imager, pixel, magnification)) {
            return spacing(pixel.mm, "pixel_spacing_differs");
        }
    }
    let Some(imager) = imager else {
        return fallbacks.into_iter().find_map(|(written, source)| spacing(written?.mm, source));
    };
    let divided = |by: f64| imager.mm.map(|mm| mm / by);
    if let Some(factor) = magnification.filter(|factor| POSSIBLE_FACTORS.contains(factor)) {
        return spacing(divided(factor), "imager_over_magnification");
    }
    match ratio_of_distances(header, file, issues) {
        Some(ratio) => spacing(divided(ratio), "imager_over_sid_sod"),
        None => spacing(imager.mm, "detector_plane"),
    }
}

/// Distance Source to Detector (0018,1110) over Distance Source to Patient (0018,1111), the magnification;
/// absent without both, and with an issue where they are not possible together. Zero is not filled in.
fn ratio_of_distances(header: &DicomHeader, file: &str, issues: &mut Vec<Issue>) -> Option<f64> {
    let distance = |tag| nested_number(header, tag).filter(|distance| *distance > 0.0);
    let detector = distance(tags::DISTANCE_SOURCE_TO_DETECTOR)?;
    let patient = distance(tags::DISTANCE_SOURCE_TO_PATIENT)?;
    let ratio = detector / patient;
    if POSSIBLE_FACTORS.contains(&ratio) {
        return Some(ratio);
    }
    let message = "the distances of detector and patient give a magnification below 1 or above 4, \
                   which is impossible: they are ignored";
    let issue = Issue::new(IssueCode::MagnificationImpossible, file, message);
    issues.push(issue.at("(0018,1111)").value(format!("{detector}/{patient}")));
    None
}

/// A number of the top level, else of the sequences of tomosynthesis.
fn nested_number(header: &DicomHeader, tag: Tag) -> Option<f64> {
    let nested = || {
        let text = TagScope::NESTED.iter().find_map(|scope| header.text_in(*scope, tag))?;
        number(text.split('\\').next()?)
    };
    header.number(tag).or_else(nested)
}

/// Rows, then columns (PS3.3 10.7.1.3); absent unless both are possible distances.
fn pair(
    header: &DicomHeader,
    scope: TagScope,
    tag: Tag,
    file: &str,
    issues: &mut Vec<Issue>,
) -> Option<WrittenSpacing> {
    let text = header.text_in(scope, tag)?;
    let mut numbers = text.split('\\').map(|value| number(value).filter(|mm| *mm > 0.0));
    let (Some(Some(row)), Some(Some(column))) = (numbers.next(), numbers.next()) else {
        let message = "the spacing is not two distances above zero: it is ignored";
        let issue = Issue::new(IssueCode::SpacingImplausible, file, message);
        issues.push(issue.at(format_tag(tag)).value(text.into_owned()));
        return None;
    };
    let mm = [row, column];
    let precision = text.split('\\').map(decimals).min().map_or(1.0, |d| 10_f64.powi(-d));
    if mm.iter().all(|mm| POSSIBLE_MM.contains(mm)) {
        return Some(WrittenSpacing { mm, precision });
    }
    let is_micrometres = mm.iter().all(|mm| MICROMETRES.contains(mm));
    let message = if is_micrometres {
        "the spacing is written in micrometres; it is read as such"
    } else {
        "the spacing is not possible for a mammogram: it is ignored"
    };
    let issue = Issue::new(IssueCode::SpacingImplausible, file, message);
    issues.push(issue.at(format_tag(tag)).value(text.into_owned()));
    let mm = mm.map(|mm| mm / 1000.0);
    is_micrometres.then_some(WrittenSpacing { mm, precision: precision / 1000.0 })
}

/// How many decimals a number is written with.
fn decimals(text: &str) -> i32 {
    let text = text.trim();
    let written = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if text.contains(['e', 'E']) { 15 } else { i32::try_from(written).unwrap_or(15).min(15) }
}

/// Whether Pixel Spacing is another distance than Imager Pixel Spacing: neither its rounding, nor
/// derived from it by a magnification factor that is impossible.
fn is_another(imager: WrittenSpacing, pixel: WrittenSpacing, factor: Option<f64>) -> bool {
    let rounding = pixel.precision * 0.5 * (1.0 + 1e-6);
    // A breast lies centimetres above the detector: less than two percent is not a magnification.
    let differs = |a: f64, b: f64| (a - b).abs() > (1e-6 * a).max(rounding.min(0.02 * a));
    let pairs = || imager.mm.iter().zip(pixel.mm);
    let derived = |factor: f64| pairs().all(|(a, b)| (a / factor - b).abs() < 0.01 * b);
    pairs().any(|(a, b)| differs(*a, b))
        && !factor.is_some_and(|f| f > 0.0 && f < 1.0 && derived(f))
}
