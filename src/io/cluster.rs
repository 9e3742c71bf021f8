//! The cluster: what it says about an index.
//!
//! In: an address, a sign-in, a name (index, alias, pattern or data stream). Out: a [`Capture`] of everything that mapdrift
//! wants to know about every concrete index under that name, or a [`ClusterError`]. It refuses to write: the reads that exist
//! are an enum behind one door, all of them GETs, and no other code can build a request. It refuses to know what a mapping
//! means.
//!
//! What a cluster does not answer (an old version, a missing right) is not an error but a line in `unanswered`, except for
//! the mapping itself. The clock is read here, after the last read.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::model::capture::{Capture, CapturedIndex};
use crate::model::engine::{Engine, Product};

mod address;
mod answers;
mod auth;
mod door;
mod engines;
mod error;
mod sign;

pub use auth::{Auth, AuthKind, Aws, AwsService, Secret, Secrets};
pub use error::{ClusterError, Trouble, Why};

use door::{Answer, Door, Read, safe};
use engines::Root;

/// The longest list of names in one path. Proxies and engines take 4,096 bytes of request line at least.
const LONGEST_PATH: usize = 3_000;

/// Where the cluster is and who we are.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// http or https, host, perhaps a port and a base path.
    pub url: String,
    /// The sign-in.
    pub auth: Auth,
    /// A file with certificate authorities in PEM form that are trusted besides the system's.
    pub ca_cert: Option<PathBuf>,
    /// For each read, from the connection to the last byte.
    pub timeout: Duration,
}

impl ClusterOptions {
    /// Half a minute for each read: what an engine takes to print the mapping of a large index over a slow line.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
}

/// Reads everything about the indices under `name`.
pub async fn read(options: &ClusterOptions, name: &str) -> Result<Capture, ClusterError> {
    check_name(name)?;
    let door = Door::open(options).await?;
    let mut notes = Notes::default();
    let engines = read_engines(&door, &mut notes).await?;
    let indices = read_indices(&door, name, &mut notes).await?;
    let legacy = optional(&door, Read::LegacyTemplates, "legacy templates", &mut notes).await?;
    let (mut index, mut parts) = (Value::Null, Value::Null);
    if engines::may_compose_templates(&engines) {
        index = optional(&door, Read::IndexTemplates, "composable templates", &mut notes).await?;
        parts =
            optional(&door, Read::ComponentTemplates, "component templates", &mut notes).await?;
    }
    let data_streams = read_data_streams(&door, &indices, &mut notes).await?;
    Ok(Capture {
        captured_at: now(),
        requested: name.to_owned(),
        engines,
        indices,
        legacy_templates: answers::as_map(legacy),
        index_templates: answers::by_name(index, "index_templates", "index_template"),
        component_templates: answers::by_name(parts, "component_templates", "component_template"),
        data_streams,
        unanswered: notes.sorted(),
    })
}

/// To the millisecond, as the engines count.
#[expect(clippy::disallowed_methods, reason = "the clock says when the cluster was read")]
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// What was not answered, in words.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn add(&mut self, what: &str, read: Read<'_>, answer: &Answer) {
        self.0.push(format!(
            "{what}: GET /{} says {} ({})",
            read.path(),
            answer.status,
            answer.reason()
        ));
    }

    fn sorted(mut self) -> Vec<String> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}

/// `GET /` first; the nodes where it leaves something open.
async fn read_engines(door: &Door, notes: &mut Notes) -> Result<Vec<Engine>, ClusterError> {
    let root = door.get(Read::Root).await?;
    let said = if root.status == 200 { engines::of_root(&root.body) } else { Root::Nothing };
    let product = match &said {
        Root::One(engine) => return Ok(vec![*engine]),
        Root::OpenSearch(_) => Some(Product::OpenSearch),
        Root::Either | Root::Nothing => None,
    };
    let answer = door.get(Read::Nodes).await?;
    let of_nodes = engines::of_nodes(&answer.body, product);
    let is_masked = of_nodes.iter().all(|engine| engines::is_mask(*engine));
    match said {
        _ if !is_masked => Ok(of_nodes),
        Root::OpenSearch(candidates) => Ok(candidates),
        Root::Nothing if of_nodes.is_empty() => {
            notes.add("engine", Read::Root, &root);
            notes.add("engine", Read::Nodes, &answer);
            Ok(Vec::new())
        }
        _ => Ok(engines::either()),
    }
}

