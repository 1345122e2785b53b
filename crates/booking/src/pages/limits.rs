//! How many forms one source may send: enough for a whole office or a mobile network behind one address in a rush, too few for a
//! program that takes everything. Kept in memory, by each node for itself; nothing is written for it.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use jiff::Timestamp;

/// So many at once.
const AT_ONCE: i64 = 240;
/// After that one in so many milliseconds.
const EVERY: i64 = 500;
/// So many sources are known before those that rest are forgotten.
const MOST: usize = 20_000;

/// When a source will have used nothing of what it may send, in milliseconds since 1970: a moment in the past for one that rests.
static SOURCES: LazyLock<Mutex<HashMap<String, i64>>> = LazyLock::new(Mutex::default);

/// Counts a form against where it comes from.
///
/// # Errors
/// The seconds to wait.
pub(super) fn admit(source: String, now: Timestamp) -> Result<(), u64> {
    let mut sources = SOURCES.lock().unwrap_or_else(PoisonError::into_inner);
    let now = now.as_millisecond();
    if sources.len() >= MOST {
        sources.retain(|_, empty_at| *empty_at > now);
    }
    let empty_at = sources.entry(source).or_insert(now);
    let next = (*empty_at).max(now) + EVERY;
    let over = next - now - AT_ONCE * EVERY;
    if over > 0 {
        return Err(u64::try_from(over).unwrap_or(0).div_ceil(1000));
    }
    *empty_at = next;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_source_may_send_many_at_once_and_then_at_its_pace() {
        let begin = Timestamp::from_second(1_795_222_800).unwrap();
        let from = |name: &str, after: i64| {
            admit(
                format!("limits-test {name}"),
                begin + SignedDuration::from_millis(after),
            )
        };
        for _ in 0..AT_ONCE {
            assert_eq!(from("one", 0), Ok(()));
        }
        assert_eq!(from("one", 0), Err(1));
        // Others are not concerned.
        assert_eq!(from("other", 0), Ok(()));
        assert_eq!(from("one", EVERY), Ok(()));
        assert_eq!(from("one", EVERY), Err(1));
        // After a rest everything is as at the beginning.
        for _ in 0..AT_ONCE {
            assert_eq!(from("one", EVERY * (AT_ONCE + 1)), Ok(()));
        }
    }
}
