//! Real engines for tests. In: `MAPDRIFT_ENGINES`. Out: the address of a running engine, one per version and test run,
//! shared by all tests; it ends with the test process. It refuses to know what is asked of it.
//!
//! `MAPDRIFT_ENGINES` unset or empty: none is started, recordings stand in, and the test output says so. A list of names
//! (`es-6.5.4,os-2.19.6`): these must start. `required`: every one that a JDK here can run, Elasticsearch 6.5.4 at least.
//! `all`: all of them; `full`: all of them, and tests that can do more do more. Missing Java or Maven is then a failure.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::{env, thread};

/// The one that everything else is measured by.
pub(crate) const ES_6_5: &str = "es-6.5.4";

/// The engines that this run shall start, in order.
pub(crate) fn wanted() -> &'static [String] {
    static WANTED: OnceLock<Vec<String>> = OnceLock::new();
    WANTED.get_or_init(|| {
        let setting = env::var("MAPDRIFT_ENGINES").unwrap_or_default();
        let wanted = match setting.as_str() {
            "" => Vec::new(),
            "all" | "full" => names("versions"),
            "required" => names("runnable"),
            list => list.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        };
        assert!(setting != "required" || wanted.iter().any(|name| name == ES_6_5), "{ES_6_5} cannot run here");
        say(&match wanted.as_slice() {
            [] => "engines: none started (MAPDRIFT_ENGINES is not set): recorded answers stand in for them".to_owned(),
            names => format!("engines: real {}", names.join(", ")),
        });
        wanted
    })
}

/// Whether everything shall be tried that can be, whatever time it takes.
pub(crate) fn is_full() -> bool {
    env::var("MAPDRIFT_ENGINES").is_ok_and(|setting| setting == "full")
}

/// The address of a running engine; the first test that asks starts it.
pub(crate) fn shared(name: &str) -> String {
    static RUNNING: Mutex<BTreeMap<String, Arc<OnceLock<Engine>>>> = Mutex::new(BTreeMap::new());
    let slot = Arc::clone(RUNNING.lock().unwrap().entry(name.to_owned()).or_default());
    slot.get_or_init(|| Engine::start(name)).url.clone()
}

/// Says something in the test output, also of tests that pass.
pub(crate) fn say(words: &str) {
    // libtest keeps what is printed by macros; a direct write reaches the output.
    let _ = std::io::stderr().lock().write_all(format!("{words}\n").as_bytes());
}

/// A running engine. It ends when its standard input does: with the test process, however that ends.
pub(crate) struct Engine {
    url: String,
    _process: Child,
}

impl Engine {
    #[expect(
        clippy::zombie_processes,
        reason = "it ends with this process, which cannot wait for it"
    )]
    pub(crate) fn start(name: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut process = Command::new(script())
            .args(["run", name, &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|why| panic!("cannot start {name}: {why}"));
        let mut lines =
            BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut log = Vec::new();
        while let Some(line) = lines.next() {
            if line.starts_with("READY") {
                thread::spawn(move || lines.for_each(drop)); // or a full pipe would stop the engine
                return Self { url: format!("http://127.0.0.1:{port}"), _process: process };
            }
            log.push(line);
        }
        panic!("{name} did not start:\n{}", log.join("\n"));
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }
}

fn script() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/engines/engine")
}

fn names(verb: &str) -> Vec<String> {
    let output = Command::new(script()).arg(verb).output().unwrap();
    assert!(
        output.status.success(),
        "engines cannot run here: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}
