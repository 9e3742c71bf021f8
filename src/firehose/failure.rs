//! Failure folders: where Firehose puts what it could not process or deliver, in the same bucket as the backup.
//!
//! In: an object key. Out: which failure folder it lies in, if any. Refuses to know: what is inside the object. The trap
//! this file exists for: everything under the prefix is the backup *and* the wrappers of the failed documents, and wrappers
//! read as records would be counted twice and would invent fields.
//!
//! Sources: `error-output-type` in <https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html> (today's and the 2019
//! edition); the prose pages write an underscore where the API and users' buckets have a hyphen, so both are taken.

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// Documents that the index refused or that could not be delivered to it.
    Index,
    /// Records that the Lambda transformation failed on.
    Processing,
    /// Records that could not be converted to Parquet or ORC.
    FormatConversion,
    /// Events that Splunk did not take.
    Splunk,
    /// Records that an HTTP endpoint did not take.
    HttpEndpoint,
    /// Records that Snowflake did not take.
    Snowflake,
    /// Records that an Iceberg table did not take.
    Iceberg,
}

impl FailureKind {
    /// The stable name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Processing => "processing",
            Self::FormatConversion => "format-conversion",
            Self::Splunk => "splunk",
            Self::HttpEndpoint => "http-endpoint",
            Self::Snowflake => "snowflake",
            Self::Iceberg => "iceberg",
        }
    }
}

/// Folder names without their last word, which is `failed` after a hyphen or an underscore.
const FOLDERS: [(&str, FailureKind); 9] = [
    ("elasticsearch", FailureKind::Index),
    ("AmazonOpenSearchService", FailureKind::Index),
    ("AmazonOpenSearchServerless", FailureKind::Index),
    ("processing", FailureKind::Processing),
    ("format-conversion", FailureKind::FormatConversion),
    ("splunk", FailureKind::Splunk),
    ("http-endpoint", FailureKind::HttpEndpoint),
    ("snowflake", FailureKind::Snowflake),
    ("iceberg", FailureKind::Iceberg),
];

/// The failure folder that a key lies in, at any depth, as it is spelled there. The last part of the key is the object's
/// name and does not count.
pub fn failure_folder(key: &str) -> Option<(FailureKind, &str)> {
    let (folders, _name) = key.rsplit_once('/')?;
    folders.split('/').find_map(|folder| Some((folder_kind(folder)?, folder)))
}

/// A folder may carry the prefix in front, since Firehose puts no `/` between the two: `legacyelasticsearch-failed`.
pub fn folder_kind(folder: &str) -> Option<FailureKind> {
    let what = folder.strip_suffix("-failed").or_else(|| folder.strip_suffix("_failed"))?;
    let spelled = |name: &str| what.ends_with(name) || what.ends_with(&name.replace('-', "_"));
    FOLDERS.iter().find(|(name, _)| spelled(name)).map(|(_, kind)| *kind)
}
