//! Signing in, and one client for each bucket in the bucket's own region.
//!
//! In: [`S3Options`]. Out: a [`Store`]. Refuses to know: the secrets themselves; they go from the usual AWS chain into the
//! SDK and are never looked at.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::imds;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    ConfigBag, Intercept, ProvideCredentials as _, Region, ResponseChecksumValidation,
    RuntimeComponents, SharedCredentialsProvider, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_sdk_s3::error::BoxError;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use url::{Host, Url};

use super::error::S3Error;

/// How to reach the store.
#[derive(Clone, Debug)]
pub struct S3Options {
    /// Who asks.
    pub signing: Signing,
    /// `--profile`: a profile of the AWS configuration files.
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
    /// Attempts for each request, the first included.
    pub attempts: u32,
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
            attempts: 6, // 1 + 2 + 4 + 8 + 16 s of waiting at most: throttling by a prefix that S3 is about to split lasts longer than the SDK's 3
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

/// What went over the wire.
#[derive(Debug, Default)]
pub struct Traffic {
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl Traffic {
    /// Requests sent, every attempt counted.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes of objects received, as stored.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn received(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// A store that has been signed in to. Clones share their clients.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<SdkConfig>,
    options: Arc<S3Options>,
    traffic: Arc<Traffic>,
    buckets: Arc<Mutex<BTreeMap<String, Client>>>,
}

impl Store {
    /// Finds endpoint, region and credentials. Credentials are asked for once here, so that their absence is one clear
    /// error instead of one for each object.
    pub async fn connect(options: &S3Options) -> Result<Self, S3Error> {
        let http = http_client(options)?;
        let shared = shared_config(options, http).await;
        let store = Self {
            shared: Arc::new(shared),
            options: Arc::new(options.clone()),
            traffic: Arc::default(),
            buckets: Arc::default(),
        };
        check_endpoint(store.endpoint().as_deref())?;
        store.sign_in().await?;
        Ok(store)
    }

    /// What went over the wire so far.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// How to reach the store.
    pub fn options(&self) -> &S3Options {
        &self.options
    }

    async fn sign_in(&self) -> Result<(), S3Error> {
        match self.shared.credentials_provider() {
            Some(provider) => provider
                .provide_credentials()
                .await
                .map(drop)
                .map_err(|source| S3Error::NoCredentials { source }),
            None => Ok(()),
        }
    }

    /// The client for a bucket, in the region where the bucket was last found.
    pub(super) fn client(&self, bucket: &str) -> Client {
        let mut buckets = self.buckets.lock().expect("no holder of this lock panics");
        buckets.entry(bucket.to_owned()).or_insert_with(|| self.new_client(None)).clone()
    }

    /// Notes that a bucket is in this region. Says nothing where it was looked for there already.
    pub(super) fn move_to(&self, bucket: &str, region: &str) -> Option<Client> {
        let client = self.client(bucket);
        if client.config().region().is_some_and(|known| known.as_ref() == region) {
            return None;
        }
        let client = self.new_client(Some(region));
        self.buckets
            .lock()
            .expect("no holder of this lock panics")
            .insert(bucket.to_owned(), client.clone());
        Some(client)
    }

    fn new_client(&self, region: Option<&str>) -> Client {
        let mut config = aws_sdk_s3::config::Builder::from(&*self.shared)
            .force_path_style(self.path_style())
            .retry_classifier(TooManyRequests)
            .interceptor(CountRequests(self.traffic.clone()));
        if let Some(region) = region {
            config = config.region(Region::new(region.to_owned()));
        }
        Client::from_conf(config.build())
    }

    fn path_style(&self) -> bool {
        match self.options.addressing {
            Addressing::Path => true,
            Addressing::Virtual => false,
            Addressing::Auto => self.endpoint().is_some_and(|endpoint| !is_amazon(&endpoint)),
        }
    }

