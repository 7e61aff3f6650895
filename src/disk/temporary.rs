//! What must be gone when the process ends, however it ends: removed by itself, by a signal's handler, or by
//! the next run, which finds what a killed one left.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::OFlags;

/// Every file and folder that is being written now.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// The folders in which this process has looked for what others left.
static SWEPT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The ending of hidden names beside a place.
const ENDING: &str = "mammodex-part";
/// Attempts to create a place that another process removes at the same time.
const TRIES: u32 = 100;

/// A file or folder that is removed when this is dropped, unless it was moved to its place. It is locked
/// meanwhile, so that other processes know that it is in use.
#[derive(Debug)]
pub struct TemporaryPath {
    path: PathBuf,
    /// Holds the lock; absent where the file system has none.
    lock: Option<File>,
}

impl TemporaryPath {
    /// Takes charge of a path; nothing needs to be there yet, and nothing is locked.
    pub fn new(path: PathBuf) -> Self {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
        Self { path, lock: None }
    }

    /// Creates an empty file.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create_file(path: PathBuf) -> io::Result<(Self, File)> {
        let mut temporary = Self::new(path);
        for _ in 0..TRIES {
            let options = File::options().write(true).create(true).truncate(false).clone();
            let file = options.open(&temporary.path)?;
            if is_held(&temporary.path, &file)? {
                // Some network file systems do not shorten a file that is open for writing alone.
                if file.metadata()?.len() > 0 {
                    file.set_len(0)?;
                }
                temporary.lock = file.try_clone().ok();
                return Ok((temporary, file));
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Creates an empty folder with these permissions. What exists is not used.
    ///
    /// # Errors
    /// When something is there, or the system refuses.
    pub fn create_folder(path: PathBuf, mode: u32) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        builder.mode(mode);
        for _ in 0..TRIES {
            builder.create(&path)?;
            let mut temporary = Self::new(path.clone());
            // Until it is locked, another process may remove it as what a killed one left.
            let folder = match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened?,
            };
            if is_held(&path, &folder)? {
                temporary.lock = Some(folder);
                return Ok(temporary);
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves it to its place by one rename; removed when that fails.
    ///
    /// # Errors
    /// When the system refuses the rename.
    pub fn rename_to(mut self, target: &Path) -> io::Result<()> {
        match fs::rename(&self.path, target) {
            // Network file systems, such as SMB, rename nothing that is open.
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                drop(self.lock.take());
                fs::rename(&self.path, target)
            }
            renamed => renamed,
        }
    }
}

impl Drop for TemporaryPath {
    fn drop(&mut self) {
        remove(&self.path);
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
    }
}

/// Locks a file or folder that was created; false when another process has removed it since.
fn is_held(path: &Path, file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => {}
        Err(TryLockError::WouldBlock) => return Ok(false),
    }
    let created = file.metadata()?;
    let is_same =
        |metadata: fs::Metadata| (metadata.dev(), metadata.ino()) == (created.dev(), created.ino());
    Ok(fs::symlink_metadata(path).is_ok_and(is_same))
}

fn remove(path: &Path) {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
    // What cannot be removed is left: nothing is left to report it to.
    let _ = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

/// Removes every file and folder that is not whole yet, before an end of the process that drops nothing. No
/// other thread begins or finishes one after that.
pub fn remove_unfinished() {
    let unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for path in &*unfinished {
        // Other threads may be writing into a folder while it is removed.
        for _ in 0..TRIES {
            remove(path);
            if fs::symlink_metadata(path).is_err() {
                break;
            }
        }
    }
    std::mem::forget(unfinished);
}

/// The hidden name beside a place under which this process writes what will be there.
pub(super) fn hidden_beside(target: &Path) -> PathBuf {
    /// Names of files have 255 bytes at most.
    const LONGEST: usize = 200;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let end = (0..=name.len().min(LONGEST)).rev().find(|end| name.is_char_boundary(*end));
    let name = &name[..end.unwrap_or(0)];
    target.with_file_name(format!(".{name}.{}.{ENDING}", std::process::id()))
}

/// Removes the hidden files and folders that killed processes left beside a place. Looks once per folder.
pub(super) fn remove_left_beside(target: &Path) {
    let folder = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    remove_left_in(folder.unwrap_or(Path::new(".")), |name| {
        name.starts_with('.') && name.strip_suffix(ENDING).is_some_and(|name| name.ends_with('.'))
    });
}

/// Removes what killed processes left in a folder, by its name. Looks once per folder.
pub(super) fn remove_left_in(folder: &Path, is_ours: impl Fn(&str) -> bool) {
    if !SWEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned()) {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(&is_ours) {
            remove_abandoned(&entry.path());
        }
    }
}

/// Removes a file or folder of this user that no process has locked.
pub fn remove_abandoned(path: &Path) {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let Ok(file) = File::options().read(true).custom_flags(flags).open(path) else { return };
    let is_own = file.metadata().is_ok_and(|meta| {
        (meta.is_file() || meta.is_dir()) && meta.uid() == rustix::process::geteuid().as_raw()
    });
    // The lock is held until the end, so that nothing that is created meanwhile is removed.
    if is_own && file.try_lock().is_ok() {
        remove(path);
    }
}
