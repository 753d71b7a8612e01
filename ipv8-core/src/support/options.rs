//! Options by name: what a configuration file, a variable or a command line may set in a strategy or in the settings of a community.
//!
//! [`Options`] is derived from a struct's public fields. Values come as [`Value`], whatever text they were written in.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
pub use serde_json::{Map, Value};

use crate::support::nearest::nearest;

/// A struct whose public fields can be read and set by name.
///
/// `#[derive(Options)]` implements it; a unit struct and `()` have no options. Private fields are state: no option, never touched.
///
/// ```
/// use ipv8_core::{Options, RandomWalk};
///
/// let mut walk = RandomWalk::default();
/// walk.set_option("window_size", &10.into()).unwrap();
/// assert_eq!(walk.window_size, 10);
/// assert_eq!(walk.option("timeout").unwrap(), 3.0);
/// let error = walk.set_option("reset_chance", &256.into()).unwrap_err();
/// assert_eq!(error.to_string(), "option \"reset_chance\" is 256, which is out of range: it is of type u8");
/// ```
///
/// Source: `init` of a walker and `initialize` of an overlay in py-ipv8's configuration (protocol 9).
#[diagnostic::on_unimplemented(
    message = "the options of `{Self}` have no names",
    label = "does not implement `Options`",
    note = "write `#[derive(Options)]` on the struct: its public fields are its options"
)]
pub trait Options {
    /// Name and type of each option, in the order of the fields.
    fn option_types(&self) -> &'static [OptionType];

    /// The value of the option `name`.
    ///
    /// # Errors
    /// [`OptionError::Unknown`]; [`OptionError::Value`] when serde cannot write the value.
    fn option(&self, name: &str) -> Result<Value, OptionError>;

    /// Sets the option `name`. A whole number is taken where the type is a floating-point one.
    ///
    /// # Errors
    /// [`OptionError`]; nothing has changed then.
    fn set_option(&mut self, name: &str, value: &Value) -> Result<(), OptionError>;

    /// Sets every option of `values`.
    ///
    /// # Errors
    /// All errors, in the order of `values`. The other options have been set.
    fn set_options(&mut self, values: &Map<String, Value>) -> Result<(), Vec<OptionError>> {
        let errors: Vec<_> = values
            .iter()
            .filter_map(|(name, value)| self.set_option(name, value).err())
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    /// All options with their values; one that serde cannot write is null.
    fn options(&self) -> Map<String, Value> {
        self.option_types()
            .iter()
            .map(|known| {
                let value = self.option(known.name).unwrap_or_default();
                (known.name.to_owned(), value)
            })
            .collect()
    }
}

impl Options for () {
    fn option_types(&self) -> &'static [OptionType] {
        &[]
    }

    fn option(&self, name: &str) -> Result<Value, OptionError> {
        Err(unknown(self, name))
    }

    fn set_option(&mut self, name: &str, _value: &Value) -> Result<(), OptionError> {
        Err(unknown(self, name))
    }
}

/// What is known of an option without its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionType {
    /// Its name: the field's.
    pub name: &'static str,
    /// Its type, as the struct writes it.
    pub type_name: &'static str,
    /// The range its values must be in, as the struct writes it; `None`: whatever the type holds.
    pub range: Option<&'static str>,
}

impl fmt::Display for OptionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.type_name)?;
        match self.range {
            Some(range) => write!(f, " in {range}"),
            None => Ok(()),
        }
    }
}

