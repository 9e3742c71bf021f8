//! The one door to the cluster. In: one of the reads that exist ([`Read`]). Out: the cluster's answer, as JSON with its
//! status. Every request is a GET without a body on a path written here; nothing else in the program can build one. It
//! refuses to know what the answers mean.

use std::fs;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::config::{ProvideCredentials as _, SharedCredentialsProvider};
use opensearch::OpenSearch;
use opensearch::auth::Credentials;
use opensearch::cert::{Certificate, CertificateValidation};
use opensearch::http::Method;
use opensearch::http::headers::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use opensearch::http::response::Response;
use opensearch::http::transport::{SingleNodeConnectionPool, TransportBuilder};
use serde_json::Value;

use super::ClusterOptions;
use super::address::Address;
use super::auth::{Auth, AuthKind, Aws, AwsService};
use super::error::{ClusterError, Why};

/// Every read that exists. Names are percent-encoded; parameters are those written here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Read<'a> {
    /// What the cluster says of itself: version, Lucene version. Some engines answer nothing here.
    Root,
    /// The version of each node. No engine hides it behind a compatibility mode.
    Nodes,
    /// The mapping of everything under a name, closed indices included.
    Mapping(&'a str),
    /// The settings of concrete indices.
    Settings(&'a str),
    /// The aliases of concrete indices.
    Alias(&'a str),
    /// The top-level documents of one concrete index.
    Count(&'a str),
    /// The highest sequence number of each shard of everything under a name.
    SequenceNumbers(&'a str),
    /// Legacy templates.
    LegacyTemplates,
    /// Composable templates.
    IndexTemplates,
    /// The components of composable templates.
    ComponentTemplates,
    /// Data streams under a name.
    DataStreams(&'a str),
    /// Every name there is: indices and their aliases.
    Names,
}

impl Read<'_> {
    /// The path, without its leading slash.
    pub(super) fn path(self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Nodes => "_nodes/http".to_owned(),
            Self::Mapping(name) => format!("{}/_mapping", encoded(name)),
            Self::Settings(names) => format!("{}/_settings", encoded(names)),
            Self::Alias(names) => format!("{}/_alias", encoded(names)),
            Self::Count(name) => format!("{}/_count", encoded(name)),
            Self::SequenceNumbers(name) => format!("{}/_stats/docs", encoded(name)),
            Self::LegacyTemplates => "_template".to_owned(),
            Self::IndexTemplates => "_index_template".to_owned(),
            Self::ComponentTemplates => "_component_template".to_owned(),
            Self::DataStreams(name) => format!("_data_stream/{}", encoded(name)),
            Self::Names => "_alias".to_owned(),
        }
    }

    /// `include_type_name` is not among them: Elasticsearch before 6.7 refuses a parameter that it does not know.
    fn parameters(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Nodes => &[("filter_path", "nodes.*.version")],
            Self::Mapping(_) => &[("expand_wildcards", "open,closed")],
            Self::SequenceNumbers(_) => &[
                ("level", "shards"),
                (
                    "filter_path",
                    "indices.*.shards.*.routing.primary,indices.*.shards.*.seq_no.max_seq_no",
                ),
            ],
            _ => &[],
        }
    }
}

/// What came back: any status, and a body that was JSON (null where it was empty).
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Answer {
    /// The engine's words for an error: type and reason, or whatever it printed.
    pub(super) fn reason(&self) -> String {
        let error = &self.body["error"];
        match (error["type"].as_str(), error["reason"].as_str(), error.as_str()) {
            (Some(kind), Some(reason), _) => format!("{kind}: {reason}"),
            (_, _, Some(words)) => words.to_owned(),
            _ => match self.body["message"].as_str().or(self.body["Message"].as_str()) {
                Some(words) => words.to_owned(),
                None => "no reason given".to_owned(),
            },
        }
    }
}

/// An open door: who we are, and where. It shows neither credentials nor client in `Debug`.
pub(super) struct Door {
    client: OpenSearch,
    headers: HeaderMap,
    pub(super) host: String,
    address: Address,
    auth: AuthKind,
    timeout: Duration,
}

impl Door {
    /// Checks the address and the sign-in and prepares the client. Nothing is sent to the cluster yet.
    pub(super) async fn open(options: &ClusterOptions) -> Result<Self, ClusterError> {
        let address = Address::parse(&options.url)?;
        let auth = options.auth.kind();
        address.may_carry_secrets(auth)?;
        let mut builder = TransportBuilder::new(SingleNodeConnectionPool::new(address.url.clone()));
        if address.is_loopback() {
            builder = builder.disable_proxy();
        }
        if let Some(path) = &options.ca_cert {
            let certificate =
                fs::read(path).map_err(Into::into).and_then(|pem| Ok(Certificate::from_pem(&pem)?));
            let certificate = certificate
                .map_err(|source| ClusterError::CaCert { path: path.clone(), source })?;
            builder = builder.cert_validation(CertificateValidation::Full(certificate));
        }
        let (builder, headers) = sign_in(builder, &options.auth, &address).await?;
        let transport = builder.build().map_err(|why| ClusterError::Usage {
            what: format!("cannot prepare a client for {}: {why}", address.shown()),
            hint: "check --ca-cert and the proxy variables".to_owned(),
        })?;
        let host = address.shown();
        Ok(Self {
            client: OpenSearch::new(transport),
            headers,
            host,
            address,
            auth,
            timeout: options.timeout,
        })
    }

    /// Does one read. Any status is an answer, except 401, which ends everything.
    pub(super) async fn get(&self, read: Read<'_>) -> Result<Answer, ClusterError> {
        let path = read.path();
        let parameters = read.parameters();
        let query = (!parameters.is_empty()).then_some(parameters);
        let headers = self.headers.clone();
        let sent = self
            .client
            .send(Method::Get, &path, headers, query, None::<String>, Some(self.timeout))
            .await;
        let response = sent.map_err(|error| self.unreachable(error))?;
        self.stayed_here(&response, &path)?;
        let status = response.status_code().as_u16();
        let bytes = response.bytes().await.map_err(|error| self.unreachable(error))?;
        let body = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes) };
        match (status, body) {
            (401, body) => {
                Err(self.refused(&path, &Answer { status, body: body.unwrap_or_default() }))
            }
            (_, Ok(body)) => Ok(Answer { status, body }),
            (200..=299, Err(_)) => Err(self.unusable(&path, status, "not JSON")),
            (_, Err(_)) => Ok(Answer { status, body: Value::Null }),
        }
    }

    /// 401 or 403 as an error.
    pub(super) fn refused(&self, path: &str, answer: &Answer) -> ClusterError {
        ClusterError::SignIn {
            host: self.host.clone(),
            path: format!("/{path}"),
            status: answer.status,
            reason: answer.reason(),
            auth: self.auth,
        }
    }

    /// An answer that nothing can be done with.
    pub(super) fn unusable(&self, path: &str, status: u16, reason: &str) -> ClusterError {
        ClusterError::Answer {
            host: self.host.clone(),
            path: format!("/{path}"),
            status,
            reason: reason.to_owned(),
        }
    }

    fn unreachable(&self, error: opensearch::Error) -> ClusterError {
        let why = if error.is_timeout() { Why::Timeout } else { Why::of(&error) };
        ClusterError::Unreachable { host: self.host.clone(), why, source: Box::new(error) }
    }

    fn stayed_here(&self, response: &Response, path: &str) -> Result<(), ClusterError> {
        let asked = &self.address.url;
        let answered = response.url();
        let is_elsewhere = (asked.scheme(), asked.host(), asked.port_or_known_default())
            != (answered.scheme(), answered.host(), answered.port_or_known_default());
        let to = match response.headers().get(LOCATION).and_then(|to| to.to_str().ok()) {
            Some(to) if response.status_code().is_redirection() => to.to_owned(),
            _ if is_elsewhere => answered.origin().ascii_serialization(),
            _ => return Ok(()),
        };
        Err(ClusterError::Redirected { host: self.host.clone(), path: format!("/{path}"), to })
    }
}

