//! The command line as the user typed it, checked for form only. What it means is decided in `settings`.
#![expect(clippy::doc_markdown, reason = "these comments are printed as help")]

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::io::cluster::AuthKind;

/// Which record added a field to an index, since when, and what it has cost.
///
/// Reads; never writes to a cluster or a bucket.
#[derive(Debug, Parser)]
#[command(name = "mapdrift", version, propagate_version = true, max_term_width = 110)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Colours in the report.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

const EXIT_CODES: &str = "Exit codes:
  0  complete, nothing at or above --fail-on
  1  complete, findings at or above --fail-on
  2  usage error
  3  nothing to look at: empty prefix, no such index
  4  incomplete, or out of reach: what is printed is a lower bound";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare backup and index: one report, one exit code
    Check(Box<Check>),
    /// Why a field is what it is: the record that brought it, what else its values ask for, what it has cost
    Why(Box<Why>),
    /// The schema of every record of a backup: fields, kinds, values, families
    Scan(Box<Scan>),
    /// Join the profiles that scans of different objects wrote
    Merge(Merge),
    /// Replay records through the rules of an engine, offline: the mapping they make and the fate of each
    Replay(Box<Replay>),
    /// Write what a cluster says about an index to one file; every command runs on it offline
    Capture(Box<Capture>),
    /// Print the page of a rule
    Explain(Explain),
    /// List the rules
    Rules(Rules),
}

/// `mapdrift check`
#[derive(Debug, Args)]
pub struct Check {
    /// What is compared.
    #[command(flatten)]
    pub sides: Sides,
    /// Exit with 1 if a certain finding of this level or above is there
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    pub fail_on: FailOn,
    /// Form of the report on standard output
    #[arg(short, long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    /// Print what would be read, and stop
    #[arg(long)]
    pub list: bool,
}

/// `mapdrift why`
#[derive(Debug, Args)]
pub struct Why {
    /// The field, with dots between the names; a dot inside a name is written `\.`
    pub field: String,
    /// What is compared.
    #[command(flatten)]
    pub sides: Sides,
    /// Form of the answer on standard output
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Leave out the bytes of records and the engine's sentences, which may quote values
    #[arg(long, value_enum, default_value_t = Redact::None)]
    pub redact: Redact,
}

/// What must not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Redact {
    /// Everything may be
    None,
    /// Values of records
    Values,
}

/// A backup and an index.
#[derive(Debug, Args)]
pub struct Sides {
    /// File, directory, glob, `-` (standard input) or s3://bucket/prefix
    ///
    /// In a directory, `capture.json` or `capture.json.gz` at its root is the capture, not a record file.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    #[command(flatten)]
    /// Where S3 objects are.
    pub store: Store,
    #[command(flatten)]
    /// Which index.
    pub cluster: Cluster,
    /// Whose credentials.
    #[command(flatten)]
    pub aws: AwsChain,
    /// A capture file in place of a live cluster
    #[arg(long, value_name = "FILE", conflicts_with = "cluster")]
    pub capture: Option<PathBuf>,
    /// The engine, where no cluster names it: es:6.5.4, os:2.19. Where the cluster is of another one, every record is also replayed
    /// under this one, and what would change is reported (engine-outcome-differs)
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// An index template that is to come: every record is also replayed in an index that begins with it, and what would change is
    /// reported. May be given several times
    #[arg(long, value_name = "FILE")]
    pub template: Vec<PathBuf>,
    /// Records younger than this many seconds may be on their way to the index
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub in_flight: u32,
    /// Objects read side by side; the answer is the same for any number [default: one for each core]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
    /// Progress on standard error
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    pub progress: Progress,
}

