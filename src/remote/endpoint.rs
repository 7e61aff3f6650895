//! Where the requests of a bucket go.

use std::sync::{PoisonError, RwLock};

use super::address::{RemoteAddress, RemoteScheme};
use super::aws_files::{AwsProfile, variable};
use super::error::StoreError;
use super::percent;

/// The region of AWS where none is named; an answer names the right one.
const USUAL_REGION: &str = "us-east-1";

const AZURE_ACCOUNT: &str = "AZURE_STORAGE_ACCOUNT";

/// The storage account that the user names.
///
/// # Errors
/// When none is named, or its name cannot be one.
pub(super) fn azure_account() -> Result<String, StoreError> {
    let failed = |reason| StoreError::Variable { name: AZURE_ACCOUNT, reason };
    let account = variable(AZURE_ACCOUNT).or_else(|| variable("AZURE_STORAGE_ACCOUNT_NAME"));
    let account = account.ok_or(failed("it is not set: name the storage account"))?;
    let is_name = account.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_name { Ok(account) } else { Err(failed("it is not the name of a storage account")) }
}

/// The host of a bucket's requests, and what their paths begin with.
pub(super) struct Endpoint {
    scheme: &'static str,
    /// The host of a server that the user names, of Google, Azure or a web server; absent for AWS.
    host: Option<String>,
    bucket: String,
    /// Whether the bucket is the first part of the path; else it is part of the host, or there is none.
    has_bucket_path: bool,
    /// What is before the bucket in paths: a server may lie below a path of another.
    base: String,
    region: RwLock<String>,
}

impl Endpoint {
    /// The endpoint of an address.
    ///
    /// # Errors
    /// When a variable of the environment is not a URL.
    pub fn new(address: &RemoteAddress, profile: Option<&AwsProfile>) -> Result<Self, StoreError> {
        let setting = |name| profile.and_then(|profile| profile.get(name)).map(str::to_owned);
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
        let region =
            region.or_else(|| setting("region")).unwrap_or_else(|| USUAL_REGION.to_owned());
        let mut endpoint = Self {
            scheme: "https",
            host: None,
            bucket: address.bucket.clone(),
            has_bucket_path: true,
            base: String::new(),
            region: RwLock::new(region),
        };
        match address.scheme {
            RemoteScheme::S3 => {
                let name = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]
                    .into_iter()
                    .find(|name| variable(name).is_some());
                let url = name.and_then(variable).or_else(|| setting("endpoint_url"));
                // A name with dots does not fit the certificate.
                endpoint.has_bucket_path = url.is_some() || endpoint.bucket.contains('.');
                if let Some(url) = url {
                    endpoint.point_to(&url, name.unwrap_or("endpoint_url"))?;
                }
            }
            RemoteScheme::Gcs => {
                const NAME: &str = "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE";
                let url = variable(NAME);
                endpoint
                    .point_to(url.as_deref().unwrap_or("https://storage.googleapis.com"), NAME)?;
                endpoint.region = RwLock::new("auto".to_owned());
            }
            RemoteScheme::Azure => {
                let name = ["AZURE_STORAGE_SERVICE_ENDPOINT", "AZURE_STORAGE_ENDPOINT"]
                    .into_iter()
                    .find(|name| variable(name).is_some());
                let url = match name.and_then(variable) {
                    Some(url) => url,
                    None => format!("https://{}.blob.core.windows.net", azure_account()?),
                };
                endpoint.point_to(&url, name.unwrap_or(AZURE_ACCOUNT))?;
            }
            scheme @ (RemoteScheme::Https | RemoteScheme::Http) => {
                endpoint.scheme = scheme.as_str();
                endpoint.host = Some(address.bucket.clone());
                endpoint.has_bucket_path = false;
            }
        }
        Ok(endpoint)
    }

    /// Takes the host of a URL.
    fn point_to(&mut self, url: &str, name: &'static str) -> Result<(), StoreError> {
        let failed = |reason| StoreError::Variable { name, reason };
        let (scheme, rest) =
            url.split_once("://").ok_or(failed("write it as https://HOST:PORT"))?;
        self.scheme = match scheme {
            "http" => "http",
            "https" => "https",
            _ => return Err(failed("write it as https://HOST:PORT")),
        };
        let (host, base) = rest.split_once('/').unwrap_or((rest, ""));
        if host.is_empty() || host.contains('@') {
            return Err(failed("it names no host, or a user"));
        }
        let base = base.trim_matches('/');
        self.base = if base.is_empty() { String::new() } else { format!("/{base}") };
        self.host = Some(host.to_owned());
        Ok(())
    }

    /// Whether requests are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.scheme == "https"
    }

    /// The region that requests are signed for.
    pub fn region(&self) -> String {
        self.region.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the region. Returns false where it was this one.
    pub fn set_region(&self, region: String) -> bool {
        let mut now = self.region.write().unwrap_or_else(PoisonError::into_inner);
        let is_other = *now != region;
        *now = region;
        is_other
    }

    /// The host of requests, with its port.
    pub fn host(&self) -> String {
        match &self.host {
            Some(host) => host.clone(),
            None if self.has_bucket_path => format!("s3.{}.amazonaws.com", self.region()),
            None => format!("{}.s3.{}.amazonaws.com", self.bucket, self.region()),
        }
    }

    /// The encoded path of a key; of the bucket where it is empty.
    pub fn path(&self, key: &str) -> String {
        let key = percent::encode(key, "/");
        let Self { base, bucket, .. } = self;
        if self.has_bucket_path {
            format!("{base}/{bucket}/{key}")
        } else {
            format!("{base}/{key}")
        }
    }

    /// The URL of a path with a query.
    pub fn url(&self, path: &str, query: &str) -> String {
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}://{}{path}{mark}{query}", self.scheme, self.host())
    }
}
