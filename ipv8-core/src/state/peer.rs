//! A peer: its key, its addresses, and its recent behaviour.
use crate::crypto::{Mid, PublicKey};
use crate::wire::address::UNSPECIFIED;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The number of ping times that a peer stores.
const PINGS: usize = 5;

/// A peer (protocol 6, "Peer object"): a public key with one address of each kind.
///
/// Two peers are equal if their keys are; cloning is cheap (the key is shared). A `Peer` is a copy
/// of the entry in the [`Network`](crate::state::network::Network): changing the copy does not
/// change the entry.
///
/// py-ipv8's Peer also has a Lamport counter. It is left out because no received message ever moves
/// it (protocol 4.2).
#[derive(Clone, Debug)]
pub struct Peer {
    key: PublicKey,
    v4: SocketAddrV4,
    v4_lan: SocketAddrV4,
    /// Flags for the two addresses above: an `Option` for each would make a peer 8 bytes larger.
    has_v4: bool,
    has_lan: bool,
    created: Instant,
    last_response: Since,
    rare: Option<Arc<Rare>>,
    new_style: bool,
    frozen: bool,
}

const NO_ADDRESS: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0);

/// The data that most peers of a large graph do not have.
#[derive(Clone, Debug, Default)]
struct Rare {
    v6: Option<SocketAddrV6>,
    pings: PingRing,
}

/// An optional time, in nanoseconds after the creation of the peer: half the size of an
/// [`Instant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Since(i64);

impl Since {
    const NEVER: Self = Self(i64::MIN);

    /// Exact within 292 years.
    fn new(created: Instant, at: Instant) -> Self {
        let nanos = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
        match at.checked_duration_since(created) {
            Some(after) => Self(nanos(after)),
            None => Self(-nanos(created.saturating_duration_since(at))),
        }
    }

    fn at(self, created: Instant) -> Option<Instant> {
        let distance = Duration::from_nanos(self.0.unsigned_abs());
        match self {
            Self::NEVER => None,
            Self(nanos) if nanos < 0 => created.checked_sub(distance),
            Self(_) => created.checked_add(distance),
        }
    }
}

impl Peer {
    /// Returns a peer with the address `source` in the slot of its kind. IPv4-mapped IPv6 addresses
    /// count as IPv6.
    pub fn new(key: PublicKey, source: SocketAddr, now: Instant) -> Self {
        let mut peer = Self {
            key,
            v4: NO_ADDRESS,
            v4_lan: NO_ADDRESS,
            has_v4: false,
            has_lan: false,
            created: now,
            last_response: Since::NEVER,
            rare: None,
            new_style: false,
            frozen: false,
        };
        peer.add_address(source);
        peer
    }

    /// Returns the public key, which identifies the peer.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Returns the SHA-1 of the public key.
    pub fn mid(&self) -> Mid {
        self.key.mid()
    }

    /// Returns the preferred address (protocol 4.3): IPv6, else IPv4, else 0.0.0.0:0; never the LAN
    /// address.
    pub fn address(&self) -> SocketAddr {
        match (self.v6(), self.ipv4_address()) {
            (Some(v6), _) => SocketAddr::V6(v6),
            (None, Some(v4)) => SocketAddr::V4(v4),
            (None, None) => UNSPECIFIED,
        }
    }

    /// Returns the address in the IPv4 slot.
    pub(crate) fn ipv4_address(&self) -> Option<SocketAddrV4> {
        self.has_v4.then_some(self.v4)
    }

    /// Returns the address in the IPv6 slot.
    pub(crate) fn ipv6_address(&self) -> Option<SocketAddrV6> {
        self.v6()
    }

    fn v6(&self) -> Option<SocketAddrV6> {
        self.rare.as_ref()?.v6
    }

    fn set_v6(&mut self, address: SocketAddrV6) {
        if self.v6() != Some(address) {
            self.rare_mut().v6 = Some(address);
        }
    }

    fn rare_mut(&mut self) -> &mut Rare {
        Arc::make_mut(self.rare.get_or_insert_default())
    }

    /// Returns the address in the LAN slot: the address that the peer claims to have on its local
    /// network.
    pub fn lan_address(&self) -> Option<SocketAddrV4> {
        self.has_lan.then_some(self.v4_lan)
    }

