//! Backups on disk, on standard input and in S3: the same contract for all, and what each may do wrong.

mod arguments;
mod chain;
mod contract;
mod faults;
mod files;
mod program;
mod signing;
mod tags;

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use mapdrift::io::fetch::{self, FetchOptions, Stop};
use mapdrift::io::listing::{self, Entry, Listing};
use mapdrift::io::s3::{Proxies, S3Options, Signing};
use mapdrift::io::source::{Source, SourceError, parse};
use mapdrift::model::problem::Unreadable;
use tokio::runtime::Runtime;

use crate::support::proxy::FaultProxy;
use crate::support::store::{ACCESS_KEY, SECRET_KEY, StoreServer};

/// A random part for keys.
const UUID: &str = "9c948a08-1f4b-4a0e-8f3e-0d9c9a3c1b22";

/// A key as Firehose makes it, delivered in this minute after 06:00 on the day of the experiment.
fn key(minute: u8) -> String {
    format!("2019/04/30/06/test-1-2019-04-30-06-{minute:02}-00-{UUID}")
}

/// A store with one bucket, and a proxy before it that fails when told to.
struct World {
    runtime: Runtime,
    server: StoreServer,
    proxy: FaultProxy,
}

const BUCKET: &str = "backup";

impl World {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let server = StoreServer::start(runtime.handle());
        server.bucket(BUCKET);
        let proxy = FaultProxy::start(runtime.handle(), server.address);
        Self { runtime, server, proxy }
    }

    fn put(&self, key: &str, bytes: &[u8]) {
        put(&self.server.bucket(BUCKET), key, bytes);
    }

    /// Signed, through the proxy.
    fn options(&self) -> S3Options {
        signed(&format!("http://{}", self.proxy.address), SECRET_KEY)
    }

    fn list(&self, prefix: &str) -> Result<Listing, SourceError> {
        self.list_with(prefix, &self.options())
    }

    fn list_with(&self, prefix: &str, options: &S3Options) -> Result<Listing, SourceError> {
        self.runtime.block_on(listing::list(&[s3(prefix)], options))
    }
}

fn put(root: &Path, key: &str, bytes: &[u8]) {
    let path = root.join(key);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn s3(prefix: &str) -> Source {
    Source::S3 { bucket: BUCKET.to_owned(), prefix: prefix.to_owned() }
}

/// Options that depend on nothing outside the test.
fn signed(endpoint: &str, secret: &str) -> S3Options {
    let credentials = Credentials::new(ACCESS_KEY, secret, None, None, "test");
    S3Options {
        signing: Signing::Given(SharedCredentialsProvider::new(credentials)),
        region: Some("us-east-1".to_owned()),
        endpoint: Some(endpoint.to_owned()),
        proxies: Proxies::Never,
        attempts: Some(4),
        backoff: Duration::from_millis(1),
        ..S3Options::default()
    }
}

/// Lists files without any store.
fn list_files(arguments: &[&str]) -> Result<Listing, SourceError> {
    let sources: Result<Vec<_>, _> =
        arguments.iter().map(|argument| parse(argument.as_ref())).collect();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(listing::list(&sources?, &S3Options::default()))
}

/// This test program once more, in an empty environment, for one test of this module.
struct Child {
    command: Command,
    input: Vec<u8>,
}

const CHILD: &str = "MAPDRIFT_TEST_CHILD";

/// Nothing where this is the child already.
fn again(test: &str) -> Option<Child> {
    if std::env::var_os(CHILD).is_some() {
        return None;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--nocapture", &format!("sources::{test}")])
        .env_clear()
        .env(CHILD, "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    Some(Child { command, input: Vec::new() })
}

impl Child {
    fn env(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        self.command.env(name, value);
        self
    }

    /// Runs it; gives what it printed. It must have run one test, and that must have passed.
    fn said(&mut self) -> String {
        let mut child = self.command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&self.input).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        said
    }
}

/// What one object gave: its bytes, and the problem that ended them.
#[derive(Debug, PartialEq, Eq)]
struct Delivered {
    key: String,
    bytes: Vec<u8>,
    problem: Option<Unreadable>,
}

/// Reads all backup objects of a listing in delivery order.
fn deliver(runtime: &Runtime, listing: &Listing) -> Vec<Delivered> {
    deliver_with(runtime, listing, &FetchOptions::default())
}

fn deliver_with(runtime: &Runtime, listing: &Listing, options: &FetchOptions) -> Vec<Delivered> {
    let order = listing.deliveries(None).sources;
    let entries: Vec<_> = order.iter().map(|at| listing.entries.get(*at as usize)).collect();
    let store = listing.store.clone();
    let bodies = fetch::start(runtime.handle(), store, (0..).zip(entries), options, &Stop::new());
    let read = (0..).zip(bodies).map(|(at, (rank, mut body))| {
        assert_eq!(at, rank, "bodies come in delivery order");
        let mut bytes = Vec::new();
        let failed = body.read_to_end(&mut bytes).err();
        let problem = failed
            .map(|error| Unreadable::behind(&error).expect("bodies fail with a kind").clone());
        Delivered { key: body.key().to_owned(), bytes, problem }
    });
    read.collect()
}

/// The entries of a listing, in its order.
fn ranked(listing: &Listing) -> impl Iterator<Item = (u32, Entry)> + use<> {
    (0..).zip(listing.entries.iter().collect::<Vec<_>>())
}

/// Reads the only object.
fn deliver_one(world: &World, listing: &Listing) -> Delivered {
    let mut all = deliver(&world.runtime, listing);
    assert_eq!(all.len(), 1);
    all.remove(0)
}