/// Adds the sign-in to the client, or the header to each request where the client has no form for it.
async fn sign_in(
    builder: TransportBuilder,
    auth: &Auth,
    address: &Address,
) -> Result<(TransportBuilder, HeaderMap), ClusterError> {
    let mut headers = HeaderMap::new();
    let builder = match auth {
        Auth::None => builder,
        Auth::Basic { username, password } => builder
            .auth(Credentials::Basic(username.expose().to_owned(), password.expose().to_owned())),
        Auth::Bearer(token) => builder.auth(Credentials::Bearer(token.expose().to_owned())),
        Auth::ApiKey { id, key } => {
            builder.auth(Credentials::ApiKey(id.expose().to_owned(), key.expose().to_owned()))
        }
        Auth::EncodedApiKey(key) => {
            let mut value = HeaderValue::from_str(&format!("ApiKey {}", key.expose()))
                .expect("checked by Auth::new");
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
            builder
        }
        Auth::SigV4(aws) => {
            let service =
                aws.service.or(address.aws().map(|(_, service)| service)).unwrap_or(AwsService::Es);
            let name = match service {
                AwsService::Es => "es",
                AwsService::Aoss => "aoss",
            };
            builder.service_name(name).auth(aws_credentials(aws, address).await?)
        }
    };
    Ok((builder, headers))
}

/// Asks the AWS chain once: the client would ask it again for every request, which for a role or SSO is a call each.
async fn aws_credentials(aws: &Aws, address: &Address) -> Result<Credentials, ClusterError> {
    let missing = |what, source| ClusterError::AwsChain { host: address.shown(), what, source };
    let mut chain = aws_config::defaults(BehaviorVersion::latest());
    if let Some(profile) = &aws.profile {
        chain = chain.profile_name(profile);
    }
    if let Some(region) = aws.region.clone().or(address.aws().map(|(region, _)| region)) {
        chain = chain.region(Region::new(region));
    }
    let config = chain.load().await;
    let region = config.region().cloned().ok_or_else(|| missing("no AWS region is known", None))?;
    let provider = config
        .credentials_provider()
        .ok_or_else(|| missing("no AWS credentials are configured", None))?;
    let credentials = provider.provide_credentials().await;
    let credentials = credentials
        .map_err(|why| missing("the AWS chain gives no credentials", Some(Box::new(why))))?;
    Ok(Credentials::AwsSigV4(SharedCredentialsProvider::new(credentials), region))
}

/// Percent-encodes what a path segment cannot hold as it is (RFC 3986 §3.3), and `:`, which the client would take for the end
/// of a URL scheme. `*` and `,` stay: the engine splits and expands there, and AWS signatures are computed over them as sent.
fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'*' | b',' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
