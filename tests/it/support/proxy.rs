//! An HTTP proxy that fails on purpose: each request is passed on, answered in the server's place, or broken off.
//!
//! The client talks to the proxy as if it were the server, so the signature covers the proxy's address. A rule applies to
//! the requests whose first line and headers hold a word, for a number of times.

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;

/// What to do with a request.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Answer this in the server's place: status line and headers (without length), body.
    Answer(String, String),
    /// Pass the answer on, but close the connection after so many bytes of the body.
    Cut(usize),
    /// As `Cut`, but with a reset.
    Reset(usize),
    /// As `Cut`, but keep the connection open and say nothing more.
    Stall(usize),
}

impl Fault {
    /// A refusal as S3 words it.
    pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        Self::Answer(format!("{status} Refused\r\nContent-Type: application/xml"), body)
    }
}

struct Rule {
    word: String,
    left: usize,
    fault: Fault,
}

/// A proxy that lives as long as its runtime.
#[derive(Clone)]
pub(crate) struct FaultProxy {
    pub(crate) address: SocketAddr,
    rules: Arc<Mutex<Vec<Rule>>>,
    seen: Arc<(Mutex<Vec<String>>, Condvar)>,
}

impl FaultProxy {
    pub(crate) fn start(runtime: &Handle, server: SocketAddr) -> Self {
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = Self { address, rules: Arc::default(), seen: Arc::default() };
        runtime.spawn(proxy.clone().serve(listener, server));
        proxy
    }

    /// Applies a fault to the next `times` requests that hold the word.
    pub(crate) fn fail(&self, word: &str, times: usize, fault: Fault) {
        self.rules.lock().unwrap().push(Rule { word: word.to_owned(), left: times, fault });
    }

    /// The heads of all requests so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.0.lock().unwrap().clone()
    }

    /// Waits for a request that holds the word; one that never comes fails the test.
    pub(crate) fn wait_for(&self, word: &str) {
        let absent = |seen: &mut Vec<String>| !seen.iter().any(|head| head.contains(word));
        let (seen, arrived) = &*self.seen;
        let patience = Duration::from_mins(1);
        let waited = arrived.wait_timeout_while(seen.lock().unwrap(), patience, absent).unwrap();
        assert!(!waited.1.timed_out(), "no request holds {word}");
    }

    async fn serve(self, listener: TcpListener, server: SocketAddr) {
        while let Ok((client, _)) = listener.accept().await {
            let proxy = self.clone();
            tokio::spawn(async move {
                // Broken connections are the purpose.
                let _ = proxy.pass(client, server).await;
            });
        }
    }

    /// One request, then the connection ends.
    async fn pass(&self, mut client: TcpStream, server: SocketAddr) -> std::io::Result<()> {
        let head = read_head(&mut client).await?;
        self.seen.0.lock().unwrap().push(head.clone());
        self.seen.1.notify_all();
        let fault = self.fault_for(&head);
        if let Some(Fault::Answer(start, body)) = &fault {
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {start}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            return client.write_all(answer.as_bytes()).await;
        }
        let mut upstream = TcpStream::connect(server).await?;
        let close = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        upstream.write_all(close.as_bytes()).await?;
        let start = read_head(&mut upstream).await?;
        client.write_all(start.as_bytes()).await?;
        match fault {
            Some(Fault::Cut(bytes)) => copy(&mut upstream, &mut client, bytes).await,
            Some(Fault::Reset(bytes)) => {
                copy(&mut upstream, &mut client, bytes).await?;
                client.set_zero_linger()
            }
            Some(Fault::Stall(bytes)) => {
                copy(&mut upstream, &mut client, bytes).await?;
                // Until the client gives up.
                client.read_u8().await.map(drop)
            }
            _ => copy(&mut upstream, &mut client, usize::MAX).await,
        }
    }

    fn fault_for(&self, head: &str) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap();
        let rule = rules.iter_mut().find(|rule| rule.left > 0 && head.contains(&rule.word))?;
        rule.left -= 1;
        Some(rule.fault.clone())
    }
}

async fn read_head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

async fn copy(from: &mut TcpStream, to: &mut TcpStream, mut left: usize) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 14];
    while left > 0 {
        let room = buffer.len().min(left);
        let length = from.read(&mut buffer[..room]).await?;
        if length == 0 {
            break;
        }
        to.write_all(&buffer[..length]).await?;
        left -= length;
    }
    Ok(())
}
