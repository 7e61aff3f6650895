//! A review over HTTP: the page, its pictures made on first use, and verdicts that are on
//! disk before they are acknowledged.

use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use oxhttp::model::{Body, Method, Request, Response, StatusCode};
use oxhttp::{ListeningServer, Server};

use super::image_files::ImageFiles;
use super::page::{
    CONTENT_POLICY, PAGE_FILES, PageSettings, PictureAddress, case_script, catalog_name,
    start_script,
};
use super::page_texts::PageTexts;
use super::queue::ReviewContour;
use super::request_guard::{RequestGuard, RequestRefusal};
use super::review_log::{ReviewLog, now};
use super::session::{HungImage, ReviewSession, hung_images, latest_verdicts};
use super::verdict::{Verdict, VerdictRequest, check_verdict};
use crate::catalog::Catalog;
use crate::cohort::CohortError;
use crate::pixels::{PictureFormat, PixelError};

/// The longest side of a preview in pixels.
const PREVIEW: u32 = 1400;
const QUALITY: u8 = 88;
/// Connections at a time; a browser opens six.
const MOST_CONNECTIONS: usize = 32;
/// The longest body of a request.
const LONGEST_BODY: u64 = 1 << 16;
/// How long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the server works with.
pub struct ReviewServer {
    catalog: Mutex<Catalog>,
    /// Distinguishes catalogs in the storage of a browser.
    catalog_name: String,
    session: ReviewSession,
    log: Mutex<ReviewLog>,
    files: ImageFiles,
    guard: RequestGuard,
}

/// An answer: status, media type, body, and whether the browser may keep it.
struct Answer {
    status: StatusCode,
    media_type: &'static str,
    body: Vec<u8>,
    is_lasting: bool,
}

const TEXT: &str = "text/plain; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

impl Answer {
    fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, media_type: TEXT, body: text.into().into_bytes(), is_lasting: false }
    }

    fn page(media_type: &'static str, text: String) -> Self {
        Self { status: StatusCode::OK, media_type, body: text.into_bytes(), is_lasting: false }
    }

    fn missing() -> Self {
        Self::text(StatusCode::NOT_FOUND, "not found")
    }

    fn into_response(self) -> Response<Body> {
        let caching = if self.is_lasting { "private, max-age=86400" } else { "no-store" };
        let response = Response::builder()
            .status(self.status)
            .header("content-type", self.media_type)
            .header("cache-control", caching)
            .header("content-security-policy", CONTENT_POLICY)
            .header("x-content-type-options", "nosniff")
            .header("referrer-policy", "no-referrer")
            .header("cross-origin-resource-policy", "same-origin")
            .header("cross-origin-opener-policy", "same-origin")
            .body(Body::from(self.body));
        // Names and values are constants that a header may have.
        response.unwrap_or_else(|_| Response::new(Body::empty()))
    }
}

impl ReviewServer {
    /// A server of a review; verdicts go to `log`.
    pub fn new(
        catalog: Catalog,
        session: ReviewSession,
        log: ReviewLog,
        root: PathBuf,
        guard: RequestGuard,
    ) -> Self {
        let files = ImageFiles::new(&root);
        let catalog_name = catalog_name(catalog.dir());
        Self {
            catalog: Mutex::new(catalog),
            catalog_name,
            session,
            log: Mutex::new(log),
            files,
            guard,
        }
    }

    /// Listens until the process ends.
    ///
    /// # Errors
    /// When the address is taken or not this machine's.
    pub fn listen(self, address: SocketAddr) -> std::io::Result<ListeningServer> {
        Server::new(move |request| self.answer(request).into_response())
            .bind(address)
            .with_global_timeout(PATIENCE)
            .with_max_concurrent_connections(MOST_CONNECTIONS)
            .spawn()
    }

    fn answer(&self, request: &mut Request<Body>) -> Answer {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let changes = request.method() != Method::GET;
        let path = request.uri().path().to_owned();
        let checked = self.guard.check(&path, header("host"), header("origin"), changes);
        let is_json = header("content-type").is_some_and(|kind| kind == "application/json");
        match checked {
            Err(RequestRefusal::Token) => Answer::missing(),
            Err(RequestRefusal::Host) => {
                Answer::text(StatusCode::FORBIDDEN, "this address is not the server's")
            }
            Err(RequestRefusal::Origin) => {
                Answer::text(StatusCode::FORBIDDEN, "the request comes from another page")
            }
            Ok(rest) if *request.method() == Method::GET => self.file(rest),
            Ok("verdicts") if *request.method() == Method::POST && is_json => {
                self.store(request.body_mut())
            }
            Ok(_) => Answer::text(StatusCode::METHOD_NOT_ALLOWED, "not a request of the page"),
        }
    }

