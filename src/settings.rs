//! What the user decided, checked and complete: the command line turned into the options of each room. Secrets come from the
//! environment and from nowhere else.
//!
//! In: what was typed, and the environment. Out: values that cannot be wrong, or a usage error with what to do.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::cli::{AwsChain, Cluster, Store};
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
pub(crate) fn store(store: &Store, aws: &AwsChain, ca_cert: Option<&Path>) -> S3Options {
    S3Options {
        signing: if store.no_sign_request { Signing::Anonymous } else { Signing::Chain },
        profile: aws.profile.clone(),
        region: aws.region.clone(),
        endpoint: store.s3_endpoint.clone(),
        payer: if store.request_payer { Payer::Requester } else { Payer::Owner },
        ca_cert: ca_cert.map(Path::to_owned),
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

/// The engine that the user named. A minor version without a profile of its own is taken; [`doubt`] says what that means.
pub(crate) fn engine(named: Option<&str>) -> Result<Option<Engine>, Error> {
    let Some(text) = named else { return Ok(None) };
    let usage = |message| Error::Usage {
        message,
        hint: Some("write a product and a version: es:6.5.4, es:8.19, os:2.19".to_owned()),
    };
    let engine =
        Engine::parse(text).ok_or_else(|| usage(format!("--engine {text} names no engine")))?;
    match engine.nearest_profile() {
        Some(_) => Ok(Some(engine)),
        None => Err(usage(format!(
            "the rules of {engine} are not known; known are Elasticsearch 6 to 9 and OpenSearch 1 to 3"
        ))),
    }
}

/// The engine that the user named must be one that the cluster can be: another one would tell another index's history.
pub(crate) fn agree(named: Engine, known: &[Engine]) -> Result<(), Error> {
    let same = |engine: &Engine| {
        (engine.product, engine.major, engine.minor) == (named.product, named.major, named.minor)
    };
    match known.first() {
        Some(engine) if !known.iter().any(same) => Err(Error::Usage {
            message: format!("--engine says {named}, and the index is of {engine}"),
            hint: Some(
                "leave --engine out; `mapdrift replay --engine` shows what another engine would do"
                    .to_owned(),
            ),
        }),
        _ => Ok(()),
    }
}

/// What is not certain about an engine that has no profile of its own.
pub(crate) fn doubt(engine: Engine) -> Option<String> {
    if engine.has_profile() {
        return None;
    }
    let Some(nearest) = engine.nearest_profile() else {
        return Some(format!("the rules of {engine} are not known: nothing is replayed"));
    };
    Some(format!(
        "{engine} was not compared with the running engine: the rules are those of the nearest profile, {nearest}, with the \
         changes between the two that are known"
    ))
}

/// What `--emit` can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmitKind {
    /// The resulting mapping.
    Mapping,
    /// The fate of each record.
    Fates,
    /// The smallest refused records.
    Witnesses,
}

/// One `--emit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Emit {
    /// What.
    pub kind: EmitKind,
    /// Where to; `None` is standard output.
    pub path: Option<PathBuf>,
}

/// Reads every `KIND[=PATH]`. Standard output takes one of them.
pub(crate) fn emits(arguments: &[String]) -> Result<Vec<Emit>, Error> {
    let emits = arguments.iter().map(|argument| emit(argument)).collect::<Result<Vec<_>, _>>()?;
    let paths: Vec<_> = emits.iter().map(|emit| &emit.path).collect();
    let is_twice =
        |path: &Option<PathBuf>| paths.iter().filter(|other| **other == path).count() > 1;
    match paths.iter().find(|path| is_twice(path)) {
        None => Ok(emits),
        Some(path) => Err(Error::Usage {
            message: match path {
                Some(path) => format!("two --emit would write {}", path.display()),
                None => "two --emit would write to standard output".to_owned(),
            },
            hint: Some("give each a file of its own: --emit fates=fates.ndjson".to_owned()),
        }),
    }
}

fn emit(argument: &str) -> Result<Emit, Error> {
    let (kind, path) = match argument.split_once('=') {
        Some((kind, path)) => (kind, Some(path).filter(|path| *path != "-")),
        None => (argument, None),
    };
    let kind = match kind {
        "mapping" => EmitKind::Mapping,
        "fates" => EmitKind::Fates,
        "witnesses" => EmitKind::Witnesses,
        _ => {
            return Err(Error::Usage {
                message: format!("--emit {argument} names nothing that can be written"),
                hint: Some("write mapping, fates or witnesses, and =PATH for a file".to_owned()),
            });
        }
    };
    Ok(Emit { kind, path: path.map(PathBuf::from) })
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
