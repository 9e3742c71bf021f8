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
use reqwest::header::{HeaderName, HeaderValue};

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
        let known = of_host.as_ref().map(|(region, _)| region.clone()).or(aws.region.clone());
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

    /// Signs a request without a body, as of a time. OpenSearch Serverless wants the payload's hash as a header (Amazon
    /// OpenSearch Service developer guide, "Signing HTTP requests"); a managed domain takes it too.
    pub(super) fn sign(&self, request: &mut Request, time: SystemTime) -> Result<(), Cause> {
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(time)
            .settings(settings)
            .build()?;
        let url = request.url().as_str().to_owned();
        let signable = SignableRequest::new("GET", url, std::iter::empty(), SignableBody::empty())?;
        let (instructions, _) = sign(signable, &SigningParams::V4(params))?.into_parts();
        for (name, value) in instructions.headers() {
            let mut value = HeaderValue::from_str(value)?;
            value.set_sensitive(true);
            request.headers_mut().insert(HeaderName::from_bytes(name.as_bytes())?, value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use reqwest::{Method, Url};

    use super::*;

    /// The headers of a signed read. The signature was computed apart from this code, with the steps of the AWS General
    /// Reference ("Create a signed AWS API request") in Python's hmac and hashlib.
    fn check(url: &str, token: Option<&str>, signed_headers: &str, signature: &str) {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let token = token.map(str::to_owned);
        let credentials = Credentials::new("AKIDEXAMPLE", secret, token, None, "test");
        let region = "ap-northeast-2".to_owned();
        let signer = Signer { credentials, region, service: "es" };
        let mut request = Request::new(Method::GET, Url::parse(url).unwrap());
        let time: Timestamp = "2019-04-30T06:30:00Z".parse().unwrap();
        signer.sign(&mut request, time.into()).unwrap();
        let expected = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20190430/ap-northeast-2/es/aws4_request, \
             SignedHeaders={signed_headers}, Signature={signature}"
        );
        assert_eq!(request.headers()["authorization"], expected.as_str());
        assert!(!format!("{request:?}").contains(signature), "headers are marked as sensitive");
    }

    #[test]
    fn a_read_is_signed_as_aws_says() {
        check(
            "https://search-demo.ap-northeast-2.es.amazonaws.com/",
            None,
            "host;x-amz-content-sha256;x-amz-date",
            "dc13c2dc88a5884a377f95fa2d21d931598c25728ae38bf448e410942cbaf9ac",
        );
    }

    #[test]
    fn patterns_and_parameters_are_signed_as_sent() {
        let url = "https://search-demo.ap-northeast-2.es.amazonaws.com/clicks-*,%3Aold/_mapping?expand_wildcards=open%2Cclosed";
        check(
            url,
            Some("TOKEN"),
            "host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
            "55c3f153a197a9393161fcbf6035cec6f9a5577d8cec83307b2de8f28c82e11a",
        );
    }
}
