//! Who we are to the cluster. In: the kind of sign-in and the secrets that settings found in the environment. Out: an
//! [`Auth`] that can be used, or a usage error that names the variable and never its value. It refuses to know where secrets
//! come from, and shows them to nobody: `Debug` prints their names only.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use reqwest::header::HeaderValue;

use super::error::ClusterError;

/// A secret: usable, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// How to sign in, as `--auth` names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthKind {
    /// Not at all.
    #[default]
    None,
    /// User and password (RFC 7617).
    Basic,
    /// A token (RFC 6750).
    Bearer,
    /// An Elasticsearch API key.
    ApiKey,
    /// Requests signed with credentials of the AWS chain.
    SigV4,
}

/// What the environment held: `MAPDRIFT_USERNAME`, `MAPDRIFT_PASSWORD`, `MAPDRIFT_BEARER_TOKEN`, `MAPDRIFT_API_KEY`.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// `MAPDRIFT_USERNAME`.
    pub username: Option<Secret>,
    /// `MAPDRIFT_PASSWORD`.
    pub password: Option<Secret>,
    /// `MAPDRIFT_BEARER_TOKEN`.
    pub bearer_token: Option<Secret>,
    /// `MAPDRIFT_API_KEY`, as the engine's `encoded` or as `id:key`.
    pub api_key: Option<Secret>,
}

/// A sign-in that is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// Nothing is sent.
    #[default]
    None,
    /// User and password.
    Basic {
        /// The user.
        username: Secret,
        /// The password.
        password: Secret,
    },
    /// A token.
    Bearer(Secret),
    /// An API key in the form that the engine calls `encoded`: base64 of `id:key`.
    ApiKey(Secret),
    /// The AWS chain.
    SigV4(Aws),
}

/// What the AWS chain cannot know by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aws {
    /// The profile to take credentials from; the chain's own choice where none.
    pub profile: Option<String>,
    /// The region to sign for where the host's name has none; else the chain's.
    pub region: Option<String>,
    /// The service to sign for: `es`, or `aoss` for OpenSearch Serverless; else read off the host.
    pub service: Option<AwsService>,
}

/// The name that a request is signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AwsService {
    /// A managed domain.
    Es,
    /// OpenSearch Serverless.
    Aoss,
}

impl Secret {
    /// Takes a secret in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl AuthKind {
    /// Reads the value of `--auth`.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "none" => Self::None,
            "basic" => Self::Basic,
            "bearer" => Self::Bearer,
            "api-key" => Self::ApiKey,
            "sigv4" => Self::SigV4,
            _ => return None,
        })
    }
}

impl Auth {
    /// Puts a sign-in together, or says which variable it lacks.
    pub fn new(kind: AuthKind, secrets: Secrets, aws: Aws) -> Result<Self, ClusterError> {
        Ok(match kind {
            AuthKind::None => Self::None,
            AuthKind::Basic => Self::Basic {
                username: wanted(secrets.username, kind, "MAPDRIFT_USERNAME")?,
                password: wanted(secrets.password, kind, "MAPDRIFT_PASSWORD")?,
            },
            AuthKind::Bearer => {
                Self::Bearer(header_safe(secrets.bearer_token, kind, "MAPDRIFT_BEARER_TOKEN")?)
            }
            AuthKind::ApiKey => {
                Self::ApiKey(encoded(header_safe(secrets.api_key, kind, "MAPDRIFT_API_KEY")?))
            }
            AuthKind::SigV4 => Self::SigV4(aws),
        })
    }

    /// Which kind it is.
    pub fn kind(&self) -> AuthKind {
        match self {
            Self::None => AuthKind::None,
            Self::Basic { .. } => AuthKind::Basic,
            Self::Bearer(_) => AuthKind::Bearer,
            Self::ApiKey(_) => AuthKind::ApiKey,
            Self::SigV4(_) => AuthKind::SigV4,
        }
    }
}

/// The form that goes over the wire. Base64 has no colon, so a key with one is `id:key`, not yet encoded.
fn encoded(key: Secret) -> Secret {
    if key.0.contains(':') { Secret(BASE64_STANDARD.encode(key.0)) } else { key }
}

impl fmt::Display for AuthKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Basic => "basic",
            Self::Bearer => "bearer",
            Self::ApiKey => "api-key",
            Self::SigV4 => "sigv4",
        })
    }
}

fn wanted(secret: Option<Secret>, kind: AuthKind, variable: &str) -> Result<Secret, ClusterError> {
    secret.filter(|secret| !secret.0.is_empty()).ok_or_else(|| ClusterError::Usage {
        what: format!("--auth {kind} needs {variable}, which is not set"),
        hint: format!("set {variable} in the environment; secrets are never taken from flags"),
    })
}

/// A secret that goes into a header as it is. White space around it (a file's last newline) is not part of it.
fn header_safe(
    secret: Option<Secret>,
    kind: AuthKind,
    variable: &str,
) -> Result<Secret, ClusterError> {
    let secret = wanted(secret.map(|secret| Secret::new(secret.0.trim())), kind, variable)?;
    match HeaderValue::from_str(&secret.0) {
        Ok(_) => Ok(secret),
        Err(_) => Err(ClusterError::Usage {
            what: format!("{variable} holds a character that no HTTP header may carry"),
            hint: format!("check how {variable} was set: it must be one line of visible ASCII"),
        }),
    }
}
