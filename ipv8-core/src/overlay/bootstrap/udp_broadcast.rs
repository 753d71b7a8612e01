//! Finding peers on the local network by beacons.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::bootstrapper::Bootstrapper;
use super::context::BootstrapContext;
use crate::state::timers::seconds;

/// The time between two slices of a sweep. A sweep of few ports is one slice.
const SLICE: Duration = Duration::from_millis(20);

/// The slowest sweep, in beacons per second; a lower rate is raised to it.
const SLOWEST: f64 = 0.1;
/// The fastest sweep, in beacons per second; a higher rate is lowered to it. It also bounds the
/// number of beacons in one slice.
const FASTEST: f64 = 10_000.0;

/// The number of beacons followed at once after a quiet time: enough for a LAN party, not for a
/// flood.
const FOLLOW_BURST: u32 = 8;

/// The time after which one more beacon may be followed, in the long run.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// The time before the same sender is followed again. One beacon often arrives at two sockets.
const FOLLOW_PAUSE: Duration = Duration::from_secs(5);

/// A bootstrapper that finds peers on the local network: it sends beacons to a few ports of the
/// broadcast address, and walks to the senders of beacons.
///
/// The node hears beacons on its own socket and on a second one, which sends them. Both need a node
/// that listens on `0.0.0.0`, because a socket on one address hears no broadcasts. py-ipv8 sends
/// its beacons to every port, but hears them on one port that it chooses itself; use
/// [`UdpBroadcastBootstrapper::all_ports`] to reach it.
///
/// A beacon is 29 bytes long. Beacons are not signed, so a flood of them must not make a node send
/// much: it follows at most one beacon a second in the long run, eight at once, and each sender
/// once in five seconds.
///
/// ```
/// use ipv8_core::overlay::{Bootstrappers, UdpBroadcastBootstrapper};
///
/// let mut bootstrappers = Bootstrappers::new();
/// bootstrappers.add::<UdpBroadcastBootstrapper>(|b| b.last_port = 8199);
/// ```
///
/// Source: py-ipv8's `UDPBroadcastBootstrapper` (protocol 10.3).
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct UdpBroadcastBootstrapper {
    /// Destinations of beacons. Default: `255.255.255.255`, all nodes on the local network of the
    /// default route.
    pub addresses: Vec<Ipv4Addr>,
    /// First port to send beacons to. Default: 8090, the default port of a node.
    pub first_port: u16,
    /// Last port to send beacons to. Default: 8099.
    pub last_port: u16,
    /// Send to every port from 1 to 65535 instead, as py-ipv8 does. Default: false.
    pub all_ports: bool,
    /// Beacons sent per second, at most: 0.1 to 10,000. Default: 1000, so that all ports take 66
    /// seconds.
    #[options(range = 0.0..)]
    pub beacons_per_second: f64,
    /// Seconds between two rounds of beacons, from start to start. Default: 30.0.
    #[options(range = 0.0..)]
    pub bootstrap_timeout: f64,
    last_round: Option<Instant>,
    sweep: VecDeque<Ipv4Addr>,
    next_port: u16,
    followed: VecDeque<(SocketAddr, Instant)>,
    credit: u32,
    credited: Option<Instant>,
}

impl Default for UdpBroadcastBootstrapper {
    fn default() -> Self {
        Self {
            addresses: vec![Ipv4Addr::BROADCAST],
            first_port: 8090,
            last_port: 8099,
            all_ports: false,
            beacons_per_second: 1000.0,
            bootstrap_timeout: 30.0,
            last_round: None,
            sweep: VecDeque::new(),
            next_port: 0,
            followed: VecDeque::new(),
            credit: FOLLOW_BURST,
            credited: None,
        }
    }
}

impl UdpBroadcastBootstrapper {
    fn ports(&self) -> (u16, u16) {
        if self.all_ports {
            (1, u16::MAX)
        } else {
            (self.first_port.max(1), self.last_port)
        }
    }

    /// Starts to send to every port of every address, unless a round is going on or the last one
    /// started less than `bootstrap_timeout` ago.
    fn start_round(&mut self, cx: &mut BootstrapContext<'_>) {
        let (now, pause) = (cx.now(), seconds(self.bootstrap_timeout));
        let too_soon = |last: Instant| now.saturating_duration_since(last) < pause;
        let (first, last) = self.ports();
        if !self.sweep.is_empty() || first > last || self.last_round.is_some_and(too_soon) {
            return;
        }
        self.last_round = Some(now);
        self.sweep = self.addresses.iter().copied().collect();
        self.next_port = first;
        self.send_slice(cx);
    }

    /// Sends the next slice of beacons, and sets a timer for the rest.
    fn send_slice(&mut self, cx: &mut BootstrapContext<'_>) {
        let rate = self.beacons_per_second.clamp(SLOWEST, FASTEST);
        let rate = if rate.is_nan() { SLOWEST } else { rate };
        let time = SLICE.max(Duration::from_secs_f64(1.0 / rate));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = (rate * time.as_secs_f64()).round() as usize;
        let (first, last) = self.ports();
        for _ in 0..count {
            let Some(host) = self.sweep.front() else {
                return;
            };
            cx.send_beacon(SocketAddr::new(IpAddr::V4(*host), self.next_port));
            if self.next_port >= last {
                self.sweep.pop_front();
                self.next_port = first;
            } else {
                self.next_port += 1;
            }
        }
        if !self.sweep.is_empty() {
            cx.wake_after(time);
        }
    }

    /// Returns `true` if a beacon of `source` may be followed now, and notes that it is.
    fn may_follow(&mut self, source: SocketAddr, now: Instant) -> bool {
        while let Some((_, since)) = self.followed.front()
            && now.saturating_duration_since(*since) >= FOLLOW_PAUSE
        {
            self.followed.pop_front();
        }
        if self.followed.iter().any(|(other, _)| *other == source) {
            return false;
        }
        self.earn_credit(now);
        let Some(left) = self.credit.checked_sub(1) else {
            return false;
        };
        self.credit = left;
        // Bounded by the credit: a burst, and one a second during the pause.
        self.followed.push_back((source, now));
        true
    }

    fn earn_credit(&mut self, now: Instant) {
        let since = *self.credited.get_or_insert(now);
        let earned = now.saturating_duration_since(since).as_secs() / FOLLOW_EVERY.as_secs();
        let earned = u32::try_from(earned).unwrap_or(u32::MAX);
        self.credited = since.checked_add(FOLLOW_EVERY.saturating_mul(earned));
        self.credit = self.credit.saturating_add(earned).min(FOLLOW_BURST);
    }
}

impl Bootstrapper for UdpBroadcastBootstrapper {
    fn get_addresses(&mut self, cx: &mut BootstrapContext<'_>) -> Vec<SocketAddr> {
        self.start_round(cx);
        Vec::new()
    }

    fn keep_alive(&mut self, cx: &mut BootstrapContext<'_>) {
        self.start_round(cx);
    }

    fn woken(&mut self, cx: &mut BootstrapContext<'_>) {
        self.send_slice(cx);
    }

    fn beacon_heard(&mut self, source: SocketAddr, cx: &mut BootstrapContext<'_>) -> bool {
        let follow = self.may_follow(source, cx.now());
        if follow {
            cx.walk_to(source);
        }
        follow
    }
}

#[cfg(test)]
mod tests;
