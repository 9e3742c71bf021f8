//! Which objects of a listing are read: a time span, a sample. What is left out is said.
//!
//! In: a listed backup, a [`Selection`]. Out: the same backup with fewer objects, and the words for the report.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::error::Error;
use crate::model::object::Object;
use crate::model::quantity::counted;
use crate::model::scanned::{Inputs, Sample};
use crate::run::backup::Backup;
use crate::settings::{SampleSize, Selection};

/// Leaves out what was not asked for.
pub(super) fn choose(backup: &mut Backup, selection: &Selection) -> Result<Inputs, Error> {
    let mut inputs = Inputs {
        backup: backup.names.clone(),
        since: selection.since,
        until: selection.until,
        sample: None,
        remarks: backup.remark().into_iter().collect(),
    };
    let failures = backup.deliveries.failures.len() as u64;
    if failures > 0 {
        let objects = counted(failures, "object", "objects");
        inputs
            .remarks
            .push(format!("{objects} of failed deliveries: not records of the stream, not read"));
    }
    inputs.remarks.extend(within(backup, selection));
    if backup.len() == 0 {
        return Err(Error::Nothing("no object was delivered in the time asked for".to_owned()));
    }
    if let Some(size) = selection.sample {
        inputs.sample = Some(sample(backup, size, selection.seed));
    }
    Ok(inputs)
}

/// Leaves out what was delivered before or after; says what was.
fn within(backup: &mut Backup, selection: &Selection) -> Vec<String> {
    if selection.since.is_none() && selection.until.is_none() {
        return Vec::new();
    }
    backup.keep_delivered(&|time| {
        selection.since.is_none_or(|since| time >= since)
            && selection.until.is_none_or(|until| time < until)
    })
}

/// Keeps the objects whose keys have the smallest hashes.
fn sample(backup: &mut Backup, size: SampleSize, seed: u64) -> Sample {
    let of = backup.len() as u64;
    let wanted = match size {
        SampleSize::Objects(number) => number.get().min(of),
        SampleSize::Percent(percent) => (of * u64::from(percent)).div_ceil(100),
    };
    let hash = |object: &Object| xxh3_64_with_seed(object.key.as_bytes(), seed);
    let mut hashes: Vec<u64> = backup.objects().map(|object| hash(&object)).collect();
    hashes.sort_unstable();
    let largest = usize::try_from(wanted).ok().and_then(|wanted| hashes.get(wanted - 1).copied());
    backup.keep(&|object: &Object| largest.is_none_or(|largest| hash(object) <= largest));
    let chosen = backup.len() as u64;
    Sample { seed, chosen, of, would_be_met: would_be_met(chosen, of) }
}

/// The smallest number of objects, of all, that a sample misses altogether with a probability of at most 5 %: drawing without
/// replacement (hypergeometric distribution).
fn would_be_met(chosen: u64, of: u64) -> u64 {
    let mut missed = 1.0;
    for holders in 0..of {
        if missed <= 0.05 {
            return holders;
        }
        #[expect(clippy::cast_precision_loss, reason = "numbers of objects are far below 2^53")]
        let next = (of - chosen).saturating_sub(holders) as f64 / (of - holders) as f64;
        missed *= next;
    }
    of
}

#[cfg(test)]
mod tests {
    use super::would_be_met;

    #[test]
    fn a_whole_backup_misses_nothing() {
        assert_eq!(would_be_met(10, 10), 1);
    }

    #[test]
    fn half_of_a_large_backup_misses_what_four_objects_hold_once_in_sixteen() {
        assert_eq!(would_be_met(50_000, 100_000), 5);
    }

    #[test]
    fn one_of_many_meets_only_what_nearly_all_hold() {
        assert_eq!(would_be_met(1, 100), 95);
    }
}
