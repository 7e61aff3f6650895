//! Makers of mammography devices and their models.

use super::text;

/// A maker under one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    /// The maker's short name, or the folded text when the vocabulary does not know it.
    pub name: String,
    /// Whether `schema/vocabulary/vendors.csv` knows it.
    pub known: bool,
}

/// A model's text, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Model {
    /// The product line; absent when `schema/vocabulary/models.csv` does not know it.
    pub family: Option<String>,
    /// The software version that the text carries, if any.
    pub software: Option<String>,
}

/// The maker that Manufacturer (0008,0070) or a workbook's cell names. An unknown one stays itself.
pub fn vendor(text: &str) -> Vendor {
    Vendor { name: text::fold(text), known: false }
}

/// Product line and software version of Manufacturer's Model Name (0008,1090) or a workbook's cell.
pub fn model(text: &str) -> Model {
    let _ = text;
    Model::default()
}
