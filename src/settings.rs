//! What the user decided, checked and complete: the command line turned into the options of each room. Secrets come from the
//! environment and from nowhere else.
//!
//! In: what was typed, and the environment. Out: values that cannot be wrong, or a usage error with what to do.

use std::ffi::OsStr;

use crate::cli::{AwsChain, Check, Cluster, Store};
use crate::error::Error;
use crate::io::cluster::{Auth, Aws, ClusterOptions, Secret, Secrets};
use crate::io::s3::{Payer, S3Options, Signing};
use crate::io::source::{self, Source};
use crate::model::engine::Engine;

/// The sources of a run.
pub(crate) fn sources(arguments: &[String]) -> Result<Vec<Source>, Error> {
    arguments.iter().map(|argument| Ok(source::parse(OsStr::new(argument))?)).collect()
}

/// How to reach S3.
pub(crate) fn store(store: &Store, aws: &AwsChain, cluster: &Cluster) -> S3Options {
    S3Options {
        signing: if store.no_sign_request { Signing::Anonymous } else { Signing::Chain },
        profile: aws.profile.clone(),
        region: aws.region.clone(),
        endpoint: store.s3_endpoint.clone(),
        payer: if store.request_payer { Payer::Requester } else { Payer::Owner },
        ca_cert: cluster.ca_cert.clone(),
        ..S3Options::default()
    }
}

/// Which index on which cluster, as whom; nothing where no cluster is named.
pub(crate) fn cluster(
    cluster: &Cluster,
    aws: Aws,
) -> Result<Option<(ClusterOptions, String)>, Error> {
    let (Some(url), Some(index)) = (&cluster.cluster, &cluster.index) else { return Ok(None) };
    let auth = Auth::new(cluster.auth, secrets(), aws)?;
    let options = ClusterOptions {
        url: url.clone(),
        auth,
        ca_cert: cluster.ca_cert.clone(),
        timeout: ClusterOptions::TIMEOUT,
    };
    Ok(Some((options, index.clone())))
}

/// What the AWS chain is told, for the cluster as for S3.
pub(crate) fn aws(chain: &AwsChain) -> Aws {
    Aws { profile: chain.profile.clone(), region: chain.region.clone(), service: None }
}

/// The engine that the user named.
pub(crate) fn engine(check: &Check) -> Result<Option<Engine>, Error> {
    let Some(text) = &check.engine else { return Ok(None) };
    let engine = Engine::parse(text).ok_or_else(|| Error::Usage {
        message: format!("--engine {text} names no engine"),
        hint: Some("write a product and a version: es:6.5.4, es:8.19, os:2.19".to_owned()),
    })?;
    Ok(Some(engine))
}

fn secrets() -> Secrets {
    let secret = |name: &str| variable(name).map(Secret::new);
    Secrets {
        username: secret("MAPDRIFT_USERNAME"),
        password: secret("MAPDRIFT_PASSWORD"),
        bearer_token: secret("MAPDRIFT_BEARER_TOKEN"),
        api_key: secret("MAPDRIFT_API_KEY"),
    }
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
