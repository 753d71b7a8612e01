//! Another node: its key, where it can be reached, and how it has been behaving.
use crate::address::UNSPECIFIED;
use crate::crypto::{Mid, PublicKey};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};
use std::time::{Duration, Instant};

/// How many ping times a peer remembers.
const PINGS: usize = 5;

/// A peer (protocol 6, "Peer object"): a public key with one address of each kind.
///
/// Equal and hashed by key alone, cheap to clone (the key is shared). It is a plain value: the copy that counts is the one
/// in the [`Network`](crate::network::Network), changed through it.
///
/// Left out of py-ipv8's Peer: its Lamport counter, which nothing that was received ever moves (protocol 4.2).
#[derive(Clone, Debug)]
pub struct Peer {
    key: PublicKey,
    v4: Option<SocketAddrV4>,
    v4_lan: Option<SocketAddrV4>,
    v6: Option<SocketAddrV6>,
    created: Instant,
    last_response: Option<Instant>,
    pings: PingRing,
    new_style: bool,
    frozen: bool,
}

impl Peer {
    /// A peer heard of at `source`, which fills the slot of its kind; IPv4-mapped IPv6 addresses count as IPv6.
    pub fn new(key: PublicKey, source: SocketAddr, now: Instant) -> Self {
        let mut peer = Self {
            key,
            v4: None,
            v4_lan: None,
            v6: None,
            created: now,
            last_response: None,
            pings: PingRing::default(),
            new_style: false,
            frozen: false,
        };
        peer.add_address(source);
        peer
    }

    /// The public key, which is the peer's identity.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The SHA-1 of the public key.
    pub fn mid(&self) -> Mid {
        self.key.mid()
    }

    /// The preferred address (protocol 4.3): IPv6, else IPv4, else 0.0.0.0:0. The LAN address never counts.
    pub fn address(&self) -> SocketAddr {
        match (self.v6, self.v4) {
            (Some(v6), _) => SocketAddr::V6(v6),
            (None, Some(v4)) => SocketAddr::V4(v4),
            (None, None) => UNSPECIFIED,
        }
    }

    /// The IPv4 address it was heard of at.
    pub fn ipv4_address(&self) -> Option<SocketAddrV4> {
        self.v4
    }

    /// The IPv6 address it was heard of at.
    pub fn ipv6_address(&self) -> Option<SocketAddrV6> {
        self.v6
    }

    /// The address in the LAN slot: what the peer itself says it is on its local network.
    pub fn lan_address(&self) -> Option<SocketAddrV4> {
        self.v4_lan
    }

    /// Every different address of the peer, the preferred one first, the LAN one last.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> + use<> {
        let lan = self.v4_lan.filter(|lan| Some(*lan) != self.v4);
        let v4 = [self.v4, lan].into_iter().flatten().map(SocketAddr::V4);
        self.v6.map(SocketAddr::V6).into_iter().chain(v4)
    }

    /// Whether `address` is in one of the slots.
    pub fn has_address(&self, address: &SocketAddr) -> bool {
        match address {
            SocketAddr::V4(v4) => self.v4 == Some(*v4) || self.v4_lan == Some(*v4),
            SocketAddr::V6(v6) => self.v6 == Some(*v6),
        }
    }

    /// Puts `address` in the IPv4 or IPv6 slot, replacing what was there; does nothing when frozen.
    pub fn add_address(&mut self, address: SocketAddr) {
        if self.frozen {
            return;
        }
        match address {
            SocketAddr::V4(v4) => self.v4 = Some(v4),
            SocketAddr::V6(v6) => self.v6 = Some(v6),
        }
    }

    /// Puts `address` in the LAN slot, replacing what was there; does nothing when frozen.
    pub fn set_lan_address(&mut self, address: SocketAddrV4) {
        if !self.frozen {
            self.v4_lan = Some(address);
        }
    }

    /// Whether added addresses are ignored.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Keeps the addresses as they are (py-ipv8's `address_frozen`), or lets them change again.
    pub fn set_frozen(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// Whether the peer is known to speak the new-style introduction messages.
    pub fn is_new_style(&self) -> bool {
        self.new_style
    }

    /// Notes that the peer speaks the new style; there is no way back.
    pub fn mark_new_style(&mut self) {
        self.new_style = true;
    }

    /// When this object was made.
    pub fn created(&self) -> Instant {
        self.created
    }

    /// When we last heard from the peer; `None` for one that we only heard of.
    pub fn last_response(&self) -> Option<Instant> {
        self.last_response
    }

    /// Notes that the peer was heard from at `now`; an earlier time than the last one changes nothing.
    pub fn responded(&mut self, now: Instant) {
        self.last_response = self.last_response.max(Some(now));
    }

    /// Notes a round-trip time; the last five are kept, in whole microseconds, up to 71 minutes each.
    pub fn add_ping(&mut self, round_trip: Duration) {
        self.pings.push(round_trip);
    }

    /// The ping times kept, in no particular order.
    pub fn pings(&self) -> impl Iterator<Item = Duration> + '_ {
        self.pings.as_slice().iter().copied().map(micros)
    }

    /// The median of the ping times kept (of an even number: the mean of the middle two); `None` without any.
    pub fn median_ping(&self) -> Option<Duration> {
        let mut sorted = self.pings.micros;
        let sorted = sorted.get_mut(..self.pings.as_slice().len())?;
        sorted.sort_unstable();
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
        Some((micros(lower) + micros(upper)) / 2)
    }

    /// The mean of the ping times kept; `None` without any.
    pub fn average_ping(&self) -> Option<Duration> {
        let count = u32::try_from(self.pings.as_slice().len()).ok()?;
        self.pings().sum::<Duration>().checked_div(count)
    }

    /// Takes over what a newer object of the same peer knows: addresses (unless frozen) and last response; not its style (as in
    /// py-ipv8) and pings.
    pub(crate) fn merge(&mut self, newer: &Self) {
        if !self.frozen {
            self.v4 = newer.v4.or(self.v4);
            self.v4_lan = newer.v4_lan.or(self.v4_lan);
            self.v6 = newer.v6.or(self.v6);
        }
        self.last_response = self.last_response.max(newer.last_response);
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

/// `Peer<host:port, base64(mid)>`, as py-ipv8 writes it (an IPv6 host without brackets).
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address();
        write!(f, "Peer<{}:{}, ", address.ip(), address.port())?;
        write_base64(f, self.mid().as_bytes())?;
        f.write_str(">")
    }
}

/// Standard base64 with padding; here because this one text is all we need it for.
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

/// The last few ping times, in microseconds to stay small.
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
    fn ipv6_is_preferred_and_the_lan_address_never_is() {
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
        peer.v4 = None;
        peer.v6 = None;
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
    fn responses_only_move_forward_and_style_stays() {
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
    fn the_text_is_py_ipv8s() {
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
    fn stays_small() {
        assert!(size_of::<Peer>() <= 128, "{}", size_of::<Peer>());
    }
}
