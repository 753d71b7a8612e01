//! Formats numbers for people.

use super::figures::{Spread, Unit};

/// Returns a figure with its unit, to three digits.
pub fn figure(value: f64, unit: Unit) -> String {
    match unit {
        Unit::PerSecond => format!("{}/s", number(value)),
        Unit::Seconds => scaled(
            value,
            &[(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")],
        ),
        Unit::Bytes => scaled(value, &[(1e6, "MB"), (1e3, "kB"), (1.0, "B")]),
        Unit::Datagrams => number(value),
        Unit::Percent => format!("{value:.2} %"),
        Unit::Times => format!("{}x", number(value)),
    }
}

/// Returns a factor, with the least and the greatest.
pub fn times(spread: Spread) -> String {
    let [median, least, greatest] = [spread.median, spread.minimum, spread.maximum].map(number);
    format!("{median}x ({least}–{greatest})")
}

/// Returns a share, with the least and the greatest.
pub fn share(spread: Spread) -> String {
    let [median, least, greatest] =
        [spread.median, spread.minimum, spread.maximum].map(|part| part * 100.0);
    format!("{median:.0} % ({least:.0}–{greatest:.0})")
}

/// Returns the value in the largest unit that gives at least 1.
fn scaled(value: f64, units: &[(f64, &str)]) -> String {
    let fits = units.iter().find(|(size, _)| value.abs() >= *size);
    let (size, name) = fits.or(units.last()).copied().unwrap_or((1.0, ""));
    format!("{} {name}", number(value / size))
}

/// Returns three digits, with commas between thousands.
pub fn number(value: f64) -> String {
    if value.abs() < 10.0 {
        return trimmed(&format!("{value:.2}"));
    }
    if value.abs() < 100.0 {
        return trimmed(&format!("{value:.1}"));
    }
    let mut unit = 1.0;
    while value.abs() / unit >= 1_000.0 {
        unit *= 10.0;
    }
    let digits = format!("{:.0}", (value / unit).round() * unit);
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn trimmed(text: &str) -> String {
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (value, expected) in [
            (0.0, "0"),
            (0.834, "0.83"),
            (5.0, "5"),
            (12.34, "12.3"),
            (123.4, "123"),
            (1_449.0, "1,450"),
            (17_361.0, "17,400"),
            (1_234_567.0, "1,230,000"),
        ] {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn units_are_the_largest_that_fit() {
        for (value, unit, expected) in [
            (17_361.0, Unit::PerSecond, "17,400/s"),
            (0.19, Unit::Seconds, "190 ms"),
            (0.000_001_9, Unit::Seconds, "1.9 µs"),
            (0.0, Unit::Seconds, "0 ns"),
            (58_800_000.0, Unit::Bytes, "58.8 MB"),
            (300.0, Unit::Bytes, "300 B"),
            (294.0, Unit::Datagrams, "294"),
            (0.0, Unit::Percent, "0.00 %"),
            (1.338, Unit::Times, "1.34x"),
        ] {
            assert_eq!(figure(value, unit), expected);
        }
    }
}
