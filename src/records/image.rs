//! One DICOM image: what the rules of mammography decide of it.

use serde::{Deserialize, Deserializer, Serialize};

use super::attribute::AttributeValue;
use super::keyword::KeywordField;
use super::laterality::Laterality;
use super::view::ViewSlot;

/// A row of `images`: what rules decided, and the attributes taken as they stand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImageRecord {
    /// The case, where a rule gave one.
    pub case_id: Option<String>,
    /// Path relative to the root.
    pub path: String,
    /// Attributes that columns of the table name, in the order of the columns.
    pub attributes: Vec<AttributeValue>,
    /// SOP Instance UID (0008,0018).
    pub sop_instance_uid: Option<String>,
    /// SOP Class UID (0008,0016), else that of the meta group.
    pub sop_class_uid: Option<String>,
    /// Base view and side, and what decided them.
    pub projection: Projection,
    /// View that the file's name gives, such as `LCC`.
    pub file_view: Option<String>,
    /// ffdm, synthetic_2d, tomo_volume, tomo_slice, tomo_projection or screen_film.
    pub mammogram_type: Option<&'static str>,
    /// Maker, model family and software.
    pub device: ImageDevice,
    /// Image Type (0008,0008) says that it is one of a stereotactic pair or its scout.
    pub stereo: bool,
    /// Height and width in pixels.
    pub size_px: Option<[u32; 2]>,
    /// Distance of pixels.
    pub spacing: Option<PixelSpacing>,
    /// Transfer Syntax UID (0002,0010).
    pub transfer_syntax_uid: Option<String>,
    /// Length of the file.
    pub size_bytes: u64,
    /// Last change, milliseconds since 1970 UTC.
    pub modified_ms: Option<i64>,
    /// Hash of the attributes read.
    pub header_fingerprint: String,
    /// Hash of the pixels as they are stored, where a run asked for it.
    pub pixel_hash: Option<String>,
    /// Further attributes that were asked for.
    pub tags: Vec<TagValue>,
}

/// An attribute that was asked for, as text: a row of `tags`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagValue {
    /// Keyword of PS3.6.
    pub keyword: &'static str,
    /// Such as `(0018,1166)`.
    pub tag: String,
    /// Value representation.
    pub vr: &'static str,
    /// Its values; none when it is empty or cannot be read.
    pub value: Option<String>,
}

/// How the breast was projected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projection {
    /// Base view of CID 4014, such as `MLO`.
    pub view_code: Option<&'static str>,
    /// The attribute that decided the view.
    pub view_source: Option<&'static str>,
    /// `L`, `R` or `B`.
    pub laterality: Option<&'static str>,
    /// The attribute that decided the side.
    pub laterality_source: Option<&'static str>,
    /// Modifiers of CID 4015, sorted.
    pub modifiers: Vec<&'static str>,
}

impl Projection {
    /// Side and view in one word, such as `LMLO`; absent unless both are known and the side is one.
    pub fn view(&self) -> Option<String> {
        let side = self.laterality.filter(|side| *side != "B")?;
        Some(format!("{side}{}", self.view_code?))
    }

    /// The place of that view in a set.
    pub fn spot(&self) -> Option<ViewSlot> {
        ViewSlot::of(Laterality::parse(self.laterality?)?, self.view_code?)
    }
}

/// What made the image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageDevice {
    /// Maker, one spelling per maker.
    pub vendor: Option<String>,
    /// Product line without the software version.
    pub model_family: Option<String>,
    /// Version of the software.
    pub software: Option<String>,
}

/// Distance of pixels and the rule that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PixelSpacing {
    /// Distance of rows, in mm.
    pub row_mm: f64,
    /// Distance of columns, in mm.
    pub col_mm: f64,
    /// The rule.
    pub source: &'static str,
}

impl<'de> Deserialize<'de> for PixelSpacing {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (row_mm, col_mm, source) = <(f64, f64, KeywordField)>::deserialize(from)?;
        Ok(Self { row_mm, col_mm, source: source.0 })
    }
}

/// Whether an Image Type (0008,0008) is of stereotactic mammography: `STEREO_SCOUT`, `STEREO_PLUS15` …
/// (PS3.3 C.8.11.7.1.4).
pub fn is_stereo(image_type: &str) -> bool {
    image_type.split('\\').any(|value| value.trim().starts_with("STEREO"))
}

impl ImageRecord {
    /// CC or MLO of one side, without modifiers that make it a special view; no stereotactic
    /// image, no capture, nor a single slice or projection of a tomosynthesis.
    pub fn is_standard_view(&self) -> bool {
        const HARMLESS: [&str; 2] = ["nipple_in_profile", "implant_displaced"];
        matches!(self.projection.view_code, Some("CC" | "MLO"))
            && matches!(self.projection.laterality, Some("L" | "R"))
            && self.projection.modifiers.iter().all(|m| HARMLESS.contains(m))
            && !self.stereo
            && !matches!(self.mammogram_type, None | Some("tomo_slice" | "tomo_projection"))
    }
}
