//! Requests to Azure Blob Storage: the headers that it wants, and Shared Key signatures.
//!
//! Source: "Authorize with Shared Key", Azure Storage REST API, version 2015-02-21 and later.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::error::StoreError;
use super::percent;

/// The version of the interface.
const VERSION: &str = "2021-12-02";

/// A request to Azure before it is signed.
pub(super) struct AzureRequest<'a> {
    /// The method: GET, PUT or DELETE.
    pub method: &'static str,
    /// The encoded path.
    pub path: &'a str,
    /// The encoded query.
    pub query: &'a str,
    /// Length of the body in bytes; absent without one.
    pub length: Option<u64>,
    /// Seconds since 1970 UTC.
    pub time: i64,
}

impl AzureRequest<'_> {
    /// The headers that every request has, whoever sends it.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let date = chrono::DateTime::from_timestamp(self.time, 0).unwrap_or_default();
        let date = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut headers = vec![("x-ms-date", date), ("x-ms-version", VERSION.to_owned())];
        headers.extend(self.length.map(|_| ("x-ms-blob-type", "BlockBlob".to_owned())));
        headers
    }

    /// The header that signs the request with all its headers.
    ///
    /// # Errors
    /// When the key is not Base64.
    pub fn sign(
        &self,
        headers: &[(&'static str, String)],
        account: &str,
        key: &str,
    ) -> Result<(&'static str, String), StoreError> {
        const NAME: &str = "AZURE_STORAGE_KEY";
        let unusable = StoreError::Variable { name: NAME, reason: "it is not Base64" };
        let key = STANDARD.decode(key.trim()).map_err(|_| unusable.clone())?;
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key).map_err(|_| unusable)?;
        mac.update(self.text(headers, account).as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        Ok(("authorization", format!("SharedKey {account}:{signature}")))
    }

    fn text(&self, headers: &[(&'static str, String)], account: &str) -> String {
        let value = |name: &str| {
            let header = headers.iter().find(|(known, _)| *known == name);
            header.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let length = self.length.filter(|length| *length > 0);
        let length = length.map(|length| length.to_string()).unwrap_or_default();
        let (matches, absent, range) = (value("if-match"), value("if-none-match"), value("range"));
        let mut text =
            format!("{}\n\n\n{length}\n\n\n\n\n{matches}\n{absent}\n\n{range}\n", self.method);
        let mut own: Vec<&(&str, String)> =
            headers.iter().filter(|(name, _)| name.starts_with("x-ms-")).collect();
        own.sort();
        for (name, value) in own {
            text.push_str(&format!("{name}:{value}\n"));
        }
        text.push_str(&format!("/{account}{}", self.path));
        let mut parameters: Vec<(&str, String)> = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name, percent::decode(value).unwrap_or_default()))
            .collect();
        parameters.sort();
        for (name, value) in parameters {
            text.push_str(&format!("\n{name}:{value}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form of "Get Container Metadata" and "List Containers" in the reference of Shared Key.
    #[test]
    fn the_text_that_is_signed_has_the_form_of_the_reference() {
        let request = AzureRequest {
            method: "GET",
            path: "/mycontainer",
            query: "comp=metadata&restype=container&timeout=20",
            length: None,
            time: 1_435_361_519,
        };
        assert_eq!(
            request.text(&request.headers(), "myaccount"),
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:31:59 GMT\n\
             x-ms-version:2021-12-02\n/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20"
        );
    }
}