async fn read_indices(
    door: &Door,
    name: &str,
    notes: &mut Notes,
) -> Result<BTreeMap<String, CapturedIndex>, ClusterError> {
    let mappings = read_mappings(door, name).await?;
    let names: Vec<&str> = mappings.keys().map(String::as_str).collect();
    let (mut settings, mut aliases) = (BTreeMap::new(), BTreeMap::new());
    for list in lists(&names) {
        let body = optional(door, Read::Settings(&list), "settings", notes).await?;
        settings.extend(answers::by_index(body, "settings"));
        let body = optional(door, Read::Alias(&list), "aliases", notes).await?;
        aliases.extend(answers::by_index(body, "aliases"));
    }
    let stats = optional(door, Read::SequenceNumbers(name), "sequence numbers", notes).await?;
    let mut indices = BTreeMap::new();
    for (index, mappings) in mappings {
        let settings = settings.remove(&index).unwrap_or_default();
        let operations = answers::operations(&stats, &index, &settings);
        if operations.is_none() && !stats.is_null() {
            notes.0.push(format!("sequence numbers of {}: not of every shard", safe(&index)));
        }
        let captured = CapturedIndex {
            documents: read_count(door, &index, notes).await?,
            operations,
            created_at: answers::created_at(&settings),
            aliases: aliases.remove(&index).unwrap_or_default(),
            settings,
            mappings,
        };
        indices.insert(index, captured);
    }
    Ok(indices)
}

/// The one read that must succeed.
async fn read_mappings(door: &Door, name: &str) -> Result<BTreeMap<String, Value>, ClusterError> {
    let read = Read::Mapping(name);
    let answer = door.get(read).await?;
    match answer.status {
        200 => {
            let mappings = answers::by_index(answer.body, "mappings");
            if mappings.is_empty() { Err(no_such_index(door, name).await?) } else { Ok(mappings) }
        }
        404 if answer.body["error"]["type"] == "index_not_found_exception" => {
            Err(no_such_index(door, name).await?)
        }
        401 | 403 => Err(door.refused(&read.path(), &answer)),
        status => Err(door.unusable(&read.path(), status, &answer.reason())),
    }
}

async fn no_such_index(door: &Door, name: &str) -> Result<ClusterError, ClusterError> {
    let answer = door.get(Read::Names).await?;
    let names = answers::names(&answer.body);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = similar::get_close_matches(name, &names, 3, 0.6);
    let near = near.into_iter().map(safe).collect();
    Ok(ClusterError::NoSuchIndex { requested: name.to_owned(), host: door.host.clone(), near })
}

async fn read_count(
    door: &Door,
    index: &str,
    notes: &mut Notes,
) -> Result<Option<u64>, ClusterError> {
    let read = Read::Count(index);
    let answer = door.get(read).await?;
    let documents = answers::documents(&answer.body);
    match (answer.status, documents) {
        (200, None) => {
            let index = safe(index);
            notes.0.push(format!("documents of {index}: not all of its shards answered _count"));
        }
        (200, Some(_)) => {}
        _ => notes.add(&format!("documents of {}", safe(index)), read, &answer),
    }
    Ok(documents)
}

/// Backing indices are named `.ds-...`; without one there is no data stream, and no need to ask an engine that knows none.
async fn read_data_streams(
    door: &Door,
    indices: &BTreeMap<String, CapturedIndex>,
    notes: &mut Notes,
) -> Result<BTreeMap<String, Value>, ClusterError> {
    if !indices.keys().any(|index| index.starts_with(".ds-")) {
        return Ok(BTreeMap::new());
    }
    let body = optional(door, Read::DataStreams, "data streams", notes).await?;
    let mut streams = answers::by_name(body, "data_streams", "");
    streams.retain(|_, stream| answers::backing(stream).any(|name| indices.contains_key(name)));
    Ok(streams)
}

/// A read that may go unanswered: null then, and a note.
async fn optional(
    door: &Door,
    read: Read<'_>,
    what: &str,
    notes: &mut Notes,
) -> Result<Value, ClusterError> {
    let answer = door.get(read).await?;
    if answer.status == 200 {
        return Ok(answer.body);
    }
    notes.add(what, read, &answer);
    Ok(Value::Null)
}

/// Comma-separated lists of names, each short enough for a path.
fn lists(names: &[&str]) -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    for name in names {
        match lists.last_mut() {
            Some(list) if list.len() + name.len() < LONGEST_PATH => {
                list.push(',');
                list.push_str(name);
            }
            _ => lists.push((*name).to_owned()),
        }
    }
    lists
}

/// `.` and `..` would lead to another path; no index can have these names (`MetadataCreateIndexService`).
fn check_name(name: &str) -> Result<(), ClusterError> {
    if !name.is_empty() && name.split(',').all(|part| !matches!(part, "." | "..")) {
        return Ok(());
    }
    Err(ClusterError::Usage {
        what: format!("--index `{name}` is no name"),
        hint: "name an index, alias, pattern or data stream".to_owned(),
    })
}
