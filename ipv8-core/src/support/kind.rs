//! Describes in plain words the values that a type accepts, such as "a whole number from 0 to 255".
//!
//! [`Kind::of`] lets serde read the type from a probe, which has no value. The probe records the
//! kind of value that the type asks for first.

use std::fmt;
use std::ops::{Bound, RangeBounds};

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, Expected, SeqAccess, Visitor,
};
use serde_json::Value;

/// How deep a type is looked into. A type that contains itself has no end.
const DEEPEST: u8 = 8;

/// The kind of values that a type accepts. Its text reads well after "expected".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number in an inclusive range.
    Whole {
        /// The smallest one.
        least: i128,
        /// The largest one.
        most: u128,
    },
    /// A number, with or without a fraction.
    Number,
    /// Any text.
    Text,
    /// A text that holds an IP address and a port.
    Address,
    /// A text of another form; serde's words for it.
    Form(String),
    /// One of these names.
    Choice(&'static [&'static str]),
    /// A list of values of one kind.
    List(Box<Kind>),
    /// A table with named values.
    Table,
    /// Any value: the type looks at the value before it decides.
    Any,
}

impl Kind {
    /// Returns the kind of values that `T` accepts. An `Option<T>` is of the kind of `T`.
    #[must_use]
    pub fn of<T: DeserializeOwned>() -> Self {
        match T::deserialize(Probe(0)) {
            Ok(_) => Self::Any,
            Err(Found(kind)) => kind,
        }
    }

    /// Returns `true` if `value` is of this kind, whether or not it is in range.
    #[must_use]
    pub fn fits(&self, value: &Value) -> bool {
        match self {
            Self::Bool => value.is_boolean(),
            Self::Whole { .. } => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::Text | Self::Address | Self::Form(_) => value.is_string(),
            Self::Choice(_) => value.is_string() || value.is_object(),
            Self::List(_) => value.is_array(),
            Self::Table => value.is_object(),
            Self::Any => true,
        }
    }

    /// Returns the words for this kind of values within `range`.
    #[must_use]
    pub fn within<T: fmt::Display>(&self, range: &impl RangeBounds<T>) -> String {
        let (mut low, mut high) = (bound(range.start_bound()), bound(range.end_bound()));
        if let Self::Whole { least, most } = self {
            // A limit of 64 bits says nothing: no file holds a larger number.
            let least = (*least > i64::MIN.into()).then(|| (true, least.to_string()));
            let most = (*most < i64::MAX.unsigned_abs().into()).then(|| (true, most.to_string()));
            (low, high) = (low.or(least), high.or(most));
        }
        let name = match self {
            Self::Whole { .. } => "a whole number".to_owned(),
            other => other.to_string(),
        };
        let low = low.map(|(inclusive, low)| {
            let text = format!("{} {low}", if inclusive { "at least" } else { "above" });
            (inclusive, low, text)
        });
        let high = high.map(|(inclusive, high)| {
            let text = format!("{} {high}", if inclusive { "at most" } else { "below" });
            (inclusive, high, text)
        });
        match (low, high) {
            (Some((true, low, _)), Some((true, high, _))) => format!("{name} from {low} to {high}"),
            (Some((.., low)), Some((.., high))) => format!("{name}, {low} and {high}"),
            (Some((.., one)), None) | (None, Some((.., one))) => format!("{name}, {one}"),
            (None, None) => name,
        }
    }
}

fn bound<T: fmt::Display>(bound: Bound<&T>) -> Option<(bool, String)> {
    match bound {
        Bound::Included(value) => Some((true, value.to_string())),
        Bound::Excluded(value) => Some((false, value.to_string())),
        Bound::Unbounded => None,
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("true or false"),
            Self::Whole { .. } => f.write_str(&self.within::<u8>(&..)),
            Self::Number => f.write_str("a number"),
            Self::Text => f.write_str("text"),
            Self::Address => f.write_str("an address with a port, such as \"127.0.0.1:8090\""),
            Self::Form(form) => f.write_str(form),
            Self::Choice(names) => write!(f, "one of: {}", names.join(", ")),
            Self::List(_) => f.write_str("a list"),
            Self::Table => f.write_str("a table"),
            Self::Any => f.write_str("another value"),
        }
    }
}

/// Returns the words for the kind of `value`.
#[must_use]
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a whole number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

/// Ends the reading of a type with the kind that it asked for.
#[derive(Debug)]
struct Found(Kind);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Found {}

impl de::Error for Found {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self(Kind::Any)
    }
}

/// A value that has no content yet; the number counts the levels above it.
struct Probe(u8);

impl Probe {
    fn deeper(self) -> Result<Self, Found> {
        if self.0 < DEEPEST {
            Ok(Self(self.0 + 1))
        } else {
            Err(Found(Kind::Any))
        }
    }

