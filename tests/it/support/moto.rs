//! moto, a store written by others that keeps `ETags` and obeys `If-Match`; started where `MAPDRIFT_ENGINES` is set.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, Once, PoisonError};

use super::engine::say;

static STARTING: Mutex<()> = Mutex::new(());

/// A server that ends with this value.
pub(crate) struct Moto {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Moto {
    /// Nothing, with a word in the test output, where real services were not asked for. Where they were, a machine without
    /// Python fails the test.
    pub(crate) fn start() -> Option<Self> {
        static SAID: Once = Once::new();
        if std::env::var_os("MAPDRIFT_ENGINES").is_none_or(|setting| setting.is_empty()) {
            SAID.call_once(|| {
                say("stores: moto not started (MAPDRIFT_ENGINES is not set): tests of ETags are skipped");
            });
            return None;
        }
        // The first one installs it.
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/moto");
        let mut child = Command::new(script)
            .arg(address.port().to_string())
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let ready = said.find(|line| line.as_ref().is_ok_and(|line| line.contains("Running on")));
        assert!(ready.is_some(), "moto did not start: {:?}", child.wait());
        // It writes a line for each request and would wait for a reader.
        std::thread::spawn(move || said.for_each(drop));
        Some(Self { address, child })
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It ends with its input; how, does not matter.
        let _ = self.child.wait();
    }
}
