//! What can go wrong with a store, and what to change.
//!
//! In: errors of the SDK. Out: [`S3Error`] with its cause chain and a hint. Refuses to repeat: anything of a request, since
//! signatures are in there.

#![expect(clippy::disallowed_methods, reason = "the world is read here")]

use std::error::Error;
use std::path::{Path, PathBuf};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Why a store could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum S3Error {
    /// The certificate file cannot be used.
    #[error("cannot use the certificates in {}", path.display())]
    CaCert {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The endpoint cannot be meant. It is not shown, as it may hold a secret.
    #[error("the S3 endpoint cannot be used: {what}")]
    Endpoint {
        /// What is wrong with it.
        what: &'static str,
    },
    /// Nobody to sign in as.
    #[error("cannot sign in to S3: the AWS credential chain gives no credentials")]
    NoCredentials {
        /// What each link of the chain said.
        source: CredentialsError,
    },
    /// The bucket does not exist.
    #[error("bucket {bucket} does not exist")]
    NoSuchBucket {
        /// Its name.
        bucket: String,
    },
    /// The store answered, with a refusal.
    #[error("cannot {action}: {refusal}")]
    Refused {
        /// What was asked, in words.
        action: String,
        /// The answer.
        refusal: Refusal,
    },
    /// The store did not answer.
    #[error("cannot {action}: {counterpart} is out of reach")]
    OutOfReach {
        /// What was asked, in words.
        action: String,
        /// Who did not answer.
        counterpart: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The answer makes no sense, and going on would mean to count short.
    #[error("cannot {action}: {what}")]
    Nonsense {
        /// What was asked, in words.
        action: String,
        /// What is wrong with the answer.
        what: String,
    },
}

/// What a store says when it refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {}{}{}", status, code, if message.is_empty() { "" } else { ": " }, message)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The store's own code, such as `AccessDenied`; `no code` where it gives none.
    pub code: String,
    /// Its words; may be empty.
    pub message: String,
}

impl S3Error {
    /// As [`super::super::source::SourceError::exit_code`].
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::CaCert { .. } | Self::Endpoint { .. } => 2,
            Self::NoSuchBucket { .. } => 3,
            Self::NoCredentials { .. }
            | Self::Refused { .. }
            | Self::OutOfReach { .. }
            | Self::Nonsense { .. } => 4,
        }
    }

    /// What to change: a flag, a variable, a permission.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::CaCert { .. } => "--ca-cert takes a PEM file with one or more certificates",
            Self::Endpoint { .. } => {
                "give it as https://host:port, and leave credentials to the environment or a profile"
            }
            Self::NoCredentials { .. } => {
                "set AWS_PROFILE or --aws-profile, run `aws sso login`, or read a public bucket with --no-sign-request"
            }
            Self::NoSuchBucket { .. } => {
                "check the name; a compatible store is reached with --s3-endpoint"
            }
            Self::Refused { refusal, .. } => {
                return refusal.hint("s3:ListBucket on the bucket").map(str::to_owned);
            }
            Self::OutOfReach { source, .. } => reach_hint(&chain_text(source.as_ref())),
            Self::Nonsense { .. } => {
                "going on would mean to count too low; is this a store that knows ListObjectsV2, or a proxy in its place?"
            }
        };
        Some(hint.to_owned())
    }
}

impl Refusal {
    /// The answer in an SDK error, if there was one.
    pub(super) fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<Self> {
        let status = error.raw_response()?.status().as_u16();
        if status < 300 {
            return None; // not refused: the answer itself cannot be read
        }
        let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
        let code = harmless(metadata.and_then(|meta| meta.code()).unwrap_or("(no code)"));
        let message = harmless(metadata.and_then(|meta| meta.message()).unwrap_or_default());
        Some(Self { status, code, message })
    }

    /// Whether the key that encrypts the object is what was refused.
    pub(super) fn is_about_kms(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        self.code.starts_with("KMS.")
            || (self.code == "AccessDenied"
                && (message.contains("kms:") || message.contains(" kms ")))
    }

    /// What to change. `permission` is the one that this request needs.
    pub(super) fn hint(&self, permission: &'static str) -> Option<&'static str> {
        match self.code.as_str() {
            _ if self.is_about_kms() => {
                Some("the caller needs kms:Decrypt on the key that encrypts the object")
            }
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidToken"
            | "UnrecognizedClientException" => Some(
                "the credentials are not known there: check AWS_PROFILE, AWS_ACCESS_KEY_ID and the endpoint",
            ),
            "ExpiredToken" | "ExpiredTokenException" => {
                Some("the session has expired: sign in again, for example with `aws sso login`")
            }
            "RequestTimeTooSkewed" => Some("this machine's clock is wrong"),
            "PermanentRedirect" | "AuthorizationHeaderMalformed" => {
                Some("the bucket is in another region: name it with --region")
            }
            "SlowDown" | "TooManyRequests" => {
                Some("the store was asked too much too fast: try again later")
            }
            _ if matches!(self.status, 401 | 403) => Some(permission_hint(permission)),
            _ => None,
        }
    }
}

/// A store's words go to a terminal: no control characters, and no end of them.
fn harmless(words: &str) -> String {
    words.chars().take(500).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn permission_hint(permission: &'static str) -> &'static str {
    match permission {
        "s3:ListBucket on the bucket" => {
            "the caller needs s3:ListBucket on the bucket; a bucket with requester pays also needs --request-payer"
        }
        _ => {
            "the caller needs s3:GetObject on the object; a bucket with requester pays also needs --request-payer"
        }
    }
}

fn reach_hint(causes: &str) -> &'static str {
    let causes = causes.to_ascii_lowercase();
    if causes.contains("certificate") || causes.contains("unknownissuer") {
        "the server's certificate is not trusted here: give its authority with --ca-cert"
    } else {
        "check --s3-endpoint, --region, HTTPS_PROXY and NO_PROXY"
    }
}

/// An error and its causes in one line.
pub(super) fn chain_text(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}

/// Turns an SDK error into ours. `action` is what was asked, `counterpart` who was asked, in words.
pub(super) fn from_sdk<E>(
    error: SdkError<E, HttpResponse>,
    action: String,
    counterpart: String,
) -> S3Error
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match Refusal::of(&error) {
        Some(refusal) => S3Error::Refused { action, refusal },
        None if error.raw_response().is_some() => {
            let what = format!(
                "{counterpart} answers what no S3 store would: {}",
                harmless(&chain_text(&error))
            );
            S3Error::Nonsense { action, what }
        }
        None => S3Error::OutOfReach { action, counterpart, source: Box::new(error) },
    }
}

/// Reads a PEM file and tries every certificate in it, since the SDK panics on one that it cannot use.
pub(super) fn checked_pem(path: &Path) -> Result<Vec<u8>, S3Error> {
    let failed =
        |source: Box<dyn Error + Send + Sync>| S3Error::CaCert { path: path.to_owned(), source };
    let pem = std::fs::read(path).map_err(|error| failed(error.into()))?;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| failed(error.to_string().into()))?;
        roots.add(certificate).map_err(|error| failed(error.into()))?;
    }
    if roots.is_empty() {
        return Err(failed("it holds no certificate".into()));
    }
    Ok(pem)
}
