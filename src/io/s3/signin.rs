//! Region, credentials and connections, as the AWS tools find them.
//!
//! In: [`S3Options`], the environment, the AWS configuration files. Out: an [`SdkConfig`]. Refuses to know: the secrets
//! themselves; they go from the chain into the SDK and are never looked at.

use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::imds;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Region, ResponseChecksumValidation, RuntimeComponents, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};

use super::error::{S3Error, checked_pem};
use super::options::{Proxies, S3Options, Signing};

/// What holds for all buckets.
pub(super) async fn shared_config(options: &S3Options) -> Result<SdkConfig, S3Error> {
    let connections = Connections::new(options)?;
    let region = region(options, &connections).await;
    let mut loader = patient(options)
        .http_client(connections.outside.clone())
        .region(region.clone())
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
        Signing::Chain => loader.credentials_provider(chain(options, &connections, region).await),
    };
    Ok(persistent(&loader.load().await, options))
}

/// Time-outs.
fn patient(options: &S3Options) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(4))
        .read_timeout(options.patience);
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts.build())
        // A slow reader is no stalled server; `get` has a clock of its own that runs only while it waits.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// What the SDK tries when nobody says how often.
const SDK_ATTEMPTS: u32 = 3;
/// Waits of 1 + 2 + 4 + 8 + 16 s at most: S3 throttles for longer than the SDK's 3 attempts while it splits a prefix.
const ATTEMPTS: u32 = 6;

/// Retries.
fn persistent(config: &SdkConfig, options: &S3Options) -> SdkConfig {
    let found = config.retry_config().map_or(SDK_ATTEMPTS, RetryConfig::max_attempts);
    let said = options.attempts.or(Some(found).filter(|found| *found != SDK_ATTEMPTS));
    let retries = RetryConfig::standard()
        .with_max_attempts(said.unwrap_or(ATTEMPTS))
        .with_initial_backoff(options.backoff);
    config.to_builder().retry_config(retries).build()
}

/// Flag, environment, profile, instance. Nobody says: any region of the partition, which will name the right one.
async fn region(options: &S3Options, connections: &Connections) -> Region {
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = &options.profile {
        profile = profile.profile_name(name);
    }
    let mut chain = RegionProviderChain::first_try(options.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile.build());
    if matches!(options.signing, Signing::Chain) && options.endpoint.is_none() {
        let world = ProviderConfig::default().with_http_client(connections.direct.clone());
        let instance = imds::region::ImdsRegionProvider::builder().configure(&world);
        chain = chain.or_else(instance.imds_client(connections.instance()).build());
    }
    chain.region().await.unwrap_or(Region::from_static("us-east-1"))
}

/// The usual chain: environment, profile, web identity, container, instance.
async fn chain(
    options: &S3Options,
    connections: &Connections,
    region: Region,
) -> DefaultCredentialsChain {
    let world = ProviderConfig::default()
        .with_http_client(connections.outside.clone())
        .with_region(Some(region.clone()));
    let mut chain = DefaultCredentialsChain::builder()
        .imds_client(connections.instance())
        .configure(world)
        .region(region);
    if let Some(profile) = &options.profile {
        chain = chain.profile_name(profile);
    }
    chain.build().await
}

/// The SDK's own HTTP clients.
struct Connections {
    /// With proxies and further authorities as asked.
    outside: SharedHttpClient,
    /// Without proxies.
    direct: SharedHttpClient,
}

impl Connections {
    fn new(options: &S3Options) -> Result<Self, S3Error> {
        let mut trust = TrustStore::default();
        if let Some(path) = &options.ca_cert {
            trust.add_pem_certificate(checked_pem(path)?);
        }
        let context = TlsContext::builder()
            .with_trust_store(trust)
            .build()
            .expect("the certificates were checked");
        Ok(Self {
            outside: client(context.clone(), options.proxies),
            direct: client(context, Proxies::Never),
        })
    }

    /// The metadata service of an instance, with one short try: where there is an instance it answers in milliseconds, and
    /// on a laptop nobody wants to wait. Its address means something on the machine itself only, so no proxy is asked.
    fn instance(&self) -> imds::Client {
        let world = ProviderConfig::default().with_http_client(self.direct.clone());
        imds::Client::builder()
            .configure(&world)
            .max_attempts(1)
            .connect_timeout(Duration::from_millis(500))
            .build()
    }
}

fn client(context: TlsContext, proxies: Proxies) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder();
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
    })
}
