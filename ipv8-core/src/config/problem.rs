//! The problems that a configuration can have.

use std::fmt;

use super::origin::Origin;
use crate::crypto::KeyError;
use crate::engine::overlays::UnknownStrategy;
use crate::overlay::community::ActionError;
use crate::support::nearest::{hint, nearest};
use crate::support::options::OptionError;

/// An error in one setting, with its place. The text is `file:line:column: setting: error`.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingProblem {
    /// The place of the value.
    pub origin: Origin,
    /// The path of the setting, such as `overlays[0].strategies[1].target_peers`. Empty for the
    /// whole text.
    pub setting: String,
    /// The error.
    pub error: SettingError,
}

impl fmt::Display for SettingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            // A place in the code is unknown, so the path alone has to do.
            Origin::Code | Origin::Default => {}
            _ => write!(f, "{}: ", self.origin)?,
        }
        if !self.setting.is_empty() {
            write!(f, "{}: ", self.setting)?;
        }
        self.error.fmt(f)
    }
}

impl SettingProblem {
    /// Returns the problem with an option of the table or struct at the path `table`.
    pub(super) fn of_option(origin: Origin, table: &str, error: OptionError) -> Self {
        let mut setting = table.to_owned();
        if !matches!(error, OptionError::Unknown { .. }) {
            let dot = if table.is_empty() { "" } else { "." };
            setting = format!("{table}{dot}{}", error.name());
        }
        let error = match error {
            OptionError::Unknown {
                name,
                nearest,
                known,
            } => SettingError::Unknown {
                what: "option",
                name: shown(&name),
                nearest: nearest.map(str::to_owned),
                known: known.into_iter().map(str::to_owned).collect(),
            },
            OptionError::Type {
                expected, found, ..
            } => SettingError::Type { expected, found },
            OptionError::Range {
                value, expected, ..
            } => SettingError::Range {
                found: value,
                expected,
            },
            OptionError::Value { value, reason, .. } => SettingError::Value {
                found: shown(&value),
                reason,
            },
            OptionError::Unwritable { reason, .. } => SettingError::Unreadable { reason },
        };
        Self {
            origin,
            setting,
            error,
        }
    }
}

/// The error in one setting. No text contains the content of a private key.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// The file cannot be read.
    #[error("cannot be read: {reason}")]
    Unreadable {
        /// The system's message.
        reason: String,
    },
    /// The text is not valid TOML or JSON.
    #[error("not valid {language}: {reason}")]
    Syntax {
        /// `TOML` or `JSON`.
        language: &'static str,
        /// The parser's message.
        reason: String,
    },
    /// A name that does not exist: of a setting, a class, a strategy, a key, ….
    #[error("unknown {what} \"{name}\": {}", hint(nearest.as_deref(), known))]
    Unknown {
        /// The kind of thing that has names.
        what: &'static str,
        /// The given name.
        name: String,
        /// The most similar name that exists.
        nearest: Option<String>,
        /// All names that exist.
        known: Vec<String>,
    },
    /// A required setting is missing.
    #[error("{name} is missing: {hint}")]
    Missing {
        /// Its name.
        name: &'static str,
        /// The fix.
        hint: &'static str,
    },
    /// The value is of another kind.
    #[error("expected {expected}, found {found}")]
    Type {
        /// The accepted values.
        expected: String,
        /// The kind of the given value.
        found: &'static str,
    },
    /// The number is too small or too large.
    #[error("{found} is out of range: expected {expected}")]
    Range {
        /// The given number.
        found: String,
        /// The accepted values.
        expected: String,
    },
    /// The value is of the right kind, but is not accepted.
    #[error("invalid value {found}: {reason}")]
    Value {
        /// The given value.
        found: String,
        /// The reason; in most cases the word "expected" and the accepted values.
        reason: String,
    },
    /// Two entries have one name.
    #[error("duplicate {what}: {hint}")]
    Duplicate {
        /// The entries' name.
        what: String,
        /// The fix.
        hint: &'static str,
    },
    /// A setting has two names, and both are used.
    #[error("{alias} is another name of {name}: remove one of the two")]
    BothNames {
        /// Its name.
        name: &'static str,
        /// Its other name.
        alias: &'static str,
    },
    /// A part of the text that has no effect.
    #[error("{what} is ignored: {reason}")]
    Ignored {
        /// The part.
        what: String,
        /// The reason.
        reason: &'static str,
    },
    /// A setting of an overlay, for a launcher that has none.
    #[error("the launcher has no overlay: remove this setting")]
    NoOverlay,
    /// A setting that should be written in another way.
    #[error("{what} is deprecated: {hint}")]
    Deprecated {
        /// The setting.
        what: &'static str,
        /// The fix.
        hint: &'static str,
    },
    /// A private key where none belongs.
    #[error("private key in the wrong place: move it to `keys[..].bin`")]
    MisplacedKey,
    /// A key that cannot be used.
    #[error(transparent)]
    Key(KeyError),
    /// A new key would be on a curve that this library can only verify.
    #[error("a key of generation \"{generation}\" cannot sign, only verify: write \"curve25519\"")]
    LegacyKey {
        /// The generation.
        generation: String,
    },
    /// A strategy that the community does not have.
    #[error(transparent)]
    Strategy(UnknownStrategy),
    /// An action that the community does not have, or arguments that the action does not accept.
    #[error(transparent)]
    Action(ActionError),
    /// Options or settings that the community does not offer by name.
    #[error("{what} cannot be set by name: {hint}")]
    NoOptions {
        /// The options or settings.
        what: String,
        /// The fix, in the program's code.
        hint: &'static str,
    },
}

impl SettingError {
    /// Returns the error for a name that is not in `known`.
    pub(crate) fn unknown<N: AsRef<str>>(
        what: &'static str,
        name: &str,
        known: impl IntoIterator<Item = N>,
    ) -> Self {
        let known: Vec<String> = known
            .into_iter()
            .map(|known| known.as_ref().to_owned())
            .collect();
        let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        Self::Unknown {
            what,
            name: shown(name),
            nearest,
            known,
        }
    }
}

/// Returns a text as a message may show it: not too long. Private keys in wrong places were removed
/// before.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut letters = text.chars();
    let mut short: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}
