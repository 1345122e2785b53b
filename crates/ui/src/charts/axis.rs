use crate::Language;
use crate::format::group_thousands;

/// The range of an axis with round steps: 1, 2 or 5 times a power of ten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Index of the lowest tick: its value is `first * step`.
    first: i32,
    last: i32,
    step: f64,
    decimals: usize,
}

impl Scale {
    /// The most ticks an axis has.
    pub const MOST_TICKS: usize = 8;

    /// A scale over all `values` (those that are finite) with about five steps. With `from_zero`,
    /// zero is part of it: bars must start there.
    pub fn over(values: impl IntoIterator<Item = f64>, from_zero: bool) -> Self {
        let mut low = f64::INFINITY;
        let mut high = f64::NEG_INFINITY;
        for value in values.into_iter().filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if from_zero {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        // Too flat for steps at this size: open the range around it.
        let least = (low.abs().max(high.abs()) * 1e-6).max(1e-9);
        if high - low < least {
            let room = (high.abs() * 0.1).max(least);
            if from_zero && low >= 0.0 {
                high = low + if high.abs() < least { 1.0 } else { room };
            } else {
                (low, high) = (low - room, high + room);
            }
        }
        let ideal = (high - low) / 5.0;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "an exponent of an f64 is small"
        )]
        let mut exponent = ideal.log10().floor() as i32;
        let fraction = ideal / 10_f64.powi(exponent);
        let mantissa = if fraction <= 1.0 {
            1.0
        } else if fraction <= 2.0 {
            2.0
        } else if fraction <= 5.0 {
            5.0
        } else {
            exponent += 1;
            1.0
        };
        // Dividing by a whole power keeps decimal steps such as 0.2 exact to the end digit shown.
        let step = if exponent < 0 {
            mantissa / 10_f64.powi(-exponent)
        } else {
            mantissa * 10_f64.powi(exponent)
        };
        #[allow(
            clippy::cast_possible_truncation,
            reason = "at most a million steps from zero"
        )]
        let (start, end) = (
            (low / step + 1e-9).floor() as i32,
            (high / step - 1e-9).ceil() as i32,
        );
        Self {
            first: start,
            last: end.max(start + 1),
            step,
            decimals: usize::try_from(-exponent).unwrap_or(0),
        }
    }

    /// The lowest value.
    pub fn low(&self) -> f64 {
        f64::from(self.first) * self.step
    }

    /// The highest value.
    pub fn high(&self) -> f64 {
        f64::from(self.last) * self.step
    }

    /// The distance of two ticks.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// The values with a line and a label, from the lowest up.
    pub fn ticks(&self) -> Vec<f64> {
        (self.first..=self.last)
            .map(|index| f64::from(index) * self.step)
            .collect()
    }
}

/// The label of a tick. In Japanese, ten thousands and hundred millions are 万 and 億 as soon as
/// every label of the axis gets shorter by it: `2万`, `1.5億`.
pub fn axis_label(tick: f64, scale: &Scale, language: Language) -> String {
    let largest = scale.low().abs().max(scale.high().abs());
    let (divisor, word) = if !language.is_japanese() {
        (1.0, "")
    } else if largest >= 1e8 && scale.step >= 1e7 {
        (1e8, "億")
    } else if largest >= 1e4 && scale.step >= 1e3 {
        (1e4, "万")
    } else {
        (1.0, "")
    };
    let decimals = if divisor > 1.0 {
        usize::from(scale.step < divisor)
    } else {
        scale.decimals
    };
    let plain = format!("{:.decimals$}", tick / divisor);
    let plain = if divisor > 1.0 {
        plain.trim_end_matches(".0").to_owned()
    } else {
        plain
    };
    if plain
        .trim_start_matches('-')
        .chars()
        .all(|digit| digit == '0' || digit == '.')
    {
        return "0".to_owned();
    }
    format!("{}{word}", group_thousands(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(values: &[f64], from_zero: bool) -> Vec<String> {
        let scale = Scale::over(values.iter().copied(), from_zero);
        scale
            .ticks()
            .into_iter()
            .map(|tick| axis_label(tick, &scale, Language::Japanese))
            .collect()
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(
            labels(&[37.0, 92.0], true),
            ["0", "20", "40", "60", "80", "100"]
        );
        assert_eq!(labels(&[0.13, 0.52], true), ["0", "0.2", "0.4", "0.6"]);
        assert_eq!(labels(&[-3.0, 4.0], true), ["-4", "-2", "0", "2", "4"]);
        assert_eq!(
            labels(&[98.1, 99.4], false).first().map(String::as_str),
            Some("98.0")
        );
    }

    #[test]
    fn large_numbers_read_in_ten_thousands() {
        assert_eq!(
            labels(&[48_000.0], true),
            ["0", "1万", "2万", "3万", "4万", "5万"]
        );
        assert_eq!(
            labels(&[23_000.0], true),
            ["0", "0.5万", "1万", "1.5万", "2万", "2.5万"]
        );
        assert_eq!(
            labels(&[4.2e8], true),
            ["0", "1億", "2億", "3億", "4億", "5億"]
        );
        let scale = Scale::over([48_000.0], true);
        assert_eq!(axis_label(20_000.0, &scale, Language::English), "20,000");
    }

    #[test]
    fn nothing_or_nothing_but_zero_still_has_an_axis() {
        assert_eq!(Scale::over([], true).ticks().len(), 6);
        assert_eq!(
            labels(&[0.0, 0.0], true).first().map(String::as_str),
            Some("0")
        );
        assert!(Scale::over([f64::NAN, f64::INFINITY], true).high() > 0.0);
    }

    proptest! {
        #[test]
        fn a_scale_holds_its_values_between_few_round_ticks(
            values in prop::collection::vec(-1e12..1e12_f64, 1..20),
            shrink in 0_i32..16,
            from_zero: bool,
        ) {
            let values: Vec<f64> = values.iter().map(|value| value / 10_f64.powi(shrink)).collect();
            let scale = Scale::over(values.iter().copied(), from_zero);
            let slack = scale.step() * 1e-6;
            for value in &values {
                prop_assert!(scale.low() <= value + slack && value - slack <= scale.high());
            }
            if from_zero {
                prop_assert!(scale.low() <= 0.0 && 0.0 <= scale.high());
            }
            let ticks = scale.ticks();
            prop_assert!((2..=Scale::MOST_TICKS).contains(&ticks.len()), "{ticks:?}");
            let power = 10_f64.powf(scale.step().log10().floor());
            let mantissa = scale.step() / power;
            prop_assert!([1.0, 2.0, 5.0, 10.0].iter().any(|round| (mantissa - round).abs() < 1e-6));
        }

        #[test]
        fn labels_of_an_axis_differ(high in 1e-3..1e11_f64) {
            let labels = labels(&[high], true);
            let mut unique = labels.clone();
            unique.dedup();
            prop_assert_eq!(labels, unique);
        }
    }
}
