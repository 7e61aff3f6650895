//! What `schema/sample/*.toml` says: devices, the header they share, the clinical vocabulary.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::schema;

/// Everything the sample data set is made from.
pub(super) struct Facts {
    pub devices: Vec<Device>,
    pub header: Header,
    pub clinical: Clinical,
}

/// One mammography unit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Device {
    #[serde(rename = "name")]
    _name: String,
    pub share: u32,
    pub manufacturer: Vec<String>,
    pub models: Vec<Model>,
    pub columns: u32,
    pub rows: u32,
    pub spacing_mm: f64,
    pub scheme: Scheme,
    pub image_type: String,
    pub photometric: Photometric,
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
pub(super) struct Model {
    pub header: String,
    pub workbook: String,
}

/// Coding scheme of view and anatomy.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Scheme {
    Srt,
    Snm3,
    Sct,
}

impl Scheme {
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
pub(super) enum Photometric {
    Monochrome1,
    Monochrome2,
}

impl Photometric {
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
pub(super) struct Header {
    pub attributes: BTreeMap<String, toml::Value>,
    pub views: BTreeMap<String, Code>,
    pub breast: Code,
}

/// A concept in each coding scheme.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    pub meaning: String,
    #[serde(rename = "SRT")]
    srt: String,
    #[serde(rename = "SNM3")]
    snm3: String,
    #[serde(rename = "SCT")]
    sct: String,
}

impl Code {
    pub fn value(&self, scheme: Scheme) -> &str {
        match scheme {
            Scheme::Srt => &self.srt,
            Scheme::Snm3 => &self.snm3,
            Scheme::Sct => &self.sct,
        }
    }
}

/// What the workbooks say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clinical {
    pub stage: Vec<Stage>,
    pub node: Vec<Node>,
    pub histology: Vec<Histology>,
    pub birads: Birads,
    pub location: Location,
    pub workbook: Vec<Workbook>,
}

/// A T stage with the sizes that it stands for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stage {
    pub share: u32,
    pub cells: Vec<String>,
    pub size_cm: [f64; 2],
    pub histology: Kind,
}

/// Whether a tumour has left the ducts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    InSitu,
    Invasive,
    /// Of an N stage: either.
    Any,
}

/// An N stage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Node {
    pub share: u32,
    pub cells: Vec<String>,
    pub stages: Kind,
}

/// A diagnosis under the microscope.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Histology {
    pub share: u32,
    pub kind: Kind,
    pub cells: Vec<String>,
}

/// BI-RADS categories that are plausible for a side.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Birads {
    pub normal: Vec<String>,
    pub benign: Vec<String>,
    pub malignant: Vec<String>,
    pub other_side: Vec<String>,
}

/// How a place in the breast is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Location {
    pub cells: Vec<String>,
    pub quadrant: Vec<Quadrant>,
}

/// A quarter of the breast.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Quadrant {
    pub en: String,
    pub ko: String,
    pub share: u32,
}

/// One workbook.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Workbook {
    pub group: String,
    #[serde(default)]
    pub title: Option<String>,
    pub headers: Vec<String>,
    pub columns: Vec<Column>,
}

/// What a workbook's column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Column {
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
pub(super) fn facts() -> &'static Facts {
    static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts {
        devices: read::<Devices>("devices").device,
        header: read("header"),
        clinical: read("clinical"),
    });
    &FACTS
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Devices {
    device: Vec<Device>,
}

fn read<T: DeserializeOwned>(stem: &str) -> T {
    let text = schema::SAMPLE.iter().find(|(name, _)| *name == stem).map_or("", |(_, text)| text);
    // The text is part of the binary, and every run of the sample's tests reads it.
    toml::from_str(text).expect("schema/sample fits its description")
}