    /// Returns the distinct addresses of the peer, the preferred one first, the LAN address last.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> + use<> {
        let v4 = self.ipv4_address();
        let lan = self.lan_address().filter(|lan| Some(*lan) != v4);
        let v4 = [v4, lan].into_iter().flatten().map(SocketAddr::V4);
        self.v6().map(SocketAddr::V6).into_iter().chain(v4)
    }

    /// Returns the distinct addresses that the peer has answered from, the preferred one first. The
    /// LAN address is only claimed.
    pub(crate) fn proven_addresses(&self) -> impl Iterator<Item = SocketAddr> + use<> {
        let v6 = self.v6().map(SocketAddr::V6);
        let v4 = self.ipv4_address().map(SocketAddr::V4);
        [v6, v4].into_iter().flatten()
    }

    /// Returns `true` if the peer has answered from `address`.
    pub(crate) fn has_proven_address(&self, address: &SocketAddr) -> bool {
        self.proven_addresses().any(|proven| proven == *address)
    }

    /// Returns `true` if `address` is in one of the slots.
    pub fn has_address(&self, address: &SocketAddr) -> bool {
        match address {
            SocketAddr::V4(v4) => {
                self.ipv4_address() == Some(*v4) || self.lan_address() == Some(*v4)
            }
            SocketAddr::V6(v6) => self.v6() == Some(*v6),
        }
    }

    /// Returns `true` if all slots are the same in `other`.
    pub(crate) fn has_addresses_of(&self, other: &Self) -> bool {
        self.ipv4_address() == other.ipv4_address()
            && self.lan_address() == other.lan_address()
            && self.v6() == other.v6()
    }

    /// Puts `address` into the IPv4 or IPv6 slot and replaces the previous one. Does nothing if the
    /// peer is frozen.
    pub(crate) fn add_address(&mut self, address: SocketAddr) {
        if self.frozen {
            return;
        }
        match address {
            SocketAddr::V4(v4) => (self.v4, self.has_v4) = (v4, true),
            SocketAddr::V6(v6) => self.set_v6(v6),
        }
    }

    /// Puts `address` into the LAN slot and replaces the previous one. Does nothing if the peer is
    /// frozen.
    pub(crate) fn set_lan_address(&mut self, address: SocketAddrV4) {
        if !self.frozen {
            (self.v4_lan, self.has_lan) = (address, true);
        }
    }

    /// Keeps the addresses unchanged (py-ipv8's `address_frozen`), or lets them change again.
    pub(crate) fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// Returns `true` if the peer is known to understand new-style introduction messages.
    pub fn is_new_style(&self) -> bool {
        self.new_style
    }

    /// Marks the peer as one that understands the new style. This cannot be undone.
    pub(crate) fn mark_new_style(&mut self) {
        self.new_style = true;
    }

    /// Returns the creation time of this object.
    pub(crate) fn created(&self) -> Instant {
        self.created
    }

    /// Returns the time of the last message from the peer; `None` if it was only introduced.
    pub fn last_response(&self) -> Option<Instant> {
        self.last_response.at(self.created)
    }

    /// Records a message from the peer at `now`; an earlier time than the last one changes nothing.
    pub(crate) fn responded(&mut self, now: Instant) {
        let now = Since::new(self.created, now);
        self.last_response = self.last_response.max(now);
    }

    /// Adds a round-trip time. The last five are stored, in whole microseconds, up to 71 minutes
    /// each.
    pub(crate) fn add_ping(&mut self, round_trip: Duration) {
        self.rare_mut().pings.push(round_trip);
    }

    /// Returns the stored ping times, in no particular order.
    pub fn pings(&self) -> impl Iterator<Item = Duration> + '_ {
        self.ping_ring().iter().copied().map(micros)
    }

    fn ping_ring(&self) -> &[u32] {
        self.rare.as_ref().map_or(&[], |rare| rare.pings.as_slice())
    }

    /// Returns the median of the stored ping times (of an even number: the mean of the middle two);
    /// `None` without any.
    pub fn median_ping(&self) -> Option<Duration> {
        let mut sorted = self.rare.as_ref()?.pings.micros;
        let sorted = sorted.get_mut(..self.ping_ring().len())?;
        sorted.sort_unstable();
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
        Some((micros(lower) + micros(upper)) / 2)
    }

    /// Returns the mean of the stored ping times; `None` without any.
    pub fn average_ping(&self) -> Option<Duration> {
        let count = u32::try_from(self.ping_ring().len()).ok()?;
        self.pings().sum::<Duration>().checked_div(count)
    }

    /// Merges a newer object of the same peer: addresses (unless frozen) and last response; not its
    /// style (as in py-ipv8) or pings.
    pub(crate) fn merge(&mut self, newer: &Self) {
        if !self.frozen {
            if newer.has_v4 {
                (self.v4, self.has_v4) = (newer.v4, true);
            }
            if newer.has_lan {
                (self.v4_lan, self.has_lan) = (newer.v4_lan, true);
            }
            if let Some(v6) = newer.v6() {
                self.set_v6(v6);
            }
        }
        if let Some(heard) = newer.last_response() {
            self.responded(heard);
        }
    }
}

impl PartialEq for Peer {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Peer {}

impl Hash for Peer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

/// Prints `Peer<host:port, base64(mid)>`, as py-ipv8 does (an IPv6 host without brackets).
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address();
        write!(f, "Peer<{}:{}, ", address.ip(), address.port())?;
        write_base64(f, self.mid().as_bytes())?;
        f.write_str(">")
    }
}

/// Writes standard base64 with padding. Only this text needs base64.
fn write_base64(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0u32, |all, byte| all << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (group >> (18 - 6 * place)) & 63;
            let padding = place > chunk.len();
            let letter = ALPHABET.get(digit as usize).filter(|_| !padding);
            write!(f, "{}", char::from(*letter.unwrap_or(&b'=')))?;
        }
    }
    Ok(())
}

