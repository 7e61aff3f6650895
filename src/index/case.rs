//! The index of cases that grows while files stream by: small, since there may be a million images.

use std::collections::HashMap;

use compact_str::CompactString;
use indexmap::IndexMap;

use super::spool::SpoolOffset;
use crate::records::diagnosis::Diagnosis;
use crate::records::image::ImageDevice;
use crate::records::laterality::Laterality;
use crate::records::lesion::ImageFrame;
use crate::records::view::{ViewSet, ViewSlot};

/// What linking needs of one image.
#[derive(Debug)]
pub struct ImageFacts {
    /// Its place among the files of the run.
    pub file: u32,
    /// Its case, as its place among those of the batch.
    pub case: Option<usize>,
    /// Its device, as its place among the devices of the batch.
    pub device: usize,
    /// The age in its header.
    pub age: Option<i16>,
    /// The diagnosis of the group that its folder names.
    pub folder: Option<Diagnosis>,
    /// 0 for left, 1 for right.
    pub side: Option<usize>,
    /// Its view.
    pub view: Option<ViewSlot>,
    /// A hash of its SOP Instance UID.
    pub uid: Option<u64>,
    /// The hash of its pixels.
    pub pixels: Option<[u8; 16]>,
    /// The frame of its contours and the view that they name; absent without contours.
    pub frame: Option<Box<(ViewSlot, ImageFrame)>>,
    /// Its key in a table with one row per image.
    pub key: Option<String>,
}

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
        // More than 65,535 spellings of makers are not a vocabulary; the rest share the last number.
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
    pub fn numbers(&mut self, device: &ImageDevice) -> DeviceNumbers {
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

/// A value on which the images of a case agree or differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Consensus<T> {
    /// No image has the value.
    #[default]
    Silent,
    /// All images that have a value have this one.
    One(T),
    /// Images differ.
    Mixed,
}

impl<T: Copy + PartialEq> Consensus<T> {
    fn observe(&mut self, value: Option<T>) {
        let Some(value) = value else { return };
        *self = match *self {
            Self::Silent => Self::One(value),
            Self::One(one) if one == value => Self::One(one),
            _ => Self::Mixed,
        };
    }

    /// The value that all images agree on.
    pub fn value(self) -> Option<T> {
        if let Self::One(value) = self { Some(value) } else { None }
    }
}

/// One case, as far as its files were scanned.
#[derive(Debug, Clone, Default)]
pub struct IndexedCase {
    /// Its clinical row.
    pub clinical: Option<SpoolOffset>,
    /// Clinical rows that were merged into it.
    pub clinical_rows: u32,
    /// The side of the tumour in the clinical row.
    pub tumor: Option<Laterality>,
    /// Images of the case.
    pub images: u32,
    /// The first of them, as its place among the files of the run.
    pub first_file: Option<u32>,
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
    /// Adds one of its images.
    pub fn observe(&mut self, image: &ImageFacts, device: DeviceNumbers) {
        self.images += 1;
        self.first_file.get_or_insert(image.file);
        self.vendor.observe(device.vendor);
        self.family.observe(device.family);
        self.software.observe(device.software);
        self.age.observe(image.age);
        self.folder.observe(image.folder);
        if let Some(side) = image.side {
            self.sides[side] += 1;
        }
        if let Some(slot) = image.view {
            self.views.insert(slot);
        }
    }
}

/// The cases of a run, and the images that rows and contours refer to.
#[derive(Debug, Default)]
pub struct CaseIndex {
    /// The cases, in the order of their first file.
    pub cases: IndexMap<CompactString, IndexedCase>,
    /// The names of makers and models.
    pub names: DeviceNames,
    /// The images that contours may lie on, by case and view. Contours follow the file's name, as the
    /// tool that drew them did; the header's view counts where no file is named after the view. Of
    /// several the first in the order of paths is used.
    pub frames: HashMap<(u32, ViewSlot), SpoolOffset>,
    /// The case of every file's key, for tables with one row per image.
    pub files: HashMap<String, Option<u32>>,
}

impl CaseIndex {
    /// An empty index with room for the cases of so many files: what grows by doubling leaves holes.
    pub fn with_capacity(files: usize) -> Self {
        /// Images of a usual case.
        const IMAGES: usize = 4;
        Self { cases: IndexMap::with_capacity(files / IMAGES), ..Self::default() }
    }

    /// The number of a case; a case that is new gets the next one.
    pub fn case(&mut self, id: &str) -> u32 {
        let place = match self.cases.get_index_of(id) {
            Some(place) => place,
            None => self.cases.insert_full(id.into(), IndexedCase::default()).0,
        };
        // Four billion cases are more women than there are.
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    /// The case of a number.
    pub fn get(&self, number: u32) -> Option<(&str, &IndexedCase)> {
        self.cases.get_index(number as usize).map(|(id, case)| (id.as_str(), case))
    }

    /// The case of a number, to add to it.
    pub fn case_mut(&mut self, number: u32) -> Option<(&str, &mut IndexedCase)> {
        self.cases.get_index_mut(number as usize).map(|(id, case)| (id.as_str(), case))
    }
}
