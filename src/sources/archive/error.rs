//! Why an archive cannot be used.

/// The most members of one archive: a year of a clinic has fewer.
pub const MAX_MEMBERS: usize = 250_000;

/// An archive that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be opened or read.
    #[error("the archive cannot be read: {0}")]
    Unreadable(String),
    /// Its directory is longer than is read.
    #[error("the archive's directory has more than 64 MiB: unpack it")]
    Directory,
    /// More members than are listed.
    #[error("the archive has {0} members, more than {MAX_MEMBERS}: unpack it")]
    TooMany(usize),
    /// Its members overlap.
    #[error("members of the archive share the same bytes: it is a zip bomb, or damaged")]
    Overlapping,
}