/// The last ping times, in microseconds to save memory.
#[derive(Clone, Debug, Default)]
struct PingRing {
    micros: [u32; PINGS],
    length: u8,
    next: u8,
}

impl PingRing {
    fn push(&mut self, round_trip: Duration) {
        let value = u32::try_from(round_trip.as_micros()).unwrap_or(u32::MAX);
        if let Some(place) = self.micros.get_mut(usize::from(self.next)) {
            *place = value;
        }
        self.next = (self.next + 1) % PINGS as u8;
        self.length = (self.length + 1).min(PINGS as u8);
    }

    fn as_slice(&self) -> &[u32] {
        self.micros.get(..usize::from(self.length)).unwrap_or(&[])
    }
}

fn micros(value: u32) -> Duration {
    Duration::from_micros(u64::from(value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn peer(source: &str) -> Peer {
        let mut bytes = b"LibNaCLPK:".to_vec();
        bytes.extend(0..64);
        let key = PublicKey::from_bytes(&bytes).unwrap();
        Peer::new(key, source.parse().unwrap(), Instant::now())
    }

    #[test]
    fn ipv6_is_preferred_and_the_lan_address_is_never_preferred() {
        let mut peer = peer("1.2.3.4:5");
        peer.set_lan_address("192.168.1.1:5".parse().unwrap());
        assert_eq!(peer.address(), "1.2.3.4:5".parse().unwrap());
        peer.add_address("[::ffff:1.2.3.4]:6".parse().unwrap());
        assert_eq!(peer.address(), "[::ffff:1.2.3.4]:6".parse().unwrap());
        let all: Vec<_> = peer.addresses().map(|a| a.to_string()).collect();
        assert_eq!(all, ["[::ffff:1.2.3.4]:6", "1.2.3.4:5", "192.168.1.1:5"]);
        assert!(peer.addresses().all(|address| peer.has_address(&address)));
        peer.set_lan_address("1.2.3.4:5".parse().unwrap());
        assert_eq!(peer.addresses().count(), 2);
        peer.has_v4 = false;
        peer.rare_mut().v6 = None;
        assert_eq!(peer.address(), UNSPECIFIED);
        assert_eq!(peer.addresses().count(), 1);
    }

    #[test]
    fn a_frozen_peer_keeps_its_addresses() {
        let mut frozen = peer("1.2.3.4:5");
        frozen.set_frozen(true);
        frozen.add_address("1.2.3.4:6".parse().unwrap());
        frozen.set_lan_address("1.2.3.4:7".parse().unwrap());
        frozen.merge(&peer("1.2.3.4:8"));
        let all: Vec<_> = frozen.addresses().map(|a| a.to_string()).collect();
        assert_eq!(all, ["1.2.3.4:5"]);
    }

    #[test]
    fn pings_are_a_ring_of_five() {
        let mut peer = peer("1.2.3.4:5");
        assert_eq!((peer.median_ping(), peer.average_ping()), (None, None));
        let ms = Duration::from_millis;
        for millis in [1000, 10, 40] {
            peer.add_ping(ms(millis));
        }
        assert_eq!(peer.median_ping(), Some(ms(40)));
        assert_eq!(peer.average_ping(), Some(ms(350)));
        peer.add_ping(ms(20));
        assert_eq!(peer.median_ping(), Some(ms(30)));
        for millis in [50, 60] {
            peer.add_ping(ms(millis));
        }
        assert_eq!(peer.pings().count(), 5);
        assert_eq!(peer.median_ping(), Some(ms(40)));
        assert_eq!(peer.average_ping(), Some(ms(36)));
        peer.add_ping(Duration::MAX);
        assert!(peer.pings().any(|ping| ping > Duration::from_secs(4000)));
    }

    #[test]
    fn the_last_response_only_moves_forward_and_the_style_stays() {
        let mut peer = peer("1.2.3.4:5");
        let start = peer.created();
        assert_eq!(peer.last_response(), None);
        peer.responded(start + Duration::from_secs(2));
        peer.responded(start);
        assert_eq!(peer.last_response(), Some(start + Duration::from_secs(2)));
        peer.mark_new_style();
        assert!(peer.is_new_style());
    }

    #[test]
    fn the_text_is_that_of_py_ipv8() {
        struct Bytes<'a>(&'a [u8]);
        impl fmt::Display for Bytes<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_base64(f, self.0)
            }
        }
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"\xff\xfe\xfd\xfb", "//79+w=="),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
        let peer = peer("[2001:db8::1]:7");
        let mid = Bytes(peer.mid().as_bytes()).to_string();
        assert_eq!(mid.len(), 28);
        assert_eq!(peer.to_string(), format!("Peer<2001:db8::1:7, {mid}>"));
    }

    #[test]
    fn a_peer_stays_small() {
        assert!(size_of::<Peer>() <= 56, "{}", size_of::<Peer>());
    }
}
