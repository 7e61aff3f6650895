//! Signatures of requests: AWS Signature Version 4, which Google's XML interface takes as well.
//!
//! Source: "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::credentials::Credentials;
use crate::disk::hex;

/// SHA-256 of nothing, for requests without a body.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What is signed of a request.
pub(super) struct UnsignedRequest<'a> {
    /// The method: GET, PUT or DELETE.
    pub method: &'static str,
    /// SHA-256 of the body in hexadecimal digits; absent without one.
    pub payload: Option<&'a str>,
    /// The host with its port, as the header `Host` has it.
    pub host: &'a str,
    /// The encoded path.
    pub path: &'a str,
    /// The encoded query, its parameters sorted by name.
    pub query: &'a str,
    /// The region that the bucket is in.
    pub region: &'a str,
    /// Seconds since 1970 UTC.
    pub time: i64,
}

impl UnsignedRequest<'_> {
    /// The headers that sign the request.
    pub fn sign(&self, credentials: &Credentials) -> Vec<(&'static str, String)> {
        let payload = self.payload.unwrap_or(EMPTY_SHA256);
        let stamp = chrono::DateTime::from_timestamp(self.time, 0).unwrap_or_default();
        let stamp = stamp.format("%Y%m%dT%H%M%SZ").to_string();
        let day = &stamp[..8];
        let mut headers = vec![
            ("host", self.host.to_owned()),
            ("x-amz-content-sha256", payload.to_owned()),
            ("x-amz-date", stamp.clone()),
        ];
        let token = credentials.session_token.clone();
        headers.extend(token.map(|token| ("x-amz-security-token", token)));
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String =
            headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let Self { method, path, query, region, .. } = self;
        let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}");
        let scope = format!("{day}/{region}/s3/aws4_request");
        let digest = hex(&Sha256::digest(canonical));
        let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}");
        let key = format!("AWS4{}", credentials.secret_key).into_bytes();
        let key =
            [day, region, "s3", "aws4_request"].iter().fold(key, |key, part| hmac(&key, part));
        let signature = hex(&hmac(&key, &text));
        let id = &credentials.access_key;
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={id}/{scope},SignedHeaders={names},Signature={signature}"
        );
        headers.remove(0); // the client sets it
        headers.push(("authorization", authorization));
        headers
    }
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length is taken.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example "GET Bucket (List Objects)" of the S3 API Reference.
    #[test]
    fn a_listing_is_signed_as_in_the_reference_of_s3() {
        let credentials = Credentials {
            access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
            expires: None,
        };
        let request = UnsignedRequest {
            method: "GET",
            payload: None,
            host: "examplebucket.s3.amazonaws.com",
            path: "/",
            query: "max-keys=2&prefix=J",
            region: "us-east-1",
            time: 1_369_353_600,
        };
        let headers = request.sign(&credentials);
        let (_, authorization) = headers.last().unwrap();
        let signature = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
        assert!(authorization.ends_with(&format!("Signature={signature}")), "{authorization}");
    }
}
