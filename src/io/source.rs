//! What a SOURCE argument names: a file, a directory, a pattern, standard input, or a place in S3; and what can go wrong
//! with it.
//!
//! In: the argument as typed. Out: a [`Source`]. Refuses to know: what is there; nothing is looked up here except whether a
//! name with pattern characters is simply a file's name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::s3::S3Error;

/// One SOURCE argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `-`.
    Stdin,
    /// A file or directory.
    Path(PathBuf),
    /// A pattern: `*`, `?`, `[...]`, and `**` for any depth.
    Glob(String),
    /// `s3://bucket/prefix`: every key that begins with the prefix, as S3 itself means it.
    S3 {
        /// The bucket's name, or an access point's ARN.
        bucket: String,
        /// May be empty.
        prefix: String,
    },
}

impl Source {
    /// What a report calls it. A file or directory goes by its own name, from wherever it was named: the same backup gives
    /// the same report in every folder.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::Path(path) => own_name(path),
            Self::Glob(pattern) => pattern.clone(),
            Self::S3 { bucket, prefix } if prefix.is_empty() => format!("s3://{bucket}"),
            Self::S3 { bucket, prefix } => format!("s3://{bucket}/{prefix}"),
        }
    }
}

fn own_name(path: &Path) -> String {
    let found = path.canonicalize().ok();
    let name = found.as_deref().and_then(Path::file_name);
    name.map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Why the sources could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The argument cannot be meant.
    #[error("{argument}: {what}")]
    Usage {
        /// As typed, without any secret.
        argument: String,
        /// What is wrong with it.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The argument names nothing that could be read.
    #[error("nothing to read: {}", looked_for.join("; "))]
    NothingThere {
        /// What was looked for, one entry for each argument without a result.
        looked_for: Vec<String>,
    },
    /// A file or directory that exists cannot be read.
    #[error("cannot read {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The object store.
    #[error(transparent)]
    S3(#[from] S3Error),
}

impl SourceError {
    /// The exit code of this failure: 2 usage, 3 nothing to look at, 4 out of reach.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } => 2,
            Self::NothingThere { .. } => 3,
            Self::File { .. } => 4,
            Self::S3(error) => error.exit_code(),
        }
    }

    /// What to change: a flag, a name, a permission.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } => Some(hint.clone()),
            Self::NothingThere { .. } => {
                Some("check the spelling; an S3 prefix is taken letter by letter".to_owned())
            }
            Self::File { .. } => None,
            Self::S3(error) => error.hint(),
        }
    }
}

/// Reads one argument.
pub fn parse(argument: &OsStr) -> Result<Source, SourceError> {
    let path = Path::new(argument);
    let Some(text) = argument.to_str() else {
        return Ok(Source::Path(path.to_owned()));
    };
    match text.split_once("://") {
        _ if text == "-" => Ok(Source::Stdin),
        _ if text.is_empty() => {
            Err(usage("''", "an empty SOURCE", "name a file, a directory, - or s3://bucket/prefix"))
        }
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("s3") => parse_s3(text, rest),
        Some((scheme, _))
            if !path.exists() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            Err(usage(
                &format!("{scheme}://..."),
                "not a kind of SOURCE",
                "S3 is s3://bucket/prefix; a compatible store is reached with --s3-endpoint",
            ))
        }
        _ if is_pattern(text) && std::fs::symlink_metadata(path).is_err() => parse_glob(text),
        _ => Ok(Source::Path(path.to_owned())),
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

fn parse_glob(text: &str) -> Result<Source, SourceError> {
    let broken = |error: glob::PatternError| {
        usage(
            text,
            &format!("not a pattern: {}", error.msg),
            "quote a [ that is meant as itself as [[]",
        )
    };
    glob::Pattern::new(text).map_err(broken)?;
    Ok(Source::Glob(text.to_owned()))
}

/// `rest` is what follows `s3://`.
fn parse_s3(text: &str, rest: &str) -> Result<Source, SourceError> {
    let (bucket, prefix) = split_bucket(rest);
    if let Some((_userinfo, host)) = bucket.split_once('@') {
        let shown = format!("s3://...@{host}/{prefix}");
        return Err(usage(
            &shown,
            "credentials in a URL",
            "leave them to the environment, --aws-profile or AWS_PROFILE",
        ));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:/".contains(&byte);
    if bucket.is_empty() || !bucket.bytes().all(allowed) {
        return Err(usage(text, "no bucket has such a name", "the form is s3://bucket/prefix"));
    }
    Ok(Source::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
}

/// An access point's ARN holds a slash of its own: `arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/prefix`.
fn split_bucket(rest: &str) -> (&str, &str) {
    let own_slash = if rest.starts_with("arn:") {
        rest.find(":accesspoint/").map_or(0, |at| at + ":accesspoint/".len())
    } else {
        0
    };
    match rest[own_slash..].find('/') {
        Some(slash) => (&rest[..own_slash + slash], &rest[own_slash + slash + 1..]),
        None => (rest, ""),
    }
}

pub(super) fn usage(argument: &str, what: &str, hint: &str) -> SourceError {
    SourceError::Usage {
        argument: argument.to_owned(),
        what: what.to_owned(),
        hint: hint.to_owned(),
    }
}
