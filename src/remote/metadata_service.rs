//! Services that give keys: of the machine, of its container, and AWS STS for a token of a cluster.

use super::aws_files::variable;
use super::credentials::{AccessToken, AccessTokenJson, Credentials, CredentialsJson, moment};
use super::error::StoreError;
use super::http::{HttpAnswer, HttpClient};
use super::percent;
use super::xml;
use crate::disk::read_regular_text;

/// The answer of a service is short.
const MOST: u64 = 1 << 16;

/// Keys for the token in the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names, as clusters of Kubernetes set it; absent
/// where it is not set.
///
/// # Errors
/// When the token cannot be read, or STS refuses it.
pub(super) fn web_identity(region: &str) -> Result<Option<Credentials>, StoreError> {
    const SERVICE: &str = "AWS STS";
    let Some(file) = variable("AWS_WEB_IDENTITY_TOKEN_FILE") else { return Ok(None) };
    let Some(role) = variable("AWS_ROLE_ARN") else { return Ok(None) };
    let failed = |reason: String| StoreError::Service { service: SERVICE, reason };
    let token =
        read_regular_text(file.as_ref()).map_err(|error| failed(error.kind().to_string()))?;
    let session = variable("AWS_ROLE_SESSION_NAME").unwrap_or_else(|| "mammodex".to_owned());
    let base = variable("AWS_ENDPOINT_URL_STS")
        .unwrap_or_else(|| format!("https://sts.{region}.amazonaws.com"));
    let [role, session, token] =
        [&role, &session, token.trim()].map(|part| percent::encode(part, ""));
    let url = format!(
        "{}/?Action=AssumeRoleWithWebIdentity&RoleArn={role}&RoleSessionName={session}\
         &Version=2011-06-15&WebIdentityToken={token}",
        base.trim_end_matches('/')
    );
    let http = HttpClient::for_store(base.starts_with("https"))?;
    let answer = http.get(&url, &[], MOST)?;
    let (mut id, mut secret, mut session_token, mut expires) = (None, None, None, None);
    xml::for_each_element(&answer.body, |above, name, text| {
        if above == "Credentials" {
            match name {
                "AccessKeyId" => id = Some(text.to_owned()),
                "SecretAccessKey" => secret = Some(text.to_owned()),
                "SessionToken" => session_token = Some(text.to_owned()),
                "Expiration" => expires = moment(text),
                _ => {}
            }
        }
    })?;
    match (id, secret) {
        (Some(access_key), Some(secret_key)) => {
            Ok(Some(Credentials { access_key, secret_key, session_token, expires }))
        }
        _ => Err(failed(format!("it answers {}", answer.status))),
    }
}

/// Keys of the container (ECS, EKS Pod Identity); absent where it has none.
///
/// # Errors
/// When the service refuses.
pub(super) fn container() -> Result<Option<Credentials>, StoreError> {
    let relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let relative = relative.map(|path| format!("http://169.254.170.2{path}"));
    let full = || variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    let Some(url) = relative.or_else(full) else { return Ok(None) };
    let file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    let token = file.and_then(|file| read_regular_text(file.as_ref()).ok());
    let token = token.or_else(|| variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    let header = token.map(|token| ("authorization", token.trim().to_owned()));
    let answer = HttpClient::for_metadata().get(&url, header.as_slice(), MOST)?;
    parse("the container's service", &answer).map(Some)
}

/// Keys of the machine's role, by the second version of its metadata service; absent where there is no service.
///
/// # Errors
/// When the service gives no keys.
pub(super) fn machine() -> Result<Option<Credentials>, StoreError> {
    const SERVICE: &str = "the machine's metadata service";
    if variable("AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    {
        return Ok(None);
    }
    let base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let base = base.unwrap_or_else(|| "http://169.254.169.254".to_owned());
    let base = base.trim_end_matches('/');
    let http = HttpClient::for_metadata();
    let life = ("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    let Ok(token) = http.put_empty(&format!("{base}/latest/api/token"), life) else {
        return Ok(None);
    };
    if token.status != 200 {
        return Ok(None);
    }
    let token = String::from_utf8_lossy(&token.body).into_owned();
    let header = [("x-aws-ec2-metadata-token", token)];
    let roles = format!("{base}/latest/meta-data/iam/security-credentials/");
    let role = http.get(&roles, &header, MOST)?;
    let text = String::from_utf8_lossy(&role.body).into_owned();
    let name = text.lines().next().filter(|_| role.status == 200).map(str::trim);
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    let answer = http.get(&format!("{roles}{}", percent::encode(name, "")), &header, MOST)?;
    parse(SERVICE, &answer).map(Some)
}

/// The token of the machine's account at Google; absent elsewhere.
///
/// # Errors
/// When the service refuses.
pub(super) fn google() -> Result<Option<AccessToken>, StoreError> {
    let host = variable("GCE_METADATA_HOST");
    let host = host.unwrap_or_else(|| "metadata.google.internal".to_owned());
    let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token");
    token("Google's metadata service", &url, ("metadata-flavor", "Google".to_owned()))
}

/// The token of the machine's or the app's managed identity at Azure; absent where there is none.
///
/// # Errors
/// When the service refuses.
pub(super) fn azure() -> Result<Option<AccessToken>, StoreError> {
    const SERVICE: &str = "Azure's identity service";
    const RESOURCE: &str = "resource=https%3A%2F%2Fstorage.azure.com%2F";
    if let Some((url, secret)) = variable("IDENTITY_ENDPOINT").zip(variable("IDENTITY_HEADER")) {
        let url = format!("{url}?api-version=2019-08-01&{RESOURCE}");
        return token(SERVICE, &url, ("x-identity-header", secret));
    }
    let host = variable("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    let host = host.unwrap_or_else(|| "http://169.254.169.254".to_owned());
    let host = host.trim_end_matches('/');
    let url = format!("{host}/metadata/identity/oauth2/token?api-version=2018-02-01&{RESOURCE}");
    token(SERVICE, &url, ("metadata", "true".to_owned()))
}

/// A token of a service of the machine; absent where nothing answers.
fn token(
    service: &'static str,
    url: &str,
    header: (&'static str, String),
) -> Result<Option<AccessToken>, StoreError> {
    let Ok(answer) = HttpClient::for_metadata().get(url, &[header], MOST) else { return Ok(None) };
    let json = serde_json::from_slice::<AccessTokenJson>(&answer.body);
    let token = json.ok().filter(|_| answer.status == 200).and_then(AccessTokenJson::into_token);
    let reason = || format!("it answers {}", answer.status);
    token.map(Some).ok_or_else(|| StoreError::Service { service, reason: reason() })
}

fn parse(service: &'static str, answer: &HttpAnswer) -> Result<Credentials, StoreError> {
    let json = serde_json::from_slice::<CredentialsJson>(&answer.body);
    let json = json.ok().filter(|_| answer.status == 200);
    json.map(Credentials::from).ok_or_else(|| StoreError::Service {
        service,
        reason: format!("it answers {}", answer.status),
    })
}
