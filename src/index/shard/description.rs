//! What a shard says of itself: `shard.json`, which is written last.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::difference::ScanDifference;
use super::error::ShardError;
use crate::disk::{hex, open_regular};
use crate::sources::dicom::ReadDepth;
use crate::tables::snapshot::TableFile;

/// The version of the shard's form.
pub const SHARD_FORMAT: u32 = 1;
/// The name of the file.
pub const FILE: &str = "shard.json";
/// Its length in bytes, at most.
const LONGEST: u64 = 1 << 20;

/// `shard.json`: how the shard was scanned, and what is in it. It has no time, no place and no machine: the
/// same scan gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardDescription {
    /// Version of the shard's form.
    pub format: u32,
    /// Version of the tables' shape.
    pub schema_version: u32,
    /// The program that wrote it.
    pub tool_version: String,
    /// How its files were scanned.
    pub scan: ScanDescription,
    /// Files that could not be read. Linking reads them again.
    pub unread: u64,
    /// Rows and checksum of each table.
    pub tables: BTreeMap<String, TableFile>,
    /// SHA-256 of all other fields, hexadecimal.
    #[serde(default)]
    pub checksum: String,
}

/// How files were scanned. Shards that are linked are equal in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanDescription {
    /// Name of the profile.
    pub profile: String,
    /// The fingerprint of the key of its pseudonyms; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonym_key: Option<String>,
    /// Keywords of further attributes, sorted.
    pub tags: Vec<String>,
    /// Whether pixels were hashed.
    pub hashed_pixels: bool,
    /// Hash of the program, its schema, the profile, the key of pseudonyms and the attributes.
    pub key: String,
}

impl ScanDescription {
    /// How far images were read.
    pub fn depth(&self) -> ReadDepth {
        if self.hashed_pixels { ReadDepth::Pixels } else { ReadDepth::Header }
    }

    /// What differs from another scan; absent when nothing does.
    pub fn difference(&self, other: &Self) -> Option<ScanDifference> {
        if self == other {
            return None;
        }
        let fingerprint = |scan: &Self| scan.pseudonym_key.clone().unwrap_or_default();
        Some(if self.profile != other.profile {
            ScanDifference::Profile(self.profile.clone(), other.profile.clone())
        } else if self.pseudonym_key != other.pseudonym_key {
            ScanDifference::PseudonymKey(fingerprint(self), fingerprint(other))
        } else if self.tags != other.tags {
            ScanDifference::Attributes(self.tags.join(","), other.tags.join(","))
        } else if self.hashed_pixels != other.hashed_pixels {
            ScanDifference::Depth
        } else {
            ScanDifference::Text
        })
    }
}

impl ShardDescription {
    /// The description in a shard's folder; absent where there is none: the scan did not end.
    ///
    /// # Errors
    /// When it cannot be read, was changed, or another version wrote it.
    pub fn read(shard: &Path) -> Result<Option<Self>, ShardError> {
        let path = shard.join(FILE);
        let file = match open_regular(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => {
                opened.map_err(|source| ShardError::Unreadable { path: path.clone(), source })?
            }
        };
        let mut text = Vec::new();
        file.take(LONGEST)
            .read_to_end(&mut text)
            .map_err(|source| ShardError::Unreadable { path: path.clone(), source })?;
        let wrong = |reason: String| ShardError::Description { path: path.clone(), reason };
        let version: ShardVersion =
            serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        let (tool, expected) = (version.tool_version, env!("CARGO_PKG_VERSION"));
        if version.format != SHARD_FORMAT || tool != expected {
            let form = version.format;
            return Err(wrong(format!(
                "mammodex {tool} wrote it in form {form}; this is mammodex {expected}, form {SHARD_FORMAT}"
            )));
        }
        let description: Self =
            serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        if description.checksum != description.own_checksum() {
            return Err(wrong("it differs from its checksum".to_owned()));
        }
        let names = description.tables.keys().map(String::as_str);
        if !names.eq(table_names(!description.scan.tags.is_empty()).iter().copied()) {
            return Err(wrong("it does not name the tables of a shard".to_owned()));
        }
        Ok(Some(description))
    }

    /// The same with the checksum of its fields.
    pub fn sealed(mut self) -> Self {
        self.checksum = self.own_checksum();
        self
    }

    fn own_checksum(&self) -> String {
        let fields = Self { checksum: String::new(), ..self.clone() };
        // Texts and numbers are always written.
        hex(&Sha256::digest(serde_json::to_vec(&fields).unwrap_or_default()))
    }
}

/// What every form of the description says.
#[derive(Deserialize)]
struct ShardVersion {
    format: u32,
    tool_version: String,
}

/// The tables of a shard, sorted.
pub fn table_names(with_tags: bool) -> &'static [&'static str] {
    if with_tags {
        &["images", "issues", "sources", "tags"]
    } else {
        &["images", "issues", "sources"]
    }
}
