//! Annotations: one file per reader and case, contours per view.

use serde::{Deserialize, Serialize};

use super::contour::{BoundingBox, ContourMeasures, ContourPoint};
use super::keyword;
use super::view::{SideView, ViewSlot};

/// A row of `annotations`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The case, where a rule gave one.
    pub case_id: Option<String>,
    /// The reader, as the file writes it.
    pub reader: Option<String>,
    /// Path relative to the root.
    pub path: String,
    /// JSON pointer of the annotation in its file; empty where the file is one annotation.
    pub pointer: String,
    /// `discard_yn`: true is unreadable, not to be used.
    pub discarded: Option<bool>,
    /// Labels that hold a contour, each once, sorted.
    pub labels: Vec<String>,
    /// Views that hold a contour, each once, sorted.
    pub views: Vec<String>,
    /// Entries of contours in the annotation, excluded ones counted.
    pub contour_count: u32,
    /// Contours that are rows of `lesions`.
    pub lesion_count: u32,
    /// The folder named by time that the file came with.
    pub delivery: Option<String>,
    /// Whether a newer delivery of the same case and reader replaces it.
    pub superseded: bool,
    /// Repairs that made the text readable, such as a trailing comma removed.
    #[serde(deserialize_with = "keyword::deserialize_keywords")]
    pub repairs: Vec<&'static str>,
    /// Length of the file.
    pub size_bytes: u64,
    /// Last change, milliseconds since 1970 UTC.
    pub modified_ms: Option<i64>,
}

/// One contour as the file holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrawnContour {
    /// First level of the list in the spelling of `schema/vocabulary/labels.csv`, otherwise as
    /// written; absent where the file has no such level.
    pub label: Option<String>,
    /// The label as written.
    pub label_raw: Option<String>,
    /// The view's key as written.
    pub view_key: String,
    /// Side and view that the key names; absent when it names none.
    pub side_view: Option<SideView>,
    /// The lesion's number as written.
    pub lesion_id: String,
    /// The points as written.
    #[serde(skip)]
    pub points: Vec<ContourPoint>,
    /// Their least and greatest coordinates; absent without points.
    pub bounds: Option<BoundingBox>,
    /// Whether an earlier contour of the same view has the same points.
    pub is_duplicate: bool,
    /// Whether two of its edges cross or touch.
    pub crosses_itself: bool,
    /// Measures in pixels; absent with fewer than three distinct points.
    pub measures_px: Option<ContourMeasures>,
}

impl DrawnContour {
    /// The time it was finished: the tool numbers a contour by its Unix time in milliseconds.
    /// Absent when the number is not a time between 2000 and 2100.
    pub fn drawn_ms(&self) -> Option<i64> {
        const YEAR_2000: i64 = 946_684_800_000;
        const YEAR_2100: i64 = 4_102_444_800_000;
        self.lesion_id.parse().ok().filter(|ms| (YEAR_2000..YEAR_2100).contains(ms))
    }

    /// The slot of its view in a set of views.
    pub fn slot(&self) -> Option<ViewSlot> {
        self.side_view.as_ref().and_then(|view| ViewSlot::of(view.laterality, view.base))
    }

    /// The view in the form of `images.view`.
    pub fn view(&self) -> Option<String> {
        self.side_view.as_ref().map(SideView::view)
    }
}
