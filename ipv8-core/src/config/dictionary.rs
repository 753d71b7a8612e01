//! py-ipv8's configuration dictionary, and how it is told from our own form.

use super::problem::SettingError;
use super::reader::{Fields, Reader};
use super::tree::{Kind, Node};

/// Which rules a text is read by. The names are the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Ours: nothing has to be said.
    Ours,
    /// py-ipv8's: what `ConfigBuilder.finalize` asks for has to be said.
    Dictionary,
}

/// Settings that py-ipv8 does not have: a text with one of them is of our form.
const OURS: [&str; 12] = [
    "walk_interval",
    "walk_scaling_limit",
    "bootstrap",
    "bootstrap_override",
    "max_peers",
    "max_datagram",
    "pacing",
    "cores",
    "key_file",
    "snapshot_file",
    "network",
    "launchers",
];

impl Form {
    /// The form of a JSON text: py-ipv8's, unless it has a setting that py-ipv8 has not.
    pub(super) fn of(root: &Node) -> Self {
        match &root.kind {
            Kind::Table(table) if OURS.iter().any(|name| table.contains_key(*name)) => Self::Ours,
            _ => Self::Dictionary,
        }
    }
}

/// What `ConfigBuilder.finalize` asks of the whole dictionary; and the interfaces, without which no service can be made of it.
pub(super) fn require(fields: &Fields, reader: &mut Reader) {
    const MEND: &str = "py-ipv8's dictionary has it; in a file of our own form, with walk_interval for walker_interval, everything may be left out";
    for name in [
        "keys",
        "logger",
        "walker_interval",
        "overlays",
        "working_directory",
    ] {
        if !fields.has(name) {
            reader.wrong(
                &fields.origin,
                "",
                SettingError::Missing { name, mend: MEND },
            );
        }
    }
    if !["interfaces", "address", "port"]
        .iter()
        .any(|name| fields.has(name))
    {
        let name = "interfaces";
        reader.wrong(
            &fields.origin,
            "",
            SettingError::Missing { name, mend: MEND },
        );
    }
}

/// Communities of py-ipv8 that this library has not: why, and what to do.
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

/// Why the community of that name, which py-ipv8 has, is not here; `None` when py-ipv8 has none either.
pub(crate) fn not_here(class: &str) -> Option<&'static str> {
    let found = NOT_HERE.iter().find(|(name, _)| *name == class);
    found.map(|(_, reason)| *reason)
}
