//! The archives of a data set, a few of them open at a time.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::super::dicom::ByteSource as _;
use super::super::sniff;
use super::super::source_file::SourceFile;
use super::super::source_root::{ReadExtent, SourceRoot};
use super::directory::{ZipContent, directory, kind_of};
use super::error::{ArchiveError, MAX_MEMBERS};
use super::listing::ArchiveListing;
use super::member::{ArchiveMember, DecoderPool};
use super::open_archive::OpenArchive;

/// Archives that stay open: a data set may have one per patient.
const MOST_OPEN: usize = 16;

/// The archives of a data set, a few of them open at a time.
pub struct Archives<'r> {
    root: &'r SourceRoot,
    open: Mutex<VecDeque<(Box<Path>, Arc<PendingArchive>)>>,
    decoders: Arc<DecoderPool>,
    /// Archives that could not be listed when the run was planned: their members are not among its files, whatever
    /// happens later.
    unlisted: Mutex<HashMap<Box<str>, ArchiveError>>,
}

/// An archive that one thread opens while others wait for it.
type PendingArchive = OnceLock<Result<Arc<OpenArchive>, String>>;

impl<'r> Archives<'r> {
    /// The archives below `root`.
    pub fn new(root: &'r SourceRoot) -> Self {
        Self { root, open: Mutex::default(), decoders: Arc::default(), unlisted: Mutex::default() }
    }

    /// The members of an archive; absent when the file is not an archive that is opened.
    ///
    /// # Errors
    /// When it is such an archive and cannot be used, or could not be listed before.
    pub fn list(&self, file: &SourceFile) -> Result<Option<ArchiveListing>, ArchiveError> {
        let unlisted = || self.unlisted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = unlisted().get(&file.path) {
            return Err(error.clone());
        }
        let listing = self.read_listing(file);
        if let Err(error) = &listing {
            unlisted().insert(file.path.clone(), error.clone());
        }
        listing
    }

    fn read_listing(&self, file: &SourceFile) -> Result<Option<ArchiveListing>, ArchiveError> {
        let unreadable = |e: io::Error| ArchiveError::Unreadable(e.to_string());
        let handle = self.root.open_file(file, ReadExtent::Pixels).map_err(unreadable)?;
        let mut head = [0; 4];
        let count = handle.read_at(&mut head, 0).map_err(unreadable)?;
        if !sniff::is_zip(&head[..count]) {
            return Ok(None);
        }
        let archive = directory(&handle)?;
        if matches!(kind_of(&archive), ZipContent::Spreadsheet) {
            return Ok(None);
        }
        if archive.len() > MAX_MEMBERS {
            return Err(ArchiveError::TooMany(archive.len()));
        }
        ArchiveListing::new(file, &archive).map(Some)
    }

    /// A member, ready to be read.
    ///
    /// # Errors
    /// When it is encrypted or compressed in a way that is not known, or the archive is gone.
    pub fn member(&self, archive: &Path, index: u32) -> io::Result<ArchiveMember> {
        ArchiveMember::new(self.get(archive)?, index, Arc::clone(&self.decoders))
    }

    fn get(&self, path: &Path) -> io::Result<Arc<OpenArchive>> {
        let opening = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            match open.iter().find(|(known, _)| &**known == path) {
                Some((_, opening)) => Arc::clone(opening),
                None => {
                    if open.len() == MOST_OPEN {
                        open.pop_front();
                    }
                    let opening = Arc::new(PendingArchive::new());
                    open.push_back((path.into(), Arc::clone(&opening)));
                    opening
                }
            }
        };
        let archive = opening.get_or_init(|| {
            self.root
                .open_path(path)
                .and_then(OpenArchive::open)
                .map(Arc::new)
                .map_err(|e| e.to_string())
        });
        archive.clone().map_err(io::Error::other)
    }
}
