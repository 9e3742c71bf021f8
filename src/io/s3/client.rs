//! Signing in, and one client for each bucket in the bucket's own region.
//!
//! In: [`S3Options`]. Out: a [`Store`]. Refuses to know: what is asked for; see `list` and `get`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_s3::config::{ProvideCredentials as _, Region};
use aws_types::service_config::ServiceConfigKey;
use url::{Host, Url};

use super::attempts::{CountAttempts, Retry, Traffic};
use super::error::S3Error;
use super::options::{Addressing, S3Options};
use super::signin::shared_config;

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
        let shared = shared_config(options).await?;
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

    /// Attempts for each request, and for a body that breaks without progress.
    pub(super) fn attempts(&self) -> u32 {
        self.shared.retry_config().map_or(1, RetryConfig::max_attempts)
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
            // The SDK's quota of retries is meant for services: a scan would use it up in a store's first bad minute, and
            // then give up on every object at its first refusal. Attempts and waits are bounded for each request already.
            .retry_partition(
                RetryPartition::custom("mapdrift").token_bucket(TokenBucket::unlimited()).build(),
            )
            .retry_classifier(Retry(self.traffic.clone()))
            .interceptor(CountAttempts(self.traffic.clone()));
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

    /// Who is asked about a bucket, for messages: `127.0.0.1:9000`, or Amazon S3 and the region.
    pub(super) fn counterpart(&self, bucket: &str) -> String {
        let url = self.endpoint().and_then(|endpoint| Url::parse(&endpoint).ok());
        if let Some(host) = url.as_ref().and_then(Url::host_str) {
            let port =
                url.as_ref().and_then(Url::port).map_or(String::new(), |port| format!(":{port}"));
            return format!("{host}{port}");
        }
        let client = self.client(bucket);
        client
            .config()
            .region()
            .map_or("Amazon S3".to_owned(), |region| format!("Amazon S3 in {region}"))
    }

    /// The endpoint that replaces Amazon's, wherever it was set. The order is the SDK's own.
    pub(super) fn endpoint(&self) -> Option<String> {
        if let Some(endpoint) = &self.options.endpoint {
            return Some(endpoint.clone());
        }
        let service =
            self.shared.service_config().and_then(|config| config.load_config(endpoint_key()));
        service.or_else(|| self.shared.endpoint_url().map(str::to_owned))
    }
}

/// As the SDK looks it up itself.
fn endpoint_key() -> ServiceConfigKey<'static> {
    let key = ServiceConfigKey::builder()
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
