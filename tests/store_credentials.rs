//! Keys and tokens that services of the machine give, and stores that are not S3.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::{fs, thread};

use mammodex::sample::SampleFlaws;

use crate::fixture::{Said, mammodex, python, run};
use crate::stored_set::{BUCKET, SECRET, StoredSet, with_store};

/// A request to a service: method, path with query, headers.
type ServiceRequest = (String, String, BTreeMap<String, String>);

/// A service that answers as told, and notes what it was asked.
struct ServiceStub {
    url: String,
    requests: Arc<Mutex<Vec<ServiceRequest>>>,
}

impl ServiceStub {
    fn new(answer: impl Fn(&ServiceRequest) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<ServiceRequest>>> = Arc::default();
        let (noted, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &noted, &*answer));
            }
        });
        Self { url, requests }
    }
}

fn serve(
    stream: TcpStream,
    noted: &Mutex<Vec<ServiceRequest>>,
    answer: &dyn Fn(&ServiceRequest) -> Option<String>,
) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut stream = stream;
    while let Some(Ok(line)) = lines.next() {
        let words: Vec<&str> = line.split(' ').collect();
        let (method, path) = (words[0].to_owned(), words[1].to_owned());
        let mut headers = BTreeMap::new();
        while let Some(Ok(line)) = lines.next() {
            let Some((name, value)) = line.split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let request = (method, path, headers);
        let (status, body) = answer(&request).map_or((404, String::new()), |body| (200, body));
        noted.lock().unwrap().push(request);
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
        if stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body.as_bytes()))
            .is_err()
        {
            return;
        }
    }
}

/// Keys of AWS in JSON, which end at a moment.
fn keys(id: &str, end: &str) -> String {
    format!(
        "{{\"Code\": \"Success\", \"AccessKeyId\": \"{id}\", \"SecretAccessKey\": \"{SECRET}\",
          \"Token\": \"session-of-{id}\", \"Expiration\": \"{end}\"}}"
    )
}

/// Indexes a store without keys in the environment but with these variables.
fn index(stored: &StoredSet, address: &str, url: &str, variables: &[(&str, &str)]) -> Said {
    let mut command = mammodex(stored.dir());
    with_store(&mut command, url)
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env_remove("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9");
    for (name, value) in variables {
        command.env(name, value);
    }
    let _ = fs::remove_dir_all(stored.dir().join("remote"));
    let said = run(command.args(["index", address, "--catalog", "remote"]), stored.dir(), "");
    assert!(!said.err.contains(SECRET), "{}", said.err);
    said
}

