//! Duplicate images: two with one UID, or with the same pixels in two cases.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::path::Path;

use crate::records::image::ImageRecord;
use crate::records::issue::{Issue, IssueCode};
use crate::tables::reader::{TableReadError, TableReader};
use crate::tables::row::RowRecord;

/// Hashes of the images of a run, in the order of the table.
#[derive(Debug)]
pub struct DuplicateImages {
    /// For every row the hash of its UID; 0 where there is none.
    uids: Vec<u64>,
    /// Hash of pixels and row of the table.
    pixels: Vec<([u8; 16], u32)>,
}

/// The hash of a UID.
pub fn hash(uid: &str) -> u64 {
    twox_hash::XxHash3_128::oneshot(uid.as_bytes()) as u64
}

impl DuplicateImages {
    /// No images yet, with room for so many.
    pub fn with_capacity(images: usize) -> Self {
        Self { uids: Vec::with_capacity(images), pixels: Vec::new() }
    }

    /// Adds the next image: hashes of its UID and, where it has a case, of its pixels.
    pub fn observe(&mut self, uid: Option<u64>, pixels: Option<[u8; 16]>) {
        let row = u32::try_from(self.uids.len()).unwrap_or(u32::MAX);
        self.pixels.extend(pixels.map(|hash| (hash, row)));
        self.uids.push(uid.unwrap_or(0));
    }

    /// Images that have the UID of an earlier one, then images whose pixels are those of an image
    /// of another case, each in the order of the table; `dir` has the finished table.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn find(self, dir: &Path) -> Result<Vec<Issue>, TableReadError> {
        let (uids, pixels) = (equal_uids(&self.uids), equal_hashes(self.pixels));
        let rows = uids.iter().chain(&pixels).flatten().copied().collect();
        let named = paths_and_cases(dir, &rows)?;
        let mut issues = Vec::new();
        for group in &uids {
            let mut images = group.iter().filter_map(|row| Some((*row, named.get(row)?)));
            let Some((_, (first, _))) = images.next() else { continue };
            for (row, (path, case)) in images {
                let message = format!("{first} has the same SOP Instance UID");
                let mut issue = Issue::new(IssueCode::SopDuplicate, path, message);
                issue.case_id.clone_from(case);
                issues.push(((0, row), issue));
            }
        }
        for group in &pixels {
            let mut images = group.iter().filter_map(|row| Some((*row, named.get(row)?)));
            let Some((_, (first, Some(case)))) = images.next() else { continue };
            for (row, (path, other)) in images {
                let Some(other) = other.as_ref().filter(|other| *other != case) else { continue };
                let message = format!("its pixels are those of {first}, an image of case {case}");
                let issue =
                    Issue::new(IssueCode::PixelsShared, path, message).case(other).value(first);
                issues.push(((1, row), issue));
            }
        }
        issues.sort_unstable_by_key(|(order, _)| *order);
        Ok(issues.into_iter().map(|(_, issue)| issue).collect())
    }
}

/// The rows that share the hash of a UID; a part of the hashes at a time, to save memory.
fn equal_uids(uids: &[u64]) -> Vec<Vec<u32>> {
    const PARTS: u64 = 16;
    let part = |part: u64| {
        let here = uids.iter().zip(0..).filter(|(hash, _)| **hash != 0 && **hash % PARTS == part);
        equal_hashes(here.map(|(hash, row)| (*hash, row)).collect())
    };
    (0..PARTS).flat_map(part).collect()
}

/// The rows that share a hash, in their order, where several do.
fn equal_hashes<H: Ord + Copy + Hash>(mut hashes: Vec<(H, u32)>) -> Vec<Vec<u32>> {
    hashes.sort_unstable();
    let groups = hashes.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    groups.map(|group| group.iter().map(|(_, row)| *row).collect()).collect()
}

/// Path and case of some rows of `images`.
fn paths_and_cases(
    dir: &Path,
    rows: &HashSet<u32>,
) -> Result<HashMap<u32, (String, Option<String>)>, TableReadError> {
    let mut named = HashMap::new();
    if rows.is_empty() {
        return Ok(named);
    }
    let mut table = TableReader::open(dir, ImageRecord::TABLE)?;
    let mut row = 0;
    while let Some(line) = table.advance()? {
        if rows.contains(&row) {
            named.extend(line.string("path").map(|path| (row, (path, line.string("case_id")))));
        }
        row += 1;
    }
    Ok(named)
}
