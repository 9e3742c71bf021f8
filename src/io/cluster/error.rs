//! What can go wrong between us and the cluster, in the user's words. In: what was tried, what came back. Out: one error
//! with its cause chain, a hint, and how far the run got ([`Trouble`]). It refuses to know exit codes and secrets: no
//! variant holds one, and addresses are shown as `host:port` only.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use super::auth::AuthKind;

/// The cause of an error, as another crate's type.
pub(super) type Cause = Box<dyn Error + Send + Sync + 'static>;

/// Why the cluster side could not be read.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// The address, a name or a secret cannot be used as given.
    #[error("{what}")]
    Usage {
        /// What is wrong with it, without any secret.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The file with the private certificate authority.
    #[error("cannot use the CA certificate {path}")]
    CaCert {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Cause,
    },
    /// The cluster answers, and has nothing under this name.
    #[error("no index, alias, pattern or data stream `{requested}` on {host}")]
    NoSuchIndex {
        /// What was asked for.
        requested: String,
        /// Where.
        host: String,
        /// Names there that look like it.
        near: Vec<String>,
    },
    /// No answer at all.
    #[error("cannot reach {host}: {why}")]
    Unreachable {
        /// Where.
        host: String,
        /// At which step it ended.
        why: Why,
        /// What the HTTP client said.
        source: Cause,
    },
    /// The cluster does not accept who we are (401), or what we may do (403).
    #[error("{}", refusal(host, path, *status, reason, *auth))]
    SignIn {
        /// Where.
        host: String,
        /// What was read.
        path: String,
        /// 401 or 403.
        status: u16,
        /// The cluster's words.
        reason: String,
        /// How we tried to sign in.
        auth: AuthKind,
    },
    /// A request that cannot be put together or signed.
    #[error("cannot prepare a request to {host}")]
    Unsendable {
        /// Where to.
        host: String,
        /// Why not.
        source: Cause,
    },
    /// The AWS chain has no credentials or no region.
    #[error("cannot sign requests to {host}: {what}")]
    AwsChain {
        /// Where.
        host: String,
        /// What is missing.
        what: &'static str,
        /// What the chain said.
        source: Option<Cause>,
    },
    /// The cluster sends us elsewhere. That is not followed: secrets go to the named host only.
    #[error("{host} redirects GET {path} to {to}, which is not followed")]
    Redirected {
        /// Where we asked.
        host: String,
        /// What was read.
        path: String,
        /// Where it points.
        to: String,
    },
    /// An answer that nothing can be done with.
    #[error("{host} answers GET {path} with {status}: {reason}")]
    Answer {
        /// Where.
        host: String,
        /// What was read.
        path: String,
        /// HTTP status.
        status: u16,
        /// The cluster's words, or ours about its answer.
        reason: String,
    },
}

/// How far the run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Flags or settings are wrong: nothing was asked.
    Usage,
    /// There is nothing to look at.
    NothingThere,
    /// The cluster is out of reach, lets us not in, or does not answer.
    OutOfReach,
}

/// Where a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The name has no address.
    Dns,
    /// Nothing listens there.
    Refused,
    /// No common ground for a secure connection.
    Tls,
    /// The certificate is signed by nobody we trust, or for another name.
    Certificate,
    /// No answer in time.
    Timeout,
    /// A proxy stands in between and does not let us through.
    Proxy,
    /// Anything else.
    Other,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "its name has no address",
            Self::Refused => "nothing listens there",
            Self::Tls => "it does not speak TLS as we do",
            Self::Certificate => "its certificate is not trusted",
            Self::Timeout => "no answer in time",
            Self::Proxy => "the proxy is out of reach or does not let us through",
            Self::Other => "the connection failed",
        })
    }
}