/// `mapdrift scan`
#[derive(Debug, Args)]
pub struct Scan {
    /// File, directory, glob, `-` (standard input) or s3://bucket/prefix
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// What is told of it.
    #[command(flatten)]
    pub report: ScanReport,
    /// Write one thing for programs, to standard output in place of the report, or to a file: json-schema (2020-12, true to
    /// what was seen), mapping (what a new index of --engine would map), ndjson (each whole record on a line of its own, in
    /// delivery order). May be given several times
    #[arg(long, value_name = "KIND[=PATH]")]
    pub emit: Vec<String>,
    /// Write the sums to a file that `mapdrift merge` takes; gzip if its name ends in .gz
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// The engine, for --emit mapping: es:6.5.4, es:8.19, os:2.19
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// Read only so many objects, or so many in a hundred, chosen by a hash of their keys
    #[arg(long, value_name = "N|P%")]
    pub sample: Option<String>,
    /// Seed of that hash: another one chooses other objects
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Leave out objects delivered before this: 2019-04-30, 2019-04-30T06:26:00Z
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Leave out objects delivered at this time or later
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Objects read side by side; the answer is the same for any number [default: one for each core]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
    /// Progress on standard error
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    pub progress: Progress,
    /// How to reach S3.
    #[command(flatten)]
    pub s3: S3,
}

/// What is told of a profile.
#[derive(Debug, Args)]
pub struct ScanReport {
    /// Form of the report on standard output
    #[arg(short, long, value_enum, default_value_t = ScanFormat::Text)]
    pub format: ScanFormat,
    /// Show families of records over time, with the shapes of each
    #[arg(long)]
    pub shapes: bool,
}

/// `mapdrift merge`
#[derive(Debug, Args)]
pub struct Merge {
    /// Files that `mapdrift scan --profile` or `mapdrift merge -o` wrote
    #[arg(value_name = "PROFILE", required = true)]
    pub profiles: Vec<PathBuf>,
    /// Write the joined profile to a file, in place of the report; gzip if its name ends in .gz
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What is told of it.
    #[command(flatten)]
    pub report: ScanReport,
}

/// `mapdrift replay`
#[derive(Debug, Args)]
pub struct Replay {
    /// File, directory, glob, `-` (standard input) or s3://bucket/prefix
    ///
    /// In a directory, `capture.json` or `capture.json.gz` at its root is the capture, not a record file.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// The engine: es:6.5.4, es:8.19, os:2.19; a capture names it too
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// The mapping that the index begins with: a bare mapping, the body of an index creation with its settings, or the
    /// answer of GET index or GET index/_mapping
    #[arg(long, value_name = "FILE", conflicts_with = "template")]
    pub mapping: Option<PathBuf>,
    /// Index templates that the index begins with: bodies, or answers of GET _template, _index_template, _component_template.
    /// Those that match --index take part; without it all do
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub template: Vec<PathBuf>,
    /// A capture file: engine, settings, templates, and the live mapping to compare with
    #[arg(long, value_name = "FILE")]
    pub capture: Option<PathBuf>,
    /// Name of the index; where the mapping's file or a capture holds several, which one
    #[arg(long, value_name = "NAME")]
    pub index: Option<String>,
    /// Name of the mapping type (Elasticsearch 6)
    #[arg(long = "type", value_name = "NAME")]
    pub type_name: Option<String>,
    /// How records follow one another
    #[arg(long, value_enum, default_value_t = Framing::Auto)]
    pub framing: Framing,
    /// The history up to this time: leave out objects delivered later. The live mapping of a capture is then not compared
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Compare the resulting mapping with a live one: the answer of GET index/_mapping
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,
    /// Write one thing for programs, to standard output in place of the report, or to a file: mapping (keys sorted; below the
    /// index's name where it is known), fates (a JSON line for each record), witnesses (the smallest refused records with a
    /// curl line). May be given several times
    #[arg(long, value_name = "KIND[=PATH]")]
    pub emit: Vec<String>,
    /// Exit with 1 on this: a refused record or a difference from the live mapping is an error, a loss a warning
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    pub fail_on: FailOn,
    /// Form of the report on standard output
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Objects read side by side; the answer is the same for any number [default: one for each core]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
    /// Progress on standard error
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    pub progress: Progress,
    /// How to reach S3.
    #[command(flatten)]
    pub s3: S3,
}

