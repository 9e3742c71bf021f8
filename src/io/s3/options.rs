//! How a user wants a store to be reached.
//!
//! In: flags, as `settings` understood them. Out: [`S3Options`]. Refuses to know: secrets, except those that a caller of the
//! library holds already.

use std::path::PathBuf;
use std::time::Duration;

use aws_sdk_s3::config::SharedCredentialsProvider;

/// How to reach the store.
#[derive(Clone, Debug)]
pub struct S3Options {
    /// Who asks.
    pub signing: Signing,
    /// `--aws-profile`: a profile of the AWS configuration files.
    pub profile: Option<String>,
    /// `--region`: where the first request goes. A bucket in another region is found from there.
    pub region: Option<String>,
    /// `--s3-endpoint`; before it come nothing, after it `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` and the profile's.
    pub endpoint: Option<String>,
    /// How the bucket is named in requests.
    pub addressing: Addressing,
    /// Who pays for the requests.
    pub payer: Payer,
    /// `--ca-cert`: a PEM file with further certificate authorities.
    pub ca_cert: Option<PathBuf>,
    /// Whether the proxy variables count.
    pub proxies: Proxies,
    /// Attempts for each request, the first included. Not given: `AWS_MAX_ATTEMPTS`, the profile's `max_attempts`, else 6.
    pub attempts: Option<u32>,
    /// The first wait between attempts; it doubles, with chance, up to 20 s.
    pub backoff: Duration,
    /// How long a server may say nothing before a request, or a body under way, counts as broken.
    pub patience: Duration,
}

impl Default for S3Options {
    fn default() -> Self {
        Self {
            signing: Signing::Chain,
            profile: None,
            region: None,
            endpoint: None,
            addressing: Addressing::Auto,
            payer: Payer::Owner,
            ca_cert: None,
            proxies: Proxies::FromEnvironment,
            attempts: None,
            backoff: Duration::from_secs(1),
            patience: Duration::from_secs(30),
        }
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Signing {
    /// The usual AWS chain: environment, profile, SSO, web identity, container, instance.
    Chain,
    /// `--no-sign-request`.
    Anonymous,
    /// Credentials that a caller of the library has already.
    Given(SharedCredentialsProvider),
}

/// How the bucket is named in requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// In the host name on AWS, in the path everywhere else.
    Auto,
    /// `http://host/bucket/key`.
    Path,
    /// `http://bucket.host/key`.
    Virtual,
}

/// Who pays for the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// The bucket's owner.
    Owner,
    /// Whoever asks: buckets with requester pays refuse all else.
    Requester,
}

/// Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxies {
    /// They do.
    FromEnvironment,
    /// They do not.
    Never,
}
