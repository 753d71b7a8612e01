//! Axes: their range and their ticks.

/// The scale of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Linear: equal differences have equal lengths.
    Linear,
    /// Logarithmic: equal ratios have equal lengths; values of zero and below are left out.
    Log,
}

/// One axis. Its range follows from the points unless it is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The measured quantity, with its unit.
    pub label: String,
    /// The scale.
    pub scale: Scale,
    /// The largest possible beginning; `None`: the smallest value (linear: zero).
    pub low: Option<f64>,
    /// The smallest possible end; `None`: the largest value.
    pub high: Option<f64>,
}

impl Axis {
    /// Returns a linear axis from zero to the largest value.
    #[must_use]
    pub fn linear(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            scale: Scale::Linear,
            low: None,
            high: None,
        }
    }

    /// Returns a logarithmic axis, from the power of ten below the smallest value to the one above
    /// the largest.
    #[must_use]
    pub fn log(label: impl Into<String>) -> Self {
        Self {
            scale: Scale::Log,
            ..Self::linear(label)
        }
    }

    /// Returns the axis with its beginning at `low`, or below if there are smaller values.
    #[must_use]
    pub fn from(mut self, low: f64) -> Self {
        self.low = Some(low);
        self
    }

    /// Returns the axis with its end at `high`, or above if there are larger values.
    #[must_use]
    pub fn to(mut self, high: f64) -> Self {
        self.high = Some(high);
        self
    }

    /// Returns the range of the axis for `values`.
    pub(super) fn span(&self, values: impl Iterator<Item = f64>) -> Span {
        let shown = values.filter(|value| self.shows(*value));
        let told = [self.low, self.high].into_iter().flatten();
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in shown.chain(told.filter(|value| self.shows(*value))) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (1.0, 1.0);
        }
        match self.scale {
            Scale::Linear => {
                let low = low.min(0.0);
                let step = tick_step(high - low);
                let high = (high / step).ceil() * step;
                Span::Linear { low, high, step }
            }
            Scale::Log => {
                let low = low.log10().floor();
                Span::Log {
                    low,
                    high: high.log10().ceil().max(low + 1.0),
                }
            }
        }
    }

    pub(super) fn shows(&self, value: f64) -> bool {
        value.is_finite() && (self.scale == Scale::Linear || value > 0.0)
    }
}

/// Returns a step of 1, 2 or 5 times a power of ten that divides `range` into about five parts.
fn tick_step(range: f64) -> f64 {
    if range <= 0.0 {
        return 1.0;
    }
    let rough = range / 5.0;
    let power = 10.0_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| factor * power >= rough * 0.99);
    factor.unwrap_or(10.0) * power
}

/// An axis with a known range.
pub(super) enum Span {
    Linear {
        low: f64,
        high: f64,
        step: f64,
    },
    /// The range in powers of ten.
    Log {
        low: f64,
        high: f64,
    },
}

impl Span {
    /// Returns the position of `value`, from 0 to 1.
    pub(super) fn place(&self, value: f64) -> f64 {
        let (value, low, high) = match self {
            Self::Linear { low, high, .. } => (value, *low, *high),
            Self::Log { low, high } => (value.log10(), *low, *high),
        };
        ((value - low) / (high - low).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }

    pub(super) fn ticks(&self) -> Vec<f64> {
        let (low, high, step) = match self {
            Self::Linear { low, high, step } => (*low, *high, *step),
            // At most seven ticks for any range.
            Self::Log { low, high } => (*low, *high, ((high - low) / 6.0).ceil().max(1.0)),
        };
        let mut ticks = Vec::new();
        let mut tick = low;
        while tick <= high + step / 1e3 && ticks.len() < 32 {
            ticks.push(match self {
                Self::Linear { .. } => tick,
                Self::Log { .. } => 10.0_f64.powf(tick),
            });
            tick += step;
        }
        ticks
    }
}

/// Returns a short text for a value: `0.01`, `50`, `20k`, `1M`.
#[must_use]
pub fn short(value: f64) -> String {
    let (value, unit) = match value.abs() {
        size if size >= 1e9 => (value / 1e9, "G"),
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e3 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.4}"),
    };
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        let span = Axis::linear("ms").span([0.0, 47.0].into_iter());
        assert_eq!(span.ticks(), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        let span = Axis::log("peers").span([10.0, 20_000.0].into_iter());
        let ticks: Vec<_> = span.ticks().into_iter().map(short).collect();
        assert_eq!(ticks, ["10", "100", "1k", "10k", "100k"]);
        assert!((span.place(10.0), span.place(1e5)) == (0.0, 1.0));
        assert_eq!(
            Axis::log("none").span([0.0].into_iter()).ticks(),
            [1.0, 10.0]
        );
        let flat = Axis::log("ns").from(1.0).to(1e3).span([20.0].into_iter());
        assert_eq!(flat.ticks().len(), 4);
    }

    #[test]
    fn texts_are_short() {
        let texts = [0.0, 0.05, 1.0, 2.5, 999.0, 1_500.0, 2e6, 3e9].map(short);
        assert_eq!(texts, ["0", "0.05", "1", "2.5", "999", "1.5k", "2M", "3G"]);
    }
}
