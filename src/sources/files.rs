//! The files of a run: a million of them, in less than a hundred bytes each.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use super::source_file::{FileOrigin, SourceFile};

/// Files, packed.
#[derive(Debug, Default)]
pub struct FileTable {
    /// Their paths, one behind the other.
    paths: String,
    entries: Vec<FileEntry>,
    /// What few files have, by where their paths begin.
    odd: HashMap<u64, OddEntry>,
}

#[derive(Debug, Clone, Copy)]
struct FileEntry {
    /// Where its path begins, and in the lowest bits how long it is.
    path: u64,
    size: u64,
    mtime_ns: i64,
    inode: u64,
}

/// Bits of a path's length: no system has paths of a megabyte.
const LENGTH: u32 = 20;

impl FileEntry {
    fn start(self) -> u64 {
        self.path >> LENGTH
    }

    fn range(self) -> Range<usize> {
        // What was put in fits in memory.
        let start = usize::try_from(self.start()).unwrap_or(usize::MAX);
        let length = usize::try_from(self.path & ((1 << LENGTH) - 1)).unwrap_or(0);
        start..start.saturating_add(length)
    }
}

#[derive(Debug)]
struct OddEntry {
    raw: Option<Box<Path>>,
    origin: FileOrigin,
}

impl FileTable {
    /// Adds one at the end. A path of a megabyte is cut: no system opens one.
    pub fn push(&mut self, file: SourceFile) {
        let SourceFile { path, raw, size, mtime_ns, inode, origin } = file;
        let most = path.len().min((1 << LENGTH) - 1);
        let end = (0..=most).rev().find(|end_byte| path.is_char_boundary(*end_byte)).unwrap_or(0);
        let path = &path[..end];
        let start = self.paths.len() as u64;
        self.paths.push_str(path);
        self.entries.push(FileEntry {
            path: start << LENGTH | path.len() as u64,
            size,
            mtime_ns,
            inode,
        });
        // Two files may begin at one place only where a path is empty, which no file's is.
        if raw.is_some() || origin != FileOrigin::File {
            self.odd.insert(start, OddEntry { raw, origin });
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The path of one; empty where there is none.
    pub fn path(&self, index: usize) -> &str {
        self.entries.get(index).map_or("", |entry| self.path_of(entry))
    }

    fn path_of(&self, entry: &FileEntry) -> &str {
        self.paths.get(entry.range()).unwrap_or_default()
    }

    /// One of them.
    pub fn get(&self, index: usize) -> Option<SourceFile> {
        let entry = self.entries.get(index)?;
        let odd = self.odd.get(&entry.start());
        Some(SourceFile {
            path: self.path_of(entry).into(),
            raw: odd.and_then(|odd| odd.raw.clone()),
            size: entry.size,
            mtime_ns: entry.mtime_ns,
            inode: entry.inode,
            origin: odd.map_or(FileOrigin::File, |odd| odd.origin),
        })
    }

    /// Some of them, in their order.
    pub fn range(&self, range: Range<usize>) -> impl Iterator<Item = SourceFile> {
        range.filter_map(|index| self.get(index))
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = SourceFile> {
        self.range(0..self.len())
    }

    /// The places of those whose path is wanted.
    pub fn places(&self, wanted: impl Fn(&str) -> bool + Sync) -> Vec<usize> {
        let all = self.entries.par_iter().enumerate();
        all.filter(|(_, entry)| wanted(self.path_of(entry))).map(|(index, _)| index).collect()
    }

    /// When each was last changed, in nanoseconds since 1970.
    pub fn times(&self) -> impl Iterator<Item = i64> {
        self.entries.iter().map(|entry| entry.mtime_ns)
    }

    /// The place of the first whose path is not before `path`; they are sorted.
    pub fn first_from(&self, path: &str) -> usize {
        self.entries.partition_point(|entry| self.path_of(entry) < path)
    }

    /// Sorts them by the bytes of their paths, and gives back room that is not used.
    pub fn sort(&mut self) {
        self.paths.shrink_to_fit();
        self.entries.shrink_to_fit();
        let mut entries = std::mem::take(&mut self.entries);
        let raw =
            |entry: &FileEntry| self.odd.get(&entry.start()).and_then(|odd| odd.raw.as_deref());
        entries.par_sort_by(|a, b| {
            self.path_of(a).cmp(self.path_of(b)).then_with(|| raw(a).cmp(&raw(b)))
        });
        self.entries = entries;
    }

    /// Leaves of neighbours with the same path the first.
    pub fn dedup(&mut self) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.dedup_by(|later, first| self.path_of(later) == self.path_of(first));
        self.entries = entries;
    }
}

impl PartialEq for FileTable {
    fn eq(&self, other: &Self) -> bool {
        let facts = |files: &Self, entry: &FileEntry| {
            let odd = files.odd.get(&entry.start());
            let odd = odd.map(|odd| (odd.raw.clone(), odd.origin));
            (entry.size, entry.mtime_ns, entry.inode, odd)
        };
        self.len() == other.len()
            && self.entries.iter().zip(&other.entries).all(|(a, b)| {
                self.path_of(a) == other.path_of(b) && facts(self, a) == facts(other, b)
            })
    }
}

impl FromIterator<SourceFile> for FileTable {
    fn from_iter<I: IntoIterator<Item = SourceFile>>(sources: I) -> Self {
        let mut files = Self::default();
        files.extend(sources);
        files
    }
}

impl Extend<SourceFile> for FileTable {
    fn extend<I: IntoIterator<Item = SourceFile>>(&mut self, files: I) {
        files.into_iter().for_each(|file| self.push(file));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, inode: u64) -> SourceFile {
        SourceFile { size: 1, mtime_ns: -5, inode, ..SourceFile::missing(path.to_owned()) }
    }

    #[test]
    fn what_goes_in_comes_out_in_the_order_of_paths() {
        let raw = Some(Path::new("b").into());
        let origin = FileOrigin::Member { archive: 1, index: 7 };
        let odd = SourceFile { raw, origin, ..found("b", 2) };
        let plain = |path, inode| SourceFile { origin: FileOrigin::File, ..found(path, inode) };
        let mut files = FileTable::default();
        files.extend([plain("끝", 4), odd.clone(), plain("a", 1), plain("끝", 5)]);
        files.sort();
        let all: Vec<SourceFile> = files.iter().collect();
        assert_eq!(all, [plain("a", 1), odd, plain("끝", 4), plain("끝", 5)]);
        assert_eq!((files.path(1), files.path(9), files.first_from("c")), ("b", "", 2));
        assert_eq!(files.places(|path| path != "b"), [0, 2, 3]);
        files.dedup();
        assert_eq!(files.len(), 3);
        assert!(files == all[..3].iter().cloned().collect());
        assert!(files != all.into_iter().collect());
    }

    #[test]
    fn a_path_of_a_megabyte_is_cut_between_letters() {
        let mut files = FileTable::default();
        files.push(found(&"끝".repeat(1 << 19), 1));
        assert_eq!(files.path(0).len(), (1 << 20) - 1);
    }
}