    fn text<V>(expected: &dyn Expected) -> Result<V, Found> {
        Err(Found(match expected.to_string().as_str() {
            "a string" | "a character" | "path string" | "an OsString" => Kind::Text,
            "socket address" => Kind::Address,
            "IP address" => Kind::Form("an IP address".to_owned()),
            other => Kind::Form(other.to_owned()),
        }))
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        match visitor.visit_seq(Elements(self.deeper()?)) {
            Ok(_) => Err(Found(Kind::List(Box::new(Kind::Any)))),
            Err(Found(kind)) => Err(Found(Kind::List(Box::new(kind)))),
        }
    }
}

/// The elements of a list that the probe pretends to be.
struct Elements(Probe);

impl<'de> SeqAccess<'de> for Elements {
    type Error = Found;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Found> {
        seed.deserialize(Probe(self.0.0)).map(Some)
    }
}

macro_rules! asked {
    ($($method:ident => $kind:expr;)+) => {
        $(fn $method<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Found> {
            Err(Found($kind))
        })+
    };
}

macro_rules! whole {
    ($($method:ident $type:ident;)+) => {
        asked! {
            $($method => Kind::Whole { least: $type::MIN as i128, most: $type::MAX as u128 };)+
        }
    };
}

impl<'de> Deserializer<'de> for Probe {
    type Error = Found;

    whole! {
        deserialize_u8 u8; deserialize_u16 u16; deserialize_u32 u32; deserialize_u64 u64;
        deserialize_u128 u128; deserialize_i8 i8; deserialize_i16 i16; deserialize_i32 i32;
        deserialize_i64 i64; deserialize_i128 i128;
    }

    asked! {
        deserialize_any => Kind::Any;
        deserialize_ignored_any => Kind::Any;
        deserialize_identifier => Kind::Text;
        deserialize_bool => Kind::Bool;
        deserialize_f32 => Kind::Number;
        deserialize_f64 => Kind::Number;
        deserialize_char => Kind::Text;
        deserialize_bytes => Kind::List(Box::new(Kind::Any));
        deserialize_byte_buf => Kind::List(Box::new(Kind::Any));
        deserialize_unit => Kind::Any;
        deserialize_map => Kind::Table;
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        Self::text(&visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        Self::text(&visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_some(self.deeper()?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Found> {
        visitor.visit_newtype_struct(self.deeper()?)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        self.list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        _visitor: V,
    ) -> Result<V::Value, Found> {
        Err(Found(Kind::List(Box::new(Kind::Any))))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        _visitor: V,
    ) -> Result<V::Value, Found> {
        Err(Found(Kind::List(Box::new(Kind::Any))))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _visitor: V,
    ) -> Result<V::Value, Found> {
        Err(Found(Kind::Any))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Found> {
        Err(Found(Kind::Table))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Found> {
        Err(Found(Kind::Choice(variants)))
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::path::PathBuf;

    use super::*;

    #[derive(serde::Deserialize)]
    #[allow(dead_code)]
    enum Speed {
        Slow,
        Fast,
    }

    #[derive(serde::Deserialize)]
    #[allow(dead_code)]
    struct Nested(Vec<Nested>);

    #[test]
    fn kinds_have_plain_words() {
        for (kind, words) in [
            (Kind::of::<bool>(), "true or false"),
            (Kind::of::<u8>(), "a whole number from 0 to 255"),
            (
                Kind::of::<Option<i16>>(),
                "a whole number from -32768 to 32767",
            ),
            (Kind::of::<u64>(), "a whole number, at least 0"),
            (Kind::of::<i64>(), "a whole number"),
            (Kind::of::<f64>(), "a number"),
            (Kind::of::<String>(), "text"),
            (Kind::of::<PathBuf>(), "text"),
            (
                Kind::of::<SocketAddr>(),
                "an address with a port, such as \"127.0.0.1:8090\"",
            ),
            (Kind::of::<Vec<u8>>(), "a list"),
            (Kind::of::<(String, u16)>(), "a list"),
            (Kind::of::<Speed>(), "one of: Slow, Fast"),
            (Kind::of::<serde_json::Map<String, Value>>(), "a table"),
            (Kind::of::<Nested>(), "a list"),
        ] {
            assert_eq!(kind.to_string(), words);
        }
        assert_eq!(
            Kind::of::<Vec<SocketAddr>>(),
            Kind::List(Box::new(Kind::Address))
        );
    }

    #[test]
    fn ranges_have_plain_words() {
        let whole = Kind::of::<u32>();
        assert_eq!(whole.within(&(1..=7)), "a whole number from 1 to 7");
        assert_eq!(whole.within(&(1..)), "a whole number from 1 to 4294967295");
        assert_eq!(
            whole.within(&(1..7)),
            "a whole number, at least 1 and below 7"
        );
        assert_eq!(Kind::Number.within(&(0.0..=0.5)), "a number from 0 to 0.5");
        assert_eq!(Kind::Number.within(&(0.0..)), "a number, at least 0");
        let open = (Bound::Excluded(0.0), Bound::Included(9.0));
        assert_eq!(
            Kind::Number.within(&open),
            "a number, above 0 and at most 9"
        );
    }
}
