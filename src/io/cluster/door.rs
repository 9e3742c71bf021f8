//! The one door to the cluster. In: one of the reads that exist ([`Read`]). Out: the cluster's answer, as JSON with its
//! status. Every request is a GET without a body on a path written here; nothing else in the program can build one. It
//! refuses to know what the answers mean.
//!
//! Paths and their encoding are the `opensearch` crate's. Its client is not used: it follows redirects to any host and has no
//! switch for that (2.4.0; `TransportBuilder` keeps its `reqwest::ClientBuilder` to itself), and what it carries along
//! includes an AWS session token. Secrets go to the named host only, so requests are sent by `reqwest` itself, which is told
//! to follow nothing.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use opensearch::CountParts;
use opensearch::cluster::ClusterGetComponentTemplateParts;
use opensearch::indices::{
    IndicesGetAliasParts, IndicesGetIndexTemplateParts, IndicesGetMappingParts,
    IndicesGetSettingsParts, IndicesGetTemplateParts, IndicesStatsParts,
};
use opensearch::nodes::NodesInfoParts;
use reqwest::header::{AUTHORIZATION, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Request, Response};
use serde_json::Value;

use super::ClusterOptions;
use super::address::Address;
use super::auth::{Auth, AuthKind, Secret};
use super::error::{Cause, ClusterError, Why};
use super::sign::Signer;

/// The most bytes of one answer. The mappings of ten thousand indices with a thousand fields each fit.
const MAX_ANSWER: usize = 1 << 30;

/// For the connection alone: a host that is there answers within it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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
    /// Every data stream, with its backing indices.
    DataStreams,
    /// Every name there is: indices and their aliases.
    Names,
}

