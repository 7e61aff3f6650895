//! What is gathered of every case while files stream by: small, since there may be a million images.

use std::collections::HashMap;

use compact_str::CompactString;
use indexmap::IndexMap;

use super::batch::ImageFacts;
use super::spool::SpoolOffset;
use crate::records::diagnosis::Diagnosis;
use crate::records::image::ImageDevice;
use crate::records::laterality::Laterality;
use crate::records::view::{ViewSet, ViewSlot};

/// Texts by number: makers and models are few, and every case names some.
#[derive(Debug, Default)]
pub struct DeviceNames {
    numbers: HashMap<String, u16>,
    texts: Vec<String>,
}

impl DeviceNames {
    fn number(&mut self, text: &str) -> u16 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        // More than 65,535 spellings of makers would be no vocabulary; the last one stands for them.
        let number = u16::try_from(self.texts.len()).unwrap_or(u16::MAX);
        if number < u16::MAX {
            self.texts.push(text.to_owned());
            self.numbers.insert(text.to_owned(), number);
        }
        number
    }

    /// The text of a number.
    pub fn text(&self, number: u16) -> Option<&str> {
        self.texts.get(usize::from(number)).map(String::as_str)
    }

    /// The numbers of a device's texts.
    pub fn of(&mut self, device: &ImageDevice) -> DeviceNumbers {
        let mut number = |text: &Option<String>| text.as_deref().map(|text| self.number(text));
        DeviceNumbers {
            vendor: number(&device.vendor),
            family: number(&device.model_family),
            software: number(&device.software),
        }
    }
}

/// Maker, model family and software version, each as its number among [`DeviceNames`].
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceNumbers {
    vendor: Option<u16>,
    family: Option<u16>,
    software: Option<u16>,
}

/// A value on which the images of a case agree, or do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Consensus<T> {
    /// No image says anything.
    #[default]
    Silent,
    /// All that say anything say this.
    One(T),
    /// They differ.
    Mixed,
}

impl<T: Copy + PartialEq> Consensus<T> {
    fn hear(&mut self, value: Option<T>) {
        let Some(value) = value else { return };
        *self = match *self {
            Self::Silent => Self::One(value),
            Self::One(one) if one == value => Self::One(one),
            _ => Self::Mixed,
        };
    }

    /// The value that all agree on.
    pub fn one(self) -> Option<T> {
        if let Self::One(value) = self { Some(value) } else { None }
    }
}

/// One case, as far as it was seen.
#[derive(Debug, Clone, Default)]
pub struct IndexedCase {
    /// What the clinical table says.
    pub clinical: Option<SpoolOffset>,
    /// The side that this table places the tumour on.
    pub tumor: Option<Laterality>,
    /// Images of the case.
    pub images: u32,
    /// The first of them, as its place among the files of the run.
    pub first: Option<u32>,
    /// Images of the left and of the right side.
    pub sides: [u32; 2],
    /// Views of both.
    pub views: ViewSet,
    /// Maker, by the headers.
    pub vendor: Consensus<u16>,
    /// Model family, by the headers.
    pub family: Consensus<u16>,
    /// Software version, by the headers.
    pub software: Consensus<u16>,
    /// Age, by the headers.
    pub age: Consensus<i16>,
    /// Diagnosis, by the folders that the images lie in.
    pub folder: Consensus<Diagnosis>,
}

impl IndexedCase {
    /// Takes note of one of its images.
    pub fn see(&mut self, seen: &ImageFacts, device: DeviceNumbers) {
        self.images += 1;
        self.first.get_or_insert(seen.file);
        self.vendor.hear(device.vendor);
        self.family.hear(device.family);
        self.software.hear(device.software);
        self.age.hear(seen.age);
        self.folder.hear(seen.folder);
        if let Some(side) = seen.side {
            self.sides[side] += 1;
        }
        if let Some(spot) = seen.view {
            self.views.insert(spot);
        }
    }
}

/// Everything that linking needs of the images and of the clinical tables.
#[derive(Debug, Default)]
pub struct CaseIndex {
    /// The cases, in the order in which they were met.
    pub cases: IndexMap<CompactString, IndexedCase>,
    /// Their names of makers and models.
    pub names: DeviceNames,
    /// The images that contours may lie on, by case and view: contours go by the file's name, as
    /// the tool that drew them did; the header's view serves where no file is called after the
    /// view. The first in the order of paths is kept.
    pub canvases: HashMap<(u32, ViewSlot), SpoolOffset>,
    /// The case of every file's key, for tables with one row per image.
    pub files: HashMap<String, Option<u32>>,
}

impl CaseIndex {
    /// Nothing yet, with room for the cases of so many files: what grows by doubling leaves holes.
    pub fn with_room(files: usize) -> Self {
        /// Images of a usual case.
        const IMAGES: usize = 4;
        Self { cases: IndexMap::with_capacity(files / IMAGES), ..Self::default() }
    }

    /// The number of a case, which is new where it was not met before.
    pub fn case(&mut self, id: &str) -> u32 {
        let at = match self.cases.get_index_of(id) {
            Some(at) => at,
            None => self.cases.insert_full(id.into(), IndexedCase::default()).0,
        };
        number(at)
    }

    /// The case of a number.
    pub fn at(&self, number: u32) -> Option<(&str, &IndexedCase)> {
        self.cases.get_index(number as usize).map(|(id, case)| (id.as_str(), case))
    }

    /// The case of a number, to be added to.
    pub fn case_at(&mut self, number: u32) -> Option<(&str, &mut IndexedCase)> {
        self.cases.get_index_mut(number as usize).map(|(id, case)| (id.as_str(), case))
    }
}

/// Four billion cases are more women than there are.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
