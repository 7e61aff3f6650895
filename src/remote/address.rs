//! Addresses of data sets that are not in a folder.

use std::fmt;

use super::error::StoreError;
use super::percent;

/// How a remote data set is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteScheme {
    /// An S3 bucket, of AWS or of any server that speaks S3.
    S3,
    /// A bucket of Google Cloud Storage, through its XML interface.
    Gcs,
    /// A container of Azure Blob Storage.
    Azure,
    /// A web server that answers ranged requests.
    Https,
    /// The same without encryption.
    Http,
}

impl RemoteScheme {
    const ALL: [Self; 5] = [Self::S3, Self::Gcs, Self::Azure, Self::Https, Self::Http];

    /// What is before `://`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gcs => "gs",
            Self::Azure => "az",
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    /// Whether the store lists its objects; a web server does not.
    pub fn has_listing(self) -> bool {
        matches!(self, Self::S3 | Self::Gcs | Self::Azure)
    }
}

/// The address of a data set in a store, such as `s3://bucket/prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteAddress {
    /// How it is reached.
    pub scheme: RemoteScheme,
    /// The bucket, or the host of a web server with its port.
    pub bucket: String,
    /// What all keys begin with, up to and with a `/`; empty for a whole bucket.
    pub prefix: String,
}

impl RemoteAddress {
    /// Reads an address; absent for what is a path of the local disk.
    ///
    /// # Errors
    /// When the scheme is not supported, no bucket is named, or the address has a query, in which credentials
    /// would end up in tables.
    pub fn parse(text: &str) -> Result<Option<Self>, StoreError> {
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(None) };
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        if scheme.is_empty() || !scheme.chars().all(is_scheme) {
            return Ok(None);
        }
        let scheme = RemoteScheme::ALL
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(scheme))
            .ok_or_else(|| StoreError::Scheme(scheme.to_ascii_lowercase()))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // The text is not repeated: it may hold a credential.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        if bucket.is_empty() || !bucket.chars().all(is_plain) {
            return Err(StoreError::Address("it names no bucket, or one with unusual characters"));
        }
        let is_web = !scheme.has_listing();
        if is_web && prefix.contains(['?', '#']) {
            return Err(StoreError::Address("it has a query, which would be saved in tables"));
        }
        let prefix = prefix.trim_end_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Some(Self { scheme, bucket: bucket.to_owned(), prefix }))
    }

    /// An address as messages show it: without a user, a password and a query, which may be credentials.
    pub fn without_credentials(text: &str) -> String {
        let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let rest = rest.rsplit('@').next().unwrap_or_default();
        format!("{scheme}://{rest}")
    }

    /// A key as an S3 Inventory writes it in CSV; absent where it is not encoded as it should be.
    pub fn decode_key(text: &str) -> Option<String> {
        percent::decode(text)
    }

    /// The key of a path that is relative to the data set.
    pub fn key(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

impl fmt::Display for RemoteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = format!("{}://{}/{}", self.scheme.as_str(), self.bucket, self.prefix);
        f.write_str(address.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_it_is_written() {
        let shown = |text| RemoteAddress::parse(text).unwrap().unwrap().to_string();
        assert_eq!(shown("s3://bucket/a/b/"), "s3://bucket/a/b");
        assert_eq!(shown("S3://bucket"), "s3://bucket");
        assert_eq!(shown("https://host:8080/a"), "https://host:8080/a");
        assert_eq!(RemoteAddress::parse("s3://b/x").unwrap().unwrap().key("y.dcm"), "x/y.dcm");
        assert_eq!(RemoteAddress::parse("/data/ncc").unwrap(), None);
        assert_eq!(RemoteAddress::parse("data").unwrap(), None);
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_repeating_it() {
        for text in
            ["ftp://container/x", "s3://", "s3://key:secret@bucket", "https://h/a?sig=secret"]
        {
            let error = RemoteAddress::parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
            assert!(!RemoteAddress::without_credentials(text).contains("secret"), "{text}");
        }
    }
}
