//! What came from each address and what went there, and the bounds of `guide::strangers` on it.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::places::{is_forbidden, is_near, is_service};
use crate::attacker::{is_puncture, is_request, is_response};

const SECOND: Duration = Duration::from_secs(1);

/// The longest introduction request of a node, in bytes.
const REQUEST: usize = 232;

/// What is known about one address.
#[derive(Debug, Default)]
struct Account {
    /// The bytes that came from there.
    paid: usize,
    /// The bytes that went there, without punctures.
    got: usize,
    /// Those of them that were no requests.
    answers: usize,
    punctures: Vec<Duration>,
}

/// The accounts of all addresses.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    accounts: BTreeMap<SocketAddr, Account>,
    /// The hosts that may have proven an address.
    proven: Vec<IpAddr>,
    /// The times of all punctures.
    punctures: Vec<Duration>,
    /// The times of the answers to each site of strangers.
    sites: BTreeMap<[u8; 6], Vec<Duration>>,
    /// `true` if some datagram came from an address near the node.
    has_near: bool,
    /// `true` if some datagram came from a port of a service.
    has_service: bool,
    pub(super) letters: usize,
    pub(super) sent: usize,
}

impl Ledger {
    /// Makes this host one that may have proven its address.
    pub(super) fn trust(&mut self, host: IpAddr) {
        let host = host.to_canonical();
        if !self.proven.contains(&host) {
            self.proven.push(host);
        }
    }

    fn is_proven(&self, host: IpAddr) -> bool {
        self.proven.contains(&host.to_canonical())
    }

    /// Notes a datagram to the node.
    pub(super) fn came(&mut self, from: SocketAddr, id: u8, length: usize) {
        self.letters += 1;
        self.has_near |= is_near(from.ip());
        self.has_service |= is_service(from.port());
        // Only an answer can carry an identifier of the node: a response, a similarity response or
        // a pong.
        if is_response(id) || matches!(id, 2 | 4) {
            self.trust(from.ip());
        }
        self.accounts.entry(canonical(from)).or_default().paid += length;
    }

    /// Notes a datagram of the node.
    pub(super) fn went(&mut self, to: SocketAddr, id: u8, length: usize, at: Duration) {
        self.sent += 1;
        let account = self.accounts.entry(canonical(to)).or_default();
        assert!(
            !is_forbidden(to.ip()) && to.port() != 0,
            "message {id} to {to}"
        );
        if account.paid == 0 {
            // Nothing came from there: some other node named it.
            assert!(self.has_near || !is_near(to.ip()), "message {id} to {to}");
            assert!(
                self.has_service || !is_service(to.port()),
                "message {id} to {to}"
            );
        }
        if is_puncture(id) {
            account.punctures.push(at);
            self.punctures.push(at);
            return;
        }
        account.got += length;
        if !is_request(id) {
            account.answers += length;
        }
        if is_response(id) && !self.is_proven(to.ip()) {
            self.sites.entry(site(to.ip())).or_default().push(at);
        }
    }

    /// Checks every bound at this time. `trackers` is the number of known trackers.
    pub(super) fn check(&self, now: Duration, trackers: usize) {
        let minutes = 1 + now.as_secs() as usize / 60;
        let strangers = self
            .accounts
            .iter()
            .filter(|(at, _)| !self.is_proven(at.ip()));
        for (at, account) in strangers {
            if at.ip().is_loopback() {
                continue;
            }
            let Account {
                paid, got, answers, ..
            } = account;
            assert!(
                answers * 10 <= paid * 21,
                "{answers} bytes for {paid} to {at}"
            );
            // Four requests in a minute to a host that others name.
            let named = 4 * minutes * REQUEST;
            assert!(
                got * 10 <= paid * 21 + 10 * named,
                "{got} bytes for {paid} to {at}"
            );
        }
        self.check_punctures(trackers);
        for (site, answers) in &self.sites {
            let most = most_within(answers, SECOND);
            assert!(most <= 48, "{most} answers in a second to {site:?}");
        }
    }

    fn check_punctures(&self, trackers: usize) {
        for (at, account) in &self.accounts {
            let most = most_within(&account.punctures, 5 * SECOND);
            assert!(most <= 1, "{most} punctures in 5 s to {at}");
        }
        // Each proven host may have many ports, and each address of a peer has a budget.
        let peers = self.accounts.keys().filter(|at| self.is_proven(at.ip()));
        let allowed = 5 + 2 * peers.count() + 10 * trackers;
        let most = most_within(&self.punctures, SECOND);
        assert!(most <= allowed, "{most} punctures in a second");
    }
}

/// Returns the address without the IPv6 form of an IPv4 host.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Returns the /24 of an IPv4 host or the /48 of an IPv6 host.
fn site(host: IpAddr) -> [u8; 6] {
    match host.to_canonical() {
        IpAddr::V4(host) => {
            let [a, b, c, _] = host.octets();
            [4, a, b, c, 0, 0]
        }
        IpAddr::V6(host) => *host.octets().first_chunk().unwrap_or(&[6; 6]),
    }
}

/// Returns the most of these times in any window of this length. The times are in order.
fn most_within(times: &[Duration], window: Duration) -> usize {
    let within = |start: usize| {
        let after = times[start..].iter();
        after.take_while(|at| **at - times[start] < window).count()
    };
    (0..times.len()).map(within).max().unwrap_or(0)
}
