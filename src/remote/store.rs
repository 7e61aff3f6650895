//! A bucket or web server: requests that are signed, bounded in number, and repeated where that may help.

use std::ops::Range;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::address::{RemoteAddress, RemoteScheme};
use super::answer::{self, StoreRefusal};
use super::aws_files::{AwsProfile, variable};
use super::azure_signature::AzureRequest;
use super::backoff;
use super::credential_chain::{CredentialChain, RequestIdentity};
use super::endpoint::Endpoint;
use super::error::StoreError;
use super::health::StoreHealth;
use super::http::{HttpAnswer, HttpClient};
use super::signature::UnsignedRequest;
use super::stored_object::{StoredObject, etag_number, http_moment};
use super::throttle::Throttle;
use super::upload::StoreMethod;
use crate::storage;

/// Attempts at a request, unless `AWS_MAX_ATTEMPTS` says otherwise.
const ATTEMPTS: u32 = 8;
/// Requests under way at most, whatever the number of threads.
const MOST_REQUESTS: f64 = 1_024.0;
/// Length of a page of a listing, at most: a thousand keys of a thousand bytes, each of them escaped.
const MOST_PAGE: u64 = 16 << 20;
/// Length of the text of a refusal, at most.
const MOST_REFUSAL: u64 = 64 << 10;

/// A bucket or web server, and how it has answered so far.
pub struct ObjectStore {
    address: RemoteAddress,
    endpoint: Endpoint,
    http: HttpClient,
    chain: CredentialChain,
    throttle: Throttle,
    health: StoreHealth,
    attempts: u32,
}

/// A part of an object.
pub(super) struct ObjectPart {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Its state, with the length of the whole.
    pub object: StoredObject,
    /// Its state as the store writes it.
    pub etag: Option<String>,
    /// Its state as Google numbers it.
    pub generation: Option<String>,
}

/// A request, unsigned.
pub(super) struct StoreRequest<'a> {
    /// What it does.
    pub method: StoreMethod<'a>,
    /// The key; empty for the bucket itself.
    pub key: &'a str,
    /// The encoded query.
    pub query: &'a str,
    /// Headers beside those of the signature.
    pub headers: &'a [(&'static str, String)],
    /// Length of the answer at most.
    pub most: u64,
    /// Whether it is about one object, which alone may be forbidden or missing.
    pub is_object: bool,
    /// Whether the object may not exist: no listing has it.
    pub may_be_missing: bool,
}

impl<'a> StoreRequest<'a> {
    /// A request that reads an object.
    pub fn of_object(key: &'a str) -> Self {
        Self {
            method: StoreMethod::Get,
            key,
            query: "",
            headers: &[],
            most: MOST_REFUSAL,
            is_object: true,
            may_be_missing: false,
        }
    }
}

impl ObjectStore {
    /// The store of an address. Nothing is requested yet.
    ///
    /// # Errors
    /// When a setting of the environment or a profile cannot be used.
    pub fn connect(address: RemoteAddress) -> Result<Self, StoreError> {
        let profile = if address.scheme == RemoteScheme::S3 { AwsProfile::load()? } else { None };
        let endpoint = Endpoint::new(&address, profile.as_ref())?;
        let http = HttpClient::for_store(endpoint.is_encrypted())?;
        let attempts = variable("AWS_MAX_ATTEMPTS").and_then(|attempts| attempts.parse().ok());
        Ok(Self {
            chain: CredentialChain::new(address.scheme),
            endpoint,
            http,
            throttle: Throttle::new(MOST_REQUESTS),
            health: StoreHealth::default(),
            attempts: attempts.unwrap_or(ATTEMPTS).max(1),
            address,
        })
    }

    /// The address.
    pub fn address(&self) -> &RemoteAddress {
        &self.address
    }

    /// Fails once no further request can succeed.
    ///
    /// # Errors
    /// The error that ended the run, such as credentials that expired.
    pub fn check(&self) -> Result<(), StoreError> {
        self.health.check()
    }

