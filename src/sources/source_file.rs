//! One file of a data set: its path, size, time and where its bytes are.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file below the data-set root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path relative to the root, with `/`. A byte that is not UTF-8 is shown as `\xB0`.
    pub path: Box<str>,
    /// The path as the file system has it, where that is not UTF-8; of a member its archive's.
    pub raw: Option<Box<Path>>,
    /// Length in bytes.
    pub size: u64,
    /// Last change in nanoseconds since 1970 UTC; [`Self::UNKNOWN_TIME`] where a store does not say.
    pub mtime_ns: i64,
    /// Inode number, of an object a number of its ETag: a file replaced by another of the same size and time still
    /// differs.
    pub inode: u64,
    /// Where its bytes are.
    pub origin: FileOrigin,
}

/// Where a file's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOrigin {
    /// In a file of its own.
    File,
    /// In a zip archive; size is the member's own, time and inode are the archive's.
    Member {
        /// Length of the archive's path, which the member's begins with.
        archive: u32,
        /// Its place in the archive's directory.
        index: u32,
    },
    /// Nowhere: an inventory names it, and it does not exist.
    Missing,
}

impl SourceFile {
    /// The time of a file whose last change is not known.
    pub const UNKNOWN_TIME: i64 = i64::MIN;

    /// A file that was found at `path`, relative to the root.
    pub fn new(path: PathBuf, meta: &fs::Metadata) -> Self {
        let mtime_ns = meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec());
        let (size, inode) = (meta.len(), meta.ino());
        let (path, raw) = match path.into_os_string().into_string() {
            Ok(text) => (text.into_boxed_str(), None),
            Err(name) => (printable(&name).into_boxed_str(), Some(PathBuf::from(name).into())),
        };
        Self { path, raw, size, mtime_ns, inode, origin: FileOrigin::File }
    }

    /// The order of paths; of two that read alike, of their bytes.
    pub fn order(&self, other: &Self) -> Ordering {
        (&self.path, &self.raw).cmp(&(&other.path, &other.raw))
    }

    /// The path relative to the root that opens the file, or the archive that it is a member of.
    pub fn place(&self) -> &Path {
        self.raw.as_deref().unwrap_or(Path::new(self.archive().unwrap_or(&self.path)))
    }

    /// A file that does not exist.
    pub fn missing(path: String) -> Self {
        let (path, origin) = (path.into_boxed_str(), FileOrigin::Missing);
        Self { path, raw: None, size: 0, mtime_ns: 0, inode: 0, origin }
    }

    /// When it was last changed, in milliseconds since 1970 UTC.
    pub fn modified_ms(&self) -> Option<i64> {
        let is_known = !self.is_missing() && self.mtime_ns != Self::UNKNOWN_TIME;
        is_known.then(|| self.mtime_ns.div_euclid(1_000_000))
    }

    /// Whether it does not exist.
    pub fn is_missing(&self) -> bool {
        self.origin == FileOrigin::Missing
    }

    /// The archive that it is a member of.
    pub fn archive(&self) -> Option<&str> {
        match self.origin {
            FileOrigin::Member { archive, .. } => self.path.get(..archive as usize),
            FileOrigin::File | FileOrigin::Missing => None,
        }
    }

    /// The path that a profile's rules look at: an archive stands for a folder of its name.
    pub fn rule_path(&self) -> Cow<'_, str> {
        let Some(archive) = self.archive() else { return Cow::Borrowed(&self.path) };
        let member = self.path.get(archive.len() + 2..).unwrap_or_default();
        let (folder, end) = archive.rsplit_once('.').unwrap_or((archive, "zip"));
        let folder = if end.eq_ignore_ascii_case("zip") { folder } else { archive };
        Cow::Owned(format!("{folder}/{member}"))
    }
}

/// A name as text: bytes that are not UTF-8 as `\xB0`, so that two names never read alike.
pub fn printable(name: &OsStr) -> String {
    let chunks = name.as_bytes().utf8_chunks();
    chunks.fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
        text
    })
}
