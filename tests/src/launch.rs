//! Nodes of probes on a network in memory.

use ipv8_core::config::Configuration;
use ipv8_core::endpoint::{Endpoint, EndpointOptions, MemoryNetwork};
use ipv8_core::prelude::*;
use ipv8_core::{LauncherMeta, launcher_meta};

use crate::desk::{address, key};
use crate::probe::{Probe, ProbeSettings};

/// Adds the strategies of a [`ProbeLauncher`].
pub type AddStrategies<const N: u8> = fn(&mut Strategies<Probe<N>>);

/// Launches a `Probe<N>` with given settings and strategies.
pub struct ProbeLauncher<const N: u8> {
    /// What the probe is made with.
    pub settings: ProbeSettings,
    /// What walks it.
    pub walk: AddStrategies<N>,
}

impl<const N: u8> ProbeLauncher<N> {
    /// One without strategies.
    #[must_use]
    pub fn new(settings: ProbeSettings) -> Self {
        Self {
            settings,
            walk: |_| {},
        }
    }

    /// The same, walked by these strategies.
    #[must_use]
    pub fn walked(mut self, walk: AddStrategies<N>) -> Self {
        self.walk = walk;
        self
    }
}

impl<const N: u8> CommunityLauncher for ProbeLauncher<N> {
    type Overlay = Probe<N>;
    const META: LauncherMeta =
        launcher_meta!(name = ["P0", "P1", "P2", "P3"][N as usize], after = []);

    fn settings(&self) -> ProbeSettings {
        self.settings.clone()
    }

    fn walk_strategies(&self, strategies: &mut Strategies<Probe<N>>) {
        (self.walk)(strategies);
    }
}

/// A socket in memory at `at`.
///
/// # Panics
///
/// When no port is free there.
#[must_use]
pub fn endpoint(network: &MemoryNetwork, at: &str) -> Endpoint {
    let bound = Endpoint::in_memory(network, &[address(at)], &EndpointOptions::default());
    bound.expect("a socket in memory")
}

/// A configuration with key and seed `number`, which asks `tracker` when it knows nobody.
#[must_use]
pub fn configuration(number: u16, tracker: Option<&str>) -> Configuration {
    let mut configuration = Configuration::default()
        .key(key(number))
        .bootstrap(tracker.map(address));
    configuration.seed = Some([number.to_be_bytes()[1]; 32]);
    configuration
}

/// Whether somebody listens at `at`.
#[must_use]
pub fn is_open(network: &MemoryNetwork, at: &str) -> bool {
    network.deliver(address("99.9.9.9:9"), address(at), b"is anybody there?")
}