impl Read<'_> {
    /// The path, without its leading slash. Names are percent-encoded, `:` too; `*` and `,` are not: the engine expands and
    /// splits there, and AWS signatures are computed over them as sent.
    pub(super) fn path(self) -> String {
        let path = match self {
            Self::Root => "/".into(),
            Self::Nodes => NodesInfoParts::Metric(&["http"]).url(),
            Self::Mapping(name) => IndicesGetMappingParts::Index(&[name]).url(),
            Self::Settings(names) => IndicesGetSettingsParts::Index(&[names]).url(),
            Self::Alias(names) => IndicesGetAliasParts::Index(&[names]).url(),
            Self::Count(name) => CountParts::Index(&[name]).url(),
            Self::SequenceNumbers(name) => IndicesStatsParts::IndexMetric(&[name], &["docs"]).url(),
            Self::LegacyTemplates => IndicesGetTemplateParts::None.url(),
            Self::IndexTemplates => IndicesGetIndexTemplateParts::None.url(),
            Self::ComponentTemplates => ClusterGetComponentTemplateParts::None.url(),
            Self::DataStreams => "/_data_stream".into(),
            Self::Names => IndicesGetAliasParts::None.url(),
        };
        path.trim_start_matches('/').to_owned()
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
    /// The engine's words for an error: type and reason, or whatever it printed, safe to show.
    pub(super) fn reason(&self) -> String {
        safe(&self.words())
    }

    fn words(&self) -> String {
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

/// Foreign words as text that can be shown anywhere: control and bidi characters (Unicode TR9) are escaped, and nobody reads
/// more than 500 characters.
pub(super) fn safe(words: &str) -> String {
    let mut safe = String::new();
    for letter in words.chars().take(500) {
        let is_bidi = matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if letter.is_control() || is_bidi {
            safe.extend(letter.escape_unicode());
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// An open door: who we are, and where.
pub(super) struct Door {
    client: Client,
    sign_in: SignIn,
    pub(super) host: String,
    address: Address,
    auth: AuthKind,
}

/// How a request is signed in.
enum SignIn {
    Nothing,
    Basic { username: Secret, password: Secret },
    Header(HeaderValue),
    Aws(Signer),
}

impl Door {
    /// Checks the address and the sign-in and prepares the client. Nothing is sent to the cluster yet.
    pub(super) async fn open(options: &ClusterOptions) -> Result<Self, ClusterError> {
        let address = Address::parse(&options.url)?;
        let auth = options.auth.kind();
        address.may_carry_secrets(auth)?;
        let client = client(options, &address)?;
        let sign_in = SignIn::new(&options.auth, &address).await?;
        Ok(Self { client, sign_in, host: address.shown(), address, auth })
    }

    /// Does one read. Any status is an answer, except 401 and redirects, which end everything.
    pub(super) async fn get(&self, read: Read<'_>) -> Result<Answer, ClusterError> {
        let path = read.path();
        let request = self.request(&path, read.parameters())?;
        let response = self.client.execute(request).await.map_err(|why| self.unreachable(why))?;
        let status = response.status().as_u16();
        if response.status().is_redirection() {
            return Err(self.redirected(&path, &response));
        }
        let bytes = self.body(response, &path).await?;
        let body = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes) };
        match (status, body) {
            (401, body) => {
                Err(self.refused(&path, &Answer { status, body: body.unwrap_or_default() }))
            }
            (_, Ok(body)) => Ok(Answer { status, body }),
            (200..=299, Err(_)) => Err(self.unusable(&path, status, "what it says is not JSON")),
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
        let (host, path) = (self.host.clone(), format!("/{path}"));
        ClusterError::Answer { host, path, status, reason: reason.to_owned() }
    }

    fn request(&self, path: &str, query: &[(&str, &str)]) -> Result<Request, ClusterError> {
        let unsendable = |source| ClusterError::Unsendable { host: self.host.clone(), source };
        let url = self.address.below(path).map_err(|why| unsendable(why.into()))?;
        let mut request = self.client.get(url).query(query);
        request = match &self.sign_in {
            SignIn::Nothing | SignIn::Aws(_) => request,
            SignIn::Basic { username, password } => {
                request.basic_auth(username.expose(), Some(password.expose()))
            }
            SignIn::Header(value) => request.header(AUTHORIZATION, value.clone()),
        };
        let mut request = request.build().map_err(|why| unsendable(why.into()))?;
        if let SignIn::Aws(signer) = &self.sign_in {
            signer.sign(&mut request, now()).map_err(unsendable)?;
        }
        Ok(request)
    }

    async fn body(&self, mut response: Response, path: &str) -> Result<Vec<u8>, ClusterError> {
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|why| self.unreachable(why))? {
            if bytes.len() + chunk.len() > MAX_ANSWER {
                return Err(self.unusable(path, status, "more bytes than any cluster says"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn unreachable(&self, error: reqwest::Error) -> ClusterError {
        let why = if error.is_timeout() { Why::Timeout } else { Why::of(&error) };
        ClusterError::Unreachable { host: self.host.clone(), why, source: Box::new(error) }
    }

    fn redirected(&self, path: &str, response: &Response) -> ClusterError {
        let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
        let to = to.map_or_else(|| "nowhere".to_owned(), |to| self.address.shown_target(to));
        ClusterError::Redirected { host: self.host.clone(), path: format!("/{path}"), to }
    }
}

impl SignIn {
    async fn new(auth: &Auth, address: &Address) -> Result<Self, ClusterError> {
        Ok(match auth {
            Auth::None => Self::Nothing,
            Auth::Basic { username, password } => {
                Self::Basic { username: username.clone(), password: password.clone() }
            }
            Auth::Bearer(token) => Self::header("Bearer", token),
            Auth::ApiKey(key) => Self::header("ApiKey", key),
            Auth::SigV4(aws) => Self::Aws(Signer::new(aws, address).await?),
        })
    }

    fn header(scheme: &str, secret: &Secret) -> Self {
        let value = HeaderValue::from_str(&format!("{scheme} {}", secret.expose()));
        let mut value = value.expect("Auth::new lets nothing else pass");
        value.set_sensitive(true);
        Self::Header(value)
    }
}

/// A client that follows no redirect, and goes through the proxy of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`)
/// unless the cluster is on this machine: a proxy must not see what plain http carries.
fn client(options: &ClusterOptions, address: &Address) -> Result<Client, ClusterError> {
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(options.timeout)
        .user_agent(concat!("mapdrift/", env!("CARGO_PKG_VERSION")));
    if address.is_loopback() {
        builder = builder.no_proxy();
    }
    if let Some(path) = &options.ca_cert {
        for certificate in certificates(path)? {
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder
        .build()
        .map_err(|why| ClusterError::Unsendable { host: address.shown(), source: Box::new(why) })
}

#[expect(clippy::disallowed_methods, reason = "a signature holds the time of signing")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[expect(clippy::disallowed_methods, reason = "the certificate is read where it is used")]
fn certificates(path: &Path) -> Result<Vec<Certificate>, ClusterError> {
    let read = fs::read(path).map_err(Cause::from);
    let certificates = read.and_then(|pem| match Certificate::from_pem_bundle(&pem)? {
        none if none.is_empty() => Err("it holds no certificate".into()),
        some => Ok(some),
    });
    certificates.map_err(|source| ClusterError::CaCert { path: path.to_owned(), source })
}
