//! Which requests a server of a review answers: those with its token, to its own address, and from
//! its own page.

use std::fs::File;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

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

/// This machine's address in its network, by the route to an address of the documentation networks
/// (RFC 5737, RFC 3849); nothing is sent. Loopback without a network.
fn own_address(listens: IpAddr) -> IpAddr {
    let by_route = |from: IpAddr, to: IpAddr| {
        let socket = UdpSocket::bind((from, 0)).ok()?;
        socket.connect((to, 9)).ok()?;
        socket.local_addr().ok().map(|address| address.ip())
    };
    let v4 = || by_route(Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into());
    let v6 = || {
        let target = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
        by_route(Ipv6Addr::UNSPECIFIED.into(), target.into()).filter(|_| listens.is_ipv6())
    };
    v4().or_else(v6).unwrap_or(Ipv4Addr::LOCALHOST.into())
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

    /// The address of the page, as a browser opens it: of a server that listens at every address that of
    /// this machine in its network.
    pub fn url(&self) -> String {
        let ip = self.address.ip();
        let ip = if ip.is_unspecified() { own_address(ip) } else { ip };
        format!("http://{}/{}/", SocketAddr::new(ip, self.address.port()), self.token)
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
