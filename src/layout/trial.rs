//! How well a profile fits a data set, in counts.

use crate::sources::profile::GENERIC;

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayoutShare {
    /// The part.
    pub part: usize,
    /// The whole.
    pub whole: usize,
}

impl LayoutShare {
    pub(super) fn count(&mut self, hit: bool) {
        self.part += usize::from(hit);
        self.whole += 1;
    }

    /// Between 0 and 1; absent when the whole is 0.
    fn ratio(self) -> Option<f64> {
        #[allow(clippy::cast_precision_loss)] // counts of files
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }
}

/// How one profile fits.
#[derive(Debug, Clone, Default)]
pub struct ProfileTrial {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Images that name a case.
    pub image_cases: LayoutShare,
    /// Images that name a view, by header or by file name.
    pub views: LayoutShare,
    /// Annotations that name a case.
    pub annotation_cases: LayoutShare,
    /// Clinical rows that name a case or an image.
    pub rows: LayoutShare,
    /// Headers of clinical tables that are known.
    pub headers: LayoutShare,
}

impl ProfileTrial {
    /// From 0 to 1. The generic profile treats any folder as a case: its matches count half.
    pub(super) fn score(&self) -> f64 {
        let weighed = [
            (self.image_cases, 3.0),
            (self.annotation_cases, 1.0),
            (self.rows, 2.0),
            (self.headers, 1.0),
            (self.views, 1.0),
        ];
        let present = weighed.iter().filter_map(|(share, w)| Some((share.ratio()?, w)));
        let (sum, weight) = present.fold((0.0, 0.0), |(s, all), (r, w)| (s + r * w, all + w));
        let half = if self.name == GENERIC { 0.5 } else { 1.0 };
        if weight > 0.0 { half * sum / weight } else { 0.0 }
    }

    /// Whether every image, annotation and row names a case.
    pub fn is_whole(&self) -> bool {
        [self.image_cases, self.annotation_cases, self.rows].iter().all(|s| s.part == s.whole)
    }
}
