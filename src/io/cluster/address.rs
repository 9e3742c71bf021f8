//! The address that the user named. In: the text of `--cluster`. Out: an [`Address`] that requests may go to, or a usage
//! error that repeats no secret. It refuses to know how requests are sent.

use url::{Host, Url};

use super::auth::{AuthKind, AwsService};
use super::error::ClusterError;

/// Where the cluster is: http or https, a host, perhaps a port and a base path; no user, query or fragment.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) url: Url,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, ClusterError> {
        let url = Url::parse(text)
            .map_err(|why| usage(format!("--cluster is not a URL: {why}"), EXAMPLE))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(usage(
                format!("--cluster holds a user or password (for {})", authority(&url)),
                "secrets do not belong in a URL: leave them out of it, use --auth basic with MAPDRIFT_USERNAME and MAPDRIFT_PASSWORD",
            ));
        }
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(usage(
                format!("--cluster is no http or https address but `{}:`", url.scheme()),
                EXAMPLE,
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(usage(
                format!("--cluster has a query or fragment (for {})", authority(&url)),
                EXAMPLE,
            ));
        }
        Ok(Self { url })
    }

    /// A path below the base path that the user named.
    pub(super) fn below(&self, path: &str) -> Result<Url, url::ParseError> {
        let mut base = self.url.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        base.join(path)
    }

    /// Where a redirect points: scheme, host and port. The rest may hold anything, a token included.
    pub(super) fn shown_target(&self, location: &str) -> String {
        match self.url.join(location) {
            Ok(url) if url.has_host() => url.origin().ascii_serialization(),
            _ => "an address that is none".to_owned(),
        }
    }

    /// `host:port`, the port only where it is not the scheme's own.
    pub(super) fn shown(&self) -> String {
        authority(&self.url)
    }

    /// Secrets may go over https anywhere, and over plain http to this machine only.
    pub(super) fn may_carry_secrets(&self, auth: AuthKind) -> Result<(), ClusterError> {
        if auth == AuthKind::None || self.url.scheme() == "https" || self.is_loopback() {
            return Ok(());
        }
        Err(usage(
            format!(
                "--auth {auth} over plain http to {} would send secrets in the clear",
                self.shown()
            ),
            "use https://; plain http carries secrets on loopback only",
        ))
    }

    /// Whether the host is this machine. A proxy has no business in between.
    pub(super) fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        }
    }

    /// The region and service in an AWS host name: `search-NAME-HASH.REGION.es.amazonaws.com`, `ID.REGION.aoss.amazonaws.com`
    /// (Amazon OpenSearch Service developer guide, "Endpoints"). A custom domain name carries neither.
    pub(super) fn aws(&self) -> Option<(String, AwsService)> {
        let host = self.url.host_str()?;
        let name = host
            .strip_suffix(".amazonaws.com")
            .or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
        let (name, service) = match name.rsplit_once('.')? {
            (name, "es") => (name, AwsService::Es),
            (name, "aoss") => (name, AwsService::Aoss),
            _ => return None,
        };
        let region = name.rsplit('.').next()?;
        Some((region.to_owned(), service))
    }
}

const EXAMPLE: &str = "give an address such as https://search-demo.ap-northeast-2.es.amazonaws.com or http://localhost:9200";

fn usage(what: String, hint: &str) -> ClusterError {
    ClusterError::Usage { what, hint: hint.to_owned() }
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
