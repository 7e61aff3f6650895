//! Finding the files of a data set: a parallel walk with one `stat` each, sorted by path.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustix::fs::{Mode, OFlags};
use rustix::io::retry_on_intr;

use super::files::FileTable;

/// Links to folders on one way down: folders that link to each other would multiply without end.
const MOST_LINKS: u8 = 3;

/// A file below the data-set root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path relative to the root, with `/`. A byte that is no UTF-8 is shown as `\xB0`.
    pub path: Box<str>,
    /// The path as the file system has it, where that is no UTF-8; of a member its archive's.
    pub raw: Option<Box<Path>>,
    /// Length in bytes.
    pub size: u64,
    /// Last change in nanoseconds since 1970 UTC.
    pub mtime_ns: i64,
    /// Inode number: a file replaced by another of the same size and time still differs.
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
    /// Nowhere: an inventory names it, and it is not there.
    Missing,
}

/// A folder or file that could not be looked at.
#[derive(Debug)]
pub struct WalkError {
    /// Path relative to the root.
    pub path: String,
    /// What the system said.
    pub error: io::Error,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct FolderWalk {
    /// Every file, sorted by the bytes of its path.
    pub files: FileTable,
    /// What could not be looked at, sorted likewise.
    pub unseen: Vec<WalkError>,
}

/// Folders that are looked into at a time: what they hold is packed before the next are.
const FOLDERS: usize = 4096;

/// Walks `root` and everything below it, `skip` (such as the catalog itself) excepted.
///
/// Links are followed; a link back to a folder above it is left alone.
///
/// # Errors
/// When the root itself cannot be read. What fails below it is listed in [`FolderWalk::unseen`].
pub fn walk(root: &Path, skip: &[PathBuf]) -> io::Result<FolderWalk> {
    let meta = fs::metadata(root)?;
    if !meta.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "the data set is a folder"));
    }
    fs::read_dir(root)?;
    let skip: Vec<FolderId> = skip.iter().filter_map(|dir| folder(dir)).collect();
    let above = Arc::new(ParentFolders { folder: id(&meta), next: None });
    let mut found = FolderWalk::default();
    // Level by level, not folder within folder: a path may have two thousand of them.
    let mut level = vec![PendingFolder { path: PathBuf::new(), above, links: 0 }];
    while !level.is_empty() {
        let mut next = Vec::new();
        for folders in level.chunks(FOLDERS) {
            let looked: Vec<_> =
                folders.par_iter().map(|folder| folder.look(root, &skip)).collect();
            for (here, below) in looked {
                found.files.extend(here.files);
                found.unseen.extend(here.unseen);
                next.extend(below);
            }
        }
        level = next;
        // Folder by folder in order, the files stand nearly sorted.
        level.par_sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    }
    found.files.sort();
    found.unseen.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Device and inode: what a folder is, whatever leads to it.
pub type FolderId = (u64, u64);

/// What a path leads to, when that is a folder.
pub fn folder(path: &Path) -> Option<FolderId> {
    fs::metadata(path).ok().filter(fs::Metadata::is_dir).map(|meta| id(&meta))
}

fn id(meta: &fs::Metadata) -> FolderId {
    (meta.dev(), meta.ino())
}

/// The folders above one, nearest first.
struct ParentFolders {
    folder: FolderId,
    next: Option<Arc<ParentFolders>>,
}

impl ParentFolders {
    fn holds(&self, folder: FolderId) -> bool {
        std::iter::successors(Some(self), |above| above.next.as_deref()).any(|a| a.folder == folder)
    }
}

/// What one folder holds.
#[derive(Default)]
struct FolderEntries {
    files: Vec<SourceFile>,
    unseen: Vec<WalkError>,
}

/// A folder that waits to be looked into.
struct PendingFolder {
    /// Relative to the root.
    path: PathBuf,
    /// Itself and those above it.
    above: Arc<ParentFolders>,
    links: u8,
}

