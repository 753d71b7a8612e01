//! Launches nodes of probes on a network in memory.

use ipv8_core::config::Config;
use ipv8_core::internals::endpoint::{Endpoint, EndpointConfig, MemoryNetwork};
use ipv8_core::prelude::*;
use ipv8_core::{Error, LauncherMeta, launcher_meta};

use crate::desk::{address, key};
use crate::probe::{Log, Probe, ProbeSettings, Trap};

/// Adds the strategies of a [`ProbeLauncher`].
pub type AddStrategies<const N: u8> = fn(&mut Strategies<Probe<N>>);

/// Launches a `Probe<N>` with given settings and strategies.
pub struct ProbeLauncher<const N: u8> {
    /// The settings of the probe.
    pub settings: ProbeSettings,
    /// Adds the probe's strategies.
    pub walk: AddStrategies<N>,
}

impl<const N: u8> ProbeLauncher<N> {
    /// Creates a launcher without strategies.
    #[must_use]
    pub fn new(settings: ProbeSettings) -> Self {
        Self {
            settings,
            walk: |_| {},
        }
    }

    /// Sets the strategies.
    #[must_use]
    pub fn walked(mut self, walk: AddStrategies<N>) -> Self {
        self.walk = walk;
        self
    }
}

impl<const N: u8> CommunityLauncher for ProbeLauncher<N> {
    type Overlay = Probe<N>;
    type Session = ();
    const META: LauncherMeta =
        launcher_meta!(name = ["P0", "P1", "P2", "P3"][N as usize], after = []);

    fn settings(&self, (): &()) -> ProbeSettings {
        self.settings.clone()
    }

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Probe<N>>) {
        (self.walk)(strategies);
    }
}

/// Opens a socket in memory at `at`.
///
/// # Panics
///
/// Panics if no port is free there.
#[must_use]
pub fn endpoint(network: &MemoryNetwork, at: &str) -> Endpoint {
    let bound = Endpoint::in_memory(network, &[address(at)], &EndpointConfig::default());
    bound.expect("a socket in memory")
}

/// Returns a configuration with key and seed `number` and with `tracker` as its bootstrapper.
#[must_use]
pub fn configuration(number: u16, tracker: Option<&str>) -> Config {
    let mut configuration = Config::default()
        .key(key(number))
        .bootstrap(tracker.map(address));
    configuration.seed = Some([number.to_be_bytes()[1]; 32]);
    configuration
}

/// Returns `true` if a socket listens at `at`.
#[must_use]
pub fn is_open(network: &MemoryNetwork, at: &str) -> bool {
    network.deliver(address("99.9.9.9:9"), address(at), b"is a socket open?")
}

/// Launches a node of `launchers` at `at`, with key and seed `number`. It knows the tracker at
/// 10.0.0.9:9000.
///
/// # Errors
///
/// The error of the launch.
pub async fn launch(
    network: &MemoryNetwork,
    at: &str,
    number: u16,
    launchers: Launchers,
) -> Result<Ipv8, Error> {
    launchers
        .config(configuration(number, Some("10.0.0.9:9000")))
        .launch_on(endpoint(network, at))
        .await
}

/// Returns settings of a probe that writes to `log` and panics at `traps`.
#[must_use]
pub fn trapped(log: &Log, traps: &[Trap]) -> ProbeSettings {
    ProbeSettings {
        traps: traps.to_vec(),
        refuse: false,
        log: log.clone(),
    }
}

/// A strategy that does nothing.
#[derive(Debug, Default)]
pub struct Idle;

impl<C: Community> DiscoveryStrategy<C> for Idle {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

/// A strategy that sends a datagram in each step, so that there is output.
#[derive(Debug, Default)]
pub struct Sends;

impl<C: Community> DiscoveryStrategy<C> for Sends {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        cx.walk_to(address("20.0.0.1:1"));
    }
}

/// Returns `count` [`Sends`] strategies with one target.
#[must_use]
pub fn sends<C: Community>(count: usize, target: i32) -> Strategies<C> {
    let mut strategies = Strategies::new();
    for _ in 0..count {
        strategies.add::<Sends>(target, |_| {});
    }
    strategies
}
