//! The members of an archive as files of the data set.

use super::super::encoding;
use super::super::source_file::{FileOrigin, SourceFile};
use super::directory::ZipDirectory;
use super::error::ArchiveError;

/// The members of an archive.
#[derive(Debug, Default)]
pub struct ArchiveListing {
    /// Its members, sorted by path.
    pub members: Vec<SourceFile>,
    /// Names of several members; the first member of each is among the members.
    pub repeated: Vec<String>,
}

impl ArchiveListing {
    /// The members in the directory of the archive `file`.
    ///
    /// # Errors
    /// When the directory is damaged, or members overlap.
    pub fn new(file: &SourceFile, archive: &ZipDirectory<'_>) -> Result<Self, ArchiveError> {
        let unreadable = |e: zip::result::ZipError| ArchiveError::Unreadable(e.to_string());
        let directory = archive.metadata();
        let mut listing = ArchiveListing::default();
        let mut packed: u64 = 0;
        for index in 0..directory.len() {
            let entry = directory.entry(index).map_err(unreadable)?;
            packed = packed.saturating_add(entry.compressed_size());
            let name = member_name(entry.name_raw());
            if name.is_empty() || name.ends_with('/') {
                continue; // a folder
            }
            let path = format!("{}!/{name}", file.path);
            let (prefix, index) = (u32::try_from(file.path.len()), u32::try_from(index));
            let (Ok(archive), Ok(index)) = (prefix, index) else { continue };
            listing.members.push(SourceFile {
                path: path.into_boxed_str(),
                size: entry.size().min(i64::MAX.unsigned_abs()), // what tables can hold
                origin: FileOrigin::Member { archive, index },
                ..file.clone()
            });
        }
        if packed > file.size {
            return Err(ArchiveError::Overlapping);
        }
        let ArchiveListing { members, repeated } = &mut listing;
        members.sort_by(|a, b| a.path.cmp(&b.path)); // of the same path the first in the archive stays
        members.dedup_by(|later, first| {
            let same = later.path == first.path;
            if same {
                repeated.push(later.path.to_string());
            }
            same
        });
        Ok(listing)
    }
}

/// A member's name with `/` between folders.
fn member_name(raw: &[u8]) -> String {
    encoding::decode_name(raw).replace('\\', "/").trim_start_matches('/').to_owned()
}
