//! A small server that speaks S3 over the files of a folder, and fails as it is told to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use std::{fs, thread};

use mammodex::disk::hex;
use sha2::{Digest, Sha256};

use crate::sample_data::files_below;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StubFault {
    Nothing,
    /// A status and a code.
    Refusal(u16, &'static str),
    /// The connection ends without an answer.
    Silence,
    /// The connection ends within the body.
    Cut,
    /// The bytes of another range.
    OtherRange,
    /// The whole object, whatever range was requested.
    WholeObject,
}

/// One request as the stub saw it.
#[derive(Debug, Clone, Default)]
pub struct StubRequest {
    /// Its number, counted from 0.
    pub number: usize,
    /// The key; empty for a listing.
    pub key: String,
    pub query: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub method: String,
    pub body: Vec<u8>,
    /// How many requests for the same key there were before.
    pub before: usize,
    /// How many requests are under way, this one included.
    pub under_way: usize,
}

type Faults = dyn Fn(&StubRequest) -> StubFault + Send + Sync;

/// The server, until it is dropped.
pub struct StoreStub {
    pub url: String,
    shared: Arc<StubState>,
}

struct StubState {
    bucket: String,
    folder: PathBuf,
    page: usize,
    latency: Duration,
    faults: Box<Faults>,
    requests: Mutex<Vec<StubRequest>>,
    writes: Mutex<()>,
    under_way: AtomicUsize,
    is_closed: AtomicBool,
}

impl StoreStub {
    /// Serves the files of a folder as the objects of a bucket, a listing so many keys at a time.
    pub fn new(
        folder: PathBuf,
        bucket: &str,
        page: usize,
        latency: Duration,
        faults: impl Fn(&StubRequest) -> StubFault + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(StubState {
            bucket: bucket.to_owned(),
            folder,
            page,
            latency,
            faults: Box::new(faults),
            requests: Mutex::default(),
            writes: Mutex::default(),
            under_way: AtomicUsize::new(0),
            is_closed: AtomicBool::new(false),
        });
        let state = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if state.is_closed.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), state) = (stream, Arc::clone(&state)) else { continue };
                thread::spawn(move || state.serve(stream));
            }
        });
        Self { url, shared }
    }

    /// A server that does what it should.
    pub fn sound(folder: PathBuf, bucket: &str) -> Self {
        Self::new(folder, bucket, 1_000, Duration::ZERO, |_| StubFault::Nothing)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<StubRequest> {
        self.shared.requests.lock().unwrap().clone()
    }
}

