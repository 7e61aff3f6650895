//! Finding the files of a data set: a parallel walk with one `stat` each, sorted by path.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::slice::ParallelSliceMut;
use rustix::fs::{Mode, OFlags};
use rustix::io::retry_on_intr;

use super::files::FileTable;
use super::source_file::{SourceFile, printable};
use crate::disk::regular;
use crate::storage::{self, Requests};

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
/// Entries of a folder from which they are looked at on several threads.
const MANY_ENTRIES: usize = 256;

/// Walks `root` and everything below it, `skip` (such as the catalog itself) excepted.
///
/// Links are followed; a link back to a folder above it is left alone.
///
/// # Errors
/// When the root itself cannot be read. What fails below it is listed in [`FolderWalk::errors`].
pub fn walk(root: &Path, skip: &[PathBuf], requests: &Requests) -> io::Result<FolderWalk> {
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
            let read = |_: &mut (), folder: &PendingFolder| folder.read(root, &skip, requests);
            for entries in requests.map(folders.iter().collect(), || (), read) {
                walk.files.extend(entries.files);
                walk.errors.extend(entries.errors);
                next.extend(entries.folders);
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
    folders: Vec<PendingFolder>,
    errors: Vec<WalkError>,
}

/// A folder still to be read.
struct PendingFolder {
    /// Relative to the root.
    path: PathBuf,
    /// Itself and those above it.
    above: Arc<ParentFolders>,
    /// Links to folders on the way.
    links: u8,
}

/// One entry of a folder.
enum FolderEntry {
    File(SourceFile),
    Folder(PendingFolder),
    Error(WalkError),
    /// The catalog, a folder above it again, or what is not data: a socket, a pipe, a device.
    Nothing,
}

impl PendingFolder {
    fn read(&self, root: &Path, skip: &[FolderId], requests: &Requests) -> FolderEntries {
        let mut here = FolderEntries::default();
        let list = || fs::read_dir(root.join(&self.path)).map(Iterator::collect::<Vec<_>>);
        let entries = match storage::request(list) {
            Ok(entries) => entries,
            Err(error) => {
                here.errors.push(self.error(error));
                return here;
            }
        };
        let look = |_: &mut (), entry: io::Result<fs::DirEntry>| match entry {
            Ok(entry) => self.look(&entry, skip),
            Err(error) => FolderEntry::Error(self.error(error)),
        };
        let entries = if entries.len() < MANY_ENTRIES {
            entries.into_iter().map(|entry| look(&mut (), entry)).collect()
        } else {
            requests.map(entries, || (), look)
        };
        for entry in entries {
            match entry {
                FolderEntry::File(file) => here.files.push(file),
                FolderEntry::Folder(folder) => here.folders.push(folder),
                FolderEntry::Error(error) => here.errors.push(error),
                FolderEntry::Nothing => {}
            }
        }
        here.files.sort_by(SourceFile::order);
        here
    }

    fn error(&self, error: io::Error) -> WalkError {
        WalkError { path: printable(self.path.as_os_str()), error }
    }

    fn look(&self, entry: &fs::DirEntry, skip: &[FolderId]) -> FolderEntry {
        let path = self.path.join(entry.file_name());
        let mut links = self.links;
        // `DirEntry::metadata` does not follow links; one that is a link is looked up again.
        let meta = storage::request(|| entry.metadata()).and_then(|meta| {
            if !meta.is_symlink() {
                return Ok(meta);
            }
            links += 1;
            fs::metadata(entry.path())
        });
        let error = |error| WalkError { path: printable(path.as_os_str()), error };
        let meta = match meta {
            Ok(meta) => meta,
            Err(cause) => return FolderEntry::Error(error(cause)),
        };
        if meta.is_file() {
            return FolderEntry::File(SourceFile::new(path, &meta));
        }
        let folder = id(&meta);
        if !meta.is_dir() || skip.contains(&folder) || self.above.holds(folder) {
            return FolderEntry::Nothing;
        }
        if links > MOST_LINKS {
            return FolderEntry::Error(error(io::Error::other("a folder behind too many links")));
        }
        let above = Arc::new(ParentFolders { folder, next: Some(Arc::clone(&self.above)) });
        FolderEntry::Folder(PendingFolder { path, above, links })
    }
}

/// Opens a file below the open folder `root`: the path is short, and quick to resolve. What is not a regular
/// file any more is an error.
pub fn open(root: &File, file: &SourceFile) -> io::Result<File> {
    let how = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let opened = storage::request(|| {
        retry_on_intr(|| rustix::fs::openat(root, file.place(), how, Mode::empty()))
    });
    regular(opened?.into())
}

/// Looks at a file by its path relative to `root`. What is not a file is returned as missing.
pub fn look_up(root: &Path, path: String) -> SourceFile {
    match storage::request(|| fs::metadata(root.join(&path))) {
        Ok(meta) if meta.is_file() => SourceFile::new(path.into(), &meta),
        _ => SourceFile::missing(path),
    }
}
