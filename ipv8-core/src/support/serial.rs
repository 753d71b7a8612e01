//! Helpers for `#[serde(serialize_with = "...")]`: values in the same form in all JSON.

use std::fmt::Display;
use std::time::Duration;

use serde::Serializer;

/// Serializes a value as its text.
pub(crate) fn text<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// Serializes a duration as seconds, in whole microseconds: 1.5.
pub(crate) fn seconds<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    // Exact for 285 years.
    to.serialize_f64(duration.as_micros() as f64 / 1e6)
}

/// Like [`seconds`], but `null` for `None`.
pub(crate) fn optional_seconds<S: Serializer>(
    duration: &Option<Duration>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => seconds(duration, to),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::Serializer;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_duration_is_a_number_of_seconds() {
        let duration = Duration::from_nanos(12_345_678);
        assert_eq!(seconds(&duration, Serializer).ok(), Some(json!(0.012345)));
        let some = optional_seconds(&Some(duration), Serializer);
        assert_eq!(some.ok(), Some(json!(0.012345)));
        let none = optional_seconds(&None, Serializer);
        assert_eq!(none.ok(), Some(Value::Null));
    }
}
