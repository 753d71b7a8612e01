//! py-ipv8's configuration dictionary: how a text of that form is recognised, and what it needs.

use super::fields::Fields;
use super::problem::SettingError;
use super::reader::Reader;
use super::settings::Config;
use super::tree::{Kind, Node};
use crate::support::options::Options;

/// The form of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Our own form: every setting is optional.
    Ours,
    /// py-ipv8's dictionary: the settings that `ConfigBuilder.finalize` requires are required.
    Dictionary,
}

/// The settings that py-ipv8's dictionary also has, with py-ipv8's names.
const SHARED: [(&str, &str); 6] = [
    ("interfaces", "interfaces"),
    ("keys", "keys"),
    ("logger", "logger"),
    ("overlays", "overlays"),
    ("walk_interval", "walker_interval"),
    ("working_directory", "working_directory"),
];

/// Top-level settings that py-ipv8 does not have, without those that are one field of the node.
const OURS: [&str; 5] = ["key_file", "launchers", "network", "pacing", "seed"];

/// Returns py-ipv8's name of a top-level setting; `None` if py-ipv8 does not have it.
pub(super) fn name_of(setting: &str) -> Option<&'static str> {
    let mut shared = SHARED.iter();
    shared.find_map(|(ours, theirs)| (*ours == setting).then_some(*theirs))
}

impl Form {
    /// Returns the form of a JSON text: py-ipv8's, unless it has a setting that py-ipv8 does not
    /// have.
    pub(super) fn of(root: &Node) -> Self {
        let Kind::Table(table) = &root.kind else {
            return Self::Dictionary;
        };
        let plain = Config::default().option_types().into_iter();
        let mut ours = plain.map(|known| known.name).chain(OURS);
        if ours.any(|name| name_of(name) != Some(name) && table.contains_key(name)) {
            Self::Ours
        } else {
            Self::Dictionary
        }
    }
}

/// Reports each missing setting that `ConfigBuilder.finalize` requires, and missing interfaces,
/// without which py-ipv8 cannot make a service.
pub(super) fn require(fields: &Fields, reader: &mut Reader) {
    const HINT: &str = "py-ipv8's dictionary requires it; our own form does not, use it by writing \
                        walk_interval instead of walker_interval";
    for name in [
        "keys",
        "logger",
        "walker_interval",
        "overlays",
        "working_directory",
    ] {
        if !fields.has(name) {
            let error = SettingError::Missing { name, hint: HINT };
            reader.wrong(&fields.origin, "", error);
        }
    }
    if !["interfaces", "address", "port"]
        .iter()
        .any(|name| fields.has(name))
    {
        let name = "interfaces";
        let error = SettingError::Missing { name, hint: HINT };
        reader.wrong(&fields.origin, "", error);
    }
}

/// Communities of py-ipv8 that this library does not have, with the reason.
const NOT_HERE: [(&str, &str); 5] = [
    (
        "AttestationCommunity",
        "attestations are not part of this library",
    ),
    (
        "DHTDiscoveryCommunity",
        "the distributed hash table is not part of this library",
    ),
    (
        "HiddenTunnelCommunity",
        "tunnels are not part of this library",
    ),
    (
        "IdentityCommunity",
        "identities are not part of this library",
    ),
    ("TunnelCommunity", "tunnels are not part of this library"),
];

/// Returns the reason why a community of py-ipv8 is not in this library; `None` if py-ipv8 does not
/// have it either.
pub(crate) fn not_here(class: &str) -> Option<&'static str> {
    let found = NOT_HERE.iter().find(|(name, _)| *name == class);
    found.map(|(_, reason)| *reason)
}
