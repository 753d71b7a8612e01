//! Options by name: values that a file, a variable or a command line sets in a strategy or in the
//! settings of a community.
//!
//! [`Options`] is derived from a struct's public fields. Values come as [`Value`], whatever text
//! they were written in.

pub use std::cmp::PartialOrd;
pub use std::fmt::Display;
use std::ops::RangeBounds;

pub use serde::Serialize;
pub use serde::de::DeserializeOwned;
pub use serde_json::{Map, Value};

pub use super::kind::{Kind, kind_of};
use super::nearest::{hint, nearest};

/// A struct whose public fields can be read and set by name.
///
/// `#[derive(Options)]` implements it; a unit struct and `()` have no options. Private fields are
/// state and no options.
///
/// ```
/// use ipv8_core::{Options, RandomWalk};
///
/// let mut walk = RandomWalk::default();
/// walk.set_option("window_size", &10.into()).unwrap();
/// assert_eq!(walk.window_size, 10);
/// assert_eq!(walk.option("timeout").unwrap(), 3.0);
/// let error = walk.set_option("reset_chance", &256.into()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "option \"reset_chance\": 256 is out of range: expected a whole number from 0 to 255"
/// );
/// ```
///
/// Source: `init` of a walker and `initialize` of an overlay in py-ipv8's configuration
/// (protocol 9).
#[diagnostic::on_unimplemented(
    message = "the options of `{Self}` have no names",
    label = "does not implement `Options`",
    note = "write `#[derive(Options)]` on the struct: its public fields are its options"
)]
pub trait Options {
    /// Returns a description of each option, in the order of the fields.
    fn option_types(&self) -> Vec<OptionType>;

    /// Returns the value of the option `name`.
    ///
    /// # Errors
    /// [`OptionError::Unknown`]; [`OptionError::Unwritable`] when serde cannot write the value.
    fn option(&self, name: &str) -> Result<Value, OptionError>;

    /// Sets the option `name`. A floating-point option also accepts a whole number.
    ///
    /// # Errors
    /// [`OptionError`]; nothing changes then.
    fn set_option(&mut self, name: &str, value: &Value) -> Result<(), OptionError>;

    /// Returns an error for each option whose value is outside of its range. Code can set such a
    /// value; [`set_option`](Self::set_option) refuses it.
    fn out_of_range(&self) -> Vec<OptionError> {
        Vec::new()
    }

    /// Returns the names of the options of type [`Required`](crate::Required) that have no value.
    fn missing(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Returns all options with their values. A value that serde cannot write is null.
    fn options(&self) -> Map<String, Value> {
        values(&self.option_types(), &|name| self.option(name))
    }
}

/// Returns the options of these types with their values: compiled once, not for each struct.
fn values(
    types: &[OptionType],
    read: &dyn Fn(&str) -> Result<Value, OptionError>,
) -> Map<String, Value> {
    let names = types.iter().map(|known| known.name);
    names
        .map(|name| (name.to_owned(), read(name).unwrap_or_default()))
        .collect()
}

impl Options for () {
    fn option_types(&self) -> Vec<OptionType> {
        Vec::new()
    }

    fn option(&self, name: &str) -> Result<Value, OptionError> {
        read(name, &[])
    }

    fn set_option(&mut self, name: &str, value: &Value) -> Result<(), OptionError> {
        write(name, value, &mut [])
    }
}

/// The description of one option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionType {
    /// The field's name.
    pub name: &'static str,
    /// The kind of values that the field accepts.
    pub kind: Kind,
    /// The accepted values in words, with their range: "a whole number from 1 to 16384".
    pub expected: String,
    /// The field's doc comment.
    pub doc: &'static str,
}

