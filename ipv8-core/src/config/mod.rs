//! The settings of one node: where it listens, its key, how fast it walks, and the settings of its
//! launchers and overlays.
//!
//! A [`Config`] is made in layers: the defaults, then a file (TOML, or JSON like py-ipv8's), then
//! environment variables, then code. Each layer replaces the values that it names and keeps the
//! rest. [`Config::effective`] returns the result with the origin of each value.
//!
//! The functions in here read texts and check values. They never open a file or read the
//! environment: [`Config::from_file`] and [`Config::environment`] are in
//! [`node`](crate::node). Start with the fields of [`Config`]; [`guide::configuration`] lists every
//! setting.
//!
//! [`guide::configuration`]: crate::guide::configuration

mod apply;
mod bootstrappers;
mod builder;
mod check;
mod dictionary;
mod effective;
mod environment;
mod fields;
mod json;
mod key;
mod launcher;
pub(crate) mod launcher_meta;
mod layers;
mod log_level;
mod options;
mod origin;
pub(crate) mod plan_problem;
mod problem;
mod read;
mod read_interfaces;
mod read_key;
mod read_launcher;
mod reader;
mod settings;
mod toml;
mod tree;

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use effective::{Effective, EffectiveSetting};
pub use key::{MyPeer, NamedKey};
pub use launcher::{ActionConfig, BootstrapperConfig, LauncherConfig, StrategyConfig};
pub use log_level::LogLevel;
pub use origin::{Located, Origin};
pub use problem::{SettingError, SettingProblem};
pub use settings::Config;

pub(crate) use dictionary::not_here;
pub(crate) use environment::VARIABLE_PREFIX;
pub(crate) use settings::trackers;
