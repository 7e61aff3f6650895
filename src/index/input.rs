//! An open file of the data set.

use std::fs::File;
use std::io::{self, Read, Seek};

use crate::sources::archive::ArchiveMember;
use crate::sources::dicom::ByteSource;
use crate::sources::source_file::SourceFile;
use crate::storage;

/// Tables and annotations are read whole; none of this data set comes near.
const MAX_WHOLE: u64 = 512 * 1024 * 1024;
/// An open file, or a member of an archive.
pub enum FileInput {
    /// A file.
    File(File),
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

fn whole(mut source: &File, file: &SourceFile) -> io::Result<Vec<u8>> {
    if file.size > MAX_WHOLE {
        return Err(io::Error::other("a table or annotation of more than 512 MiB is not read"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(file.size).unwrap_or(0));
    source.rewind()?; // an archive's directory may have been looked at
    storage::request_bytes(|| source.take(MAX_WHOLE).read_to_end(&mut bytes))?;
    Ok(bytes)
}
