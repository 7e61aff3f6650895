//! Zip archives read in place: members are listed, and read only as far as needed.
//!
//! Nothing is unpacked to disk. A member's path is `archive.zip!/member`. Bounds against zip bombs: how
//! many members, how much of one is inflated, and that members do not share bytes, so that all of them
//! together inflate to no more than DEFLATE's 1032 times the archive.

mod archives;
mod directory;
mod error;
mod listing;
mod member;
mod open_archive;

pub use archives::Archives;
pub use directory::{ZipContent, kind, may_be};
pub use error::ArchiveError;
pub use listing::ArchiveListing;
pub use member::ArchiveMember;
