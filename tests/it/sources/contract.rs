//! The same backup on disk, as a stream, and in S3.

use mapdrift::io::fetch::{self, FetchOptions, Stop};
use mapdrift::model::problem::Unreadable;

use super::{
    BUCKET, Delivered, World, again, deliver, deliver_with, key, list_files, put, ranked, s3,
};

/// Objects of a backup: out of order, one empty, one larger than a window, names that need escaping.
fn backup() -> Vec<(String, Vec<u8>)> {
    let large = b"{\"a\":1}\n".repeat(40_000);
    vec![
        (key(33), b"{\"a\":2}{\"a\":3}".to_vec()),
        (key(26), large),
        (key(27), Vec::new()),
        (
            format!("dt=2019 한글 +&%25/x-1-2019-04-30-06-28-00-{}.gz", super::UUID),
            b"{\"b\":1}".to_vec(),
        ),
    ]
}

/// What must come out of it, wherever it lies.
fn delivered() -> Vec<Delivered> {
    let mut objects = backup();
    objects.sort_by_key(|(key, _)| key.split_once("-1-2019").unwrap().1.to_owned());
    objects.into_iter().map(|(key, bytes)| Delivered { key, bytes, problem: None }).collect()
}

#[test]
fn a_directory_delivers_its_objects_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for (key, bytes) in backup() {
        put(folder.path(), &key, &bytes);
    }
    let world = World::new();
    let listing = list_files(&[folder.path().to_str().unwrap()]).unwrap();
    assert_eq!(deliver(&world.runtime, &listing), delivered());
}

#[test]
fn a_bucket_delivers_its_objects_in_order() {
    let world = World::new();
    for (key, bytes) in backup() {
        world.put(&key, &bytes);
    }
    let listing = world.list("").unwrap();
    assert_eq!(deliver(&world.runtime, &listing), delivered());
    let traffic = listing.store.as_ref().unwrap().traffic();
    assert_eq!(
        traffic.bytes(),
        delivered().iter().map(|object| object.bytes.len() as u64).sum::<u64>()
    );
    // This store keeps no tags for files that it did not write itself.
    assert_eq!(listing.untagged(), 4);
    // One page, and one request for each object.
    assert_eq!(traffic.requests(), 1 + 4);
}

#[test]
fn the_smallest_budget_delivers_the_same() {
    let world = World::new();
    for (key, bytes) in backup() {
        world.put(&key, &bytes);
    }
    let listing = world.list("").unwrap();
    let options = FetchOptions { in_flight_bytes: 1, parallel: 1, connections: 1 };
    assert_eq!(deliver_with(&world.runtime, &listing, &options), delivered());
}

#[test]
fn the_next_objects_are_fetched_while_the_first_is_read_within_the_budget() {
    let world = World::new();
    for minute in 0..10 {
        world.put(&key(minute), &vec![minute; 1 << 20]);
    }
    let listing = world.list("").unwrap();
    let store = listing.store.clone().unwrap();
    // Four objects share a mebibyte; each holds back what goes beyond its quarter.
    let options = FetchOptions { in_flight_bytes: 1 << 20, parallel: 4, ..FetchOptions::default() };
    let runtime = world.runtime.handle();
    let entries = ranked(&listing);
    let bodies = fetch::start(runtime, listing.store, entries, &options, &Stop::new());
    (0..4).for_each(|minute| world.proxy.wait_for(&key(minute)));
    // The page of the listing, and the four that fit.
    assert_eq!(world.proxy.seen().len(), 1 + 4);
    assert!(store.traffic().bytes() < 4 << 20);
    assert_eq!(
        bodies.map(|(_, body)| std::io::read_to_string(body).unwrap().len()).sum::<usize>(),
        10 << 20
    );
}

#[test]
fn several_workers_share_one_fetch() {
    let world = World::new();
    for minute in 0..40 {
        world.put(&key(minute), &[minute; 1000]);
    }
    let listing = world.list("").unwrap();
    let entries = ranked(&listing);
    let bodies = fetch::start(
        world.runtime.handle(),
        listing.store,
        entries,
        &FetchOptions::default(),
        &Stop::new(),
    );
    let work = |bodies: fetch::Fetch| {
        bodies
            .map(|(rank, body)| (rank, std::io::read_to_string(body).unwrap().len()))
            .collect::<Vec<_>>()
    };
    let mut read: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..3).map(|_| scope.spawn(|| work(bodies.clone()))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    read.sort_unstable();
    assert_eq!(read, (0..40).map(|rank| (rank, 1000)).collect::<Vec<_>>());
}

#[test]
fn standard_input_is_one_object() {
    let bytes = b"{\"a\":1}".repeat(100_000);
    let Some(mut child) = again("contract::standard_input_is_one_object") else {
        let all = deliver(&World::new().runtime, &list_files(&["-"]).unwrap());
        assert_eq!(all, [Delivered { key: "-".to_owned(), bytes, problem: None }]);
        return;
    };
    child.input = bytes;
    child.said();
}

#[test]
fn a_stop_ends_every_reader() {
    let world = World::new();
    for minute in 0..5 {
        world.put(&key(minute), &b"x".repeat(1 << 20));
    }
    let listing = world.list("").unwrap();
    let stop = Stop::new();
    let options = FetchOptions { in_flight_bytes: 1 << 17, ..FetchOptions::default() };
    let entries = ranked(&listing);
    let mut bodies = fetch::start(world.runtime.handle(), listing.store, entries, &options, &stop);
    let (_, mut body) = bodies.next().unwrap();
    stop.stop();
    let error = std::io::copy(&mut body, &mut std::io::sink()).unwrap_err();
    assert_eq!(Unreadable::behind(&error).unwrap().kind.name(), "interrupted");
    drop(body);
    // What was under way may still be handed out; nothing follows it.
    assert!(bodies.count() <= 2);
}

#[test]
fn a_prefix_that_holds_nothing_is_named() {
    let world = World::new();
    world.put(&key(1), b"{}");
    let error = world.list("2020/").unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains("2020/") && error.to_string().contains(BUCKET), "{error}");
    assert!(
        world
            .runtime
            .block_on(mapdrift::io::listing::list(&[s3("2019/"), s3("2020/")], &world.options()))
            .is_err()
    );
}

#[test]
fn the_same_object_given_twice_is_read_once_and_said() {
    let world = World::new();
    world.put(&key(1), b"{}");
    world.put(&key(2), b"{}");
    let sources = [s3("2019/"), s3(&key(1))];
    let listing =
        world.runtime.block_on(mapdrift::io::listing::list(&sources, &world.options())).unwrap();
    assert_eq!(listing.entries.len(), 2);
    assert_eq!(listing.repeated, [format!("s3://{BUCKET}/{}", key(1))]);
}