    /// The endpoint that replaces Amazon's, wherever it was set. The order is the SDK's own.
    pub(super) fn endpoint(&self) -> Option<String> {
        if let Some(endpoint) = &self.options.endpoint {
            return Some(endpoint.clone());
        }
        let key = aws_config_key();
        let service = self.shared.service_config().and_then(|config| config.load_config(key));
        service.or_else(|| self.shared.endpoint_url().map(str::to_owned))
    }
}

fn aws_config_key() -> aws_types::service_config::ServiceConfigKey<'static> {
    let key = aws_types::service_config::ServiceConfigKey::builder()
        .service_id("S3")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url");
    key.build().expect("all three parts are there")
}

fn is_amazon(endpoint: &str) -> bool {
    let host = Url::parse(endpoint)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn")
}

/// Plain http is taken: `SigV4` never sends the secret itself.
fn check_endpoint(endpoint: Option<&str>) -> Result<(), S3Error> {
    let Some(endpoint) = endpoint else { return Ok(()) };
    let wrong = |what: &'static str| Err(S3Error::Endpoint { what });
    let Ok(url) = Url::parse(endpoint) else { return wrong("it is no URL") };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("it holds credentials");
    }
    match url.host() {
        _ if !matches!(url.scheme(), "http" | "https") => {
            wrong("it begins neither with https:// nor with http://")
        }
        Some(Host::Domain("")) | None => wrong("it names no host"),
        Some(_) => Ok(()),
    }
}

/// What holds for all buckets.
async fn shared_config(options: &S3Options, http: SharedHttpClient) -> SdkConfig {
    let region = region(options, &http).await;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(4))
        .read_timeout(options.patience)
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(options.attempts)
        .with_initial_backoff(options.backoff);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.clone())
        .region(region.clone())
        .timeout_config(timeouts)
        .retry_config(retries)
        // A slow reader is no stalled server; `get` has a clock of its own that runs only while it waits.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = &options.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    loader = match &options.signing {
        Signing::Anonymous => loader.no_credentials(),
        Signing::Given(provider) => loader.credentials_provider(provider.clone()),
        Signing::Chain => loader.credentials_provider(chain(options, &http, region).await),
    };
    loader.load().await
}

/// The usual chain, with little patience for the instance metadata service: on a laptop it does not exist.
async fn chain(
    options: &S3Options,
    http: &SharedHttpClient,
    region: Region,
) -> DefaultCredentialsChain {
    let world =
        ProviderConfig::default().with_http_client(http.clone()).with_region(Some(region.clone()));
    let mut chain = DefaultCredentialsChain::builder()
        .imds_client(metadata_service(&world))
        .configure(world)
        .region(region);
    if let Some(profile) = &options.profile {
        chain = chain.profile_name(profile);
    }
    chain.build().await
}

fn metadata_service(world: &ProviderConfig) -> imds::Client {
    imds::Client::builder().configure(world).max_attempts(1).build()
}

/// Flag, environment, profile, instance. Nobody says: any region of the partition, which will name the right one.
async fn region(options: &S3Options, http: &SharedHttpClient) -> Region {
    let world = ProviderConfig::default().with_http_client(http.clone());
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = &options.profile {
        profile = profile.profile_name(name);
    }
    let mut chain = RegionProviderChain::first_try(options.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile.build());
    if matches!(options.signing, Signing::Chain) && options.endpoint.is_none() {
        let instance = imds::region::ImdsRegionProvider::builder()
            .configure(&world)
            .imds_client(metadata_service(&world));
        chain = chain.or_else(instance.build());
    }
    chain.region().await.unwrap_or(Region::from_static("us-east-1"))
}

/// The SDK's own client, with proxies and further authorities as asked.
fn http_client(options: &S3Options) -> Result<SharedHttpClient, S3Error> {
    let mut trust = TrustStore::default();
    if let Some(path) = &options.ca_cert {
        trust.add_pem_certificate(super::error::checked_pem(path)?);
    }
    let context = TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .expect("the certificates were checked");
    let proxies = options.proxies;
    let client = aws_smithy_http_client::Builder::new().build_with_connector_fn(
        move |settings, components| {
            let mut connector = aws_smithy_http_client::Connector::builder();
            connector.set_connector_settings(settings.cloned());
            connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
            connector.set_proxy_config(Some(match proxies {
                Proxies::FromEnvironment => ProxyConfig::from_env(),
                Proxies::Never => ProxyConfig::disabled(),
            }));
            connector
                .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
                .tls_context(context.clone())
                .build()
        },
    );
    Ok(client)
}

/// Compatible stores say 429 where S3 says 503 `SlowDown`; the SDK retries only the latter.
#[derive(Debug)]
struct TooManyRequests;

impl ClassifyRetry for TooManyRequests {
    fn classify_retry(
        &self,
        context: &aws_sdk_s3::config::interceptors::InterceptorContext,
    ) -> RetryAction {
        match context.response().map(|response| response.status().as_u16()) {
            Some(429) => RetryAction::throttling_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "429 Too Many Requests"
    }
}

#[derive(Debug)]
struct CountRequests(Arc<Traffic>);

impl Intercept for CountRequests {
    fn name(&self) -> &'static str {
        "count requests"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