impl ClusterError {
    /// How far the run got.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Usage { .. } | Self::CaCert { .. } => Trouble::Usage,
            Self::NoSuchIndex { .. } => Trouble::NothingThere,
            _ => Trouble::OutOfReach,
        }
    }

    /// What the user can do about it: a flag, a variable, a permission.
    pub fn hint(&self) -> String {
        match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::CaCert { .. } => "--ca-cert takes a file with one or more certificates in PEM form".to_owned(),
            Self::NoSuchIndex { near, .. } if near.is_empty() => "--index takes an index, alias, pattern or data stream".to_owned(),
            Self::NoSuchIndex { near, .. } => format!("did you mean {}?", near.join(", ")),
            Self::Unreachable { why, .. } => why.hint().to_owned(),
            Self::SignIn { status, auth, host, .. } => sign_in_hint(*status, *auth, host),
            Self::AwsChain { .. } => "set a profile (AWS_PROFILE), AWS_REGION and credentials as for the AWS CLI; `aws sts get-caller-identity` must work".to_owned(),
            Self::Unsendable { .. } => "check --cluster, --ca-cert and the proxy variables".to_owned(),
            Self::Redirected { to, .. } => format!("if {to} is the cluster, name it in --cluster"),
            Self::Answer { status: 429 | 502 | 503 | 504, .. } => "the cluster is busy or starting; try again".to_owned(),
            Self::Answer { .. } => "is this the address of an Elasticsearch or OpenSearch cluster?".to_owned(),
        }
    }
}

impl Why {
    fn hint(self) -> &'static str {
        match self {
            Self::Dns => {
                "check the host in --cluster; a VPC endpoint has an address only inside its VPC"
            }
            Self::Refused => {
                "check host and port in --cluster (9200 unless another is given by the service, 443 on AWS)"
            }
            Self::Tls => "check http:// against https:// in --cluster",
            Self::Certificate => {
                "name the authority that signed it with --ca-cert FILE, and the host by the name in the certificate"
            }
            Self::Timeout => "check the network path: security groups, VPN, proxy variables",
            Self::Proxy => "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
            Self::Other => "check scheme, host and port in --cluster",
        }
    }

    /// Reads the step off the cause chain. The client has no types for most of it, only words.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut words = String::new();
        let mut link = Some(error);
        while let Some(cause) = link {
            words.push_str(&cause.to_string().to_lowercase());
            words.push('\n');
            link = cause.source();
        }
        Self::of_words(&words)
    }

    fn of_words(words: &str) -> Self {
        let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
        if has(&["tunnel error"]) {
            Self::Proxy // before its cause: it is the proxy that is out of reach, or refuses
        } else if has(&["dns error", "failed to lookup"]) {
            Self::Dns
        } else if has(&["connection refused"]) {
            Self::Refused
        } else if has(&["certificate", "unknownissuer"]) {
            Self::Certificate
        } else if has(&["corrupt message", "tls", "handshake", "ssl", "invalid http version"]) {
            Self::Tls
        } else if has(&["timed out", "timeout"]) {
            Self::Timeout
        } else {
            Self::Other
        }
    }
}

fn refusal(host: &str, path: &str, status: u16, reason: &str, auth: AuthKind) -> String {
    let what = match (status, auth) {
        (401, AuthKind::None) => "asks who we are".to_owned(),
        (401, _) => "does not accept the credentials".to_owned(),
        _ => format!("does not permit GET {path}"),
    };
    format!("{host} {what} ({status}: {reason})")
}

fn sign_in_hint(status: u16, auth: AuthKind, host: &str) -> String {
    let is_aws = host.contains(".amazonaws.com");
    match (status, auth) {
        (_, AuthKind::None) if is_aws => "the domain wants signed requests (--auth sigv4) or a user (--auth basic)".to_owned(),
        (_, AuthKind::None) => "say how to sign in: --auth basic, bearer, api-key or sigv4".to_owned(),
        (401, AuthKind::Basic) => "check MAPDRIFT_USERNAME and MAPDRIFT_PASSWORD".to_owned(),
        (401, AuthKind::Bearer) => "check MAPDRIFT_BEARER_TOKEN; tokens expire".to_owned(),
        (401, AuthKind::ApiKey) => "check MAPDRIFT_API_KEY: the `encoded` form or id:key, not invalidated".to_owned(),
        (_, AuthKind::SigV4) => "the domain's access policy must allow es:ESHttpGet to this principal; with fine-grained access control the principal must be mapped to a role as well".to_owned(),
        _ => "the user needs the privileges `view_index_metadata` and `read` on the index (`monitor` on the index for sequence numbers)".to_owned(),
    }
}