impl PendingFolder {
    fn look(&self, root: &Path, skip: &[FolderId]) -> (FolderEntries, Vec<PendingFolder>) {
        let (mut here, mut below) = (FolderEntries::default(), Vec::new());
        let entries = match fs::read_dir(root.join(&self.path)) {
            Ok(entries) => entries,
            Err(error) => {
                here.unseen.push(WalkError { path: shown(self.path.as_os_str()), error });
                return (here, below);
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.take(&entry, skip, &mut here, &mut below),
                Err(error) => {
                    here.unseen.push(WalkError { path: shown(self.path.as_os_str()), error });
                }
            }
        }
        here.files.sort_by(SourceFile::order);
        (here, below)
    }

    fn take(
        &self,
        entry: &fs::DirEntry,
        skip: &[FolderId],
        here: &mut FolderEntries,
        below: &mut Vec<PendingFolder>,
    ) {
        let path = self.path.join(entry.file_name());
        let mut links = self.links;
        // `DirEntry::metadata` does not follow links; one that is a link is looked up again.
        let meta = entry.metadata().and_then(|meta| {
            if !meta.is_symlink() {
                return Ok(meta);
            }
            links += 1;
            fs::metadata(entry.path())
        });
        match meta {
            Err(error) => here.unseen.push(WalkError { path: shown(path.as_os_str()), error }),
            Ok(meta) if meta.is_file() => here.files.push(SourceFile::new(path, &meta)),
            Ok(meta) if meta.is_dir() => {
                let folder = id(&meta);
                if skip.contains(&folder) || self.above.holds(folder) {
                    return;
                }
                if links > MOST_LINKS {
                    let error = io::Error::other("a folder behind too many links");
                    here.unseen.push(WalkError { path: shown(path.as_os_str()), error });
                    return;
                }
                let above = Arc::new(ParentFolders { folder, next: Some(Arc::clone(&self.above)) });
                below.push(PendingFolder { path, above, links });
            }
            Ok(_) => {} // sockets, pipes and devices are no data
        }
    }
}

/// A name as text: bytes that are no UTF-8 as `\xB0`, so that two names never read alike.
fn shown(name: &OsStr) -> String {
    let chunks = name.as_bytes().utf8_chunks();
    chunks.fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
        text
    })
}

/// Opens a file of the folder that `root` is. The path is short, and so is the way that the system
/// goes for it.
pub fn open(root: &File, found: &SourceFile) -> io::Result<File> {
    let how = OFlags::RDONLY | OFlags::CLOEXEC;
    let opened = retry_on_intr(|| rustix::fs::openat(root, found.place(), how, Mode::empty()));
    Ok(opened?.into())
}

/// Looks at files by their paths relative to `root`, in parallel and in that order. What is no file
/// comes back as missing.
pub fn look_up(root: &Path, paths: Vec<String>) -> Vec<SourceFile> {
    let look = |path: String| match fs::metadata(root.join(&path)) {
        Ok(meta) if meta.is_file() => SourceFile::new(path.into(), &meta),
        _ => SourceFile::missing(path),
    };
    paths.into_par_iter().map(look).collect()
}

impl SourceFile {
    fn new(path: PathBuf, meta: &fs::Metadata) -> Self {
        let mtime_ns = meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec());
        let (size, inode) = (meta.len(), meta.ino());
        let (path, raw) = match path.into_os_string().into_string() {
            Ok(text) => (text.into_boxed_str(), None),
            Err(name) => (shown(&name).into_boxed_str(), Some(PathBuf::from(name).into())),
        };
        Self { path, raw, size, mtime_ns, inode, origin: FileOrigin::File }
    }

    fn order(&self, other: &Self) -> Ordering {
        (&self.path, &self.raw).cmp(&(&other.path, &other.raw))
    }

    /// The path relative to the root that opens the file, or the archive that it is a member of.
    pub fn place(&self) -> &Path {
        self.raw.as_deref().unwrap_or(Path::new(self.archive().unwrap_or(&self.path)))
    }

    /// A file that is not there.
    pub fn missing(path: String) -> Self {
        let (path, origin) = (path.into_boxed_str(), FileOrigin::Missing);
        Self { path, raw: None, size: 0, mtime_ns: 0, inode: 0, origin }
    }

    /// When it was last changed, in milliseconds since 1970 UTC.
    pub fn modified_ms(&self) -> Option<i64> {
        (!self.is_missing()).then(|| self.mtime_ns.div_euclid(1_000_000))
    }

    /// Whether it is not there.
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