    /// Fails when more than a few of so many objects could not be read.
    ///
    /// # Errors
    /// [`StoreError::Losses`].
    pub fn check_losses(&self, objects: usize) -> Result<(), StoreError> {
        self.health.check_losses(objects)
    }

    /// Looks at an object; absent where there is none.
    ///
    /// # Errors
    /// When the store does not say.
    pub fn look_up(&self, key: &str) -> Result<Option<StoredObject>, StoreError> {
        // Not by HEAD, whose refusals have no text that says why.
        match self.part_of_any(key, 0..1) {
            Ok(part) => Ok(Some(part.object)),
            Err(StoreError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Some bytes of an object, which must still be in the state `etag`, where that is known.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) fn part(
        &self,
        key: &str,
        range: Range<u64>,
        etag: Option<&str>,
    ) -> Result<ObjectPart, StoreError> {
        self.read_range(key, range, etag, false)
    }

    /// Some bytes of an object that may not exist.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) fn part_of_any(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<ObjectPart, StoreError> {
        self.read_range(key, range, None, true)
    }

    fn read_range(
        &self,
        key: &str,
        range: Range<u64>,
        etag: Option<&str>,
        may_be_missing: bool,
    ) -> Result<ObjectPart, StoreError> {
        let mut headers =
            vec![("range", format!("bytes={}-{}", range.start, range.end.saturating_sub(1)))];
        headers.extend(etag.map(|etag| ("if-match", etag.to_owned())));
        let most = (range.end - range.start).max(MOST_REFUSAL);
        let request = StoreRequest {
            headers: &headers,
            most,
            may_be_missing,
            ..StoreRequest::of_object(key)
        };
        self.repeat(&request, |answer| read_part(answer, key, &range))
    }

    /// A page of the listing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn page<T>(
        &self,
        query: &str,
        read: impl Fn(&[u8]) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let most = MOST_PAGE;
        let request = StoreRequest { query, most, is_object: false, ..StoreRequest::of_object("") };
        self.repeat(&request, |answer| read(&answer.body))
    }

    /// Sends a request until it is answered, and reads the answer.
    pub(super) fn repeat<T>(
        &self,
        request: &StoreRequest<'_>,
        read: impl Fn(HttpAnswer) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut attempt = 0;
        let result = loop {
            self.health.check()?;
            attempt += 1;
            let turn = self.throttle.wait();
            let began = Instant::now();
            let answer = self.attempt(request);
            drop(turn);
            let refusal = match answer.and_then(|answer| Ok(read(answer)?)) {
                Ok(result) => break Ok(result),
                Err(refusal) => refusal,
            };
            if refusal.error.is_throttling() {
                self.throttle.slow_down(began);
            }
            let can_repeat = refusal.error.is_passing() || self.mend(refusal.region);
            if !can_repeat || attempt >= self.attempts {
                break Err(refusal.error);
            }
            thread::sleep(backoff::delay(attempt));
        };
        match &result {
            Ok(_) => {
                self.throttle.speed_up();
                self.health.succeed();
            }
            Err(StoreError::Missing) if request.may_be_missing => self.health.succeed(),
            Err(StoreError::Changed) if !matches!(request.method, StoreMethod::Get) => {
                self.health.succeed();
            }
            Err(error) => self.health.fail(error),
        }
        result
    }

    /// Takes the region that the store named. Returns whether it is another.
    fn mend(&self, region: Option<String>) -> bool {
        region.is_some_and(|region| self.endpoint.set_region(region))
    }

    /// Sends a request once, or twice where the keys have expired and there are others.
    fn attempt(&self, request: &StoreRequest<'_>) -> Result<HttpAnswer, StoreRefusal> {
        let identity = self.chain.identity(&self.endpoint.region())?;
        let answer = answer::accept(self.send(request, &identity)?, request.is_object);
        match answer {
            Err(refusal)
                if refusal.is_expired && self.chain.renew(&identity, &self.endpoint.region()) =>
            {
                let identity = self.chain.identity(&self.endpoint.region())?;
                answer::accept(self.send(request, &identity)?, request.is_object)
            }
            answer => answer,
        }
    }

