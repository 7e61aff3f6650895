//! Images that stand twice: under one UID, or with the same pixels under two cases.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::records::image::Image;
use crate::records::issue::Issue;
use crate::tables::reader::TableReader;
use crate::tables::row::Row;

/// What was seen of the images of a run, in the order of the table.
#[derive(Debug, Default)]
pub struct Copies {
    /// Path of the first image of each UID.
    uids: HashMap<u64, Box<str>>,
    /// Hash of pixels and row of the table.
    pixels: Vec<([u8; 16], u32)>,
    rows: u32,
}

impl Copies {
    /// Sees the next image; an issue when another had its UID.
    pub fn see(&mut self, image: &Image) -> Option<Issue> {
        let hash = image.pixel_hash.as_deref().filter(|_| image.case_id.is_some());
        let hash = hash.and_then(|hash| u128::from_str_radix(hash, 16).ok());
        self.pixels.extend(hash.map(|hash| (hash.to_be_bytes(), self.rows)));
        self.rows = self.rows.saturating_add(1);
        let uid = image.sop_instance_uid.as_ref()?;
        let hash = twox_hash::XxHash3_128::oneshot(uid.as_bytes()) as u64;
        let Some(other) = self.uids.get(&hash) else {
            self.uids.insert(hash, image.path.as_str().into());
            return None;
        };
        let message = format!("{other} has the same SOP Instance UID");
        let mut issue = Issue::new("sop-duplicate", &image.path, message);
        issue.case_id.clone_from(&image.case_id);
        Some(issue)
    }

    /// Images whose pixels are those of an image of another case, in the order of the table; `dir`
    /// holds the finished table.
    pub fn across_cases(mut self, dir: &Path) -> Vec<Issue> {
        self.pixels.sort_unstable();
        let groups = self.pixels.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
        let groups: Vec<Vec<u32>> =
            groups.map(|group| group.iter().map(|(_, row)| *row).collect()).collect();
        let named = names(dir, &groups.iter().flatten().copied().collect());
        let mut found = Vec::new();
        for group in &groups {
            let mut images = group.iter().filter_map(|row| Some((*row, named.get(row)?)));
            let Some((_, (first, case))) = images.next() else { continue };
            for (row, (path, own)) in images.filter(|(_, (_, own))| own != case) {
                let message = format!("its pixels are those of {first}, an image of case {case}");
                let issue = Issue::new("pixels-shared", path, message).case(own).value(first);
                found.push((row, issue));
            }
        }
        found.sort_unstable_by_key(|(row, _)| *row);
        found.into_iter().map(|(_, issue)| issue).collect()
    }
}

/// Path and case of some rows of `images`.
fn names(dir: &Path, rows: &HashSet<u32>) -> HashMap<u32, (String, String)> {
    let mut named = HashMap::new();
    if rows.is_empty() {
        return named;
    }
    let Some(mut table) = TableReader::open(dir, Image::TABLE) else { return named };
    let mut row = 0;
    while let Some(line) = table.advance() {
        if rows.contains(&row) {
            named.extend(line.string("path").zip(line.string("case_id")).map(|both| (row, both)));
        }
        row += 1;
    }
    named
}
