//! A small HTTP server and client for tests. In: a function from request to response; or one request. Out: a server on a
//! free loopback port that keeps what it was asked; or one answer. It refuses to know who is asked what: recordings,
//! misbehaving clusters and the recording proxy are functions given to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request: the line, the headers (names in lower case), no body.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as sent.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: body.to_owned() }
    }
}

/// A server that lives as long as the test process.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (kept, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                thread::spawn(move || serve(stream.unwrap(), &kept, &*answer));
            }
        });
        Self { url, requests }
    }

    /// Everything that was asked so far, in order of arrival.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// Answers one request and closes.
fn serve(mut stream: TcpStream, kept: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Response) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(line)) = lines.next() else { return };
    let mut parts = line.split(' ').map(str::to_owned);
    let (method, target) = (parts.next().unwrap(), parts.next().unwrap_or_default());
    let headers = headers(&mut lines.map_while(Result::ok));
    let request = Request { method, target, headers };
    let response = answer(&request);
    kept.lock().unwrap().push(request);
    let length = response.body.len();
    let status = response.status;
    let mut head =
        format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n");
    for (name, value) in &response.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    // A client that has gone away is no failure of the server.
    let _ = stream.write_all(format!("{head}\r\n{}", response.body).as_bytes());
}

fn headers(lines: &mut impl Iterator<Item = String>) -> Vec<(String, String)> {
    let head = lines.take_while(|line| !line.is_empty());
    head.filter_map(|line| {
        line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
    })
    .collect()
}

/// One request to a server on loopback, whatever the method: tests set real engines up with it.
pub(crate) fn call(method: &str, url: &str, body: &str) -> Response {
    call_with(method, url, body.as_bytes())
}

/// An engine that says nothing for so long has lost the thread that should: the test fails instead of waiting.
const PATIENCE: Duration = Duration::from_mins(2);

/// The same with a body that need not be text.
pub(crate) fn call_with(method: &str, url: &str, body: &[u8]) -> Response {
    let (authority, target) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let kind = if target.contains("_bulk") { "application/x-ndjson" } else { "application/json" };
    write!(
        stream,
        "{method} /{target} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    stream.write_all(body).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap().parse().unwrap();
    let headers = headers(&mut reader.by_ref().lines().map_while(Result::ok));
    let is_chunked =
        headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if is_chunked { chunks(&mut reader) } else { rest(&mut reader) };
    Response { status, headers, body: String::from_utf8(body).unwrap() }
}

fn rest(reader: &mut impl std::io::Read) -> Vec<u8> {
    let mut body = Vec::new();
    reader.read_to_end(&mut body).unwrap();
    body
}

/// Undoes the chunked transfer coding (RFC 9112 §7.1).
fn chunks(reader: &mut impl std::io::BufRead) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).unwrap();
        body.extend_from_slice(&chunk[..size]);
        if size == 0 {
            return body;
        }
    }
}
