//! Images that stand twice: under one UID, or with the same pixels under two cases.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::path::Path;

use crate::records::image::ImageRecord;
use crate::records::issue::{Issue, IssueCode};
use crate::tables::reader::TableReader;
use crate::tables::row::RowRecord;

/// What was seen of the images of a run, in the order of the table.
#[derive(Debug)]
pub struct DuplicateImages {
    /// For every row the hash of its UID; 0 where there is none.
    uids: Vec<u64>,
    /// Hash of pixels and row of the table.
    pixels: Vec<([u8; 16], u32)>,
}

/// The hash that a UID is known by.
pub fn hash(uid: &str) -> u64 {
    twox_hash::XxHash3_128::oneshot(uid.as_bytes()) as u64
}

impl DuplicateImages {
    /// With room for so many images.
    pub fn with_room(images: usize) -> Self {
        Self { uids: Vec::with_capacity(images), pixels: Vec::new() }
    }

    /// Sees the next image: hashes of its UID and, where it has a case, of its pixels.
    pub fn see(&mut self, uid: Option<u64>, pixels: Option<[u8; 16]>) {
        let row = u32::try_from(self.uids.len()).unwrap_or(u32::MAX);
        self.pixels.extend(pixels.map(|hash| (hash, row)));
        self.uids.push(uid.unwrap_or(0));
    }

    /// Images that have the UID of an earlier one, then images whose pixels are those of an image
    /// of another case, each in the order of the table; `dir` holds the finished table.
    pub fn find(self, dir: &Path) -> Vec<Issue> {
        let (uids, pixels) = (alike_uids(&self.uids), alike(self.pixels));
        let named = names(dir, &uids.iter().chain(&pixels).flatten().copied().collect());
        let mut found = Vec::new();
        for group in &uids {
            let mut images = group.iter().filter_map(|row| Some((*row, named.get(row)?)));
            let Some((_, (first, _))) = images.next() else { continue };
            for (row, (path, case)) in images {
                let message = format!("{first} has the same SOP Instance UID");
                let mut issue = Issue::new(IssueCode::SopDuplicate, path, message);
                issue.case_id.clone_from(case);
                found.push(((0, row), issue));
            }
        }
        for group in &pixels {
            let mut images = group.iter().filter_map(|row| Some((*row, named.get(row)?)));
            let Some((_, (first, Some(case)))) = images.next() else { continue };
            for (row, (path, own)) in images {
                let Some(own) = own.as_ref().filter(|own| *own != case) else { continue };
                let message = format!("its pixels are those of {first}, an image of case {case}");
                let issue =
                    Issue::new(IssueCode::PixelsShared, path, message).case(own).value(first);
                found.push(((1, row), issue));
            }
        }
        found.sort_unstable_by_key(|(order, _)| *order);
        found.into_iter().map(|(_, issue)| issue).collect()
    }
}

/// The rows that share the hash of a UID; a part of the hashes at a time, to save memory.
fn alike_uids(uids: &[u64]) -> Vec<Vec<u32>> {
    const PARTS: u64 = 16;
    let of = |part: u64| {
        let here = uids.iter().zip(0..).filter(|(hash, _)| **hash != 0 && **hash % PARTS == part);
        alike(here.map(|(hash, row)| (*hash, row)).collect())
    };
    (0..PARTS).flat_map(of).collect()
}

/// The rows that share a hash, in their order, where several do.
fn alike<H: Ord + Copy + Hash>(mut seen: Vec<(H, u32)>) -> Vec<Vec<u32>> {
    seen.sort_unstable();
    let groups = seen.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    groups.map(|group| group.iter().map(|(_, row)| *row).collect()).collect()
}

/// Path and case of some rows of `images`.
fn names(dir: &Path, rows: &HashSet<u32>) -> HashMap<u32, (String, Option<String>)> {
    let mut named = HashMap::new();
    if rows.is_empty() {
        return named;
    }
    let Some(mut table) = TableReader::open(dir, ImageRecord::TABLE) else { return named };
    let mut row = 0;
    while let Some(line) = table.advance() {
        if rows.contains(&row) {
            named.extend(line.string("path").map(|path| (row, (path, line.string("case_id")))));
        }
        row += 1;
    }
    named
}
