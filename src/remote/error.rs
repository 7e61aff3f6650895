//! What can go wrong with a store. No message holds a credential, a signature or a request ID.

/// A request to a store that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// An address with an unknown scheme.
    #[error("{0}:// is not supported: use s3://, gs:// or az://, or https:// with --files-from")]
    Scheme(String),
    /// An address that cannot be used.
    #[error("the address cannot be used: {0}")]
    Address(&'static str),
    /// A variable of the environment that cannot be used.
    #[error("{name} cannot be used: {reason}")]
    Variable {
        /// Its name.
        name: &'static str,
        /// The mistake.
        reason: &'static str,
    },
    /// A web server has no listing.
    #[error("a web server does not list its files: name them with --files-from LIST")]
    NoListing,
    /// No credentials were found.
    #[error(
        "no credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; for a public \
         bucket set AWS_SKIP_SIGNATURE=true"
    )]
    NoCredentials,
    /// No credentials of Google were found.
    #[error(
        "no credentials found: set GOOGLE_OAUTH_ACCESS_TOKEN to the output of `gcloud auth \
         print-access-token`, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to an HMAC key; for a public \
         bucket set AWS_SKIP_SIGNATURE=true"
    )]
    NoGoogleCredentials,
    /// No credentials of Azure were found.
    #[error(
        "no credentials found: set AZURE_STORAGE_SAS_TOKEN, or AZURE_STORAGE_KEY to a key of the storage account; \
         for a public container set AZURE_SKIP_SIGNATURE=true"
    )]
    NoAzureCredentials,
    /// Credentials of a kind that is not read.
    #[error(
        "profile {0:?} gets its credentials in a way that mammodex does not know: run `aws configure \
         export-credentials --profile {0} --format env` and set what it prints"
    )]
    ProfileKind(String),
    /// A profile that the user named and that is not there.
    #[error("profile {0:?} is in neither ~/.aws/credentials nor ~/.aws/config")]
    NoProfile(String),
    /// A service that gives credentials refused.
    #[error("{service} gives no credentials: {reason}")]
    Service {
        /// The service.
        service: &'static str,
        /// The reason.
        reason: String,
    },
    /// The server is not who it says.
    #[error(
        "the certificate of the store is not trusted: name the file of your hospital's certificates in \
         AWS_CA_BUNDLE"
    )]
    Certificate,
    /// The store refuses the credentials.
    #[error("the store refuses the credentials ({code}): {remedy}")]
    Refused {
        /// The code of the store.
        code: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The bucket does not exist.
    #[error("the bucket does not exist")]
    NoBucket,
    /// The object does not exist.
    #[error("the object does not exist")]
    Missing,
    /// The object differs from what was listed.
    #[error("the object has changed since it was listed")]
    Changed,
    /// Another run has written an object first.
    #[error("{0} was written by another run at the same time: run it again")]
    Conflict(String),
    /// A file that cannot become an object.
    #[error("it cannot be written to the store: {0}")]
    Upload(&'static str),
    /// An answer with an error.
    #[error("the store answers {status}{}", code.as_ref().map(|code| format!(" {code}")).unwrap_or_default())]
    Answer {
        /// The HTTP status.
        status: u16,
        /// The code of the store.
        code: Option<String>,
    },
    /// The connection failed.
    #[error("the connection fails: {0}")]
    Connection(&'static str),
    /// An answer that breaks the protocol.
    #[error("the answer is damaged: {0}")]
    Damaged(&'static str),
    /// Nothing answers any more.
    #[error("the store no longer answers ({0})")]
    Silent(Box<StoreError>),
    /// Too many objects could not be read.
    #[error(
        "{failed} of {objects} files could not be read, the last because {last}. Run it again, or use --force to \
         publish a snapshot without them"
    )]
    Losses {
        /// Objects that could not be read.
        failed: usize,
        /// Objects of the run.
        objects: usize,
        /// The last reason.
        last: Box<StoreError>,
    },
}

impl StoreError {
    /// Whether no further request can succeed.
    pub fn is_fatal(&self) -> bool {
        !matches!(
            self,
            Self::Missing
                | Self::Changed
                | Self::Conflict(_)
                | Self::Upload(_)
                | Self::Answer { .. }
                | Self::Connection(_)
                | Self::Damaged(_)
        )
    }

    /// Whether another attempt may succeed.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Connection(_) | Self::Damaged(_) => true,
            Self::Answer { status, code } => {
                matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
                    || code.as_deref() == Some("RequestTimeout")
            }
            _ => false,
        }
    }

    /// Whether the store has too many requests.
    pub fn is_throttling(&self) -> bool {
        matches!(self, Self::Answer { status: 429 | 503, .. })
    }
}

impl From<StoreError> for std::io::Error {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Missing => std::io::ErrorKind::NotFound,
            _ => std::io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
