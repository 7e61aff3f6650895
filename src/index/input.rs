//! An open file of the data set.

use std::io;

use crate::sources::archive::ArchiveMember;
use crate::sources::dicom::ByteSource;
use crate::sources::source_file::SourceFile;
use crate::sources::stored_file::StoredFile;

/// Tables and annotations are read whole; none of this data set comes near.
const MAX_WHOLE: u64 = 512 * 1024 * 1024;

/// An open file, or a member of an archive.
pub enum FileInput {
    /// A file.
    File(StoredFile),
    /// A member of an archive.
    Member(Box<ArchiveMember>),
}

impl FileInput {
    /// The bytes, read where needed.
    pub fn bytes(&self) -> &dyn ByteSource {
        match self {
            Self::File(source) => source,
            Self::Member(member) => &**member,
        }
    }

    /// Reads all bytes of a table or annotation.
    ///
    /// # Errors
    /// When they cannot be read, or are more than 512 MiB.
    pub fn whole(&self, file: &SourceFile) -> io::Result<Vec<u8>> {
        match self {
            Self::File(source) => whole(source, file),
            Self::Member(member) => member.whole(),
        }
    }
}

fn whole(source: &StoredFile, file: &SourceFile) -> io::Result<Vec<u8>> {
    if file.size > MAX_WHOLE {
        return Err(io::Error::other("a table or annotation of more than 512 MiB is not read"));
    }
    source.whole(MAX_WHOLE)
}
