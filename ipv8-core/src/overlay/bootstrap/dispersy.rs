//! Well-known servers (trackers) that introduce peers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use rand::RngExt;

use super::bootstrapper::Bootstrapper;
use super::context::BootstrapContext;
use super::lookup::LookupError;
use crate::state::timers::seconds;

/// The least time between two rounds while no server has answered: a lost first datagram should
/// not cost half a minute.
const BOOTSTRAP_RETRY: Duration = Duration::from_secs(3);

/// The least time between two lookups of a name that was not found.
const LOOKUP_PAUSE: Duration = Duration::from_secs(30);

/// The number of addresses used of one name; the rest are ignored.
const ADDRESSES_PER_NAME: usize = 8;

/// The addresses of Tribler's public servers, as in py-ipv8's default configuration (protocol 9).
/// They belong to a public network. Only [`DispersyBootstrapper::tribler`] uses them; tests and
/// examples never do.
const TRIBLER_IP_ADDRESSES: [SocketAddr; 13] = [
    server([130, 161, 119, 206], 6421),
    server([130, 161, 119, 206], 6422),
    server([131, 180, 27, 155], 6423),
    server([131, 180, 27, 156], 6424),
    server([131, 180, 27, 161], 6427),
    server([131, 180, 27, 161], 6521),
    server([131, 180, 27, 161], 6522),
    server([131, 180, 27, 162], 6523),
    server([131, 180, 27, 162], 6524),
    server([130, 161, 119, 215], 6525),
    server([130, 161, 119, 215], 6526),
    server([130, 161, 119, 201], 6527),
    server([130, 161, 119, 201], 6528),
];

/// The names of Tribler's public servers; see [`TRIBLER_IP_ADDRESSES`].
const TRIBLER_DNS_ADDRESSES: [(&str, u16); 7] = [
    ("dispersy1.tribler.org", 6421),
    ("dispersy1.st.tudelft.nl", 6421),
    ("dispersy2.tribler.org", 6422),
    ("dispersy2.st.tudelft.nl", 6422),
    ("dispersy3.tribler.org", 6423),
    ("dispersy3.st.tudelft.nl", 6423),
    ("dispersy4.tribler.org", 6424),
];

const fn server(host: [u8; 4], port: u16) -> SocketAddr {
    let [a, b, c, d] = host;
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), port)
}

/// A bootstrapper that asks well-known servers for introductions. It blacklists the servers before
/// it asks them, so that they never become peers.
///
/// The default has **no** servers. Addresses are asked at once, names as soon as they are looked
/// up. A name that is not found is tried again after at least 30 s.
///
/// ```
/// use ipv8_core::overlay::DispersyBootstrapper;
///
/// let mut bootstrapper = DispersyBootstrapper::new(["192.0.2.7:6421".parse().unwrap()]);
/// bootstrapper.dns_addresses = vec![("tracker.example.org".into(), 6421)];
/// assert_eq!(bootstrapper.bootstrap_timeout, 30.0);
/// ```
///
/// Source: py-ipv8's `DispersyBootstrapper` (protocol 10.2).
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct DispersyBootstrapper {
    /// Addresses of servers. Default: none.
    pub ip_addresses: Vec<SocketAddr>,
    /// Host names and ports of further servers. Default: none.
    pub dns_addresses: Vec<(String, u16)>,
    /// Seconds between two rounds of asking all servers, once one of them has answered. Before
    /// that: 3 seconds, or this if it is less. Default: 30.0.
    #[options(range = 0.0..)]
    pub bootstrap_timeout: f64,
    names: Vec<Name>,
    last_round: Option<Instant>,
    answered: bool,
}

/// A host name with at least one lookup.
#[derive(Clone, Debug)]
struct Name {
    host: String,
    port: u16,
    asked: Instant,
    failed: bool,
    found: Vec<SocketAddr>,
}

impl Default for DispersyBootstrapper {
    fn default() -> Self {
        Self {
            ip_addresses: Vec::new(),
            dns_addresses: Vec::new(),
            bootstrap_timeout: 30.0,
            names: Vec::new(),
            last_round: None,
            answered: false,
        }
    }
}