impl Drop for StoreStub {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

/// An answer: status, headers, body.
type Answer = (u16, Vec<(&'static str, String)>, Vec<u8>);

impl StubState {
    fn serve(&self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut stream = stream;
        while let Some(mut request) = self.read(&mut reader) {
            request.under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            {
                let mut requests = self.requests.lock().unwrap();
                request.number = requests.len();
                request.before = requests.iter().filter(|known| known.key == request.key).count();
                requests.push(request.clone());
            }
            thread::sleep(self.latency);
            let fault = (self.faults)(&request);
            let (status, headers, mut body) = match fault {
                StubFault::Refusal(status, code) => {
                    let text = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>");
                    (status, Vec::new(), text.into_bytes())
                }
                _ => self.answer(&request, fault),
            };
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            if fault == StubFault::Silence {
                return;
            }
            let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
            for (name, value) in headers {
                let _ = write!(head, "{name}: {value}\r\n");
            }
            if fault == StubFault::Cut {
                body.truncate(body.len() / 2);
            }
            head.push_str("\r\n");
            let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            if sent.is_err() || fault == StubFault::Cut {
                return;
            }
        }
    }

    fn read(&self, reader: &mut impl BufRead) -> Option<StubRequest> {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let method = line.split(' ').next()?.to_owned();
        let target = line.split(' ').nth(1)?.to_owned();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let key = decode(path).strip_prefix(&format!("/{}/", self.bucket))?.to_owned();
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = query.map(|(name, value)| (decode(name), decode(value))).collect();
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).ok()?;
        Some(StubRequest { key, query, headers, method, body, ..StubRequest::default() })
    }

    fn answer(&self, request: &StubRequest, fault: StubFault) -> Answer {
        if request.key.is_empty() {
            return (200, Vec::new(), self.listing(request).into_bytes());
        }
        let path = self.folder.join(&request.key);
        if request.method != "GET" {
            return self.write(request, &path);
        }
        let Ok(bytes) = fs::read(&path) else {
            return (404, Vec::new(), b"<Error><Code>NoSuchKey</Code></Error>".to_vec());
        };
        let etag = format!("\"{}\"", etag(&bytes));
        if request.headers.get("if-match").is_some_and(|wanted| *wanted != etag) {
            return (412, Vec::new(), b"<Error><Code>PreconditionFailed</Code></Error>".to_vec());
        }
        let modified = moment(fs::metadata(&path).unwrap().modified().unwrap()).to_rfc2822();
        let mut headers = vec![("ETag", etag), ("Last-Modified", modified)];
        let range = request.headers.get("range").filter(|_| fault != StubFault::WholeObject);
        let Some(range) = range else { return (200, headers, bytes) };
        let (start, end) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
        if start >= bytes.len() {
            return (416, headers, b"<Error><Code>InvalidRange</Code></Error>".to_vec());
        }
        let end = end.min(bytes.len() - 1);
        let shown = if fault == StubFault::OtherRange { start + 1 } else { start };
        headers.push(("Content-Range", format!("bytes {shown}-{end}/{}", bytes.len())));
        (206, headers, bytes[start..=end].to_vec())
    }

    /// Writes or removes an object; the conditions of a PUT are those of S3.
    fn write(&self, request: &StubRequest, path: &Path) -> Answer {
        let _one_at_a_time = self.writes.lock().unwrap();
        let now = fs::read(path).ok().map(|bytes| format!("\"{}\"", etag(&bytes)));
        if request.method == "DELETE" {
            let _ = fs::remove_file(path);
            return (204, Vec::new(), Vec::new());
        }
        let must_be_new = request.headers.contains_key("if-none-match") && now.is_some();
        let is_other =
            request.headers.get("if-match").is_some_and(|wanted| Some(wanted) != now.as_ref());
        if must_be_new || is_other {
            return (412, Vec::new(), b"<Error><Code>PreconditionFailed</Code></Error>".to_vec());
        }
        let digest = hex(&Sha256::digest(&request.body));
        if request.headers["x-amz-content-sha256"] != digest {
            return (
                400,
                Vec::new(),
                b"<Error><Code>XAmzContentSHA256Mismatch</Code></Error>".to_vec(),
            );
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &request.body).unwrap();
        (200, vec![("ETag", format!("\"{}\"", etag(&request.body)))], Vec::new())
    }

    fn listing(&self, request: &StubRequest) -> String {
        let query = |name: &str| request.query.get(name).cloned().unwrap_or_default();
        let prefix = query("prefix");
        let after = [query("start-after"), query("continuation-token")].into_iter().max().unwrap();
        let mut files: Vec<(String, PathBuf)> = files_below(&self.folder);
        files.sort();
        let mut entries = BTreeMap::new();
        for (key, path) in files {
            let Some(rest) = key.strip_prefix(&prefix) else { continue };
            let folder = rest.split_once('/').filter(|_| query("delimiter") == "/");
            let (name, path) = match folder {
                Some((folder, _)) => (format!("{prefix}{folder}/"), None),
                None => (key, Some(path)),
            };
            if name > after {
                entries.insert(name, path);
            }
        }
        let is_cut = entries.len() > self.page;
        let mut xml = format!(
            "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{is_cut}</IsTruncated>"
        );
        let last = entries.keys().nth(self.page - 1).filter(|_| is_cut).cloned();
        xml.extend(
            last.map(|last| format!("<NextContinuationToken>{last}</NextContinuationToken>")),
        );
        for (name, path) in entries.iter().take(self.page) {
            let encoded: String = name
                .bytes()
                .map(|byte| match byte {
                    b' ' => "+".to_owned(),
                    b'/' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
                    _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
                    _ => format!("%{byte:02X}"),
                })
                .collect();
            let _ = match path {
                None => write!(xml, "<CommonPrefixes><Prefix>{encoded}</Prefix></CommonPrefixes>"),
                Some(path) => {
                    let (bytes, meta) = (fs::read(path).unwrap(), fs::metadata(path).unwrap());
                    let modified = moment(meta.modified().unwrap());
                    write!(
                        xml,
                        "<Contents><Key>{encoded}</Key><LastModified>{}</LastModified>\
                         <ETag>&quot;{}&quot;</ETag><Size>{}</Size></Contents>",
                        modified.format("%Y-%m-%dT%H:%M:%S%.3fZ"),
                        etag(&bytes),
                        bytes.len()
                    )
                }
            };
        }
        xml.push_str("</ListBucketResult>");
        xml
    }
}

/// The ETag of an object.
pub fn etag(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..16])
}

fn moment(time: SystemTime) -> chrono::DateTime<chrono::Utc> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    chrono::DateTime::from_timestamp(since.as_secs().cast_signed(), 0).unwrap()
}

fn decode(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digits = [0; 2];
            rest.by_ref().zip(&mut digits).for_each(|(digit, place)| *place = digit);
            let digits = std::str::from_utf8(&digits).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
