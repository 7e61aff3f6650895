//! What `schema/sample/*.toml` says: devices, the header they share, the clinical vocabulary.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::schema;

/// Everything the sample data set is made from.
pub(super) struct SampleFacts {
    pub devices: Vec<SampleDevice>,
    pub header: HeaderFacts,
    pub clinical: ClinicalFacts,
}

/// One mammography unit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SampleDevice {
    #[serde(rename = "name")]
    _name: String,
    pub share: u32,
    pub manufacturer: Vec<String>,
    pub models: Vec<ModelText>,
    pub columns: u32,
    pub rows: u32,
    pub spacing_mm: f64,
    pub scheme: CodingScheme,
    pub image_type: String,
    pub photometric: SamplePhotometric,
    pub bits_stored: u16,
    pub source_to_detector_mm: f64,
    pub magnification: f64,
    pub kvp: u32,
    pub tube_current_ma: u32,
    pub targets: Vec<String>,
    pub attributes: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub private: Vec<PrivateBlock>,
}

/// How a model is written in the header and in the workbook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelText {
    pub header: String,
    pub workbook: String,
}

/// Coding scheme of view and anatomy.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum CodingScheme {
    Srt,
    Snm3,
    Sct,
}

impl CodingScheme {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Srt => "SRT",
            Self::Snm3 => "SNM3",
            Self::Sct => "SCT",
        }
    }
}

/// Whether low or high values are bright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum SamplePhotometric {
    Monochrome1,
    Monochrome2,
}

impl SamplePhotometric {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monochrome1 => "MONOCHROME1",
            Self::Monochrome2 => "MONOCHROME2",
        }
    }
}

/// A vendor's own attributes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrivateBlock {
    pub group: u16,
    pub creator: String,
    pub elements: Vec<PrivateElement>,
}

/// One of them: a value, or a number of zero bytes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrivateElement {
    pub element: u16,
    pub vr: String,
    #[serde(default)]
    pub value: String,
    #[serde(default)]
    pub zeros: usize,
}

/// What every header says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderFacts {
    pub attributes: BTreeMap<String, toml::Value>,
    pub views: BTreeMap<String, ConceptCode>,
    pub breast: ConceptCode,
}

/// A concept in each coding scheme.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConceptCode {
    pub meaning: String,
    #[serde(rename = "SRT")]
    srt: String,
    #[serde(rename = "SNM3")]
    snm3: String,
    #[serde(rename = "SCT")]
    sct: String,
}

impl ConceptCode {
    pub fn value(&self, scheme: CodingScheme) -> &str {
        match scheme {
            CodingScheme::Srt => &self.srt,
            CodingScheme::Snm3 => &self.snm3,
            CodingScheme::Sct => &self.sct,
        }
    }
}

/// What the workbooks say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClinicalFacts {
    pub stage: Vec<StageChoice>,
    pub node: Vec<NodeChoice>,
    pub histology: Vec<HistologyChoice>,
    pub birads: BiradsChoice,
    pub location: LocationText,
    pub workbook: Vec<WorkbookFacts>,
}

/// A T stage with the sizes that it stands for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StageChoice {
    pub share: u32,
    pub cells: Vec<String>,
    pub size_cm: [f64; 2],
    pub histology: TumourKind,
}

/// Whether a tumour has left the ducts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TumourKind {
    InSitu,
    Invasive,
    /// Of an N stage: either.
    Any,
}

/// An N stage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NodeChoice {
    pub share: u32,
    pub cells: Vec<String>,
    pub stages: TumourKind,
}

/// A diagnosis under the microscope.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HistologyChoice {
    pub share: u32,
    pub kind: TumourKind,
    pub cells: Vec<String>,
}

/// BI-RADS categories that are plausible for a side.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BiradsChoice {
    pub normal: Vec<String>,
    pub benign: Vec<String>,
    pub malignant: Vec<String>,
    pub other_side: Vec<String>,
}

/// How a place in the breast is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocationText {
    pub cells: Vec<String>,
    pub quadrant: Vec<QuadrantText>,
}

/// A quarter of the breast.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuadrantText {
    pub en: String,
    pub ko: String,
    pub share: u32,
}

/// One workbook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkbookFacts {
    pub group: String,
    #[serde(default)]
    pub title: Option<String>,
    pub headers: Vec<String>,
    pub columns: Vec<SampleColumn>,
}

/// What a workbook's column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SampleColumn {
    Id,
    Vendor,
    Model,
    BiradsBoth,
    BiradsLeft,
    BiradsRight,
    Location,
    TStage,
    NStage,
    Histology,
    SizeCm,
}

/// The facts, read once.
pub(super) fn facts() -> &'static SampleFacts {
    static FACTS: LazyLock<SampleFacts> = LazyLock::new(|| SampleFacts {
        devices: read::<DeviceFile>("devices").device,
        header: read("header"),
        clinical: read("clinical"),
    });
    &FACTS
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceFile {
    device: Vec<SampleDevice>,
}

fn read<T: DeserializeOwned>(stem: &str) -> T {
    let text = schema::SAMPLE.iter().find(|(name, _)| *name == stem).map_or("", |(_, text)| text);
    // The text is part of the binary, and every run of the sample's tests reads it.
    toml::from_str(text).expect("schema/sample fits its description")
}
