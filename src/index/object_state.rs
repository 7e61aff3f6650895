//! The state of an object in a line of a list.

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

use crate::remote::StoredObject;
use crate::sources::source_file::SourceFile;

/// What a listing says of an object, in a list that is read by another run: it is not looked up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ObjectState {
    /// Length in bytes.
    size: u64,
    /// The number of its ETag, in hexadecimal digits.
    tag: String,
    /// When it was written, as RFC 3339.
    modified: String,
}

impl ObjectState {
    /// The state of a file in a store; absent where the store did not say all of it.
    pub fn of(file: &SourceFile) -> Option<Self> {
        let is_known = file.inode != 0 && file.mtime_ns != SourceFile::UNKNOWN_TIME;
        is_known.then(|| Self {
            size: file.size,
            tag: format!("{:016x}", file.inode),
            modified: DateTime::from_timestamp_nanos(file.mtime_ns)
                .to_rfc3339_opts(SecondsFormat::AutoSi, true),
        })
    }

    /// The object with a key; absent where the state does not read.
    pub fn object(&self, key: String) -> Option<StoredObject> {
        let modified = DateTime::parse_from_rfc3339(&self.modified).ok()?.timestamp_nanos_opt()?;
        let tag = u64::from_str_radix(&self.tag, 16).ok().filter(|tag| *tag != 0)?;
        Some(StoredObject { key, size: self.size, tag, modified_ns: Some(modified) })
    }
}
