//! Putting the data set on disk: files with a fixed time, the whole of it or nothing.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::request::SampleError;
use crate::disk::{TemporaryPath, io_error, remove_abandoned};

/// Where the files wait until all of them are written.
const UNFINISHED: &str = ".mammodex-sample-unfinished";
/// 2019-08-12 00:00:00 UTC.
const MADE_AT_S: u64 = 1_565_568_000;

/// A data set that is being written below its root, in a hidden folder.
pub(super) struct SampleDraft {
    root: PathBuf,
    hidden: TemporaryPath,
}

impl SampleDraft {
    /// Begins a data set in a folder that is empty or does not exist yet.
    pub fn begin(root: &Path) -> Result<Self, SampleError> {
        fs::create_dir_all(root).map_err(io_error("make the folder", root))?;
        let hidden = root.join(UNFINISHED);
        remove_abandoned(&hidden);
        if let Some(entry) = fs::read_dir(root).map_err(io_error("read", root))?.next() {
            let name = entry.map_err(io_error("read", root))?.file_name();
            return Err(if name == UNFINISHED {
                SampleError::Unfinished { path: hidden }
            } else {
                SampleError::NotEmpty { path: root.to_path_buf() }
            });
        }
        let draft = TemporaryPath::create_folder(hidden.clone(), 0o777);
        let hidden = draft.map_err(io_error("make the folder", &hidden))?;
        Ok(Self { root: root.to_path_buf(), hidden })
    }

    /// Makes a folder and those above it.
    pub fn folder(&self, path: &str) -> Result<(), SampleError> {
        let place = self.place(path);
        Ok(fs::create_dir_all(&place).map_err(io_error("make the folder", &place))?)
    }

    /// Writes a file from its parts, in a folder that exists; its time is that of case `number`.
    pub fn file(&self, path: &str, number: u32, parts: &[&[u8]]) -> Result<u64, SampleError> {
        let place = self.place(path);
        let write = || -> io::Result<u64> {
            let mut file = File::create(&place)?;
            for part in parts {
                file.write_all(part)?;
            }
            file.set_modified(time(number))?;
            Ok(parts.iter().map(|part| part.len() as u64).sum())
        };
        Ok(write().map_err(io_error("write", &place))?)
    }

    /// Moves the finished data set to where it belongs, `last` at the end.
    pub fn finish(self, last: &str) -> Result<(), SampleError> {
        let hidden = self.hidden.path();
        let mut names: Vec<_> = fs::read_dir(hidden)
            .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect())
            .map_err(io_error("read", hidden))?;
        names.sort_by_key(|name| (name == last, name.clone()));
        for name in names {
            let place = self.root.join(&name);
            fs::rename(hidden.join(&name), &place).map_err(io_error("rename to", &place))?;
        }
        Ok(fs::remove_dir(hidden).map_err(io_error("remove", hidden))?)
    }

    fn place(&self, path: &str) -> PathBuf {
        path.split('/').fold(self.hidden.path().to_owned(), |place, part| place.join(part))
    }
}

fn time(number: u32) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(MADE_AT_S + u64::from(number))
}