/// Why an option could not be set or read. Its text names the option and what would do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// There is no option of that name.
    #[error("unknown option \"{name}\": {}", mend(*nearest, known))]
    Unknown {
        /// The name given.
        name: String,
        /// The most similar name there is.
        nearest: Option<&'static str>,
        /// The options there are.
        known: &'static [OptionType],
    },
    /// The value is of another kind.
    #[error("option \"{name}\" is of type {expected}: {reason}")]
    Type {
        /// The option.
        name: String,
        /// Its type.
        expected: &'static str,
        /// What serde says: what is there, and what was expected.
        reason: String,
    },
    /// The value is of the right kind, and too small or too large.
    #[error("option \"{name}\" is {value}, which is out of range: it is of type {expected}{}", within(*range))]
    Range {
        /// The option.
        name: String,
        /// Its type.
        expected: &'static str,
        /// The range that the struct gives, if it gives one.
        range: Option<&'static str>,
        /// The value given, as JSON.
        value: String,
    },
    /// The value cannot be written.
    #[error("the value of option \"{name}\" cannot be shown: {reason}")]
    Value {
        /// The option.
        name: String,
        /// What serde says.
        reason: String,
    },
}

impl OptionError {
    /// The option that the error is about, as it was written.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown { name, .. }
            | Self::Type { name, .. }
            | Self::Range { name, .. }
            | Self::Value { name, .. } => name,
        }
    }
}

fn mend(nearest: Option<&str>, known: &[OptionType]) -> String {
    if let Some(nearest) = nearest {
        return format!("did you mean \"{nearest}\"?");
    }
    if known.is_empty() {
        return "there are no options here".to_owned();
    }
    let known: Vec<&str> = known.iter().map(|option| option.name).collect();
    format!("there are {}", known.join(", "))
}

fn within(range: Option<&str>) -> String {
    range.map_or_else(String::new, |range| format!(" in {range}"))
}

/// The error for an option that `options` does not have. For generated code.
#[doc(hidden)]
pub fn unknown(options: &(impl Options + ?Sized), name: &str) -> OptionError {
    let known = options.option_types();
    OptionError::Unknown {
        name: name.to_owned(),
        nearest: nearest(name, known.iter().map(|option| option.name)),
        known,
    }
}

/// The value of a field. For generated code.
#[doc(hidden)]
pub fn to_value(name: &str, field: &impl Serialize) -> Result<Value, OptionError> {
    serde_json::to_value(field).map_err(|error| OptionError::Value {
        name: name.to_owned(),
        reason: error.to_string(),
    })
}

/// Sets a field. For generated code.
#[doc(hidden)]
pub fn set<T: DeserializeOwned>(
    name: &str,
    type_name: &'static str,
    value: &Value,
    field: &mut T,
) -> Result<(), OptionError> {
    *field = read(name, (type_name, None), value)?;
    Ok(())
}

/// Sets a field whose value must be in a range. For generated code.
#[doc(hidden)]
pub fn set_within<T: DeserializeOwned>(
    name: &str,
    (type_name, range): (&'static str, &'static str),
    value: &Value,
    contains: impl FnOnce(&T) -> bool,
    field: &mut T,
) -> Result<(), OptionError> {
    let read = read(name, (type_name, Some(range)), value)?;
    if contains(&read) {
        *field = read;
        return Ok(());
    }
    Err(OptionError::Range {
        name: name.to_owned(),
        expected: type_name,
        range: Some(range),
        value: value.to_string(),
    })
}

