//! Growing pauses after failures, arranged so that nobody can use them to lock another person out.
//!
//! There is no counter per account. A failure counts against where it came from, and against the pair of where and
//! which name. A device on which the person signed in before has a counter of its own that only that device can move.
//! So a stranger, wherever they are, only ever slows down themselves.

use jiff::{SignedDuration, Timestamp};

/// How many failures are free, and how long pauses may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// So many failures cost nothing: people mistype.
    pub free: i64,
    /// The longest pause.
    pub longest: SignedDuration,
}

/// For one name from one source.
pub const NAME_FROM_SOURCE: Allowance = Allowance {
    free: 5,
    longest: SignedDuration::from_mins(15),
};
/// For one source with any name: a whole office may share an address.
pub const SOURCE: Allowance = Allowance {
    free: 50,
    longest: SignedDuration::from_mins(5),
};
/// For a device on which the person signed in before.
pub const KNOWN_DEVICE: Allowance = Allowance {
    free: 10,
    longest: SignedDuration::from_mins(5),
};
/// For second factors after a right password from unknown devices; only who knows the password gets here.
pub const SECOND_FACTOR: Allowance = Allowance {
    free: 5,
    longest: SignedDuration::from_mins(60),
};

/// Failures are forgotten after this time without another.
pub const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How long somebody must still wait, in whole seconds; none: they may try.
pub fn wait(
    allowance: Allowance,
    failures: i64,
    last_failure: Timestamp,
    now: Timestamp,
) -> Option<u64> {
    if now.duration_since(last_failure) >= FORGET_AFTER || failures < allowance.free {
        return None;
    }
    let doublings = u32::try_from((failures - allowance.free).min(20)).unwrap_or(20);
    let pause = SignedDuration::from_secs(1_i64 << doublings).min(allowance.longest);
    let left = pause - now.duration_since(last_failure);
    if left.is_positive() {
        // Rounded up: told "1 second", trying after one second succeeds.
        u64::try_from(left.as_millis().saturating_add(999) / 1_000).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pause_ends_when_it_says_and_never_grows_beyond_its_limit(failures in 0i64..1_000, passed in 0i64..100_000) {
            let last = Timestamp::from_second(1_795_222_800).unwrap();
            let now = last + SignedDuration::from_secs(passed);
            for allowance in [NAME_FROM_SOURCE, SOURCE, KNOWN_DEVICE, SECOND_FACTOR] {
                match wait(allowance, failures, last, now) {
                    None => prop_assert!(failures < allowance.free || passed > 0),
                    Some(seconds) => {
                        prop_assert!(seconds >= 1 && i64::try_from(seconds).unwrap() <= allowance.longest.as_secs());
                        let then = now + SignedDuration::from_secs(i64::try_from(seconds).unwrap());
                        prop_assert_eq!(wait(allowance, failures, last, then), None);
                    }
                }
            }
        }

        #[test]
        fn more_failures_never_shorten_the_pause(failures in 0i64..500) {
            let last = Timestamp::from_second(1_795_222_800).unwrap();
            let pause = |failures| wait(NAME_FROM_SOURCE, failures, last, last).unwrap_or(0);
            prop_assert!(pause(failures + 1) >= pause(failures));
        }
    }
}
