//! A page of the scan: some files in a row, looked into by one thread, which also makes their rows.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use arrow::record_batch::RecordBatch;

use super::columns;
use super::copies;
use super::examine::{Content, Examiner, Outcome, Scratch};
use super::shelf::Line;
use crate::records::diagnosis::Diagnosis;
use crate::records::image::{Device, Image};
use crate::records::issue::Issue;
use crate::records::lesion::Canvas;
use crate::records::source::{Kind, Status};
use crate::records::value::Value;
use crate::records::view::{Spot, Views};
use crate::sources::annotation::Sheet;
use crate::sources::files::Files;
use crate::sources::profile::Grain;
use crate::tables::images::OfImage;
use crate::tables::writer::{Rows, WriteError};

/// What linking needs of one image.
#[derive(Debug)]
pub struct Seen {
    /// Its place among the files of the run.
    pub file: u32,
    /// Its case, as its place among those of the page.
    pub case: Option<usize>,
    /// What made it, as its place among the devices of the page.
    pub device: usize,
    /// The age that its header gives.
    pub age: Option<i16>,
    /// The diagnosis of the group that its folder names.
    pub folder: Option<Diagnosis>,
    /// 0 for left, 1 for right.
    pub side: Option<usize>,
    /// Its view.
    pub view: Option<Spot>,
    /// A hash of its SOP Instance UID.
    pub uid: Option<u64>,
    /// The hash of its pixels.
    pub pixels: Option<[u8; 16]>,
    /// What contours are laid on, and the view that they name; where there are any.
    pub canvas: Option<Box<(Spot, Canvas)>>,
    /// What a table with one row per image calls it.
    pub key: Option<String>,
}

/// What a file came to.
#[derive(Debug)]
pub struct Account {
    /// What it was taken for.
    pub kind: Kind,
    /// What came of it.
    pub status: Status,
    /// Rows of tables that came from it.
    pub rows: u32,
    /// What was found on the way.
    pub issues: Vec<Issue>,
    /// Whether it could not be read, and is to be tried again.
    pub is_unread: bool,
}

/// What is left of a file when its own rows are made.
#[derive(Debug)]
pub enum Rest {
    /// An image.
    Image(Seen),
    /// Clinical rows, set aside.
    Rows(Vec<Line>),
    /// One reader's drawing.
    Sheet(Box<Sheet>),
    /// Nothing.
    Nothing,
}

/// Some files in a row, looked into.
#[derive(Debug, Default)]
pub struct Page {
    /// What each file came to, in their order; none for one that was done before.
    pub done: Vec<Option<(Account, Rest)>>,
    /// How many of them were read.
    pub read: usize,
    /// Rows of `images`.
    pub images: Option<RecordBatch>,
    /// Rows of `tags`.
    pub tags: Option<RecordBatch>,
    /// The cases of its images; neighbours share one.
    pub cases: Vec<String>,
    /// The devices of its images; neighbours share one.
    pub devices: Vec<Device>,
}

/// The views that were drawn on, by case.
pub type Drawn = HashMap<String, Views>;

/// What every page of a run is made with.
pub struct Press<'a> {
    /// Looks into the files.
    pub examiner: &'a Examiner<'a>,
    /// Which images contours will be laid on.
    pub drawn: &'a Drawn,
    age: Option<usize>,
    keyed: bool,
}

impl<'a> Press<'a> {
    /// A press for one run.
    pub fn new(examiner: &'a Examiner<'a>, drawn: &'a Drawn) -> Self {
        let keyed = examiner.profile.workbook.grain == Grain::Image;
        Self { examiner, drawn, age: columns::age_index(), keyed }
    }

    /// Looks into some files of a run. What is `known` of a file, by its place among them, need not
    /// be read; `skip` says what was done before.
    pub fn page(
        &self,
        files: &Files,
        range: Range<usize>,
        mut known: BTreeMap<usize, Outcome>,
        skip: impl Fn(usize) -> bool,
        mut tables: Tables,
    ) -> Result<Page, WriteError> {
        let mut scratch = Scratch::default();
        let mut page = Page { done: Vec::with_capacity(range.len()), ..Page::default() };
        let mut folder = Folder::default();
        let start = range.start;
        for (at, found) in files.some(range).enumerate() {
            if skip(start + at) {
                page.done.push(None);
                continue;
            }
            let outcome = known.remove(&at).unwrap_or_else(|| {
                page.read += 1;
                self.examiner.examine(&found, &mut scratch)
            });
            let number = u32::try_from(start + at).unwrap_or(u32::MAX);
            let (account, content) = Account::of(outcome);
            let rest = match content {
                Content::Image(image) => {
                    tables.push(&image);
                    Rest::Image(self.see(*image, number, &mut page, &mut folder))
                }
                Content::Rows(lines) => Rest::Rows(lines),
                Content::Sheet(sheet) => Rest::Sheet(sheet),
                Content::Nothing => Rest::Nothing,
            };
            page.done.push(Some((account, rest)));
        }
        page.images = tables.images.take()?;
        page.tags = tables.tags.as_mut().map_or(Ok(None), Rows::take)?;
        Ok(page)
    }

