//! Settings that have no default.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A setting of a community without a default: a launcher or a configuration must give it.
///
/// Read it like a `T`. A launch checks all settings of this kind before it starts anything, and
/// names those that are missing, so that [`Community::new`](crate::Community::new) always finds a
/// value. The community must offer its settings ([`Available::settings`]).
///
/// ```
/// use std::path::PathBuf;
///
/// use ipv8_core::Required;
/// use ipv8_core::prelude::*;
///
/// #[derive(Default, Options)]
/// struct Settings {
///     /// Where the files are.
///     pub directory: Required<PathBuf>,
///     /// How many are open at once. Default: 0.
///     pub files: usize,
/// }
///
/// # struct MyCommunity { directory: PathBuf }
/// # impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = Settings;
/// #     fn new(settings: Settings, _: &mut Context<'_>) -> Result<Self, CommunityError> {
/// #         Ok(Self { directory: settings.directory.take() })
/// #     }
/// #     fn available(available: &mut Available<Self>) { available.settings(); }
/// # }
/// #[overlay(MyCommunity)]
/// #[kwargs(directory = PathBuf::from("files").into())]
/// struct Complete;
///
/// #[overlay(MyCommunity)]
/// #[kwargs(files = 3)]
/// struct Incomplete;
///
/// Launchers::new().with(Complete).check().expect("it has a directory");
/// let error = Launchers::new().with(Incomplete).check().unwrap_err();
/// assert!(error.to_string().contains("#[kwargs(directory = …)]"), "{error}");
/// ```
///
/// [`Available::settings`]: crate::Available::settings
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Required<T>(Option<T>);

impl<T> Required<T> {
    /// Returns a setting that has this value.
    pub const fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// Returns the value; `None` if the setting is missing.
    pub const fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// Returns `true` if the setting has a value.
    pub const fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// Returns the value.
    ///
    /// # Panics
    ///
    /// Panics if the setting is missing. A launch never passes such settings to a community.
    pub fn take(self) -> T {
        match self.0 {
            Some(value) => value,
            None => missing(),
        }
    }
}

#[cold]
fn missing() -> ! {
    panic!("a required setting has no value; a launch would have refused it")
}

impl<T> Default for Required<T> {
    /// Returns a setting without a value.
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<T> for Required<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T> Deref for Required<T> {
    type Target = T;

    /// Returns the value.
    ///
    /// # Panics
    ///
    /// Like [`Required::take`].
    fn deref(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => missing(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Required<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(formatter),
            None => formatter.write_str("missing"),
        }
    }
}

impl<T: Serialize> Serialize for Required<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Required<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::support::options::Options;

    #[derive(Default, ipv8_macros::Options)]
    struct Settings {
        pub port: Required<u16>,
        pub name: Required<String>,
        pub size: usize,
    }

    #[test]
    fn a_required_setting_is_missing_until_it_has_a_value() {
        let mut settings = Settings::default();
        assert_eq!(settings.missing(), ["port", "name"]);
        assert_eq!(settings.option("port").unwrap(), json!(null));
        settings.set_option("port", &json!(80)).unwrap();
        settings.name = String::from("x").into();
        assert_eq!(settings.missing(), [""; 0]);
        assert_eq!((*settings.port, settings.name.as_str()), (80, "x"));
        assert_eq!(settings.option("port").unwrap(), json!(80));
        assert_eq!(settings.name.take(), "x");
    }

    #[test]
    fn a_wrong_value_of_a_required_setting_is_refused_like_that_of_any_other() {
        let mut settings = Settings::default();
        let error = settings.set_option("port", &json!(70_000)).unwrap_err();
        let expected =
            "option \"port\": 70000 is out of range: expected a whole number from 0 to 65535";
        assert_eq!(error.to_string(), expected);
        assert!(settings.set_option("port", &json!(null)).is_err());
        assert!(!settings.port.is_set() && settings.port.get().is_none());
    }
}