/// The reason why an option could not be set or read. Its text names the option and what was
/// expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// No option has that name.
    #[error("unknown option \"{name}\": {}", hint(*nearest, known))]
    Unknown {
        /// The given name.
        name: String,
        /// The most similar name of an option.
        nearest: Option<&'static str>,
        /// The names of all options.
        known: Vec<&'static str>,
    },
    /// The value is of another kind.
    #[error("option \"{name}\": expected {expected}, found {found}")]
    Type {
        /// The option.
        name: String,
        /// The accepted values.
        expected: String,
        /// The kind of the given value.
        found: &'static str,
    },
    /// The number is too small or too large.
    #[error("option \"{name}\": {value} is out of range: expected {expected}")]
    Range {
        /// The option.
        name: String,
        /// The accepted values.
        expected: String,
        /// The given number.
        value: String,
    },
    /// The value is of the right kind, but its content is not accepted.
    #[error("option \"{name}\": invalid value {value}: {reason}")]
    Value {
        /// The option.
        name: String,
        /// The given value, as JSON.
        value: String,
        /// What was expected.
        reason: String,
    },
    /// Serde cannot write the value.
    #[error("the value of option \"{name}\" cannot be shown: {reason}")]
    Unwritable {
        /// The option.
        name: String,
        /// Serde's message.
        reason: String,
    },
}

impl OptionError {
    /// Returns the name of the option, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown { name, .. }
            | Self::Type { name, .. }
            | Self::Range { name, .. }
            | Self::Value { name, .. }
            | Self::Unwritable { name, .. } => name,
        }
    }
}

/// Returns the error for a name that is not in `known`.
fn unknown(name: &str, known: Vec<&'static str>) -> OptionError {
    OptionError::Unknown {
        name: name.to_owned(),
        nearest: nearest(name, known.iter().copied()),
        known,
    }
}

/// The name of an option, its doc comment, and a function that describes it. For generated code.
#[doc(hidden)]
pub type Described = (
    &'static str,
    &'static str,
    fn(&'static str, &'static str) -> OptionType,
);

/// Describes the options of a struct. For generated code.
#[doc(hidden)]
#[must_use]
pub fn types(options: &[Described]) -> Vec<OptionType> {
    let options = options.iter();
    options
        .map(|(name, doc, describe)| describe(name, doc))
        .collect()
}

