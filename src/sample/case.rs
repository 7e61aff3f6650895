//! One case before it is written: what was photographed, drawn and recorded. The faults of
//! `--flaws` change it here.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use sha2::{Digest, Sha256};

use super::breast::{QuadrantDirections, SampleBreast, SampleLesion, overlap};
use super::clinic::{self, SampleRow, SampleTumour};
use super::dice::{RandomPurpose, RandomStream};
use super::facts::{SampleDevice, facts};
use super::outline::{LesionOutline, OutlinePoint};
use super::request::{SampleGroup, SamplePixels};
use super::view::{PixelGrid, SampleView};

/// The folder of the delivery that holds the annotations.
pub(super) const RESULTS: &str = "annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success";
/// Readers who share the first reading.
const FIRST_READERS: u64 = 4;
/// When the first reader could begin: 2019-08-05 00:00 UTC, in ms since 1970.
const READING_BEGINS_MS: u64 = 1_564_963_200_000;

/// A case and everything that will be written of it.
pub(super) struct SampleCase {
    pub group: SampleGroup,
    pub number: u32,
    pub id: String,
    pub seed: u64,
    pub device: &'static SampleDevice,
    /// Manufacturer and model as the header says.
    pub maker: (String, String),
    pub grid: PixelGrid,
    pub date: NaiveDate,
    pub time: NaiveTime,
    pub age: u32,
    pub breast: SampleBreast,
    pub lesions: Vec<SampleLesion>,
    pub shots: Vec<SampleImage>,
    pub annotations: Vec<SampleAnnotation>,
    pub rows: Vec<SampleRow>,
    pub extras: Vec<ExtraFile>,
}

/// One image.
#[derive(Debug, Clone)]
pub(super) struct SampleImage {
    /// Below the root.
    pub path: String,
    /// What the picture shows.
    pub shown: SampleView,
    /// What the header says that it shows.
    pub told: SampleView,
    pub side: SideHeader,
    pub patient_id: String,
    pub sop_instance: String,
    pub number: u32,
    pub damage: FileDamage,
}

/// Whether the header names the side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SideHeader {
    Told,
    Untold,
}

/// What happened to a file after it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileDamage {
    Whole,
    /// Cut among the pixels, or in the middle of the text.
    Cut,
    /// Cut in the middle of the header.
    CutEarly,
    /// No bytes are left.
    Emptied,
}

/// One annotation file.
#[derive(Debug, Clone)]
pub(super) struct SampleAnnotation {
    pub path: String,
    pub reader: String,
    pub case_id: String,
    pub dialect: AnnotationDialect,
    pub discard: DiscardFlag,
    /// Lower-case view and its contours by lesion number.
    pub views: Vec<(String, Vec<SampleContour>)>,
    pub damage: FileDamage,
}

/// A drawn line and the moment of its end in ms since 1970, which is its number.
#[derive(Debug, Clone)]
pub(super) struct SampleContour {
    pub number: u64,
    pub points: Vec<OutlinePoint>,
}

/// `discard_yn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DiscardFlag {
    Usable,
    Unreadable,
}

/// How the annotation tool wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnnotationDialect {
    Strict,
    /// `discard_yn` without quotes and a comma before a closing brace, as published.
    Loose,
    /// Strict, one value per line.
    Pretty,
    /// `contour_list` as JSON text inside a string.
    Nested,
}

/// A file that is none of the three kinds.
pub(super) struct ExtraFile {
    pub path: String,
    pub bytes: Vec<u8>,
}