    fn send(
        &self,
        request: &StoreRequest<'_>,
        identity: &RequestIdentity,
    ) -> Result<HttpAnswer, StoreError> {
        let path = self.endpoint.path(request.key);
        let mut headers = request.headers.to_vec();
        let upload = match request.method {
            StoreMethod::Put(upload) => Some(upload),
            _ => None,
        };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = i64::try_from(since.as_secs()).unwrap_or(0);
        let mut query = request.query.to_owned();
        let azure = AzureRequest {
            method: request.method.name(),
            path: &path,
            query: request.query,
            length: upload.map(|upload| upload.size),
            time,
        };
        if self.address.scheme == RemoteScheme::Azure {
            headers.extend(azure.headers());
        }
        match identity {
            RequestIdentity::Anonymous => {}
            RequestIdentity::Sas(token) => {
                let mark = if query.is_empty() { "" } else { "&" };
                query.push_str(mark);
                query.push_str(token);
            }
            RequestIdentity::SharedKey { account, key } => {
                headers.push(azure.sign(&headers, account, key)?);
            }
            RequestIdentity::Token(token) => {
                headers.push(("authorization", format!("Bearer {token}")))
            }
            RequestIdentity::Keys(keys) => {
                let unsigned = UnsignedRequest {
                    method: request.method.name(),
                    payload: upload.map(|upload| upload.sha256.as_str()),
                    host: &self.endpoint.host(),
                    path: &path,
                    query: request.query,
                    region: &self.endpoint.region(),
                    time,
                };
                headers.extend(unsigned.sign(keys));
            }
        }
        let url = self.endpoint.url(&path, &query);
        storage::request(|| match request.method {
            StoreMethod::Get => self.http.get(&url, &headers, request.most),
            StoreMethod::Put(upload) => self.http.put(&url, &headers, upload),
            StoreMethod::Delete => self.http.delete(&url, &headers),
        })
    }
}

/// The part of an object in an answer, which must be the one that was requested.
fn read_part(answer: HttpAnswer, key: &str, range: &Range<u64>) -> Result<ObjectPart, StoreError> {
    let etag = answer.header("etag").map(str::to_owned);
    let generation = answer.header("x-goog-generation").map(str::to_owned);
    let modified_ns = answer.header("last-modified").and_then(http_moment);
    let size = if answer.status == 416 {
        // No byte of an empty object can be requested.
        if range.start > 0 {
            return Err(StoreError::Changed);
        }
        0
    } else if answer.status == 206 {
        let stated = answer.header("content-range").and_then(content_range);
        let (start, end, size) = stated.ok_or(StoreError::Damaged("it has no Content-Range"))?;
        let expected = range.end.min(size);
        if start != range.start || end + 1 != expected {
            return Err(StoreError::Damaged("its Content-Range is not the one that was requested"));
        }
        if answer.body.len() as u64 != expected - start {
            return Err(StoreError::Damaged("it is shorter than it says"));
        }
        size
    } else if range.start == 0 && answer.body.len() as u64 <= range.end {
        answer.body.len() as u64 // the whole, which is short
    } else {
        return Err(StoreError::Damaged(
            "the server does not answer with the range that was requested",
        ));
    };
    let tag = etag.as_deref().map_or(0, etag_number);
    let object = StoredObject { key: key.to_owned(), size, tag, modified_ns };
    let bytes = if answer.status == 416 { Vec::new() } else { answer.body };
    Ok(ObjectPart { bytes, object, etag, generation })
}

/// First and last byte, and the length of the whole (RFC 9110, 14.4).
fn content_range(text: &str) -> Option<(u64, u64, u64)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    let (start, end, size) = (start.parse().ok()?, end.parse().ok()?, size.parse().ok()?);
    (start <= end && end < size).then_some((start, end, size))
}
