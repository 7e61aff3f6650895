//! What is known of an object before its bytes are read.

use sha2::{Digest, Sha256};

/// An object as its store describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredObject {
    /// Its key.
    pub key: String,
    /// Length in bytes.
    pub size: u64,
    /// A number that differs where its ETag differs; 0 where that is not known.
    pub tag: u64,
    /// When it was written, in nanoseconds since 1970 UTC.
    pub modified_ns: Option<i64>,
}

impl StoredObject {
    /// An object as a list describes it; absent where the list lacks its length, ETag or time, or they do not read.
    pub fn from_texts(
        key: &str,
        size: Option<&str>,
        etag: Option<&str>,
        modified: Option<&str>,
    ) -> Option<Self> {
        // DuckDB and Arrow write a blank, and no zone or a short one.
        let mut time = modified?.trim().replacen(' ', "T", 1);
        let has_zone =
            time.ends_with('Z') || time.get(19..).is_some_and(|end| end.contains(['+', '-']));
        time.push_str(if !has_zone {
            "Z"
        } else if time.ends_with("+00") {
            ":00"
        } else {
            ""
        });
        Some(Self {
            key: key.to_owned(),
            size: size?.trim().parse().ok()?,
            tag: etag_number(etag?.trim()),
            modified_ns: Some(moment_ns(&time)?),
        })
    }
}

/// A number that differs for ETags that differ.
pub(super) fn etag_number(etag: &str) -> u64 {
    let digest = Sha256::digest(etag.trim_start_matches("W/").trim_matches('"'));
    digest.first_chunk().map_or(1, |bytes| u64::from_be_bytes(*bytes)).max(1)
}

/// A moment as listings and inventories write it (RFC 3339), in nanoseconds since 1970 UTC.
pub(super) fn moment_ns(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt()
}

/// A moment as headers of HTTP write it, in nanoseconds since 1970 UTC.
pub(super) fn http_moment(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc2822(text).ok()?.timestamp_nanos_opt()
}
