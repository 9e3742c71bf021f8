//! What needs a store that keeps `ETags`: moto.

use std::io::Read as _;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use mapdrift::io::fetch::{self, Body, FetchOptions, Stop};
use mapdrift::io::listing::{self, Listing};
use mapdrift::model::problem::Unreadable;
use tokio::runtime::Runtime;

use super::program::{report, scan};
use super::{BUCKET, Delivered, deliver, key, ranked, s3, signed};
use crate::support::moto::Moto;
use crate::support::proxy::{Fault, FaultProxy};
use crate::support::store::{ACCESS_KEY, SECRET_KEY};

/// A bucket in moto, with the failing proxy before it.
struct Tagged {
    runtime: Runtime,
    client: Client,
    proxy: FaultProxy,
    _moto: Moto,
}

impl Tagged {
    fn start() -> Option<Self> {
        let moto = Moto::start()?;
        let runtime = Runtime::new().unwrap();
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(format!("http://{}", moto.address))
            .force_path_style(true)
            .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test"))
            .build();
        let client = Client::from_conf(config);
        runtime.block_on(client.create_bucket().bucket(BUCKET).send()).unwrap();
        let proxy = FaultProxy::start(runtime.handle(), moto.address);
        Some(Self { runtime, client, proxy, _moto: moto })
    }

    fn put(&self, key: &str, bytes: &[u8], encoding: Option<&str>) {
        let put = self.client.put_object().bucket(BUCKET).key(key);
        let put = put.set_content_encoding(encoding.map(str::to_owned));
        self.runtime.block_on(put.body(ByteStream::from(bytes.to_vec())).send()).unwrap();
    }

    fn list(&self) -> Listing {
        let options = signed(&format!("http://{}", self.proxy.address), SECRET_KEY);
        self.runtime.block_on(listing::list(&[s3("")], &options)).unwrap()
    }

    /// The only object, under a budget of so many bytes.
    fn body(&self, in_flight_bytes: usize) -> Body {
        let listing = self.list();
        let (entries, store) = (ranked(&listing), listing.store);
        let options = FetchOptions { in_flight_bytes, ..FetchOptions::default() };
        let mut bodies =
            fetch::start(self.runtime.handle(), store, entries, &options, &Stop::new());
        bodies.next().unwrap().1
    }

    /// The problem of the only object.
    fn problem(&self, listing: &Listing) -> Unreadable {
        deliver(&self.runtime, listing).remove(0).problem.unwrap()
    }
}

#[test]
fn a_store_written_by_others_gives_every_key_and_byte() {
    let Some(store) = Tagged::start() else { return };
    let keys = ["a//b", "dt=2019/한글 +&%25.gz", "x", "~ 🦀"];
    for key in keys {
        store.put(key, key.as_bytes(), None);
    }
    let listing = store.list();
    assert_eq!(listing.untagged(), 0);
    let delivered = |key: &&str| Delivered {
        key: (*key).to_owned(),
        bytes: key.as_bytes().to_vec(),
        problem: None,
    };
    let mut all = deliver(&store.runtime, &listing);
    all.sort_by(|left, right| left.key.cmp(&right.key));
    assert_eq!(all, keys.iter().map(delivered).collect::<Vec<_>>());
}

#[test]
fn a_scan_asks_for_the_objects_that_were_listed() {
    let Some(store) = Tagged::start() else { return };
    for minute in 0..20 {
        store.put(&key(minute), format!("{{\"minute\":{minute}}}").repeat(100).as_bytes(), None);
    }
    let busy = Fault::refusal(503, "SlowDown", "Please reduce your request rate.");
    store.proxy.fail(&format!("GET /backup/{}", key(3)), 1, busy);
    let (code, report) = report(scan(store.proxy.address, &format!("s3://{BUCKET}")));
    assert_eq!((code, &report["counts"]["records"]), (0, &2_000.into()));
    assert_eq!(report["fields"][0]["distinct"], 20, "{report}");
    let seen = store.proxy.seen();
    let gets: Vec<_> = seen.iter().filter(|head| head.contains("-06-")).collect();
    assert_eq!(gets.len(), 21);
    assert!(gets.iter().all(|head| head.to_ascii_lowercase().contains("\r\nif-match: \"")));
}

#[test]
fn an_object_replaced_by_one_of_the_same_size_is_noticed() {
    let Some(store) = Tagged::start() else { return };
    store.put(&key(1), b"{\"a\":1}", None);
    let listing = store.list();
    store.put(&key(1), b"{\"a\":2}", None);
    assert_eq!(store.problem(&listing).kind.name(), "object-changed");
    let seen = store.proxy.seen();
    assert!(seen.last().unwrap().to_ascii_lowercase().contains("\r\nif-match: \""), "{seen:?}");
}

#[test]
fn an_object_replaced_while_it_is_read_is_noticed_when_the_body_breaks() {
    let Some(store) = Tagged::start() else { return };
    store.put(&key(1), &vec![b'x'; 1_000_000], None);
    store.proxy.fail(&format!("GET /backup/{}", key(1)), 1, Fault::Cut(500_000));
    let (mut body, mut first) = (store.body(1 << 16), [0; 10]);
    body.read_exact(&mut first).unwrap();
    // So far no more than 64 KiB were taken off the wire, so the break is yet to come.
    store.put(&key(1), &vec![b'y'; 1_000_000], None);
    let mut rest = Vec::new();
    let error = body.read_to_end(&mut rest).unwrap_err();
    assert_eq!(Unreadable::behind(&error).unwrap().kind.name(), "object-changed");
    assert_eq!(rest, vec![b'x'; 499_990]);
}

#[test]
fn the_content_encoding_comes_with_the_body() {
    let Some(store) = Tagged::start() else { return };
    store.put(&key(1), b"not really", Some("snappy-java"));
    let mut body = store.body(1 << 20);
    assert_eq!(body.content_encoding(), Some("snappy-java"));
    assert_eq!(std::io::read_to_string(body).unwrap(), "not really");
}

#[test]
fn a_long_listing_of_others_is_complete() {
    let Some(store) = Tagged::start() else { return };
    let put = |number: u32| {
        let put = store.client.put_object().bucket(BUCKET).key(format!("{number:04}"));
        store.runtime.spawn(put.body(ByteStream::from_static(b"{}")).send())
    };
    // A few at a time: it answers one connection after the other.
    for numbers in (0..1_205).collect::<Vec<_>>().chunks(8) {
        let tasks: Vec<_> = numbers.iter().map(|number| put(*number)).collect();
        for task in tasks {
            store.runtime.block_on(task).unwrap().unwrap();
        }
    }
    assert_eq!(store.list().entries.len(), 1_205);
}
