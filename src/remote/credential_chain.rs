//! Where keys come from: the places that programs of AWS look at, in their order.

use std::sync::{Arc, Mutex, PoisonError};

use super::address::RemoteScheme;
use super::aws_files::{AwsProfile, variable};
use super::credentials::{AccessToken, Credentials};
use super::endpoint::azure_account;
use super::error::StoreError;
use super::metadata_service;

/// How requests say who sends them.
pub(super) enum RequestIdentity {
    /// Not at all: public data.
    Anonymous,
    /// By a signature.
    Keys(Arc<Credentials>),
    /// By a token of Google or Azure.
    Token(String),
    /// By a shared access signature of Azure, which is part of the query.
    Sas(String),
    /// By the key of a storage account of Azure.
    SharedKey {
        /// The account.
        account: String,
        /// The key in Base64.
        key: String,
    },
}

/// The source of a store's keys.
pub(super) struct CredentialChain {
    scheme: RemoteScheme,
    keys: Mutex<Option<Arc<Credentials>>>,
    token: Mutex<Option<AccessToken>>,
}

impl CredentialChain {
    /// The keys of a store; looked for with the first request.
    pub fn new(scheme: RemoteScheme) -> Self {
        Self { scheme, keys: Mutex::default(), token: Mutex::default() }
    }

    /// Who sends the next request.
    ///
    /// # Errors
    /// When no keys are found.
    pub fn identity(&self, region: &str) -> Result<RequestIdentity, StoreError> {
        if !self.scheme.has_listing() || is_anonymous() {
            return Ok(RequestIdentity::Anonymous);
        }
        if self.scheme == RemoteScheme::Azure {
            return self.azure();
        }
        if self.scheme == RemoteScheme::Gcs
            && let Some(token) = ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"]
                .into_iter()
                .find_map(variable)
        {
            return Ok(RequestIdentity::Token(token));
        }
        if self.scheme == RemoteScheme::Gcs && variable("AWS_ACCESS_KEY_ID").is_none() {
            let token = self.token(metadata_service::google)?;
            return token.map(RequestIdentity::Token).ok_or(StoreError::NoGoogleCredentials);
        }
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = keys.as_ref().filter(|keys| !keys.is_ending()) {
            return Ok(RequestIdentity::Keys(Arc::clone(keys)));
        }
        let fresh = Arc::new(self.find(region)?);
        *keys = Some(Arc::clone(&fresh));
        Ok(RequestIdentity::Keys(fresh))
    }

    /// Who sends the next request to Azure.
    fn azure(&self) -> Result<RequestIdentity, StoreError> {
        if let Some(token) = variable("AZURE_STORAGE_SAS_TOKEN") {
            return Ok(RequestIdentity::Sas(token.trim_start_matches('?').to_owned()));
        }
        let key = variable("AZURE_STORAGE_KEY").or_else(|| variable("AZURE_STORAGE_ACCOUNT_KEY"));
        if let Some(key) = key {
            return Ok(RequestIdentity::SharedKey { account: azure_account()?, key });
        }
        let token = self.token(metadata_service::azure)?;
        token.map(RequestIdentity::Token).ok_or(StoreError::NoAzureCredentials)
    }

    /// The token of the machine, fetched again before it ends.
    fn token(
        &self,
        fetch: fn() -> Result<Option<AccessToken>, StoreError>,
    ) -> Result<Option<String>, StoreError> {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if token.as_ref().is_none_or(AccessToken::is_ending) {
            *token = fetch()?;
        }
        Ok(token.as_ref().map(|token| token.text.clone()))
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
    let names = ["AWS_SKIP_SIGNATURE", "AZURE_SKIP_SIGNATURE"];
    names.into_iter().filter_map(variable).any(is_true)
}
