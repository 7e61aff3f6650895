//! Whether an image is a mammogram, and of which kind.
//!
//! Source: the SOP classes of PS3.4 B.5, Image Type of the mammography and tomosynthesis objects
//! (PS3.3 C.8.11.7.1.4, C.8.21.3), and what makers write for their synthetic views.

use dicom_dictionary_std::{tags, uids};

use super::header::DicomHeader;

/// What an object is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A mammogram, and its kind where that is known.
    Mammogram(Option<&'static str>),
    /// The directory of a medium.
    Directory,
    /// Anything else.
    Other,
}

/// Decides by SOP class, modality, image type and what the series is called.
///
/// `mammography_model` says that the model's name is that of a mammography device, which some
/// files of Modality CT need (tomosynthesis stored as CT images).
pub fn decide(header: &DicomHeader, mammography_model: bool) -> ObjectKind {
    let class = header.sop_class().unwrap_or_default();
    let class = class.as_ref();
    let modality = header.text(tags::MODALITY).unwrap_or_default();
    if class == uids::MEDIA_STORAGE_DIRECTORY_STORAGE {
        return ObjectKind::Directory;
    }
    let by_class = [
        uids::DIGITAL_MAMMOGRAPHY_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION,
        uids::DIGITAL_MAMMOGRAPHY_X_RAY_IMAGE_STORAGE_FOR_PROCESSING,
        uids::BREAST_TOMOSYNTHESIS_IMAGE_STORAGE,
        uids::BREAST_PROJECTION_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION,
        uids::BREAST_PROJECTION_X_RAY_IMAGE_STORAGE_FOR_PROCESSING,
    ];
    let image = header.unsigned_short(tags::ROWS).is_some();
    let by_model = mammography_model && matches!(modality.as_ref(), "CT" | "DX" | "CR" | "OT" | "");
    // Digitised film and computed radiography of the breast come as plain radiographs.
    let by_part = matches!(modality.as_ref(), "RG" | "CR" | "DX")
        && header.text(tags::BODY_PART_EXAMINED).as_deref() == Some("BREAST");
    if by_class.contains(&class) || (image && (modality == "MG" || by_model || by_part)) {
        return ObjectKind::Mammogram(kind(header, class));
    }
    ObjectKind::Other
}

fn kind(header: &DicomHeader, class: &str) -> Option<&'static str> {
    let upper = |tag| header.text(tag).unwrap_or_default().to_ascii_uppercase();
    let (image_type, series) = (upper(tags::IMAGE_TYPE), upper(tags::SERIES_DESCRIPTION));
    let frames = header.number(tags::NUMBER_OF_FRAMES).unwrap_or(1.0);
    let names = |word: &str| image_type.contains(word);
    let synthetic = names("GENERATED_2D")
        || ["C-VIEW", "S-VIEW", "INTELLIGENT 2D"].iter().any(|word| series.contains(word))
        // Fujifilm's workstation writes its synthetic view as a derived primary image.
        || (image_type.split('\\').map(str::trim).take(2).eq(["DERIVED", "PRIMARY"])
            && upper(tags::MANUFACTURER_MODEL_NAME) == "FDR-3000AWS"
            && !names("POST_CONTRAST"));
    if synthetic {
        return Some("synthetic_2d");
    }
    match class {
        uids::BREAST_PROJECTION_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION
        | uids::BREAST_PROJECTION_X_RAY_IMAGE_STORAGE_FOR_PROCESSING => Some("tomo_projection"),
        uids::BREAST_TOMOSYNTHESIS_IMAGE_STORAGE if frames > 1.0 => Some("tomo_volume"),
        uids::BREAST_TOMOSYNTHESIS_IMAGE_STORAGE => Some("tomo_slice"),
        _ if frames > 1.0 => Some("tomo_volume"),
        _ if names("TOMO") => Some("tomo_slice"),
        uids::DIGITAL_MAMMOGRAPHY_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION
        | uids::DIGITAL_MAMMOGRAPHY_X_RAY_IMAGE_STORAGE_FOR_PROCESSING => Some("ffdm"),
        // Conversion Type (0008,0064): digitised film (PS3.3 C.8.6.1).
        _ if header.text(tags::CONVERSION_TYPE).as_deref() == Some("DF") => Some("screen_film"),
        _ => None,
    }
}
