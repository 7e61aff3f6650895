//! Which requests a server of a review answers: those with its token, to its own address, and from
//! its own page.

use std::fs::File;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};

use crate::disk::hex;

/// The secret and the address of a server.
#[derive(Debug, Clone)]
pub struct RequestGuard {
    token: String,
    address: SocketAddr,
}

/// A request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestRefusal {
    /// The address has another token.
    Token,
    /// The request is for another host: a name that leads here may be a stranger's.
    Host,
    /// Another site's page sends it.
    Origin,
}

impl RequestGuard {
    /// A guard with a new token of 128 random bits.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        let mut bytes = [0; 16];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(Self { token: hex(&bytes), address })
    }

    /// The address of the page.
    pub fn url(&self) -> String {
        format!("http://{}/{}/", self.address, self.token)
    }

    /// The path of a request below the token.
    ///
    /// # Errors
    /// Why the request is refused. `origin` is required of requests that change something.
    pub fn check<'a>(
        &self,
        path: &'a str,
        host: Option<&str>,
        origin: Option<&str>,
        changes: bool,
    ) -> Result<&'a str, RequestRefusal> {
        let host = host.filter(|host| self.is_own_host(host)).ok_or(RequestRefusal::Host)?;
        let is_own = |origin: &str| origin == format!("http://{host}");
        match origin {
            Some(origin) if !is_own(origin) => return Err(RequestRefusal::Origin),
            None if changes => return Err(RequestRefusal::Origin),
            _ => {}
        }
        let rest = path.strip_prefix('/').and_then(|path| path.split_once('/'));
        let rest = rest.filter(|(token, _)| self.is_token(token));
        rest.map(|(_, rest)| rest).ok_or(RequestRefusal::Token)
    }

    /// Compared in a time that does not depend on where they differ.
    fn is_token(&self, token: &str) -> bool {
        let differences = token.bytes().zip(self.token.bytes()).map(|(a, b)| a ^ b);
        token.len() == self.token.len() && differences.fold(0, |all, one| all | one) == 0
    }

    /// Whether a Host header names this server: by the address that it listens on, by `localhost` on
    /// loopback, and by any address where it listens on all. Other names may be a stranger's that
    /// lead here for a moment (DNS rebinding).
    fn is_own_host(&self, host: &str) -> bool {
        let Some((name, port)) = host.rsplit_once(':') else { return false };
        if port.parse() != Ok(self.address.port()) {
            return false;
        }
        let ip = self.address.ip();
        if name == "localhost" {
            return ip.is_loopback();
        }
        let named: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
        named.is_some_and(|named| named == ip || ip.is_unspecified())
    }
}
