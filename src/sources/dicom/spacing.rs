//! The spacing of pixels, and the rule that gives it.
//!
//! Source: PS3.3 10.7.1 and 10.7.1.3: Pixel Spacing holds in the patient once it was calibrated,
//! Imager Pixel Spacing at the detector, where the breast is magnified.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::header::{DicomHeader, number};
use super::wanted::TagScope;
use crate::records::image::PixelSpacing;

/// The spacing by the first rule that applies, or none: a spacing is never guessed.
pub fn decide(header: &DicomHeader) -> Option<PixelSpacing> {
    let imager = pair(header, TagScope::Top, tags::IMAGER_PIXEL_SPACING);
    let pixel = pair(header, TagScope::Top, tags::PIXEL_SPACING);
    let spacing =
        |[row_mm, col_mm]: [f64; 2], source| Some(PixelSpacing { row_mm, col_mm, source });
    let calibration = header.text(tags::PIXEL_SPACING_CALIBRATION_TYPE);
    if let Some(pixel) = pixel {
        if matches!(calibration.as_deref(), Some("GEOMETRY" | "FIDUCIAL")) {
            return spacing(pixel, "pixel_spacing_calibrated");
        }
        if imager.is_some_and(|imager| differ(imager, pixel)) {
            return spacing(pixel, "pixel_spacing_differs");
        }
    }
    if let Some(imager) = imager {
        let divided = |by: f64| imager.map(|mm| mm / by);
        if let Some(factor) = positive(header, tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR) {
            return spacing(divided(factor), "imager_over_magnification");
        }
        let detector = positive(header, tags::DISTANCE_SOURCE_TO_DETECTOR);
        let patient = positive(header, tags::DISTANCE_SOURCE_TO_PATIENT);
        if let (Some(detector), Some(patient)) = (detector, patient)
            && detector >= patient
        {
            return spacing(divided(detector / patient), "imager_over_sid_sod");
        }
        return spacing(imager, "detector_plane");
    }
    pixel.and_then(|pixel| spacing(pixel, "pixel_spacing")).or_else(|| {
        let shared = pair(header, TagScope::PixelMeasures, tags::PIXEL_SPACING)?;
        spacing(shared, "shared_functional_groups")
    })
}

fn positive(header: &DicomHeader, tag: Tag) -> Option<f64> {
    header.number(tag).filter(|value| *value > 0.0)
}

/// Rows, then columns (PS3.3 10.7.1.3); absent unless both are positive.
fn pair(header: &DicomHeader, scope: TagScope, tag: Tag) -> Option<[f64; 2]> {
    let text = header.text_in(scope, tag)?;
    let mut numbers = text.split('\\').map(|value| number(value).filter(|mm| *mm > 0.0));
    Some([numbers.next()??, numbers.next()??])
}

fn differ(a: [f64; 2], b: [f64; 2]) -> bool {
    a.iter().zip(b).any(|(a, b)| (a - b).abs() > 1e-6 * a)
}
