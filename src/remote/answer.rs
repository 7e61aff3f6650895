//! What an answer of a store means.

use super::error::StoreError;
use super::http::HttpAnswer;
use super::xml;

/// An answer that is not the one requested.
pub(super) struct StoreRefusal {
    /// What it means.
    pub error: StoreError,
    /// The region that the bucket is in, where the request went to another.
    pub region: Option<String>,
    /// Whether the keys have expired, so that others may be taken.
    pub is_expired: bool,
}

impl From<StoreError> for StoreRefusal {
    fn from(error: StoreError) -> Self {
        Self { error, region: None, is_expired: false }
    }
}

/// Codes of keys that have ended.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"];
/// Codes of keys that the store does not accept.
const REFUSED: &[(&str, &str)] = &[
    ("InvalidAccessKeyId", "the access key does not exist there"),
    ("InvalidToken", "the session token does not belong to the access key"),
    ("SignatureDoesNotMatch", "the secret key does not belong to the access key"),
    ("AuthFailure", "check access key and secret key"),
    ("AccessDenied", "they do not allow it"),
    ("Unauthorized", "check access key and secret key"),
    ("AuthenticationRequired", "check access key and secret key"),
    ("RequestTimeTooSkewed", "the clock of this machine is wrong"),
    ("AllAccessDisabled", "the bucket is closed"),
    ("AccountProblem", "the account is closed"),
    ("AuthenticationFailed", "they are not those of the account, or have expired"),
    ("AuthorizationFailure", "they do not allow it"),
    ("AuthorizationPermissionMismatch", "they do not allow it"),
    ("NoAuthenticationInformation", "the container is not public"),
    ("PublicAccessNotPermitted", "the container is not public"),
    ("InvalidAuthenticationInfo", "they have no valid form"),
];

/// Codes of a condition of a write that does not hold, beside the status 412.
const CONFLICTS: &[&str] = &["ConditionalRequestConflict", "BlobAlreadyExists"];

/// Returns an answer of success; what else it means is an error. `is_object` where one object was requested,
/// which alone may be forbidden.
///
/// # Errors
/// What the answer says.
pub(super) fn accept(answer: HttpAnswer, is_object: bool) -> Result<HttpAnswer, StoreRefusal> {
    let status = answer.status;
    if matches!(status, 200 | 201 | 202 | 204 | 206) || (is_object && status == 416) {
        return Ok(answer);
    }
    let (mut code, mut region) = (None, None);
    // A body that is not XML is that of a server between.
    let _ = xml::for_each_element(&answer.body, |above, name, text| {
        if above == "Error"
            && !text.is_empty()
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        {
            match name {
                "Code" => code = Some(text.to_owned()),
                "Region" => region = Some(text.to_owned()),
                _ => {}
            }
        }
    });
    let code = code.or_else(|| answer.header("x-ms-error-code").map(str::to_owned));
    let region = answer.header("x-amz-bucket-region").map(str::to_owned).or(region);
    let is_elsewhere =
        matches!(status, 301 | 307) || code.as_deref() == Some("AuthorizationHeaderMalformed");
    let code_text = code.as_deref().unwrap_or_default();
    let is_expired = EXPIRED.contains(&code_text);
    let refused = REFUSED.iter().find(|(refused, _)| *refused == code_text);
    let refused = refused.filter(|(code, _)| !(is_object && *code == "AccessDenied"));
    let error = match (status, refused) {
        _ if is_expired => {
            let remedy = "they have expired; get new ones and run it again";
            StoreError::Refused { code: code_text.to_owned(), remedy }
        }
        (_, Some((code, remedy))) => StoreError::Refused { code: (*code).to_owned(), remedy },
        (401, _) => StoreError::Refused { code: "401".to_owned(), remedy: "check them" },
        (404, _) if matches!(code_text, "NoSuchBucket" | "ContainerNotFound") => {
            StoreError::NoBucket
        }
        (404 | 410, _) if is_object => StoreError::Missing,
        (412, _) => StoreError::Changed,
        (409, _) if CONFLICTS.contains(&code_text) => StoreError::Changed,
        _ => StoreError::Answer { status, code },
    };
    Err(StoreRefusal { error, region: region.filter(|_| is_elsewhere), is_expired })
}
