//! Stores to measure against: a real one on a folder, and stand-ins: one that costs little, one that lists more objects than a
//! disk would like.
//!
//! In: a folder, or a number of objects. Out: an address on standard output; the server ends with standard input.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

/// What a stand-in holds.
enum Content {
    /// So many objects with keys as Firehose makes them, each with one record.
    Many(u64),
    /// The files of a folder, by name.
    Folder(PathBuf, Vec<String>),
}

/// What every object of [`Content::Many`] holds.
const RECORD: &[u8] = b"{\"user_id\":\"Aster-Kotlin-564\",\"index\":7}\n";
const ETAG: &str = "9c948a081f4b4a0e8f3e0d9c9a3c1b22";
/// As S3 pages.
const PAGE: usize = 1_000;

/// A stand-in with so many objects.
pub(crate) fn listing(objects: u64) -> Result<(), String> {
    serve(Content::Many(objects))
}

/// A stand-in that costs less than a real server: what a scan loses on the way from a store shows, not what the server takes.
pub(crate) fn files(folder: &Path) -> Result<(), String> {
    let entries = folder.read_dir().map_err(|error| error.to_string())?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    serve(Content::Folder(folder.to_owned(), names))
}

/// Answers `ListObjectsV2` and `GetObject`. It checks no signature, knows no ranges, and one bucket of any name.
fn serve(content: Content) -> Result<(), String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!(
        "AWS_ENDPOINT_URL_S3=http://{address} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any"
    );
    let content = Arc::new(content);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let content = Arc::clone(&content);
            std::thread::spawn(move || answer(&stream, &content));
        }
    });
    until_input_ends();
    Ok(())
}

fn until_input_ends() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// Answers one request after the other until the client goes away.
fn answer(mut stream: &TcpStream, content: &Content) {
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(request)) = lines.next() {
        let rest = lines.by_ref().map_while(Result::ok);
        rest.take_while(|line| !line.is_empty()).for_each(drop);
        let target = request.split(' ').nth(1).unwrap_or_default();
        let body = match target.split_once("list-type=2") {
            Some((_, query)) => page(token(query), content).into_bytes(),
            None => object(target, content),
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\nETag: \"{ETAG}\"\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
            return;
        }
    }
}

fn object(target: &str, content: &Content) -> Vec<u8> {
    let Content::Folder(folder, _) = content else { return RECORD.to_vec() };
    let path = target.split('?').next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    std::fs::read(folder.join(name)).unwrap_or_default()
}

/// The first object of the page that is asked for.
fn token(query: &str) -> usize {
    let token = query.split('&').find_map(|part| part.strip_prefix("continuation-token="));
    token.and_then(|token| token.parse().ok()).unwrap_or(0)
}

fn page(first: usize, content: &Content) -> String {
    let objects = match content {
        Content::Many(objects) => usize::try_from(*objects).unwrap_or(usize::MAX),
        Content::Folder(_, names) => names.len(),
    };
    let end = objects.min(first + PAGE);
    let mut page = String::from("<ListBucketResult>");
    for number in first..end {
        let (key, size) = match content {
            Content::Many(_) => (key(number), RECORD.len() as u64),
            Content::Folder(folder, names) => {
                let size = folder.join(&names[number]).metadata().map_or(0, |data| data.len());
                (names[number].clone(), size)
            }
        };
        write!(
            page,
            "<Contents><Key>{key}</Key><LastModified>2019-04-30T06:26:00.000Z</LastModified>\
             <ETag>&quot;{ETAG}&quot;</ETag><Size>{size}</Size></Contents>"
        )
        .expect("a string takes all");
    }
    let more = end < objects;
    let token = format!("<NextContinuationToken>{end}</NextContinuationToken>");
    let next = if more { token } else { String::new() };
    page + &format!("<IsTruncated>{more}</IsTruncated>{next}</ListBucketResult>")
}

/// A key as Firehose makes it, one a minute.
fn key(number: usize) -> String {
    let (minute, hour, day) = (number % 60, number / 60 % 24, number / 1_440 % 28 + 1);
    let (month, year) = (number / 40_320 % 12 + 1, 2000 + number / 483_840);
    format!(
        "{year}/{month:02}/{day:02}/{hour:02}/test-1-{year}-{month:02}-{day:02}-{hour:02}-{minute:02}-00-\
         9c948a08-1f4b-4a0e-8f3e-{number:012x}"
    )
}