impl SampleCase {
    /// Plans a case; the same seed, group and number give the same one.
    pub fn plan(seed: u64, group: SampleGroup, number: u32, pixels: SamplePixels) -> Self {
        let dice = |purpose| RandomStream::new(seed, group as u64, number, purpose);
        let mut device_dice = dice(RandomPurpose::Device);
        let device = device_dice.weigh(&facts().devices, |d| d.share);
        let manufacturer = device_dice.pick(&device.manufacturer);
        let model = device_dice.pick(&device.models);
        let date = NaiveDate::from_ymd_opt(2012, 1, 1)
            .and_then(|first| first.checked_add_days(Days::new(device_dice.below(2557))))
            .unwrap_or_default();
        let begins = TimeDelta::seconds(8 * 3600 + device_dice.below(9 * 3600) as i64);
        let mut clinic_dice = dice(RandomPurpose::Clinic);
        let tumour = (group == SampleGroup::Malignant).then(|| SampleTumour::new(&mut clinic_dice));
        let cells = (manufacturer.as_str(), model.workbook.as_str());
        let row = clinic::row(group, number, cells, tumour.as_ref(), &mut clinic_dice);
        let mut breast_dice = dice(RandomPurpose::Breast);
        let coarse = PixelGrid::coarse(device);
        let (breast, lesions) =
            grow(coarse, tumour.as_ref(), &mut breast_dice, &mut dice(RandomPurpose::Lesions));
        let mut case = Self {
            group,
            number,
            id: case_id(group, number),
            seed,
            device,
            maker: (manufacturer.clone(), model.header.clone()),
            grid: PixelGrid::of(device, pixels),
            date,
            time: NaiveTime::MIN.overflowing_add_signed(begins).0,
            age: 30 + breast_dice.below(46) as u32,
            breast,
            lesions,
            shots: Vec::new(),
            annotations: Vec::new(),
            rows: vec![row],
            extras: Vec::new(),
        };
        case.shots = SampleView::ALL.iter().zip(1..).map(|(view, n)| case.shot(*view, n)).collect();
        if group == SampleGroup::Malignant {
            let discard =
                if number % 40 == 17 { DiscardFlag::Unreadable } else { DiscardFlag::Usable };
            case.draw(discard);
        }
        case
    }

    /// Folder of the case's images.
    pub fn folder(&self) -> String {
        format!("dcm/Uncompressed/{}/{}", self.group.folder(), self.id)
    }

    /// Workbook that holds the case's row.
    pub fn workbook(&self) -> String {
        format!("clinical/{}.xlsx", self.group.folder())
    }

    /// A UID below 2.25 (PS3.5 B.2): a UUID of version 8 from seed, case and `what`.
    pub fn uid(&self, what: &str) -> String {
        let digest = Sha256::digest(format!("mammodex sample {} {} {what}", self.seed, self.id));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        bytes[6] = bytes[6] & 0x0F | 0x80;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        format!("2.25.{}", u128::from_be_bytes(bytes))
    }

    /// An image of the case as its device would take it.
    pub fn shot(&self, view: SampleView, number: u32) -> SampleImage {
        SampleImage {
            path: format!("{}/{}.dcm", self.folder(), view.name()),
            shown: view,
            told: view,
            side: SideHeader::Told,
            patient_id: self.id.clone(),
            sop_instance: self.uid(&format!("image {number}")),
            number,
            damage: FileDamage::Whole,
        }
    }

    /// Lets one reader draw the case's lesions; what was drawn before is gone.
    pub fn draw(&mut self, discard: DiscardFlag) {
        let mut dice =
            RandomStream::new(self.seed, self.group as u64, self.number, RandomPurpose::Reader);
        self.annotations = vec![self.annotate(&self.lesions, discard, &mut dice)];
    }

    /// Lets further readers draw them, up to so many in all: a little otherwise, some lesions not at all.
    pub fn draw_again(&mut self, readers: u32) {
        let discard = self.annotations.first().map_or(DiscardFlag::Usable, |first| first.discard);
        for reader in 1..readers {
            let mut dice = RandomStream::part(
                self.seed,
                self.group as u64,
                self.number,
                RandomPurpose::Reader,
                reader,
            );
            let lesions: Vec<_> =
                self.lesions.iter().filter_map(|lesion| lesion.seen_again(&mut dice)).collect();
            let reader = format!("annotation_user{}", FIRST_READERS + u64::from(reader));
            let drawn = self.annotate(&lesions, discard, &mut dice);
            let path = format!("{RESULTS}/{reader}/{}.json", self.id);
            self.annotations.push(SampleAnnotation { path, reader, ..drawn });
        }
    }

