//! Finding the files of a data set: a parallel walk with one `stat` each, sorted by path.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

/// A file below the data-set root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Path relative to the root, with `/`. Names that are not UTF-8 are kept as they can be shown.
    pub path: Box<str>,
    /// Length in bytes.
    pub size: u64,
    /// Last change in nanoseconds since 1970 UTC.
    pub mtime_ns: i64,
    /// Inode number: a file replaced by another of the same size and time still differs.
    pub inode: u64,
    /// Where its bytes are.
    pub origin: Origin,
}

/// Where a file's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In a file of its own.
    File,
    /// In a zip archive; size is the member's own, time and inode are the archive's.
    Member {
        /// Length of the archive's path, which the member's begins with.
        archive: u32,
        /// Its place in the archive's directory.
        index: u32,
    },
    /// Nowhere: an inventory names it, and it is not there.
    Missing,
}

/// A folder or file that could not be looked at.
#[derive(Debug)]
pub struct Unseen {
    /// Path relative to the root.
    pub path: String,
    /// What the system said.
    pub error: io::Error,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walk {
    /// Every file, sorted by the bytes of its path.
    pub files: Vec<Found>,
    /// What could not be looked at, sorted likewise.
    pub unseen: Vec<Unseen>,
}

/// Walks `root` and everything below it, `skip` (such as the catalog itself) excepted.
///
/// Links are followed; a link back to a folder above it is left alone.
///
/// # Errors
/// When the root itself cannot be read. What fails below it is listed in [`Walk::unseen`].
pub fn walk(root: &Path, skip: &[PathBuf]) -> io::Result<Walk> {
    let meta = fs::metadata(root)?;
    let walker = Walker { root, skip };
    let mut found = if meta.is_dir() {
        fs::read_dir(root)?;
        walker.folder(root, "", &[(meta.dev(), meta.ino())])
    } else {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "the data set is a folder"));
    };
    found.files.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    found.unseen.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Looks at files by their paths relative to `root`, in parallel and in that order. What is no file
/// comes back as missing.
pub fn look_up(root: &Path, paths: Vec<String>) -> Vec<Found> {
    let look = |path: String| match fs::metadata(root.join(&path)) {
        Ok(meta) if meta.is_file() => Found::new(path, &meta),
        _ => Found::missing(path),
    };
    paths.into_par_iter().map(look).collect()
}

struct Walker<'a> {
    root: &'a Path,
    skip: &'a [PathBuf],
}

impl Walker<'_> {
    fn folder(&self, dir: &Path, prefix: &str, above: &[(u64, u64)]) -> Walk {
        let mut here = Walk::default();
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => {
                here.unseen.push(Unseen { path: prefix.trim_end_matches('/').to_owned(), error });
                return here;
            }
        };
        let mut folders = Vec::new();
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    here.unseen.push(Unseen { path: prefix.to_owned(), error });
                    continue;
                }
            };
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            // `DirEntry::metadata` does not follow links; one that is a link is looked up again.
            let meta = entry.metadata().and_then(|meta| {
                if meta.is_symlink() { fs::metadata(entry.path()) } else { Ok(meta) }
            });
            match meta {
                Err(error) => here.unseen.push(Unseen { path, error }),
                Ok(meta) if meta.is_dir() => folders.push((entry.path(), path, meta)),
                Ok(meta) if meta.is_file() => here.files.push(Found::new(path, &meta)),
                Ok(_) => {} // sockets, pipes and devices are no data
            }
        }
        let below: Vec<Walk> = folders
            .into_par_iter()
            .filter(|(dir, _, meta)| {
                !above.contains(&(meta.dev(), meta.ino())) && !self.skip.contains(dir)
            })
            .map(|(dir, path, meta)| {
                let above = [above, &[(meta.dev(), meta.ino())]].concat();
                self.folder(&dir, &format!("{path}/"), &above)
            })
            .collect();
        for walk in below {
            here.files.extend(walk.files);
            here.unseen.extend(walk.unseen);
        }
        debug_assert!(dir.starts_with(self.root));
        here
    }
}

impl Found {
    fn new(path: String, meta: &fs::Metadata) -> Self {
        let mtime_ns = meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec());
        let (size, inode) = (meta.len(), meta.ino());
        Self { path: path.into_boxed_str(), size, mtime_ns, inode, origin: Origin::File }
    }

    /// A file that is not there.
    pub fn missing(path: String) -> Self {
        let (path, origin) = (path.into_boxed_str(), Origin::Missing);
        Self { path, size: 0, mtime_ns: 0, inode: 0, origin }
    }

    /// When it was last changed, in milliseconds since 1970 UTC.
    pub fn modified_ms(&self) -> Option<i64> {
        (!self.is_missing()).then(|| self.mtime_ns.div_euclid(1_000_000))
    }

    /// Whether it is not there.
    pub fn is_missing(&self) -> bool {
        self.origin == Origin::Missing
    }

    /// The archive that it is a member of.
    pub fn archive(&self) -> Option<&str> {
        match self.origin {
            Origin::Member { archive, .. } => self.path.get(..archive as usize),
            Origin::File | Origin::Missing => None,
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
