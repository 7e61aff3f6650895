//! A review: the queue, the reviewer, and what was said so far.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use super::exam::{ExamImage, RenderTarget, images_of};
use super::four_view::places;
use super::queue::{ReviewCase, ReviewContour, ReviewScope, review_queue};
use super::review_log::{REVIEWS, read_verdicts};
use super::verdict::{Verdict, VerdictKind};
use crate::catalog::Catalog;
use crate::cohort::CohortError;
use crate::saved::SavedName;

/// What a page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewSession {
    /// The reviewer.
    pub reviewer: SavedName,
    /// Number of the snapshot.
    pub snapshot: u32,
    /// Whether the page hides who drew a contour and what other reviewers said.
    pub is_blind: bool,
    /// The cases: first those with contours that the reviewer has not judged.
    pub queue: Vec<ReviewCase>,
    /// Latest verdicts of other reviewers by contour; empty in a blind review.
    pub others: HashMap<String, Vec<Verdict>>,
}

/// An image at its place on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct HungImage {
    /// The image.
    pub image: ExamImage,
    /// Row, from the top: CC, MLO, then others with contours.
    pub row: usize,
    /// 0 for the right breast, 1 for the left.
    pub column: usize,
}

impl ReviewSession {
    /// The review of a scope by a reviewer whose verdicts so far are `own`.
    ///
    /// # Errors
    /// When the catalog or the cohort cannot be read.
    pub fn new(
        catalog: &Catalog,
        scope: &ReviewScope,
        reviewer: SavedName,
        own: &[Verdict],
    ) -> Result<Self, CohortError> {
        let mut queue = review_queue(catalog, scope)?;
        let contours = || queue.iter().flat_map(|case| &case.contours);
        let hashes: BTreeSet<String> = contours().map(|contour| contour.hash.clone()).collect();
        let verdicts = latest_verdicts(own);
        let mut others: HashMap<String, Vec<Verdict>> = HashMap::new();
        if !scope.is_blind {
            let known = |verdict: &Verdict| hashes.contains(&verdict.contour_hash);
            for verdict in other_verdicts(catalog.dir(), &reviewer).into_iter().filter(known) {
                others.entry(verdict.contour_hash.clone()).or_default().push(verdict);
            }
        }
        let judged: BTreeSet<&str> =
            verdicts.iter().map(|verdict| verdict.contour_hash.as_str()).collect();
        let is_done = |case: &ReviewCase| {
            case.contours.iter().all(|contour| judged.contains(contour.hash.as_str()))
        };
        queue.sort_by_cached_key(is_done);
        Ok(Self {
            reviewer,
            snapshot: catalog.snapshot().id,
            is_blind: scope.is_blind,
            queue,
            others,
        })
    }

    /// The contours of the queue, and the cases without one, in its order.
    pub fn contours(&self) -> impl Iterator<Item = &ReviewContour> {
        self.queue.iter().flat_map(|case| &case.contours)
    }

    /// Contours of the queue, without the cases that have none.
    pub fn contour_count(&self) -> usize {
        self.contours().filter(|contour| contour.is_drawn).count()
    }

    /// Cases of the queue that have no contour.
    pub fn undrawn_count(&self) -> usize {
        self.contours().filter(|contour| !contour.is_drawn).count()
    }
}

/// The latest verdict on each contour, in their order; withdrawn ones are not there.
pub fn latest_verdicts(verdicts: &[Verdict]) -> Vec<Verdict> {
    let mut by_contour: HashMap<&str, &Verdict> = HashMap::new();
    for verdict in verdicts {
        let slot = by_contour.entry(&verdict.contour_hash).or_insert(verdict);
        if verdict.number >= slot.number {
            *slot = verdict;
        }
    }
    let mut latest: Vec<Verdict> = by_contour.into_values().cloned().collect();
    latest.retain(|verdict| verdict.verdict != VerdictKind::Withdrawn);
    latest.sort_by_key(|verdict| verdict.number);
    latest
}

/// The latest verdicts of all other reviewers, by name. A file that cannot be read has none here.
fn other_verdicts(catalog: &Path, reviewer: &SavedName) -> Vec<Verdict> {
    let entries = fs::read_dir(catalog.join(REVIEWS.folder)).into_iter().flatten().flatten();
    let name = |entry: fs::DirEntry| {
        entry.file_name().to_str()?.strip_suffix(".jsonl")?.parse::<SavedName>().ok()
    };
    let names: BTreeSet<SavedName> = entries.filter_map(name).collect();
    let mut verdicts = Vec::new();
    for name in names.iter().filter(|name| *name != reviewer) {
        let lines = read_verdicts(&REVIEWS.path(catalog, name, "jsonl")).unwrap_or_default();
        // The file's name says who gave them.
        let of_file = |verdict| Verdict { reviewer: name.clone(), ..verdict };
        verdicts.extend(latest_verdicts(&lines.verdicts).into_iter().map(of_file));
    }
    verdicts
}

/// The images of a case at their places: the four standard views, then others that have contours of
/// the queue. Contours that are not of the queue are removed.
///
/// # Errors
/// When the catalog cannot be read.
pub fn hung_images(catalog: &Catalog, case: &ReviewCase) -> Result<Vec<HungImage>, CohortError> {
    let mut images = images_of(catalog, &RenderTarget::Case(case.case_id.clone()))?;
    let hashes: BTreeSet<&str> =
        case.contours.iter().map(|contour| contour.hash.as_str()).collect();
    for image in &mut images {
        let is_queued =
            |hash: &Option<String>| hash.as_deref().is_some_and(|hash| hashes.contains(hash));
        image.contours.retain(|contour| is_queued(&contour.hash));
        image.contours.dedup_by(|a, b| a.hash == b.hash);
    }
    let mut hung = Vec::new();
    for (row, pair) in places(&images).into_iter().enumerate() {
        for (column, image) in pair.into_iter().enumerate() {
            hung.extend(image.map(|image| HungImage { image: image.clone(), row, column }));
        }
    }
    let mut row = hung.iter().map(|one| one.row + 1).max().unwrap_or(0);
    for image in &images {
        let is_hung = hung.iter().any(|one| one.image.path == image.path);
        if !is_hung && !image.contours.is_empty() {
            let is_left = image.view.as_deref().is_some_and(|view| view.starts_with('L'));
            hung.push(HungImage { image: image.clone(), row, column: usize::from(is_left) });
            row += 1;
        }
    }
    Ok(hung)
}
