//! AWS signatures (Signature Version 4) for reads. In: what the AWS chain knows, and a request. Out: the request, signed for
//! the domain's region. It refuses to know what is read.

use std::time::SystemTime;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningParams, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use reqwest::Request;
use reqwest::header::HeaderValue;

use super::address::Address;
use super::auth::{Aws, AwsService};
use super::error::{Cause, ClusterError};

/// Credentials, and what a signature is for.
pub(super) struct Signer {
    credentials: Credentials,
    region: String,
    service: &'static str,
}

impl Signer {
    /// Asks the AWS chain, once: for a role or SSO each question is a call. Region and service are the host's where it has
    /// them in its name.
    pub(super) async fn new(aws: &Aws, address: &Address) -> Result<Self, ClusterError> {
        let missing = |what, source| ClusterError::AwsChain { host: address.shown(), what, source };
        let of_host = address.aws();
        let mut chain = aws_config::defaults(BehaviorVersion::latest());
        if let Some(profile) = &aws.profile {
            chain = chain.profile_name(profile);
        }
        let known = aws.region.clone().or(of_host.as_ref().map(|(region, _)| region.clone()));
        if let Some(region) = known {
            chain = chain.region(Region::new(region));
        }
        let config = chain.load().await;
        let region = config.region().ok_or_else(|| missing("no AWS region is known", None))?;
        let provider = config.credentials_provider();
        let provider =
            provider.ok_or_else(|| missing("no AWS credentials are configured", None))?;
        let credentials = provider.provide_credentials().await.map_err(|why| {
            let cause: Cause = Box::new(why);
            missing("the AWS chain gives no credentials", Some(cause))
        })?;
        let service = aws.service.or(of_host.map(|(_, service)| service));
        let service = match service.unwrap_or(AwsService::Es) {
            AwsService::Es => "es",
            AwsService::Aoss => "aoss",
        };
        Ok(Self { credentials, region: region.to_string(), service })
    }

    /// Signs a request without a body. OpenSearch Serverless wants the payload's hash as a header (Amazon OpenSearch Service
    /// developer guide, "Signing HTTP requests"); a managed domain takes it too.
    #[expect(clippy::disallowed_methods, reason = "a signature holds the time of signing")]
    pub(super) fn sign(&self, request: &mut Request) -> Result<(), Cause> {
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(SystemTime::now())
            .settings(settings)
            .build()?;
        let url = request.url().as_str().to_owned();
        let signable = SignableRequest::new("GET", url, std::iter::empty(), SignableBody::empty())?;
        let (instructions, _) = sign(signable, &SigningParams::V4(params))?.into_parts();
        for (name, value) in instructions.headers() {
            let mut value = HeaderValue::from_str(value)?;
            value.set_sensitive(true);
            request
                .headers_mut()
                .insert(reqwest::header::HeaderName::from_bytes(name.as_bytes())?, value);
        }
        Ok(())
    }
}
