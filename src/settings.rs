//! What the user decided, checked and complete: the command line turned into the options of each room. Secrets come from the
//! environment and from nowhere else.
//!
//! In: what was typed, and the environment. Out: values that cannot be wrong, or a usage error with what to do.

use std::ffi::OsStr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::cli::{AwsChain, Cluster, Scan, Store};
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
        profile: aws.aws_profile.clone(),
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
    Aws { profile: chain.aws_profile.clone(), region: chain.region.clone(), service: None }
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

/// Whether the engine that the user named is none of those that the index may be of.
pub(crate) fn is_other(named: Engine, known: &[Engine]) -> bool {
    let key = |engine: &Engine| (engine.product, engine.major, engine.minor);
    !known.is_empty() && known.iter().all(|engine| key(engine) != key(&named))
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

/// Which objects are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Delivered at this time or later.
    pub since: Option<Timestamp>,
    /// Delivered before.
    pub until: Option<Timestamp>,
    /// So many of them.
    pub sample: Option<SampleSize>,
    /// Decides which.
    pub seed: u64,
}

/// How many objects a sample has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SampleSize {
    /// So many.
    Objects(NonZeroU64),
    /// So many in a hundred, 1 to 100.
    Percent(u8),
}

/// The objects that the user asked for.
pub(crate) fn selection(scan: &Scan) -> Result<Selection, Error> {
    let time = |flag, text: &Option<String>| text.as_ref().map(|text| time(flag, text)).transpose();
    Ok(Selection {
        since: time("--since", &scan.since)?,
        until: time("--until", &scan.until)?,
        sample: scan.sample.as_deref().map(sample_size).transpose()?,
        seed: scan.seed,
    })
}

/// A moment, or a day or time of day in UTC.
pub(crate) fn time(flag: &str, text: &str) -> Result<Timestamp, Error> {
    let civil = || text.parse::<DateTime>().and_then(|civil| civil.to_zoned(TimeZone::UTC));
    text.parse().or_else(|_| civil().map(|zoned| zoned.timestamp())).map_err(|error| Error::Usage {
        message: format!("{flag} {text} is no time: {error}"),
        hint: Some(
            "write 2019-04-30, 2019-04-30T06:26 (both UTC) or 2019-04-30T06:26:00Z".to_owned(),
        ),
    })
}

fn sample_size(text: &str) -> Result<SampleSize, Error> {
    let size = match text.strip_suffix('%') {
        Some(percent) => percent
            .parse()
            .ok()
            .filter(|percent| (1..=100).contains(percent))
            .map(SampleSize::Percent),
        None => text.parse().ok().map(SampleSize::Objects),
    };
    size.ok_or_else(|| Error::Usage {
        message: format!("--sample {text} is no number of objects"),
        hint: Some("write 50 for 50 objects, 10% for a tenth of them".to_owned()),
    })
}

/// Readers side by side, where the user names no number.
pub(crate) fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// What `--emit` can write. A command takes some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmitKind {
    /// The resulting mapping.
    Mapping,
    /// The fate of each record.
    Fates,
    /// The smallest refused records.
    Witnesses,
    /// The schema of all records.
    JsonSchema,
    /// The records, one a line.
    Ndjson,
}

impl EmitKind {
    fn name(self) -> &'static str {
        match self {
            Self::Mapping => "mapping",
            Self::Fates => "fates",
            Self::Witnesses => "witnesses",
            Self::JsonSchema => "json-schema",
            Self::Ndjson => "ndjson",
        }
    }
}

/// One `--emit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Emit {
    /// What.
    pub kind: EmitKind,
    /// Where to; `None` is standard output.
    pub path: Option<PathBuf>,
}

/// Reads every `KIND[=PATH]` of the kinds that the command takes. Standard output takes one of them.
pub(crate) fn emits(arguments: &[String], kinds: &[EmitKind]) -> Result<Vec<Emit>, Error> {
    let emits =
        arguments.iter().map(|argument| emit(argument, kinds)).collect::<Result<Vec<_>, _>>()?;
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

fn emit(argument: &str, kinds: &[EmitKind]) -> Result<Emit, Error> {
    let (name, path) = match argument.split_once('=') {
        Some((name, path)) => (name, Some(path).filter(|path| *path != "-")),
        None => (argument, None),
    };
    let Some(kind) = kinds.iter().find(|kind| kind.name() == name) else {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        return Err(Error::Usage {
            message: format!("--emit {argument} names nothing that can be written"),
            hint: Some(format!("write one of {}, and =PATH for a file", names.join(", "))),
        });
    };
    Ok(Emit { kind: *kind, path: path.map(PathBuf::from) })
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