    /// What a reader draws of `lesions`.
    pub fn annotate(
        &self,
        lesions: &[SampleLesion],
        discard: DiscardFlag,
        dice: &mut RandomStream,
    ) -> SampleAnnotation {
        let mut clock = READING_BEGINS_MS + dice.below(6 * 86_400_000);
        let mut views: Vec<(String, Vec<SampleContour>)> = Vec::new();
        for view in SampleView::ALL {
            let mut contours = Vec::new();
            for lesion in lesions.iter().filter(|lesion| lesion.side == view.side) {
                clock += 4_000 + dice.below(20_000);
                let points = lesion.contour(self.grid, view);
                contours.extend(points.map(|points| SampleContour { number: clock, points }));
            }
            if !contours.is_empty() {
                views.push((view.key(), contours));
            }
        }
        // An image that cannot be read often has nothing drawn.
        if discard == DiscardFlag::Unreadable && dice.chance(0.5) {
            views.clear();
        }
        SampleAnnotation {
            path: format!("{RESULTS}/{}.json", self.id),
            reader: format!("annotation_user{}", 1 + dice.below(FIRST_READERS)),
            case_id: self.id.clone(),
            dialect: match self.number % 5 {
                1 | 4 => AnnotationDialect::Loose,
                2 => AnnotationDialect::Pretty,
                3 => AnnotationDialect::Nested,
                _ => AnnotationDialect::Strict,
            },
            discard,
            views,
            damage: FileDamage::Whole,
        }
    }
}

/// `Cancer_00001`.
pub(super) fn case_id(group: SampleGroup, number: u32) -> String {
    format!("{}_{number:05}", group.folder())
}

/// A pair of breasts with the tumour in it, and beside it a smaller one in every fifth case.
fn grow(
    coarse: PixelGrid,
    tumour: Option<&SampleTumour>,
    breast_dice: &mut RandomStream,
    dice: &mut RandomStream,
) -> (SampleBreast, Vec<SampleLesion>) {
    let Some(tumour) = tumour else {
        return (SampleBreast::new(coarse, 0.0, breast_dice), Vec::new());
    };
    let outline = LesionOutline::of(tumour.size_cm, dice);
    let breast = SampleBreast::new(coarse, outline.reach(), breast_dice);
    let mut lesions = Vec::new();
    for attempt in 0..8 {
        let shape =
            if attempt == 0 { outline.clone() } else { LesionOutline::of(tumour.size_cm, dice) };
        let placed = breast.place(shape, tumour.side, tumour.quarter, dice);
        if let Some(lesion) = placed.filter(|lesion| drawable(lesion, coarse)) {
            lesions.push(lesion);
            break;
        }
    }
    let second = dice.chance(0.2);
    for attempt in 0..if second { 16 } else { 0 } {
        let small = LesionOutline::of(tumour.size_cm.min(1.0) * 0.6, dice);
        // First where the tumour is, then anywhere in the breast.
        let quarter = if attempt < 6 { tumour.quarter } else { QuadrantDirections::any(dice) };
        let beside = breast.place(small, tumour.side, quarter, dice);
        let fits = |l: &SampleLesion| drawable(l, coarse) && !lesions.iter().any(|o| overlap(o, l));
        if let Some(lesion) = beside.filter(fits) {
            lesions.push(lesion);
            break;
        }
    }
    (breast, lesions)
}

/// Whether the tool would keep its contours even on the coarse grid of small images.
fn drawable(lesion: &SampleLesion, coarse: PixelGrid) -> bool {
    SampleView::ALL
        .iter()
        .filter(|view| view.side == lesion.side)
        .all(|view| lesion.contour(coarse, *view).is_some())
}