fn read<T: DeserializeOwned>(
    name: &str,
    (expected, range): (&'static str, Option<&'static str>),
    value: &Value,
) -> Result<T, OptionError> {
    let error = match T::deserialize(value) {
        Ok(read) => return Ok(read),
        Err(error) => error.to_string(),
    };
    let name = name.to_owned();
    // serde tells a number that does not fit from a value of another kind by these words.
    if value.is_number() && error.starts_with("invalid value: ") {
        return Err(OptionError::Range {
            name,
            expected,
            range,
            value: value.to_string(),
        });
    }
    Err(OptionError::Type {
        name,
        expected,
        reason: error,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::overlay::strategy::{EdgeWalk, RandomWalk};

    #[derive(Debug, Default, ipv8_macros::Options)]
    struct Everything {
        pub text: String,
        pub maybe: Option<u16>,
        pub list: Vec<(String, u16)>,
        #[options(range = -1..)]
        pub r#loop: i32,
        #[options(skip)]
        pub shown: std::marker::PhantomData<u8>,
        pub(crate) state: u8,
        counted: u8,
    }

    #[derive(ipv8_macros::Options)]
    struct Nothing;

    #[test]
    fn public_fields_are_options_and_nothing_else_is() {
        let names: Vec<&str> = Everything::default()
            .option_types()
            .iter()
            .map(|option| option.name)
            .collect();
        assert_eq!(names, ["text", "maybe", "list", "loop"]);
        assert!(Nothing.option_types().is_empty() && ().option_types().is_empty());
        let types: Vec<String> = Everything::default()
            .option_types()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            types[1..],
            [
                "maybe: Option<u16>",
                "list: Vec<(String, u16)>",
                "loop: i32 in -1.."
            ]
        );
    }

    #[test]
    fn options_are_set_and_read_by_name() {
        let mut everything = Everything {
            state: 1,
            counted: 2,
            ..Everything::default()
        };
        let values = json!({"text": "a", "maybe": null, "list": [["b", 3]], "loop": -1});
        everything.set_options(values.as_object().unwrap()).unwrap();
        assert_eq!((everything.text.as_str(), everything.r#loop), ("a", -1));
        assert_eq!(everything.list, [("b".to_owned(), 3)]);
        assert_eq!((everything.state, everything.counted), (1, 2));
        assert_eq!(Value::Object(everything.options()), values);
    }

    #[test]
    fn strategies_have_the_reference_s_options() {
        let walk = Value::Object(RandomWalk::default().options());
        assert_eq!(
            walk,
            json!({
                "timeout": 3.0,
                "window_size": 5,
                "reset_chance": 50,
                "target_interval": 0.0,
                // our own
                "requests_per_step": 3
            })
        );
        let edge = Value::Object(EdgeWalk::default().options());
        assert_eq!(
            edge,
            json!({"edge_length": 4, "neighborhood_size": 6, "edge_timeout": 3.0})
        );
    }

    fn error(name: &str, value: Value) -> OptionError {
        Everything::default().set_option(name, &value).unwrap_err()
    }

    #[test]
    fn errors_name_the_option_and_its_type() {
        for (error, text) in [
            (
                error("txt", json!("a")),
                "unknown option \"txt\": did you mean \"text\"?",
            ),
            (
                error("state", json!(1)),
                "unknown option \"state\": there are text, maybe, list, loop",
            ),
            (
                error("text", json!(1)),
                "option \"text\" is of type String: invalid type: integer `1`, expected a string",
            ),
            (
                error("maybe", json!(65536)),
                "option \"maybe\" is 65536, which is out of range: it is of type Option<u16>",
            ),
            (
                error("loop", json!(-2)),
                "option \"loop\" is -2, which is out of range: it is of type i32 in -1..",
            ),
            (
                error("loop", json!(1.5)),
                "option \"loop\" is of type i32: invalid type: floating point `1.5`, expected i32",
            ),
            (
                error("list", json!([["a"]])),
                "option \"list\" is of type Vec<(String, u16)>: invalid length 1, expected a tuple of size 2",
            ),
            (
                Nothing.set_option("a", &json!(1)).unwrap_err(),
                "unknown option \"a\": there are no options here",
            ),
        ] {
            assert_eq!(error.to_string(), text);
            assert!(text.contains(error.name()));
        }
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let mut walk = RandomWalk::default();
        for (name, value) in [
            ("timeout", json!(-0.5)),
            ("timeout", json!("3")),
            ("timeout", json!(null)),
            ("window_size", json!(-1)),
            ("window_size", json!(5.0)),
            ("reset_chance", json!(256)),
        ] {
            let error = walk.set_option(name, &value).unwrap_err();
            assert_eq!(error.name(), name);
        }
        assert_eq!(walk.options(), RandomWalk::default().options());
        walk.set_option("timeout", &json!(4)).unwrap();
        assert_eq!(walk.timeout, 4.0);
    }
}
