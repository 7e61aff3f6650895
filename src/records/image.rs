//! One DICOM image: what the rules of mammography decide of it.

use serde::{Deserialize, Deserializer, Serialize};

use super::attribute::AttributeValue;
use super::keyword::KeywordField;
use super::laterality::Laterality;
use super::view::ViewSlot;
use super::vocabulary::{field, rows};

/// A row of `images`: what rules derived, and the attributes as in the header.
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
    /// A type of `schema/vocabulary/mammogram_types.csv`, such as `ffdm`.
    pub mammogram_type: Option<&'static str>,
    /// Maker, model family and software.
    pub device: ImageDevice,
    /// Why it is not a standard view, sorted; empty for a standard view.
    pub not_standard_because: Vec<&'static str>,
    /// Origin of the compression force: `as_written`, or `device_table` where its unit was corrected.
    pub compression_force_source: Option<&'static str>,
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
    /// Hash of the pixels as stored, with `--hash-pixels`.
    pub pixel_hash: Option<String>,
    /// The additional attributes of `--tags`.
    pub tags: Vec<TagValue>,
}

/// An additional attribute as text: a row of `tags`.
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

impl ImageRecord {
    /// Whether it is a standard view: CC or MLO of one side, and nothing makes it a special one.
    pub fn is_standard_view(&self) -> bool {
        self.not_standard_because.is_empty()
    }
}

/// Why an image is not a standard view, sorted: what its view, side and modifiers say, a type that
/// shows part of the breast or of the exposure, and `signs` of other special views.
pub fn not_standard_because(
    projection: &Projection,
    mammogram_type: Option<&'static str>,
    signs: Vec<&'static str>,
) -> Vec<&'static str> {
    let mut reasons = signs;
    reasons.extend(match projection.view_code {
        Some(view) if standard_views("view", view) == Some(true) => None,
        Some(_) => Some("not_cc_or_mlo"),
        None => Some("view_unknown"),
    });
    reasons.extend(match projection.laterality {
        Some("L" | "R") => None,
        Some(_) => Some("both_breasts"),
        None => Some("laterality_unknown"),
    });
    let is_special = |modifier: &&&str| standard_views("modifier", modifier) != Some(true);
    reasons.extend(projection.modifiers.iter().filter(is_special));
    reasons.extend(mammogram_type.filter(|kind| standard_views("type", kind) == Some(false)));
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// Whether an image with that property may be a standard view; absent where
/// `schema/vocabulary/standard_views.csv` lists no such property.
fn standard_views(property: &str, value: &str) -> Option<bool> {
    let row = rows("standard_views")
        .iter()
        .find(|row| field(row, 0) == property && field(row, 1) == value)?;
    Some(field(row, 2) == "yes")
}