    fn see(&self, image: Image, file: u32, page: &mut Page, folder: &mut Folder) -> Seen {
        let age = self.age.and_then(|i| match image.attributes.get(i) {
            Some(Value::Integer(age)) => i16::try_from(*age).ok(),
            _ => None,
        });
        let side = match image.projection.laterality {
            Some("L") => Some(0),
            Some("R") => Some(1),
            _ => None,
        };
        let pixels = image.pixel_hash.as_deref().filter(|_| image.case_id.is_some());
        let pixels = pixels.and_then(|h| u128::from_str_radix(h, 16).ok());
        let key = self.keyed.then(|| self.examiner.profile.file_key(&image.path));
        let group = self.group(&image, folder);
        let seen = Seen {
            file,
            case: None,
            device: 0,
            age,
            folder: group,
            side,
            view: image.projection.spot(),
            uid: image.sop_instance_uid.as_deref().map(copies::hash),
            pixels: pixels.map(u128::to_be_bytes),
            key: key.flatten().map(str::to_owned),
            canvas: self.canvas(&image).map(Box::new),
        };
        let device = last(&mut page.devices, image.device);
        let case = image.case_id.map(|id| last(&mut page.cases, id));
        Seen { case, device, ..seen }
    }

    /// What a contour of this image's case and view is laid on.
    fn canvas(&self, image: &Image) -> Option<(Spot, Canvas)> {
        let views = self.drawn.get(image.case_id.as_ref()?)?;
        let named = image.file_view.as_deref().and_then(Spot::named);
        let spot =
            named.or_else(|| image.projection.spot()).filter(|spot| views.contains(*spot))?;
        let canvas = Canvas {
            path: image.path.clone(),
            sop_instance_uid: image.sop_instance_uid.clone(),
            size_px: image.size_px,
            spacing: image.spacing,
        };
        Some((spot, canvas))
    }

    /// The diagnosis of the group that the image's folder names, where the case ID names none:
    /// Cancer_00001 says its group itself. Neighbours in the order of paths share a folder.
    fn group(&self, image: &Image, last: &mut Folder) -> Option<Diagnosis> {
        let profile = self.examiner.profile;
        if profile.groups.is_empty() || profile.group_of_case(image.case_id.as_ref()?).is_some() {
            return None;
        }
        let folder = image.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if last.path.as_deref() != Some(folder) {
            let group = profile.group_of_path(&image.path);
            *last =
                Folder { path: Some(folder.to_owned()), group: group.map(|group| group.diagnosis) };
        }
        last.group
    }
}

/// The place of a value in a list whose last it mostly is.
fn last<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    if list.last() != Some(&value) {
        list.push(value);
    }
    list.len() - 1
}

/// The folder that was looked at last, and the diagnosis that it names.
#[derive(Default)]
struct Folder {
    path: Option<String>,
    group: Option<Diagnosis>,
}

/// The rows of a page.
pub struct Tables {
    /// Of `images`.
    pub images: Rows,
    /// Of `tags`, where a run asked for them.
    pub tags: Option<Rows>,
}

impl Tables {
    fn push(&mut self, image: &Image) {
        self.images.push(image);
        if let Some(tags) = &mut self.tags {
            image.tags.iter().for_each(|tagged| tags.push(&OfImage(image, tagged)));
        }
    }
}

impl Account {
    /// Takes an outcome apart.
    pub fn of(outcome: Outcome) -> (Self, Content) {
        let rows = u32::try_from(outcome.row_count()).unwrap_or(u32::MAX);
        let is_unread = outcome.is_unread();
        let Outcome { kind, status, content, issues } = outcome;
        (Self { kind, status, rows, issues, is_unread }, content)
    }
}
