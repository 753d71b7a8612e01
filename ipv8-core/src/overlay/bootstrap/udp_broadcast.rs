//! Finding peers on the local network by beacons.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::{BootstrapContext, Bootstrapper};
use crate::state::timers::seconds;

/// How often a sweep goes on; a sweep of few ports is over at once.
const SLICE: Duration = Duration::from_millis(20);

/// The slowest and the fastest sweep, in beacons per second: outside of it the nearer one counts.
const SLOWEST: f64 = 0.1;
/// See [`SLOWEST`]; it also bounds how many beacons leave at once.
const FASTEST: f64 = 10_000.0;

/// How many beacons may be followed at once, after a while of none: a LAN party, but no flood.
const FOLLOW_BURST: u32 = 8;

/// The time after which one more beacon may be followed, in the long run.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// A sender that was followed is not followed again for this long: one beacon often arrives at two sockets.
const FOLLOW_PAUSE: Duration = Duration::from_secs(5);

/// Finds peers on the local network: sends beacons to a few ports of the broadcast address, and walks to whoever sends one.
///
/// Beacons are heard on the node's own socket and on a second one, from which they are sent; both only where the node listens on
/// `0.0.0.0`, because a socket on one address hears no broadcasts. py-ipv8 sends its beacons to every port, but hears them
/// only on a port of its own choice: [`UdpBroadcastBootstrapper::all_ports`] reaches it there.
///
/// One beacon is 29 bytes. At most one beacon a second is followed in the long run, eight at once, each sender once in five seconds:
/// beacons are not signed, and a flood of them must not make a node send much.
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
    /// Where beacons go. Default `255.255.255.255`: everybody on the local network of the default route.
    pub addresses: Vec<Ipv4Addr>,
    /// The first port that beacons are sent to. Default 8090, the port that nodes listen on unless configured.
    pub first_port: u16,
    /// The last port that beacons are sent to. Default 8099.
    pub last_port: u16,
    /// Sends to every port from 1 to 65535 instead, as py-ipv8 does. Default false.
    pub all_ports: bool,
    /// How many beacons are sent in a second, at most: 0.1 to 10,000. Default 1000, with which all ports take 66 seconds.
    #[options(range = 0.0..)]
    pub beacons_per_second: f64,
    /// Seconds between two rounds of beacons, from start to start. Default 30.0.
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

    /// Begins to send to every port of every address, unless that is going on or was done a short while ago.
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

    /// Sends the next few beacons, and comes back for the rest.
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

    /// Whether a beacon of `source` may be followed now; if so, notes that it is.
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
        // Bounded by the credit: a burst, and those of the pause.
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
