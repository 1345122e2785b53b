//! How long something took, many times over.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::Outcome;

/// The times of many runs of one thing, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Times {
    /// How many runs.
    pub(crate) runs: usize,
    /// Half of the runs took no longer.
    pub(crate) median: f64,
    /// 99 of 100 runs took no longer; of fewer than 100 runs the slowest.
    pub(crate) p99: f64,
}

impl Times {
    pub(crate) fn of(mut runs: Vec<Duration>) -> Self {
        runs.sort_unstable();
        // The smallest run that so many of a hundred do not exceed.
        let of_hundred = |share: usize| {
            let place = (runs.len() * share).div_ceil(100).saturating_sub(1);
            runs.get(place)
                .map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
        };
        Self {
            runs: runs.len(),
            median: of_hundred(50),
            p99: of_hundred(99),
        }
    }
}

/// Runs the things in turn, so that a busy moment of the machine meets all of them, and times each.
/// The first runs warm up and are not counted.
pub(crate) async fn in_turn<const THINGS: usize>(
    warm_up: usize,
    runs: usize,
    mut run: impl AsyncFnMut(usize) -> Outcome<()>,
) -> Outcome<[Times; THINGS]> {
    let mut times: [Vec<Duration>; THINGS] = std::array::from_fn(|_| Vec::with_capacity(runs));
    for round in 0..warm_up + runs {
        for (thing, times) in times.iter_mut().enumerate() {
            let begun = Instant::now();
            run(thing).await?;
            if round >= warm_up {
                times.push(begun.elapsed());
            }
        }
    }
    Ok(times.map(Times::of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_slowest_hundredth_are_runs_that_happened() {
        let times = Times::of((1..=200).map(Duration::from_millis).collect());
        assert_eq!((times.runs, times.median, times.p99), (200, 100.0, 198.0));
        let one = Times::of(vec![Duration::from_millis(7)]);
        assert_eq!((one.median, one.p99), (7.0, 7.0));
    }
}