impl DispersyBootstrapper {
    /// Returns a bootstrapper for the servers at these addresses.
    #[must_use]
    pub fn new(ip_addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self {
            ip_addresses: ip_addresses.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Returns a bootstrapper for Tribler's public servers, which py-ipv8 uses by default. Use it
    /// for communities that other people run too.
    #[must_use]
    pub fn tribler() -> Self {
        Self {
            ip_addresses: TRIBLER_IP_ADDRESSES.to_vec(),
            dns_addresses: TRIBLER_DNS_ADDRESSES
                .iter()
                .map(|(host, port)| ((*host).to_owned(), *port))
                .collect(),
            ..Self::default()
        }
    }

    /// Returns the addresses of all servers known so far.
    fn servers(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        let found = self.names.iter().flat_map(|name| &name.found);
        self.ip_addresses.iter().chain(found).copied()
    }

    fn pause(&self) -> Duration {
        let configured = seconds(self.bootstrap_timeout);
        if self.answered {
            configured
        } else {
            configured.min(BOOTSTRAP_RETRY)
        }
    }

    /// Looks up the names without an address, each at most once in [`LOOKUP_PAUSE`].
    fn look_up(&mut self, cx: &mut BootstrapContext<'_>) {
        let now = cx.now();
        for (host, port) in &self.dns_addresses {
            let known = self
                .names
                .iter_mut()
                .find(|name| name.host == *host && name.port == *port);
            match known {
                Some(name) if !name.found.is_empty() => continue,
                Some(name) if now.saturating_duration_since(name.asked) < LOOKUP_PAUSE => continue,
                Some(name) => name.asked = now,
                None => self.names.push(Name {
                    host: host.clone(),
                    port: *port,
                    asked: now,
                    failed: false,
                    found: Vec::new(),
                }),
            }
            cx.resolve(host.as_str(), *port);
        }
    }
}

impl Bootstrapper for DispersyBootstrapper {
    fn get_addresses(&mut self, cx: &mut BootstrapContext<'_>) -> Vec<SocketAddr> {
        let now = cx.now();
        let pause = self.pause();
        if self
            .last_round
            .is_some_and(|last| now.saturating_duration_since(last) < pause)
        {
            return Vec::new();
        }
        self.last_round = Some(now);
        self.look_up(cx);
        // Not returned, because the limit of peers does not apply to servers.
        for server in self.servers() {
            cx.walk_to(server);
        }
        Vec::new()
    }

    fn keep_alive(&mut self, cx: &mut BootstrapContext<'_>) {
        self.look_up(cx);
        let count = self.servers().count();
        if count == 0 {
            return;
        }
        let drawn = cx.rng().random_range(0..count);
        if let Some(server) = self.servers().nth(drawn) {
            cx.walk_to(server);
        }
    }

    fn blacklist(&self) -> Vec<SocketAddr> {
        self.servers().collect()
    }

    fn answered(&mut self, source: SocketAddr, _cx: &mut BootstrapContext<'_>) {
        self.answered = self.answered || self.servers().any(|server| server == source);
    }

    fn resolved(
        &mut self,
        host: &str,
        port: u16,
        found: Result<&[SocketAddr], &LookupError>,
        cx: &mut BootstrapContext<'_>,
    ) {
        let known: Vec<SocketAddr> = self.servers().collect();
        let Some(name) = self
            .names
            .iter_mut()
            .find(|name| name.host == host && name.port == port)
        else {
            return;
        };
        match found {
            Ok(addresses) => {
                let new = addresses.iter().filter(|address| !known.contains(address));
                name.found
                    .extend(new.take(ADDRESSES_PER_NAME.saturating_sub(name.found.len())));
                for server in &name.found {
                    cx.walk_to(*server);
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut name.failed, true) {
                    tracing::warn!(host, port, %error, "cannot find the name of a bootstrap server; trying again now and then");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
