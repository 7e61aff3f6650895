//! Finding the files of a data set: a parallel walk with one `stat` each, sorted by path.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustix::fs::{Mode, OFlags};
use rustix::io::retry_on_intr;

use super::files::FileTable;
use super::source_file::{SourceFile, printable};
use crate::disk::regular;

/// Links to folders on one way down: folders that link to each other would multiply without end.
const MOST_LINKS: u8 = 3;

/// A folder or file that could not be looked at.
#[derive(Debug)]
pub struct WalkError {
    /// Path relative to the root.
    pub path: String,
    /// The reason the system gave.
    pub error: io::Error,
}

/// The files below a folder.
#[derive(Debug, Default)]
pub struct FolderWalk {
    /// Every file, sorted by the bytes of its path.
    pub files: FileTable,
    /// What could not be looked at, sorted by path.
    pub errors: Vec<WalkError>,
}

/// Folders that are read at a time: their files are packed before the next are read.
const FOLDERS: usize = 4096;

/// Walks `root` and everything below it, `skip` (such as the catalog itself) excepted.
///
/// Links are followed; a link back to a folder above it is left alone.
///
/// # Errors
/// When the root itself cannot be read. What fails below it is listed in [`FolderWalk::errors`].
pub fn walk(root: &Path, skip: &[PathBuf]) -> io::Result<FolderWalk> {
    let meta = fs::metadata(root)?;
    if !meta.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "the data set is a folder"));
    }
    fs::read_dir(root)?;
    let skip: Vec<FolderId> = skip.iter().filter_map(|dir| folder(dir)).collect();
    let above = Arc::new(ParentFolders { folder: id(&meta), next: None });
    let mut walk = FolderWalk::default();
    // Level by level, not folder within folder: a path may have two thousand of them.
    let mut level = vec![PendingFolder { path: PathBuf::new(), above, links: 0 }];
    while !level.is_empty() {
        let mut next = Vec::new();
        for folders in level.chunks(FOLDERS) {
            let entries: Vec<_> =
                folders.par_iter().map(|folder| folder.read(root, &skip)).collect();
            for (here, below) in entries {
                walk.files.extend(here.files);
                walk.errors.extend(here.errors);
                next.extend(below);
            }
        }
        level = next;
        // Folder by folder in order, the files are nearly sorted.
        level.par_sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    }
    walk.files.sort();
    walk.errors.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(walk)
}

/// Device and inode: what a folder is, whatever leads to it.
pub type FolderId = (u64, u64);

/// The folder that a path leads to; absent when it is not a folder.
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

/// The entries of one folder.
#[derive(Default)]
struct FolderEntries {
    files: Vec<SourceFile>,
    errors: Vec<WalkError>,
}

/// A folder still to be read.
struct PendingFolder {
    /// Relative to the root.
    path: PathBuf,
    /// Itself and those above it.
    above: Arc<ParentFolders>,
    links: u8,
}

impl PendingFolder {
    fn read(&self, root: &Path, skip: &[FolderId]) -> (FolderEntries, Vec<PendingFolder>) {
        let (mut here, mut below) = (FolderEntries::default(), Vec::new());
        let entries = match fs::read_dir(root.join(&self.path)) {
            Ok(entries) => entries,
            Err(error) => {
                here.errors.push(WalkError { path: printable(self.path.as_os_str()), error });
                return (here, below);
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.take(&entry, skip, &mut here, &mut below),
                Err(error) => {
                    here.errors.push(WalkError { path: printable(self.path.as_os_str()), error });
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
            Err(error) => here.errors.push(WalkError { path: printable(path.as_os_str()), error }),
            Ok(meta) if meta.is_file() => here.files.push(SourceFile::new(path, &meta)),
            Ok(meta) if meta.is_dir() => {
                let folder = id(&meta);
                if skip.contains(&folder) || self.above.holds(folder) {
                    return;
                }
                if links > MOST_LINKS {
                    let error = io::Error::other("a folder behind too many links");
                    here.errors.push(WalkError { path: printable(path.as_os_str()), error });
                    return;
                }
                let above = Arc::new(ParentFolders { folder, next: Some(Arc::clone(&self.above)) });
                below.push(PendingFolder { path, above, links });
            }
            Ok(_) => {} // sockets, pipes and devices are not data
        }
    }
}

/// Opens a file below the open folder `root`: the path is short, and quick to resolve. What is not a regular
/// file any more is an error.
pub fn open(root: &File, found: &SourceFile) -> io::Result<File> {
    let how = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let opened = retry_on_intr(|| rustix::fs::openat(root, found.place(), how, Mode::empty()));
    regular(opened?.into())
}

/// Looks at files by their paths relative to `root`, in parallel and in that order. What is not a file
/// is returned as missing.
pub fn look_up(root: &Path, paths: Vec<String>) -> Vec<SourceFile> {
    let look = |path: String| match fs::metadata(root.join(&path)) {
        Ok(meta) if meta.is_file() => SourceFile::new(path.into(), &meta),
        _ => SourceFile::missing(path),
    };
    paths.into_par_iter().map(look).collect()
}
