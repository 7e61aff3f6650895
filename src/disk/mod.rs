//! Files and folders that appear only when whole, their checksums, scratch that no other user can
//! look into, and locks.
//!
//! Everything that mammodex writes goes through here: written beside its place under a hidden name,
//! synced, renamed. The module imports nothing of the crate.

mod checksum;
mod error;
mod folder;
mod library_file;
mod lock;
mod paths;
mod regular;
mod scratch;
mod sync;
mod temporary;
mod verified_files;
mod whole_file;
mod whole_folder;

pub use checksum::{ChecksumWriter, hex, sha256_of_file};
pub use error::{DiskError, io_error};
pub use folder::{files_below, write_with_folders};
pub use library_file::LibraryFile;
pub use lock::{LockError, LockFile};
pub use paths::{is_inside, relative, resolved, stays_in};
pub use regular::{
    LONGEST_DOCUMENT, check_values, open_own, open_regular, read_bounded, read_regular,
    read_regular_text, regular, too_long,
};
pub use scratch::ScratchFolder;
pub use sync::{sync_file, sync_folder};
pub use temporary::{TemporaryPath, remove_abandoned, remove_unfinished};
pub use verified_files::matches_sha256;
pub use whole_file::WholeFile;
pub use whole_folder::WholeFolder;
