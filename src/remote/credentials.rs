//! Keys that sign requests.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::Deserialize;

/// Keys are fetched again so long before they end.
const MARGIN: Duration = Duration::from_secs(300);

/// Keys that sign requests. Their text never reaches a message: `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Credentials {
    /// The name of the key.
    pub access_key: String,
    /// The key.
    pub secret_key: String,
    /// Sent along with keys that end.
    pub session_token: Option<String>,
    /// When they end; absent for keys that do not.
    pub expires: Option<SystemTime>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

impl Credentials {
    /// Whether they end soon.
    pub fn is_ending(&self) -> bool {
        self.expires.is_some_and(|end| SystemTime::now() + MARGIN > end)
    }
}

/// A token of Google or Azure. Its text never reaches a message: `Debug` shows nothing.
pub(super) struct AccessToken {
    /// The token.
    pub text: String,
    /// When it ends.
    pub expires: SystemTime,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken")
    }
}

impl AccessToken {
    /// Whether it ends soon.
    pub fn is_ending(&self) -> bool {
        SystemTime::now() + MARGIN > self.expires
    }
}

/// A token as services write it in JSON.
#[derive(Deserialize)]
pub(super) struct AccessTokenJson {
    access_token: String,
    /// Seconds, as a number or a text.
    expires_in: serde_json::Value,
}

impl AccessTokenJson {
    /// The token; absent where the seconds do not read.
    pub fn into_token(self) -> Option<AccessToken> {
        let seconds = match &self.expires_in {
            serde_json::Value::String(text) => text.parse().ok(),
            number => number.as_u64(),
        };
        let expires = SystemTime::now().checked_add(Duration::from_secs(seconds?))?;
        Some(AccessToken { text: self.access_token, expires })
    }
}

/// Keys as services of AWS write them in JSON.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CredentialsJson {
    access_key_id: String,
    secret_access_key: String,
    #[serde(alias = "SessionToken")]
    token: Option<String>,
    expiration: Option<String>,
}

impl From<CredentialsJson> for Credentials {
    fn from(json: CredentialsJson) -> Self {
        Self {
            access_key: json.access_key_id,
            secret_key: json.secret_access_key,
            session_token: json.token,
            expires: json.expiration.as_deref().and_then(moment),
        }
    }
}

/// A moment as services write it (RFC 3339).
pub(super) fn moment(text: &str) -> Option<SystemTime> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(SystemTime::from)
}
