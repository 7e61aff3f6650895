//! The known columns of a clinical table and the spellings of their headers.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::text;
use super::vocabulary::{field, rows};

/// A column of a clinical table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClinicalColumn {
    /// The case, or its number within the group.
    Case,
    /// The group: normal, benign, malignant.
    Group,
    /// The image's file, in a table with one row per image.
    File,
    /// The side that the row is about.
    Laterality,
    /// The view that the row is about.
    View,
    /// The group as a finding of the row.
    Diagnosis,
    /// Age in years.
    Age,
    /// Manufacturer.
    Manufacturer,
    /// Model, often with the software version.
    Model,
    /// BI-RADS of the side or image that the row is about.
    Birads,
    /// BI-RADS, both breasts.
    BiradsBoth,
    /// BI-RADS, left.
    BiradsLeft,
    /// BI-RADS, right.
    BiradsRight,
    /// Where the malignant tumour is.
    TumorLocation,
    /// T.
    TStage,
    /// N.
    NStage,
    /// Size of the tumour in cm.
    TumorSize,
    /// The same in mm.
    TumorSizeMm,
    /// Histological diagnosis.
    Histology,
}

const NAMES: &[(&str, ClinicalColumn)] = &[
    ("case", ClinicalColumn::Case),
    ("group", ClinicalColumn::Group),
    ("file", ClinicalColumn::File),
    ("laterality", ClinicalColumn::Laterality),
    ("view", ClinicalColumn::View),
    ("diagnosis", ClinicalColumn::Diagnosis),
    ("age", ClinicalColumn::Age),
    ("manufacturer", ClinicalColumn::Manufacturer),
    ("model", ClinicalColumn::Model),
    ("birads", ClinicalColumn::Birads),
    ("birads_both", ClinicalColumn::BiradsBoth),
    ("birads_left", ClinicalColumn::BiradsLeft),
    ("birads_right", ClinicalColumn::BiradsRight),
    ("tumor_location", ClinicalColumn::TumorLocation),
    ("t_stage", ClinicalColumn::TStage),
    ("n_stage", ClinicalColumn::NStage),
    ("tumor_size", ClinicalColumn::TumorSize),
    ("tumor_size_mm", ClinicalColumn::TumorSizeMm),
    ("histology", ClinicalColumn::Histology),
];

impl ClinicalColumn {
    /// The column with that name in vocabulary and profiles; absent when there is none.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, column)| *column)
    }

    /// Every column's name, in order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The name that vocabulary and profiles use.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, column)| *column == self).map_or("", |(name, _)| name)
    }

    /// Whether it holds a clinical finding, which only a clinical table has.
    pub fn is_finding(self) -> bool {
        !matches!(
            self,
            Self::Case
                | Self::Group
                | Self::File
                | Self::Laterality
                | Self::View
                | Self::Age
                | Self::Manufacturer
                | Self::Model
        )
    }

    /// Whether it is an assessment of images.
    pub fn is_birads(self) -> bool {
        matches!(self, Self::Birads | Self::BiradsBoth | Self::BiradsLeft | Self::BiradsRight)
    }

    /// The column that a header resembles: a guess, for a person to judge. Long spellings match
    /// anywhere in the header, short ones as a word of it.
    pub fn like(header: &str) -> Option<Self> {
        const LONG: usize = 5;
        let plain = text::plain(header);
        let whole = text::key(header);
        let words: Vec<&str> = text::words(&plain)
            .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
            .collect();
        let spellings = rows("headers").iter().filter_map(|row| {
            let spelling = text::key(field(row, 1));
            let length = spelling.chars().count();
            let inside = (length >= LONG || !spelling.is_ascii()) && length > 1;
            let alike = (inside && whole.contains(&spelling))
                || words.contains(&spelling.as_str())
                || (whole.len() >= LONG
                    && whole.len() * 2 > spelling.len()
                    && spelling.contains(&whole));
            alike.then(|| Some((length, Self::from_name(field(row, 0))?))).flatten()
        });
        // Of spellings equally long the first.
        let best = spellings.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, column)| column)
    }

    /// The column of a header, whatever its spacing, case and brackets; absent when it is unknown.
    pub fn from_header(header: &str) -> Option<Self> {
        static HEADERS: LazyLock<HashMap<String, ClinicalColumn>> = LazyLock::new(|| {
            let read =
                |row| Some((text::key(field(row, 1)), ClinicalColumn::from_name(field(row, 0))?));
            rows("headers").iter().filter_map(read).collect()
        });
        HEADERS.get(&text::key(header)).copied()
    }
}
