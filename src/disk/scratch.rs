//! Scratch that no other user can look into.

use std::fs::DirBuilder;
use std::io;
use std::path::Path;

use super::temporary::TemporaryPath;

/// Names that are tried before giving up: others may have taken some.
const TRIES: u32 = 100;

/// A new folder in the system's temporary folder, open to this user alone and removed when dropped.
#[derive(Debug)]
pub struct ScratchFolder(TemporaryPath);

impl ScratchFolder {
    /// Makes the folder. Nothing that is there already is used, so that no link is followed.
    ///
    /// # Errors
    /// When the temporary folder cannot be written.
    pub fn create() -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let (parent, process) = (std::env::temp_dir(), std::process::id());
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for number in 0..TRIES {
            let folder = parent.join(format!("mammodex-{process}-{number}"));
            match builder.create(&folder) {
                Ok(()) => return Ok(Self(TemporaryPath::new(folder))),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}