    /// A file of the page. No path of a request reaches the disk: images are named by the number of
    /// their case and their place in it.
    fn file(&self, path: &str) -> Answer {
        let path = if path.is_empty() { "index.html" } else { path };
        if let Some((_, media_type, text)) = PAGE_FILES.iter().find(|(name, ..)| *name == path) {
            return Answer::page(media_type, (*text).to_owned());
        }
        if path == "data.js" {
            return self.data();
        }
        match path.split('/').collect::<Vec<_>>()[..] {
            ["cases", name] => self.case(name),
            ["pictures", number, name] => self.picture(number, name, Some(PREVIEW)),
            ["full", number, name] => self.picture(number, name, None),
            _ => Answer::missing(),
        }
    }

    fn data(&self) -> Answer {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let verdicts = latest_verdicts(log.verdicts());
        let settings = PageSettings { own: &verdicts, catalog: &self.catalog_name, stores: true };
        Answer::page(SCRIPT, start_script(&self.session, settings))
    }

    fn case(&self, name: &str) -> Answer {
        let number = name.strip_suffix(".js").and_then(|number| number.parse::<usize>().ok());
        let Some(number) = number.filter(|number| *number < self.session.queue.len()) else {
            return Answer::missing();
        };
        match self.images(number) {
            Ok(images) => {
                let address = |place: usize| PictureAddress {
                    preview: Some(format!("pictures/{number}/{place}.jpg")),
                    full: Some(format!("full/{number}/{place}.jpg")),
                    failure: None,
                };
                let addresses: Vec<PictureAddress> = (0..images.len()).map(address).collect();
                Answer::page(SCRIPT, case_script(&self.session, number, &images, &addresses))
            }
            Err(error) => Answer::text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }

    fn images(&self, number: usize) -> Result<Vec<HungImage>, CohortError> {
        let catalog = self.catalog.lock().unwrap_or_else(PoisonError::into_inner);
        hung_images(&catalog, &self.session.queue[number])
    }

    fn picture(&self, number: &str, name: &str, size: Option<u32>) -> Answer {
        let number = number.parse::<usize>().ok();
        let place = name.strip_suffix(".jpg").and_then(|place| place.parse::<usize>().ok());
        let Some((number, place)) =
            number.zip(place).filter(|(number, _)| *number < self.session.queue.len())
        else {
            return Answer::missing();
        };
        let images = self.images(number).unwrap_or_default();
        let Some(hung) = images.get(place) else { return Answer::missing() };
        let picture = self.files.read(&hung.image.path, |pixels| match size {
            Some(size) => pixels.picture_within(1, size),
            None => pixels.picture(1),
        });
        let encoded = picture.and_then(|picture| {
            picture.encode(PictureFormat::Jpeg(QUALITY)).map_err(PixelError::Io)
        });
        match encoded {
            Ok(body) => {
                let status = StatusCode::OK;
                Answer { status, media_type: "image/jpeg", body, is_lasting: true }
            }
            Err(error) => Answer::text(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
        }
    }

    /// Stores a verdict; the answer is sent when it is on disk.
    fn store(&self, body: &mut Body) -> Answer {
        let mut bytes = Vec::new();
        let read = body.take(LONGEST_BODY + 1).read_to_end(&mut bytes);
        if read.is_err() || bytes.len() as u64 > LONGEST_BODY {
            return Answer::text(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long");
        }
        let request: VerdictRequest = match serde_json::from_slice(&bytes) {
            Ok(request) => request,
            Err(error) => return Answer::text(StatusCode::BAD_REQUEST, error.to_string()),
        };
        let VerdictRequest { contour_hash, verdict, reason, note, seconds } = request;
        let note = note.filter(|note| !note.trim().is_empty());
        let checked = check_verdict(verdict, reason.as_deref(), note.as_deref(), seconds);
        if let Err(error) = checked {
            return Answer::text(StatusCode::BAD_REQUEST, error.to_string());
        }
        let Some((case_id, contour)) = self.contour(&contour_hash) else {
            return Answer::text(StatusCode::CONFLICT, "the contour is not part of this review");
        };
        let is_fitting = |reason: &String| PageTexts::UNDRAWN_REASONS.contains(&reason.as_str());
        if !contour.is_drawn && !reason.iter().all(is_fitting) {
            let why = "the reason is for a contour, and the case has none";
            return Answer::text(StatusCode::BAD_REQUEST, why);
        }
        let verdict = Verdict {
            number: 0,
            reviewer: self.session.reviewer.clone(),
            given_at: now(),
            contour_hash,
            case_id: case_id.to_owned(),
            image_path: contour.image_path.clone(),
            verdict,
            reason,
            note,
            seconds,
            snapshot: self.session.snapshot,
        };
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        match log.append(verdict) {
            Ok(verdict) => Answer::text(StatusCode::OK, verdict.number.to_string()),
            Err(error) => Answer::text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }

    fn contour(&self, hash: &str) -> Option<(&str, &ReviewContour)> {
        self.session.queue.iter().find_map(|case| {
            let contour = case.contours.iter().find(|contour| contour.hash == hash)?;
            Some((case.case_id.as_str(), contour))
        })
    }
}
