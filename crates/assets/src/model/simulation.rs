//! Devices that do not exist: what they would tell, and when. The same seed makes the same devices.

use std::{collections::BTreeMap, time::Duration};

use rand::{Rng as _, rngs::StdRng};
use yakuba_kernel::Decimal;

use super::kind::{Kind, Value};

/// One message in so many begins a time with a value out of its range.
const SELDOM: u32 = 200;
/// So many messages long it stays there.
const LONG: u32 = 5;

/// A value that wanders within its range, in thousandths.
#[derive(Debug, Clone)]
struct Wandering {
    key: String,
    least: i64,
    most: i64,
    /// What needs somebody; none: every value is allowed.
    outside: Option<i64>,
    now: i64,
}

/// The bounds of a value that the kind leaves open.
const OPEN: i64 = 100_000;

fn thousandths(value: Decimal) -> i64 {
    let scaled = (value * Decimal::from(1_000)).round();
    i64::try_from(scaled).unwrap_or(0)
}

impl Wandering {
    fn new(value: &Value, random: &mut StdRng) -> Self {
        let (least, most) = match (value.least.map(thousandths), value.most.map(thousandths)) {
            (Some(least), Some(most)) => (least, most),
            (Some(least), None) => (least, least.saturating_add(OPEN)),
            // A switch: nothing, until something happens.
            (None, Some(most)) => (most.min(0), most),
            (None, None) => (0, OPEN),
        };
        let beyond = ((most - least) / 10).max(1_000);
        Self {
            key: value.key.as_str().to_owned(),
            outside: value
                .most
                .map(|_| most + beyond)
                .or(value.least.map(|_| least - beyond)),
            now: random.random_range(least..=most.max(least)),
            least,
            most,
        }
    }

    fn step(&mut self, random: &mut StdRng) -> i64 {
        let stride = ((self.most - self.least) / 50).max(0);
        let by = if stride == 0 {
            0
        } else {
            random.random_range(-stride..=stride)
        };
        self.now = (self.now + by).clamp(self.least, self.most.max(self.least));
        self.now
    }
}

/// A device.
#[derive(Debug, Clone)]
pub struct Simulated {
    values: Vec<Wandering>,
    every: Duration,
    silent_after: Option<Duration>,
    outside_for: u32,
}

impl Simulated {
    /// A device of a kind; `silent` within the given time: it stops speaking at some moment of it.
    pub fn new(kind: &Kind, silent_within: Option<Duration>, random: &mut StdRng) -> Self {
        let telemetry = kind.telemetry.as_ref();
        Self {
            values: telemetry
                .iter()
                .flat_map(|telemetry| &telemetry.values)
                .map(|value| Wandering::new(value, random))
                .collect(),
            every: Duration::from_mins(
                telemetry.map_or(1, |telemetry| u64::from(telemetry.every_minutes)),
            ),
            silent_after: silent_within.map(|within| within.mul_f64(random.random_range(0.1..0.5))),
            outside_for: 0,
        }
    }

    /// How long after the beginning it speaks first: devices are not switched on at the same moment.
    pub fn first(&self, random: &mut StdRng) -> Duration {
        self.every.mul_f64(random.random_range(0.0..1.0))
    }

    /// How long it waits before it speaks again: a little less than it promised, never twice the same.
    pub fn pause(&self, random: &mut StdRng) -> Duration {
        self.every.mul_f64(random.random_range(0.85..0.99))
    }

    /// What it tells so long after the beginning; none: it has fallen silent.
    pub fn tell(
        &mut self,
        after: Duration,
        random: &mut StdRng,
    ) -> Option<BTreeMap<String, Decimal>> {
        if self.silent_after.is_some_and(|silent| after >= silent) {
            return None;
        }
        if self.outside_for > 0 {
            self.outside_for -= 1;
        } else if random.random_range(0..SELDOM) == 0 {
            self.outside_for = LONG;
        }
        let is_outside = self.outside_for > 0;
        Some(
            self.values
                .iter_mut()
                .map(|value| {
                    let within = value.step(random);
                    let told = value.outside.filter(|_| is_outside).unwrap_or(within);
                    (value.key.clone(), Decimal::new(told, 3).normalize())
                })
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;
    use crate::model::kind::tests::camera;

    #[test]
    fn a_device_speaks_in_time_and_its_values_are_right_most_of_the_time() {
        let kind = camera();
        let mut random = StdRng::seed_from_u64(7);
        let mut device = Simulated::new(&kind, None, &mut random);
        let rule = kind.value("heat").unwrap().clone();
        let (mut right, mut wrong) = (0_u32, 0_u32);
        for minute in 0..5_000 {
            let told = device
                .tell(Duration::from_mins(minute), &mut random)
                .unwrap();
            if rule.allows(told["heat"]) {
                right += 1;
            } else {
                wrong += 1;
            }
            let pause = device.pause(&mut random);
            assert!(pause > Duration::from_mins(4) && pause < Duration::from_mins(5));
        }
        assert!(wrong > 20 && right > wrong * 10, "{right} {wrong}");
    }

    #[test]
    fn the_same_seed_makes_the_same_devices_and_some_fall_silent() {
        let kind = camera();
        let story = |seed| {
            let mut random = StdRng::seed_from_u64(seed);
            let mut device = Simulated::new(&kind, Some(Duration::from_hours(10)), &mut random);
            (0..120)
                .map(|step| device.tell(Duration::from_mins(step * 5), &mut random))
                .collect::<Vec<_>>()
        };
        assert_eq!(story(1), story(1));
        assert_ne!(story(1), story(2));
        let told = story(1);
        assert!(told[0].is_some() && told[119].is_none());
    }
}
