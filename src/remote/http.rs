//! One HTTP exchange: its time and length are bounded, and TLS trusts what the system trusts.

use std::io;
use std::time::Duration;

use ureq::http::HeaderMap;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error};

use super::aws_files::variable;
use super::error::StoreError;
use super::upload::ObjectUpload;
use crate::disk::read_regular;

/// Connections that stay open for the next request.
const MOST_IDLE: usize = 1_024;
/// Length of an answer that has nothing but a code.
const MOST_SHORT: u64 = 1 << 16;

/// Makes requests and keeps connections open.
pub(super) struct HttpClient(Agent);

/// The answer to a request.
pub(super) struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl HttpClient {
    /// A client for a store. `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count.
    ///
    /// # Errors
    /// When certificates that the user names cannot be read, or the system has none.
    pub fn for_store(is_encrypted: bool) -> Result<Self, StoreError> {
        let roots = if is_encrypted { root_certificates()? } else { Vec::new() };
        let tls = TlsConfig::builder().root_certs(RootCerts::from(roots)).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .timeout_per_read(Some(Duration::from_secs(30)))
            .max_idle_connections(MOST_IDLE)
            .max_idle_connections_per_host(MOST_IDLE);
        Ok(Self(agent(config)))
    }

    /// A client for a service of the machine itself, which answers at once or is not there.
    pub fn for_metadata() -> Self {
        Self(agent(
            Agent::config_builder().proxy(None).timeout_global(Some(Duration::from_secs(2))),
        ))
    }

    /// Requests `url` and reads at most so many bytes of the answer.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn get(
        &self,
        url: &str,
        headers: &[(&str, String)],
        most: u64,
    ) -> Result<HttpAnswer, StoreError> {
        let request = self.0.get(url);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        read(request.call(), most)
    }

    /// Sends a file.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn put(
        &self,
        url: &str,
        headers: &[(&str, String)],
        upload: &ObjectUpload<'_>,
    ) -> Result<HttpAnswer, StoreError> {
        let file = upload.open()?;
        let request = self.0.put(url).header("content-length", upload.size.to_string());
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        read(request.send(&file), MOST_SHORT)
    }

    /// Removes what is at `url`.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn delete(&self, url: &str, headers: &[(&str, String)]) -> Result<HttpAnswer, StoreError> {
        let request = self.0.delete(url);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        read(request.call(), MOST_SHORT)
    }

    /// Sends a PUT request without a body.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn put_empty(&self, url: &str, header: (&str, &str)) -> Result<HttpAnswer, StoreError> {
        read(self.0.put(url).header(header.0, header.1).send_empty(), MOST_SHORT)
    }
}

fn agent(config: ureq::config::ConfigBuilder<ureq::typestate::AgentScope>) -> Agent {
    let agent = concat!("mammodex/", env!("CARGO_PKG_VERSION"));
    config.http_status_as_error(false).max_redirects(0).user_agent(agent).build().new_agent()
}

fn read(
    answer: Result<ureq::http::Response<ureq::Body>, Error>,
    most: u64,
) -> Result<HttpAnswer, StoreError> {
    let (parts, mut body) = answer.map_err(|error| reason(&error))?.into_parts();
    let body = body.with_config().limit(most.saturating_add(1)).read_to_vec();
    let body = body.map_err(|error| reason(&error))?;
    Ok(HttpAnswer { status: parts.status.as_u16(), headers: parts.headers, body })
}

/// The certificates that servers are checked against: those in the file that `AWS_CA_BUNDLE` names, else those of
/// the system.
fn root_certificates() -> Result<Vec<Certificate<'static>>, StoreError> {
    const BUNDLE: &str = "AWS_CA_BUNDLE";
    let failed = |reason| StoreError::Variable { name: BUNDLE, reason };
    let roots: Vec<Certificate<'static>> = if let Some(path) = variable(BUNDLE) {
        let text = read_regular(path.as_ref()).map_err(|_| failed("the file cannot be read"))?;
        let items: Result<Vec<_>, _> = parse_pem(&text).collect();
        let items = items.map_err(|_| failed("the file is not PEM"))?.into_iter();
        let certificates = items.filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        });
        certificates.collect()
    } else {
        let native = rustls_native_certs::load_native_certs().certs;
        native.iter().map(|root| Certificate::from_der(root).to_owned()).collect()
    };
    if roots.is_empty() {
        return Err(failed("no certificates: install ca-certificates, or name a file of them"));
    }
    Ok(roots)
}

/// Why there is no answer. The library's own text may name addresses and is not repeated.
fn reason(error: &Error) -> StoreError {
    StoreError::Connection(match error {
        Error::Timeout(_) => "no answer in time",
        Error::HostNotFound => "the host is not known",
        Error::ConnectionFailed => "the host cannot be reached",
        Error::BodyExceedsLimit(_) => {
            return StoreError::Damaged("it is longer than was requested");
        }
        Error::Protocol(_) => return StoreError::Damaged("it is not HTTP"),
        Error::BadUri(_) | Error::Http(_) => {
            return StoreError::Address("it does not make a URL");
        }
        Error::InvalidProxyUrl => {
            return StoreError::Variable { name: "HTTPS_PROXY", reason: "it is not a URL" };
        }
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) => return StoreError::Certificate,
        Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => "the host refuses connections",
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "no answer in time",
            // Handshakes fail as input and output.
            io::ErrorKind::InvalidData => return StoreError::Certificate,
            _ => "it is cut off",
        },
        _ => "it is cut off",
    })
}
