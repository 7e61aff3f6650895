//! What differs between two scans whose shards cannot be linked together.

/// What differs between two scans, each with the value of either.
#[derive(Debug, thiserror::Error)]
pub enum ScanDifference {
    /// The names of the profiles.
    #[error("profile {0:?} and {1:?}")]
    Profile(String, String),
    /// The fingerprints of the keys of pseudonyms.
    #[error("key of pseudonyms {0:?} and {1:?}")]
    PseudonymKey(String, String),
    /// The further attributes.
    #[error("attributes {0:?} and {1:?}")]
    Attributes(String, String),
    /// One hashed pixels, the other did not.
    #[error("one with --hash-pixels, the other without")]
    Depth,
    /// Names are equal.
    #[error("the text of the profile, or the build of mammodex")]
    Text,
}