/// Returns the value of the option `name`. For generated code, which lists the options by name.
#[doc(hidden)]
pub fn read(name: &str, options: &[(&'static str, &dyn ReadOption)]) -> Result<Value, OptionError> {
    match options.iter().find(|(known, _)| *known == name) {
        Some((_, option)) => option.read(name),
        None => Err(unknown(
            name,
            options.iter().map(|(name, _)| *name).collect(),
        )),
    }
}

/// Sets the option `name`. For generated code, which lists the options by name.
#[doc(hidden)]
pub fn write(
    name: &str,
    value: &Value,
    options: &mut [(&'static str, &mut dyn WriteOption)],
) -> Result<(), OptionError> {
    let found = options.iter().position(|(known, _)| *known == name);
    match found.and_then(|index| options.get_mut(index)) {
        Some((_, option)) => option.write(name, value),
        None => Err(unknown(
            name,
            options.iter().map(|(name, _)| *name).collect(),
        )),
    }
}

/// A field to read, with its type erased. For generated code.
#[doc(hidden)]
pub trait ReadOption {
    /// Returns the value of the field, which is the option `name`.
    fn read(&self, name: &str) -> Result<Value, OptionError>;
}

impl<T: Serialize> ReadOption for T {
    fn read(&self, name: &str) -> Result<Value, OptionError> {
        to_value(name, self)
    }
}

/// Erases the type of a field. For generated code.
#[doc(hidden)]
pub fn to_read<T: Serialize>(field: &T) -> &dyn ReadOption {
    field
}

/// A field to set, with its type erased. For generated code.
#[doc(hidden)]
pub trait WriteOption {
    /// Sets the field, which is the option `name`.
    fn write(&mut self, name: &str, value: &Value) -> Result<(), OptionError>;
}

impl<T: DeserializeOwned> WriteOption for T {
    fn write(&mut self, name: &str, value: &Value) -> Result<(), OptionError> {
        set(name, value, self)
    }
}

/// Erases the type of a field. For generated code.
#[doc(hidden)]
pub fn to_set<T: DeserializeOwned>(field: &mut T) -> &mut dyn WriteOption {
    field
}

/// A field to set whose number, if it has one, must be in a range. For generated code.
#[doc(hidden)]
pub struct Within<'a, T, N, R> {
    field: &'a mut T,
    range: &'a R,
    number: fn(&T) -> Option<&N>,
}

impl<T: DeserializeOwned, N: PartialOrd + Display, R: RangeBounds<N>> WriteOption
    for Within<'_, T, N, R>
{
    fn write(&mut self, name: &str, value: &Value) -> Result<(), OptionError> {
        set_within(name, value, self.range, self.number, self.field)
    }
}

/// Returns a field to set, with its range. For generated code.
#[doc(hidden)]
pub fn to_set_within<'a, T: DeserializeOwned, N: PartialOrd + Display, R: RangeBounds<N>>(
    range: &'a R,
    number: fn(&T) -> Option<&N>,
    field: &'a mut T,
) -> Within<'a, T, N, R> {
    Within {
        field,
        range,
        number,
    }
}

/// Describes an option of type `T`. For generated code.
#[doc(hidden)]
#[must_use]
pub fn described<T: DeserializeOwned>(name: &'static str, doc: &'static str) -> OptionType {
    let kind = Kind::of::<T>();
    let expected = kind.to_string();
    OptionType {
        name,
        kind,
        expected,
        doc,
    }
}

/// Describes an option of type `T` whose numbers must be in `range`. For generated code.
#[doc(hidden)]
#[must_use]
pub fn described_within<T: DeserializeOwned, N: Display>(
    name: &'static str,
    doc: &'static str,
    range: &impl RangeBounds<N>,
) -> OptionType {
    let kind = Kind::of::<T>();
    let expected = kind.within(range);
    OptionType {
        name,
        kind,
        expected,
        doc,
    }
}

/// Returns the value of a field.
fn to_value(name: &str, field: &impl Serialize) -> Result<Value, OptionError> {
    serde_json::to_value(field).map_err(|error| OptionError::Unwritable {
        name: name.to_owned(),
        reason: error.to_string(),
    })
}

/// Returns the names of the fields that have no value. For generated code.
#[doc(hidden)]
#[must_use]
pub fn unset(fields: &[(&'static str, bool)]) -> Vec<&'static str> {
    let unset = fields.iter().filter(|(_, is_set)| !is_set);
    unset.map(|(name, _)| *name).collect()
}

/// Sets a field.
pub(crate) fn set<T: DeserializeOwned>(
    name: &str,
    value: &Value,
    field: &mut T,
) -> Result<(), OptionError> {
    *field = T::deserialize(value).map_err(|error| {
        let kind = Kind::of::<T>();
        let expected = kind.to_string();
        refused(name, (&kind, expected), value, &error)
    })?;
    Ok(())
}

/// Sets a field whose number, if it has one, must be in `range`.
pub(crate) fn set_within<T: DeserializeOwned, N: PartialOrd + Display>(
    name: &str,
    value: &Value,
    range: &impl RangeBounds<N>,
    number: impl FnOnce(&T) -> Option<&N>,
    field: &mut T,
) -> Result<(), OptionError> {
    let read = T::deserialize(value).map_err(|error| {
        let kind = Kind::of::<T>();
        let expected = kind.within(range);
        refused(name, (&kind, expected), value, &error)
    })?;
    match check(name, range, number, &read) {
        Some(error) => Err(error),
        None => {
            *field = read;
            Ok(())
        }
    }
}

/// Returns an error if the field's number is outside of `range`. For generated code.
#[doc(hidden)]
pub fn check<T: DeserializeOwned, N: PartialOrd + Display>(
    name: &str,
    range: &impl RangeBounds<N>,
    number: impl FnOnce(&T) -> Option<&N>,
    field: &T,
) -> Option<OptionError> {
    let number = number(field).filter(|number| !range.contains(*number))?;
    Some(OptionError::Range {
        name: name.to_owned(),
        expected: Kind::of::<T>().within(range),
        value: number.to_string(),
    })
}

/// Returns the error for a value that serde cannot read as `kind`.
fn refused(
    name: &str,
    (kind, expected): (&Kind, String),
    value: &Value,
    error: &serde_json::Error,
) -> OptionError {
    let name = name.to_owned();
    if !kind.fits(value) {
        let found = kind_of(value);
        return OptionError::Type {
            name,
            expected,
            found,
        };
    }
    let text = value.to_string();
    match kind {
        Kind::Whole { .. } | Kind::Number => OptionError::Range {
            name,
            expected,
            value: text,
        },
        Kind::Address | Kind::Form(_) | Kind::Choice(_) => OptionError::Value {
            name,
            value: text,
            reason: format!("expected {expected}"),
        },
        _ => OptionError::Value {
            name,
            value: text,
            reason: error.to_string(),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::overlay::strategy::{EdgeWalk, RandomWalk};

    const HALF: f64 = 0.5;

    #[derive(Debug, Default, ipv8_macros::Options)]
    struct Everything {
        pub text: String,
        /// A number, or none.
        pub maybe: Option<u16>,
        pub list: Vec<(String, u16)>,
        #[options(range = -1..)]
        pub r#loop: i32,
        #[options(range = 0.0..=HALF)]
        pub share: Option<f64>,
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
        assert_eq!(names, ["text", "maybe", "list", "loop", "share"]);
        assert!(Nothing.option_types().is_empty() && ().option_types().is_empty());
        let types = Everything::default().option_types();
        let expected: Vec<&str> = types.iter().map(|one| one.expected.as_str()).collect();
        assert_eq!(
            expected,
            [
                "text",
                "a whole number from 0 to 65535",
                "a list",
                "a whole number from -1 to 2147483647",
                "a number from 0 to 0.5"
            ]
        );
        assert_eq!(types[1].doc, "A number, or none.");
    }

    #[test]
    fn values_that_code_sets_are_checked() {
        let mut everything = Everything {
            r#loop: -2,
            share: Some(0.7),
            ..Everything::default()
        };
        let texts = |everything: &Everything| -> Vec<String> {
            let errors = everything.out_of_range();
            errors.iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            texts(&everything),
            [
                "option \"loop\": -2 is out of range: expected a whole number from -1 to 2147483647",
                "option \"share\": 0.7 is out of range: expected a number from 0 to 0.5"
            ]
        );
        (everything.r#loop, everything.share) = (-1, None);
        assert_eq!(texts(&everything), [""; 0]);
    }

    #[test]
    fn options_are_set_and_read_by_name() {
        let mut everything = Everything {
            state: 1,
            counted: 2,
            ..Everything::default()
        };
        let values =
            json!({"text": "a", "maybe": null, "list": [["b", 3]], "loop": -1, "share": 0.5});
        for (name, value) in values.as_object().unwrap() {
            everything.set_option(name, value).unwrap();
        }
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
    fn errors_name_the_option_and_the_accepted_values() {
        for (error, text) in [
            (
                error("txt", json!("a")),
                "unknown option \"txt\": did you mean \"text\"?",
            ),
            (
                error("state", json!(1)),
                "unknown option \"state\": expected one of: text, maybe, list, loop, share",
            ),
            (
                error("text", json!(1)),
                "option \"text\": expected text, found a whole number",
            ),
            (
                error("maybe", json!(65536)),
                "option \"maybe\": 65536 is out of range: expected a whole number from 0 to 65535",
            ),
            (
                error("loop", json!(-2)),
                "option \"loop\": -2 is out of range: expected a whole number from -1 to 2147483647",
            ),
            (
                error("loop", json!(1.5)),
                "option \"loop\": expected a whole number from -1 to 2147483647, found a number with a fraction",
            ),
            (
                error("list", json!([["a"]])),
                "option \"list\": invalid value [[\"a\"]]: invalid length 1, expected a tuple of size 2",
            ),
            (
                Nothing.set_option("a", &json!(1)).unwrap_err(),
                "unknown option \"a\": there are none",
            ),
        ] {
            assert_eq!(error.to_string(), text);
            assert!(text.contains(error.name()));
        }
    }

    #[test]
    fn a_refused_value_changes_nothing() {
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
