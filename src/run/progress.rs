//! What the user sees while objects are read: a bar on a terminal, nothing elsewhere, and one line at the end.

use std::io::{IsTerminal as _, Read};
use std::time::Instant;

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use crate::cli::Progress;
use crate::model::quantity::counted;
use crate::report::harmless;

/// A running scan.
pub(super) struct Meter {
    bar: ProgressBar,
    started: Instant,
}

/// What a finished scan comes to, for the last line.
pub(super) struct Ended {
    /// Objects that were walked once more, because the mapping turned out to be another than was guessed.
    pub walked_again: u64,
    /// Records found.
    pub records: u64,
    /// Objects read.
    pub objects: u64,
    /// Inflated bytes.
    pub bytes: u64,
    /// Whether everything was read.
    pub complete: bool,
    /// The result in words.
    pub outcome: String,
}

/// What was asked of a store.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    /// Requests to S3.
    pub requests: u64,
    /// Bytes fetched, as stored.
    pub bytes: u64,
}

impl Meter {
    /// Starts; `stored_bytes` is the sum of the objects' sizes.
    #[expect(clippy::disallowed_methods, reason = "the time a scan takes goes to stderr only")]
    pub(super) fn start(progress: Progress, stored_bytes: u64) -> Self {
        let shown = match progress {
            Progress::Auto => std::io::stderr().is_terminal(),
            Progress::Bar => true,
            Progress::None => false,
        };
        let bar = if shown {
            ProgressBar::new(stored_bytes).with_style(style())
        } else {
            ProgressBar::hidden()
        };
        Self { bar, started: Instant::now() }
    }

    /// Tells what is read now; the bar moves as `body` is read.
    pub(super) fn object<R: Read>(&self, key: &str, records: u64, body: R) -> impl Read + use<R> {
        let name = key.rsplit('/').next().unwrap_or(key);
        self.bar.set_message(format!("{} records, {}", HumanCount(records), harmless(name)));
        self.bar.wrap_read(body)
    }

    /// Ends; the last line on stderr sums up.
    #[expect(clippy::print_stderr, reason = "ring 3 speaks to the user")]
    pub(super) fn end(self, ended: &Ended, traffic: Traffic) {
        self.bar.finish_and_clear();
        eprintln!("{}", summary(ended, traffic, self.started.elapsed().as_secs_f64()));
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template(
        "{bar:30} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {wide_msg}",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn objects(ended: &Ended) -> String {
    let objects = counted(ended.objects, "object", "objects");
    match ended.walked_again {
        0 => objects,
        again => format!("{objects}, {} of them twice", HumanCount(again)),
    }
}

fn summary(ended: &Ended, traffic: Traffic, seconds: f64) -> String {
    let requests = match traffic.requests {
        0 => String::new(),
        requests => {
            format!("{} S3 requests ({}), ", HumanCount(requests), HumanBytes(traffic.bytes))
        }
    };
    format!(
        "Scanned {} in {} ({}), {requests}{seconds:.1} s; {}; {}",
        counted(ended.records, "record", "records"),
        objects(ended),
        HumanBytes(ended.bytes),
        ended.outcome,
        if ended.complete { "complete" } else { "INCOMPLETE" },
    )
}
