//! Where keys come from: the places that programs of AWS look at, in their order.

use std::sync::{Arc, Mutex, PoisonError};

use super::address::RemoteScheme;
use super::aws_files::{AwsProfile, variable};
use super::credentials::Credentials;
use super::error::StoreError;
use super::metadata_service;

/// How requests say who sends them.
pub(super) enum RequestIdentity {
    /// Not at all: public data.
    Anonymous,
    /// By a signature.
    Keys(Arc<Credentials>),
    /// By a token of Google.
    Token(String),
}

/// The source of a store's keys.
pub(super) struct CredentialChain {
    scheme: RemoteScheme,
    keys: Mutex<Option<Arc<Credentials>>>,
}

impl CredentialChain {
    /// The keys of a store; looked for with the first request.
    pub fn new(scheme: RemoteScheme) -> Self {
        Self { scheme, keys: Mutex::default() }
    }

    /// Who sends the next request.
    ///
    /// # Errors
    /// When no keys are found.
    pub fn identity(&self, region: &str) -> Result<RequestIdentity, StoreError> {
        if !self.scheme.has_listing() || is_anonymous() {
            return Ok(RequestIdentity::Anonymous);
        }
        if self.scheme == RemoteScheme::Gcs
            && let Some(token) = ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"]
                .into_iter()
                .find_map(variable)
        {
            return Ok(RequestIdentity::Token(token));
        }
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = keys.as_ref().filter(|keys| !keys.is_ending()) {
            return Ok(RequestIdentity::Keys(Arc::clone(keys)));
        }
        let fresh = Arc::new(self.find(region)?);
        *keys = Some(Arc::clone(&fresh));
        Ok(RequestIdentity::Keys(fresh))
    }

    /// Looks for keys again after the store refused these as expired. Returns whether there are others.
    pub fn renew(&self, refused: &RequestIdentity, region: &str) -> bool {
        let RequestIdentity::Keys(refused) = refused else { return false };
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread was first.
        if keys.as_ref().is_some_and(|keys| keys != refused) {
            return true;
        }
        let Ok(fresh) = self.find(region) else { return false };
        let is_other = fresh != **refused;
        *keys = Some(Arc::new(fresh));
        is_other
    }

    fn find(&self, region: &str) -> Result<Credentials, StoreError> {
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        match names.map(variable) {
            [Some(access_key), Some(secret_key)] => {
                let session_token = variable("AWS_SESSION_TOKEN");
                return Ok(Credentials { access_key, secret_key, session_token, expires: None });
            }
            [Some(_), None] => {
                return Err(StoreError::Variable { name: names[1], reason: "it is not set" });
            }
            [None, Some(_)] => {
                return Err(StoreError::Variable { name: names[0], reason: "it is not set" });
            }
            [None, None] => {}
        }
        if self.scheme == RemoteScheme::Gcs {
            return Err(StoreError::NoGoogleCredentials);
        }
        if let Some(keys) = metadata_service::web_identity(region)? {
            return Ok(keys);
        }
        if let Some(profile) = AwsProfile::load()?
            && let Some(keys) = profile.credentials()?
        {
            return Ok(keys);
        }
        let keys = metadata_service::container()?;
        let keys = keys.map_or_else(metadata_service::machine, |keys| Ok(Some(keys)))?;
        keys.ok_or(StoreError::NoCredentials)
    }
}

/// Whether the user wants requests unsigned.
fn is_anonymous() -> bool {
    let is_true =
        |value: String| matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes");
    variable("AWS_SKIP_SIGNATURE").is_some_and(is_true)
}