#[test]
fn keys_of_the_machine_the_container_and_the_cluster_are_found() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    stored.index_folder(&[]);
    let machine = ServiceStub::new(|(method, path, headers)| {
        let has_token =
            headers.get("x-aws-ec2-metadata-token").is_some_and(|token| token == "imds");
        match (method.as_str(), path.as_str()) {
            ("PUT", "/latest/api/token")
                if headers.contains_key("x-aws-ec2-metadata-token-ttl-seconds") =>
            {
                Some("imds".to_owned())
            }
            ("GET", "/latest/meta-data/iam/security-credentials/") if has_token => {
                Some("role\n".to_owned())
            }
            // These end at once, and are fetched again for every request.
            ("GET", "/latest/meta-data/iam/security-credentials/role") if has_token => {
                Some(keys("AKIDOFMACHINE", "2020-01-01T00:00:00Z"))
            }
            _ => None,
        }
    });
    let container = ServiceStub::new(|(_, path, headers)| {
        let is_known = headers.get("authorization").is_some_and(|token| token == "of-pod");
        (path == "/v1/credentials" && is_known)
            .then(|| keys("AKIDOFCONTAINER", "2999-01-01T00:00:00Z"))
    });
    let cluster = ServiceStub::new(|(_, path, _)| {
        let wanted = [
            "Action=AssumeRoleWithWebIdentity",
            "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr",
            "WebIdentityToken=of-cluster",
        ];
        wanted.iter().all(|part| path.contains(part)).then(|| {
            format!(
                "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
                 <AccessKeyId>AKIDOFCLUSTER</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
                 <SessionToken>session-of-AKIDOFCLUSTER</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>\
                 </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
            )
        })
    });
    fs::write(stored.dir().join("token"), "of-cluster\n").unwrap();
    let (uri, token) = (format!("{}/v1/credentials", container.url), stored.dir().join("token"));
    let cases: [(&str, &[(&str, &str)]); 3] = [
        ("AKIDOFMACHINE", &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &machine.url)]),
        (
            "AKIDOFCONTAINER",
            &[
                ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri),
                ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of-pod"),
            ],
        ),
        (
            "AKIDOFCLUSTER",
            &[
                ("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap()),
                ("AWS_ROLE_ARN", "arn:aws:iam::1:role/r"),
                ("AWS_ENDPOINT_URL_STS", &cluster.url),
            ],
        ),
    ];
    for (id, variables) in cases {
        let store = stored.store();
        let said = index(&stored, "s3://clinic/data", &store.url, variables);
        assert!(said.code < 2, "{id}: {}", said.err);
        stored.assert_same("remote");
        for request in store.requests() {
            assert!(request.headers["authorization"].contains(&format!("Credential={id}/")));
            assert_eq!(request.headers["x-amz-security-token"], format!("session-of-{id}"));
        }
    }
    // Keys that hold are fetched once, those that end again.
    assert_eq!(container.requests.lock().unwrap().len(), 1);
    assert_eq!(cluster.requests.lock().unwrap().len(), 1);
    assert!(machine.requests.lock().unwrap().len() > 6);
}

#[test]
fn google_is_read_with_the_token_of_the_machine_or_of_the_user() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    stored.index_folder(&[]);
    let service = ServiceStub::new(|(_, path, headers)| {
        let is_ours = headers.get("metadata-flavor").is_some_and(|flavor| flavor == "Google");
        (path == "/computeMetadata/v1/instance/service-accounts/default/token" && is_ours).then(|| {
            format!("{{\"access_token\": \"{SECRET}\", \"expires_in\": 3599, \"token_type\": \"Bearer\"}}")
        })
    });
    let host = service.url.trim_start_matches("http://");
    for variables in [&[("GCE_METADATA_HOST", host)][..], &[("GOOGLE_OAUTH_ACCESS_TOKEN", SECRET)]]
    {
        let store = stored.store();
        let endpoint = [("CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE", store.url.as_str())];
        let said = index(
            &stored,
            "gs://clinic/data",
            "http://127.0.0.1:9",
            &[&endpoint, variables].concat(),
        );
        assert!(said.code < 2, "{}", said.err);
        stored.assert_same("remote");
        for request in store.requests() {
            assert_eq!(request.headers["authorization"], format!("Bearer {SECRET}"));
        }
    }
    assert_eq!(service.requests.lock().unwrap().len(), 1);
    let store = stored.store();
    let endpoint = ("CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE", store.url.as_str());
    let nowhere = ("GCE_METADATA_HOST", "127.0.0.1:9");
    let said = index(&stored, "gs://clinic/data", "http://127.0.0.1:9", &[endpoint, nowhere]);
    assert!(said.code == 2 && said.err.contains("set GOOGLE_OAUTH_ACCESS_TOKEN"), "{}", said.err);
}

/// Azurite with the files of a folder, until it is dropped.
struct AzureStore {
    child: Child,
    /// Endpoint, account, key, shared access signature, and one that has expired.
    words: Vec<String>,
}

impl AzureStore {
    /// Absent without Azurite.
    fn start(folder: &std::path::Path) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/azurite_store.py");
        let mut command = python();
        command.arg(script).arg(folder).args([BUCKET, "data/"]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        if words.len() != 5 {
            let _ = child.wait();
            return None;
        }
        Some(Self { child, words })
    }
}

