//! The targets of the fuzzer: functions of any bytes that panic if a promise of the library is
//! broken.
//!
//! `ipv8-core/fuzz` runs them under libFuzzer, and the test program `engine` runs each over its
//! kept corpus. Nothing here reads a file, a clock or randomness, except that virtual time starts
//! at the present. Start with `node.rs`, the whole node, or `formats.rs`, the smallest.

mod bytes;
mod configuration;
mod configured;
mod demultiplexer;
mod every_format;
mod formats;
mod keys;
mod known;
mod ledger;
mod letters;
mod node;
mod options;
mod places;
mod snapshot;
mod text;
mod tracker;

/// Runs a closure, and returns the most bytes that it had allocated at a time, above what was
/// allocated before. A caller without a counter of allocations returns 0.
pub type Meter = fn(&mut dyn FnMut()) -> u64;

/// A target: its name, which is also that of its corpus, and its function.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name.
    pub name: &'static str,
    /// Runs one input. Panics if a promise is broken.
    pub run: fn(&[u8], Meter),
}

/// All targets.
pub const TARGETS: [Target; 8] = [
    CONFIGURATION,
    DEMULTIPLEXER,
    FORMATS,
    KEYS,
    NODE,
    OPTIONS,
    SNAPSHOT,
    TRACKER,
];

macro_rules! targets {
    ($($constant:ident $module:ident $doc:literal,)*) => {$(
        #[doc = $doc]
        pub const $constant: Target = Target {
            name: stringify!($module),
            run: $module::run,
        };
    )*};
}

targets! {
    CONFIGURATION configuration "Texts of a configuration: TOML, JSON and variables.",
    DEMULTIPLEXER demultiplexer "Datagrams, on their way into an engine and a tracker.",
    FORMATS formats "Bytes of every wire format and message.",
    KEYS keys "Public and private keys: binary, DER, PEM and base64.",
    NODE node "A node, its neighbours and an attacker, by a program of timed events.",
    OPTIONS options "Options by name, and steps with them.",
    SNAPSHOT snapshot "Snapshots, and the records of their anchors.",
    TRACKER tracker "A tracker, its members and an attacker, by a program of timed events.",
}
