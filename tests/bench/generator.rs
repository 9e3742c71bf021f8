//! The deterministic data of tests and benchmarks: sets of records, each with what a right answer must say about it.
//!
//! In: the name of a set and a size. Out: records in order, and a [`Manifest`](manifest) of their sums that the generator
//! keeps while it writes. The same arguments give the same bytes on every machine. It refuses to know mapdrift.

use serde_json::Value;

#[path = "generator/adversarial.rs"]
mod adversarial;
#[path = "generator/clicks.rs"]
mod clicks;
#[path = "generator/events.rs"]
mod events;
#[path = "generator/manifest.rs"]
mod manifest;
#[path = "generator/recorder.rs"]
mod recorder;
#[path = "generator/rng.rs"]
mod rng;
#[path = "generator/sums.rs"]
mod sums;
#[path = "generator/words.rs"]
mod words;

pub(crate) use manifest::text;
use recorder::Recorder;
use rng::Rng;

/// The field that only the last record of a set with a sentinel has.
pub(crate) const SENTINEL: &str = "sentinel_of_the_last_record";

/// The sets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    Clicks,
    Gh,
    AdvKeys,
    AdvDeep,
    AdvLong,
    AdvEsc,
}

/// Whether the last record has a field that no other record has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    Ordinary,
    Sentinel,
}

/// Writes records until they hold at least `bytes` bytes (separators not counted), gives each to `sink`, and returns the
/// manifest.
pub(crate) fn generate(set: Set, bytes: u64, last: Last, mut sink: impl FnMut(&[u8])) -> Value {
    let mut rng = Rng::starting_at(set.start());
    let mut writer = Recorder::new(set.style());
    let mut totals = manifest::Totals::default();
    let mut write = |last| {
        set.write(&mut rng, last, &mut writer);
        totals.add(&writer.text);
        sink(&writer.text);
        totals.bytes
    };
    while write(Last::Ordinary) < bytes {}
    if last == Last::Sentinel {
        write(last);
    }
    totals.manifest(set, &writer.sums)
}

impl Set {
    pub(crate) const ALL: [Self; 6] =
        [Self::Clicks, Self::Gh, Self::AdvKeys, Self::AdvDeep, Self::AdvLong, Self::AdvEsc];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Clicks => "clicks",
            Self::Gh => "gh",
            Self::AdvKeys => "adv_keys",
            Self::AdvDeep => "adv_deep",
            Self::AdvLong => "adv_long",
            Self::AdvEsc => "adv_esc",
        }
    }

    fn start(self) -> u64 {
        match self {
            Self::Clicks => 20_190_430,
            Self::Gh => 20_200_101,
            Self::AdvKeys | Self::AdvDeep | Self::AdvLong | Self::AdvEsc => 77,
        }
    }

    fn style(self) -> recorder::Style {
        if self == Self::Clicks { recorder::SPACED } else { recorder::COMPACT }
    }

    fn write(self, rng: &mut Rng, last: Last, writer: &mut Recorder) {
        let number = writer.sums.records;
        writer.record(|w| {
            match self {
                Self::Clicks => clicks::write(rng, number, w),
                Self::Gh => events::write(rng, number, w),
                Self::AdvKeys => adversarial::many_keys(rng, w),
                Self::AdvDeep => adversarial::deep(rng, w),
                Self::AdvLong => adversarial::long(rng, w),
                Self::AdvEsc => adversarial::escapes(rng, w),
            }
            if last == Last::Sentinel {
                w.key(SENTINEL).integer(1);
            }
        });
    }
}