impl Drop for AzureStore {
    fn drop(&mut self) {
        let _ = self.child.stdin.take().map(|mut input| input.write_all(b"\n"));
        let _ = self.child.wait();
    }
}

#[test]
fn azure_is_read_and_written_by_key_and_by_signature() {
    let stored = StoredSet::new(55, SampleFlaws::With);
    let odd = stored.set.root().join("odd +&%? 유방");
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("a=b;c'(1)*~.txt"), "x").unwrap();
    let Some(azure) = AzureStore::start(&stored.set.root()) else {
        eprintln!("no Azurite: skipped");
        return;
    };
    let [endpoint, account, key, signature, expired] = &azure.words[..] else { panic!() };
    let plain = stored.index_folder(&[]);
    let command = |identity: (&str, &str), arguments: &[&str]| {
        let mut command = mammodex(stored.dir());
        with_store(&mut command, "http://127.0.0.1:9")
            .env("AZURE_STORAGE_SERVICE_ENDPOINT", endpoint)
            .env("AZURE_STORAGE_ACCOUNT", account)
            .env("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
            .env(identity.0, identity.1);
        let said = run(command.args(arguments), stored.dir(), "");
        assert!(!said.err.contains(key) && !said.err.contains("sig="), "{}", said.err);
        said
    };
    let identities =
        [("AZURE_STORAGE_KEY", key.as_str()), ("AZURE_STORAGE_SAS_TOKEN", signature.as_str())];
    for (number, identity) in identities.into_iter().enumerate() {
        let remote = format!("remote-{number}");
        let said = command(identity, &["index", "az://clinic/data", "--catalog", &remote]);
        assert_eq!(said.code, plain.code, "{}", said.err);
        // Times are those of the upload.
        let images =
            "SELECT path, case_id, view, laterality, sop_instance_uid FROM images ORDER BY path";
        assert_eq!(stored.set.rows("local", images), stored.set.rows(&remote, images));
        let said = command(identity, &["index", "az://clinic/data", "--catalog", &remote]);
        assert!(said.err.contains("(0 read)"), "{}", said.err);
        let catalog = format!("az://clinic/catalog-{number}");
        let said = command(identity, &["index", "data", "--catalog", &catalog]);
        assert_eq!(said.code, plain.code, "{}", said.err);
        let cohort = ["cohort", "create", "all", "--where", "true", "--catalog", &catalog];
        assert_eq!(command(identity, &cohort).code, 0);
        let again = command(identity, &[&cohort[..], &["--force"]].concat());
        assert_eq!(again.code, 0, "{}", again.err);
        let said = command(
            identity,
            &[
                "query",
                "SELECT count(*) FROM cohorts.all",
                "--format",
                "csv",
                "--catalog",
                &catalog,
            ],
        );
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(command(identity, &["cohort", "drop", "all", "--catalog", &catalog]).code, 0);
    }
    let wrong = [
        ("AZURE_STORAGE_SAS_TOKEN", expired.as_str(), "refuses the credentials"),
        ("AZURE_STORAGE_KEY", "bm90IHRoZSBrZXk=", "refuses the credentials"),
        ("AZURE_STORAGE_KEY", "%", "AZURE_STORAGE_KEY cannot be used"),
        ("AZURE_STORAGE_KEY", "", "set AZURE_STORAGE_SAS_TOKEN"),
    ];
    for (name, value, expected) in wrong {
        let said = command((name, value), &["index", "az://clinic/data", "--catalog", "none"]);
        assert!(said.code == 2 && said.err.contains(expected), "{name}: {}", said.err);
    }
    let said = command(identities[0], &["index", "az://absent/data", "--catalog", "none"]);
    assert!(said.code == 2 && said.err.contains("the bucket does not exist"), "{}", said.err);
}