/// How records follow one another in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Framing {
    /// As they come: one after another, one a line, over several lines, mixed
    Auto,
    /// One after another; line feeds mean nothing
    Concatenated,
    /// Every line is one record whatever it holds, as `_bulk` sees it
    Lines,
}

/// `mapdrift capture`
#[derive(Debug, Args)]
pub struct Capture {
    #[command(flatten)]
    /// Which index.
    pub cluster: Cluster,
    /// Whose credentials.
    #[command(flatten)]
    pub aws: AwsChain,
    /// Where to write: a file, gzip if its name ends in .gz, or `-`
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// `mapdrift explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// Its id, as in a report
    #[arg(value_name = "RULE")]
    pub rule: String,
}

/// `mapdrift rules`
#[derive(Debug, Args)]
pub struct Rules {
    /// Form of the list
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How commands without a cluster reach S3.
#[derive(Debug, Default, Args)]
pub struct S3 {
    /// Where S3 objects are.
    #[command(flatten)]
    pub store: Store,
    /// Whose credentials.
    #[command(flatten)]
    pub aws: AwsChain,
    /// Certificate of a private authority (PEM), for S3
    #[arg(long, value_name = "FILE", help_heading = "S3")]
    pub ca_cert: Option<PathBuf>,
}

/// Where S3 objects are and who asks for them.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "S3")]
pub struct Store {
    /// An S3-compatible store, addressed path style (AWS_ENDPOINT_URL_S3 works too)
    #[arg(long, value_name = "URL")]
    pub s3_endpoint: Option<String>,
    /// Ask without credentials, for public buckets
    #[arg(long)]
    pub no_sign_request: bool,
    /// Agree to pay for requests
    #[arg(long)]
    pub request_payer: bool,
}

/// What the AWS credential chain is told, for S3 and for signed cluster requests.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "AWS")]
pub struct AwsChain {
    /// Profile of the AWS configuration files (AWS_PROFILE works too)
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// Region to ask first; a bucket in another one is found
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

/// Which index, on which cluster, as whom.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Index")]
pub struct Cluster {
    /// The cluster's address
    #[arg(long, value_name = "URL", requires = "index")]
    pub cluster: Option<String>,
    /// Index, alias, pattern or data stream; every concrete index is judged
    #[arg(long, value_name = "NAME", requires = "cluster")]
    pub index: Option<String>,
    /// How to sign in. Secrets come from MAPDRIFT_USERNAME and MAPDRIFT_PASSWORD, MAPDRIFT_BEARER_TOKEN, MAPDRIFT_API_KEY
    /// (encoded or id:key), or the AWS chain
    #[arg(long, default_value_t = AuthKind::None, value_parser = auth_kinds())]
    pub auth: AuthKind,
    /// Certificate of a private authority (PEM), for the cluster and for S3
    #[arg(long, value_name = "FILE")]
    pub ca_cert: Option<PathBuf>,
}

/// Forms of the report of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// One line for each finding
    Concise,
    /// One versioned document
    Json,
}

/// Forms of the report of `scan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScanFormat {
    /// For people
    Text,
    /// One versioned document
    Json,
    /// A line for the whole, then one for each field, family and problem
    Jsonl,
    /// A line for each field
    Csv,
}

/// Forms of any other answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One versioned document
    Json,
}

/// From which level on findings change the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// Any finding
    Note,
    /// No finding does
    Never,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal that takes them; NO_COLOR and CLICOLOR_FORCE are heard
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Progress on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// A bar on a terminal, nothing elsewhere
    Auto,
    /// A bar
    Bar,
    /// Nothing
    None,
}

fn auth_kinds() -> impl TypedValueParser<Value = AuthKind> {
    PossibleValuesParser::new(["none", "basic", "bearer", "api-key", "sigv4"])
        .map(|name| AuthKind::parse(&name).expect("the names above are those it reads"))
}
