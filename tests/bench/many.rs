//! Stores to measure against: a real one on a folder, and a stand-in that lists more objects than a disk would like.
//!
//! In: a folder, or a number of objects. Out: an address on standard output; the server ends with standard input.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use crate::store::{ACCESS_KEY, SECRET_KEY, StoreServer};

/// A real S3 server with real signatures.
pub(crate) fn store(folder: &Path) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let server = StoreServer::serving(runtime.handle(), folder.to_owned(), None, None);
    println!(
        "AWS_ENDPOINT_URL_S3={} AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY} AWS_REGION=us-east-1",
        server.endpoint()
    );
    until_input_ends();
    Ok(())
}

/// What every object of the stand-in holds.
const RECORD: &[u8] = b"{\"user_id\":\"Aster-Kotlin-564\",\"index\":7}\n";
const ETAG: &str = "&quot;9c948a081f4b4a0e8f3e0d9c9a3c1b22&quot;";
/// As S3 pages.
const PAGE: u64 = 1_000;

/// A stand-in that answers `ListObjectsV2` with keys as Firehose makes them, and every `GetObject` with the same record. It
/// checks no signature and knows one bucket of any name.
pub(crate) fn listing(objects: u64) -> Result<(), String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("AWS_ENDPOINT_URL_S3=http://{address} AWS_REGION=us-east-1");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(&stream, objects));
        }
    });
    until_input_ends();
    Ok(())
}

fn until_input_ends() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// Answers one request after the other until the client goes away.
fn answer(mut stream: &TcpStream, objects: u64) {
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(request)) = lines.next() {
        let rest = lines.by_ref().map_while(Result::ok);
        rest.take_while(|line| !line.is_empty()).for_each(drop);
        let target = request.split(' ').nth(1).unwrap_or_default();
        let body = match target.split_once("list-type=2") {
            Some((_, query)) => page(token(query), objects).into_bytes(),
            None => RECORD.to_vec(),
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\nETag: \"{}\"\r\nContent-Length: {}\r\n\r\n",
            ETAG.trim_start_matches("&quot;").trim_end_matches("&quot;"),
            body.len()
        );
        if stream.write_all(&[head.as_bytes(), &body].concat()).is_err() {
            return;
        }
    }
}

/// The first object of the page that is asked for.
fn token(query: &str) -> u64 {
    let token = query.split('&').find_map(|part| part.strip_prefix("continuation-token="));
    token.and_then(|token| token.parse().ok()).unwrap_or(0)
}

fn page(first: u64, objects: u64) -> String {
    let end = objects.min(first + PAGE);
    let mut page = String::from("<ListBucketResult>");
    for number in first..end {
        let (minute, hour, day) = (number % 60, number / 60 % 24, number / 1_440 % 28 + 1);
        let (month, year) = (number / 40_320 % 12 + 1, 2000 + number / 483_840);
        write!(
            page,
            "<Contents><Key>{year}/{month:02}/{day:02}/{hour:02}/test-1-{year}-{month:02}-{day:02}-{hour:02}-{minute:02}-00-\
             9c948a08-1f4b-4a0e-8f3e-{number:012x}</Key><LastModified>2019-04-30T06:26:00.000Z</LastModified><ETag>{ETAG}</ETag>\
             <Size>{}</Size></Contents>",
            RECORD.len()
        )
        .expect("a string takes all");
    }
    let more = end < objects;
    let next = if more {
        format!("<NextContinuationToken>{end}</NextContinuationToken>")
    } else {
        String::new()
    };
    page + &format!("<IsTruncated>{more}</IsTruncated>{next}</ListBucketResult>")
}
