//! How long a device worked, from the times in which it was heard, in microseconds.
//!
//! A device promises to report every so often (`every`) and counts as silent after a longer time (`silent_after`). Heartbeats closer
//! together than that make a span. After the last heartbeat of a span the device is believed for `every`; the time after that is
//! down. Time in which the city's program itself did not listen says nothing: it is neither up nor expected. A device heard soon
//! after the program began to listen was up from that beginning, and one heard shortly before it stopped was up until then.

/// A time from its beginning until just before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The beginning.
    pub from: i64,
    /// The end, not before the beginning.
    pub until: i64,
}

impl Span {
    /// A span; an end before the beginning makes it empty.
    pub fn new(from: i64, until: i64) -> Self {
        Self {
            from,
            until: until.max(from),
        }
    }

    /// How long it is.
    pub fn length(self) -> i64 {
        self.until - self.from
    }
}

/// What a device promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// It reports this often.
    pub every: i64,
    /// It is silent after this time; at least `every`.
    pub silent_after: i64,
}

/// The spans in order, those that touch or overlap made one.
pub fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.length() > 0);
    spans.sort_unstable_by_key(|span| span.from);
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
            _ => joined.push(span),
        }
    }
    joined
}

/// What is in both; each list joined.
pub fn common(left: &[Span], right: &[Span]) -> Vec<Span> {
    let (mut i, mut k) = (0, 0);
    let mut common = Vec::new();
    while let (Some(one), Some(other)) = (left.get(i), right.get(k)) {
        let (from, until) = (one.from.max(other.from), one.until.min(other.until));
        if from < until {
            common.push(Span { from, until });
        }
        if one.until < other.until {
            i += 1;
        } else {
            k += 1;
        }
    }
    common
}

/// How long the spans are together; the list joined.
pub fn total(spans: &[Span]) -> i64 {
    spans.iter().map(|span| span.length()).sum()
}

/// The times in which a device worked as far as anybody knows.
///
/// `heard` are its spans from first to last heartbeat, in order; a span may be a moment. `listening` is joined.
pub fn up(heard: &[Span], listening: &[Span], promise: Promise) -> Vec<Span> {
    let mut up = Vec::with_capacity(heard.len());
    for (place, span) in heard.iter().enumerate() {
        // The first listening time that ends after the first heartbeat holds it, or follows it.
        let begun = listening[..listening.partition_point(|time| time.from <= span.from)].last();
        let from = begun
            .map(|time| time.from)
            .filter(|from| span.from - from <= promise.silent_after)
            .map_or(span.from, |from| from.min(span.from));
        let ended = listening.get(listening.partition_point(|time| time.until < span.until));
        let until = ended
            .map(|time| time.until)
            .filter(|until| until - span.until <= promise.silent_after)
            .unwrap_or(span.until + promise.every);
        // A heartbeat that came in the meantime tells more.
        let next = heard.get(place + 1).map_or(i64::MAX, |next| next.from);
        up.push(Span::new(from, until.min(next).max(span.until)));
    }
    common(&joined(up), listening)
}

/// How long a device worked within a window, and how long it should have: in service, and the program listening.
///
/// `service` is joined. The first is never larger than the second.
pub fn worked(
    heard: &[Span],
    listening: &[Span],
    service: &[Span],
    promise: Promise,
    window: Span,
) -> (i64, i64) {
    let expected = common(&common(listening, service), &[window]);
    let up = common(&up(heard, listening, promise), &expected);
    (total(&up), total(&expected))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PROMISE: Promise = Promise {
        every: 5,
        silent_after: 15,
    };

    fn span(from: i64, until: i64) -> Span {
        Span::new(from, until)
    }

    /// Heartbeats as spans, as the store keeps them.
    fn heard(mut beats: Vec<i64>) -> Vec<Span> {
        beats.sort_unstable();
        let mut spans: Vec<Span> = Vec::new();
        for beat in beats {
            match spans.last_mut() {
                Some(last) if beat - last.until <= PROMISE.silent_after => last.until = beat,
                _ => spans.push(span(beat, beat)),
            }
        }
        spans
    }

    #[test]
    fn a_gap_is_down_from_the_missed_heartbeat_to_the_next() {
        let always = [span(0, 200)];
        let (up, expected) = worked(
            &heard(vec![0, 5, 10, 70, 75, 80, 85, 90, 95, 100]),
            &always,
            &always,
            PROMISE,
            span(0, 100),
        );
        // Up 0–15 and 70–100.
        assert_eq!((up, expected), (45, 100));
    }

    #[test]
    fn a_program_that_does_not_listen_makes_nobody_silent() {
        let beats: Vec<i64> = (0..=100)
            .step_by(5)
            .filter(|at| !(31..64).contains(at))
            .collect();
        let listening = [span(0, 31), span(64, 101)];
        let service = [span(0, 1_000)];
        let (up, expected) = worked(&heard(beats), &listening, &service, PROMISE, span(0, 100));
        assert_eq!((up, expected), (67, 67));
    }

    #[test]
    fn a_device_never_heard_is_down() {
        let always = [span(0, 100)];
        assert_eq!(
            worked(&[], &always, &always, PROMISE, span(10, 60)),
            (0, 50)
        );
    }

    #[test]
    fn out_of_service_is_not_expected() {
        let always = [span(0, 100)];
        let beats = heard((0..=100).step_by(5).collect());
        let service = [span(20, 30), span(50, 70)];
        assert_eq!(
            worked(&beats, &always, &service, PROMISE, span(0, 100)),
            (30, 30)
        );
    }

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        prop::collection::vec((0_i64..500, 0_i64..80), 0..8).prop_map(|pairs| {
            joined(
                pairs
                    .into_iter()
                    .map(|(from, long)| span(from, from + long))
                    .collect(),
            )
        })
    }

    proptest! {
        #[test]
        fn working_is_never_more_than_expected_and_windows_add_up(
            beats in prop::collection::vec(0_i64..500, 0..60),
            listening in spans(),
            service in spans(),
            cut in 0_i64..500,
        ) {
            let heard = heard(beats);
            let of = |from, until| worked(&heard, &listening, &service, PROMISE, span(from, until));
            let (whole, expected) = of(0, 500);
            prop_assert!(whole <= expected);
            // A month's border loses nothing and counts nothing twice.
            let (first, second) = (of(0, cut), of(cut, 500));
            prop_assert_eq!(first.0 + second.0, whole);
            prop_assert_eq!(first.1 + second.1, expected);
        }

        #[test]
        fn a_device_that_keeps_its_promise_is_always_up(
            offset in 0_i64..5,
            listening in spans(),
        ) {
            let beats = (offset..600).step_by(5)
                .filter(|beat| listening.iter().any(|time| (time.from..time.until).contains(beat)))
                .collect();
            let always = [span(0, 600)];
            // Times too short to hear it once are lost; longer ones are not.
            let long: Vec<Span> = listening.iter().copied().filter(|time| time.length() >= 5).collect();
            let (up, expected) = worked(&heard(beats), &long, &always, PROMISE, span(0, 600));
            prop_assert_eq!(up, expected);
        }

        #[test]
        fn what_is_common_is_in_both(left in spans(), right in spans()) {
            let common = common(&left, &right);
            for at in 0..600 {
                let within = |spans: &[Span]| spans.iter().any(|span| (span.from..span.until).contains(&at));
                prop_assert_eq!(within(&common), within(&left) && within(&right));
            }
        }
    }
}
