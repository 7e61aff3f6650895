//! What is gathered of every case while files stream by: small, since there may be a million images.

use std::collections::HashMap;

use crate::records::diagnosis::Diagnosis;
use crate::records::image::Image;
use crate::records::lesion::Canvas;
use crate::records::patient::Clinical;

/// Texts by number: makers, models and views are few, and every case names some.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<String, u16>,
    texts: Vec<String>,
}

impl Names {
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

    /// The texts of view numbers, sorted.
    pub fn views(&self, numbers: &[u16]) -> Vec<String> {
        let mut views: Vec<String> =
            numbers.iter().filter_map(|n| self.text(*n)).map(str::to_owned).collect();
        views.sort_unstable();
        views
    }
}

/// A value on which the images of a case agree, or do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Agreed<T> {
    /// No image says anything.
    #[default]
    Silent,
    /// All that say anything say this.
    One(T),
    /// They differ.
    Mixed,
}

impl<T: Copy + PartialEq> Agreed<T> {
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

/// Counts of one breast.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Images of this side.
    pub images: u32,
    /// Numbers of their views, each once.
    pub views: Vec<u16>,
}

/// One case, as far as it was seen.
#[derive(Debug, Default)]
pub struct Case {
    /// What the clinical table says.
    pub clinical: Option<Box<Clinical>>,
    /// Images of the case.
    pub images: u32,
    /// The first of them, in the order of paths.
    pub first_path: Option<Box<str>>,
    /// Left and right.
    pub sides: [Side; 2],
    /// Views of neither side.
    pub other_views: Vec<u16>,
    /// Maker, by the headers.
    pub vendor: Agreed<u16>,
    /// Model family, by the headers.
    pub family: Agreed<u16>,
    /// Software version, by the headers.
    pub software: Agreed<u16>,
    /// Age, by the headers.
    pub age: Agreed<i16>,
    /// Diagnosis, by the folders that the images lie in.
    pub folder: Agreed<Diagnosis>,
}

/// The images of annotated cases, by case and view.
pub type Canvases = HashMap<(String, String), Canvas>;

/// Everything that linking needs of the images.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The cases.
    pub cases: HashMap<String, Case>,
    /// Their names of makers, models and views.
    pub names: Names,
    /// The images that contours may lie on.
    pub canvases: Canvases,
    /// The case of every file's key, for tables with one row per image.
    pub files: HashMap<String, Option<String>>,
}

impl Gathered {
    /// Takes note of an image. `age` is that of its header, `folder` the diagnosis of the group that
    /// its folder names; `annotated` says whether its case has contours that will be laid on it.
    pub fn see(
        &mut self,
        image: &Image,
        age: Option<i16>,
        folder: Option<Diagnosis>,
        annotated: bool,
    ) {
        let Some(case_id) = &image.case_id else { return };
        let view = image.projection.view().map(|view| self.names.number(&view));
        let device = &image.device;
        let vendor = device.vendor.as_deref().map(|v| self.names.number(v));
        let family = device.model_family.as_deref().map(|m| self.names.number(m));
        let software = device.software.as_deref().map(|s| self.names.number(s));
        if !self.cases.contains_key(case_id) {
            self.cases.insert(case_id.clone(), Case::default());
        }
        if let Some(case) = self.cases.get_mut(case_id) {
            case.images += 1;
            case.first_path.get_or_insert_with(|| image.path.as_str().into());
            case.vendor.hear(vendor);
            case.family.hear(family);
            case.software.hear(software);
            case.age.hear(age);
            case.folder.hear(folder);
            let side = match image.projection.laterality {
                Some("L") => Some(0),
                Some("R") => Some(1),
                _ => None,
            };
            let views = match side {
                Some(side) => {
                    case.sides[side].images += 1;
                    &mut case.sides[side].views
                }
                None => &mut case.other_views,
            };
            if let Some(view) = view
                && !views.contains(&view)
            {
                views.push(view);
            }
        }
        if annotated {
            self.keep_canvas(case_id, image);
        }
    }

    /// Contours go by the file's name, as the tool that drew them did; the header's view serves
    /// where no file is called after the view. The first in the order of paths is kept.
    fn keep_canvas(&mut self, case_id: &str, image: &Image) {
        let Some(view) = image.file_view.clone().or_else(|| image.projection.view()) else {
            return;
        };
        let canvas = || Canvas {
            path: image.path.clone(),
            sop_instance_uid: image.sop_instance_uid.clone(),
            size_px: image.size_px,
            spacing: image.spacing,
        };
        self.canvases.entry((case_id.to_owned(), view)).or_insert_with(canvas);
    }
}

impl Case {
    /// Numbers of all its views.
    pub fn all_views(&self) -> Vec<u16> {
        let sides = self.sides.iter().flat_map(|side| side.views.iter());
        sides.chain(&self.other_views).copied().collect()
    }
}
