//! Senders as the inbox tells them apart: a single address, or a group of neighbouring ones.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::state::stats::Class;

/// Leading bits that the addresses of a source group share.
const GROUP_V4: u8 = 24;
const GROUP_V6: u8 = 48;

/// The sender of a datagram: an address with its port, or a source group (/24, for IPv6 /48).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::node) struct Origin {
    /// The address, zero after `prefix` bits. IPv4 takes the highest 32 bits.
    bits: u128,
    prefix: u8,
    is_v4: bool,
    /// `None` for a group.
    port: Option<u16>,
}

impl Origin {
    /// Returns who shares a queue with `source`. Addresses that proved themselves are told apart;
    /// all others could have as many addresses as they like.
    pub(super) fn of(source: &SocketAddr, class: Class) -> Self {
        match class {
            Class::Answer | Class::Peer | Class::Tracker => {
                Self::new(source, 32, 128, Some(source.port()))
            }
            Class::Contact | Class::Stranger => Self::group(source),
        }
    }

    /// Returns the source group of `source`.
    pub(super) fn group(source: &SocketAddr) -> Self {
        Self::new(source, GROUP_V4, GROUP_V6, None)
    }

    fn new(source: &SocketAddr, v4: u8, v6: u8, port: Option<u16>) -> Self {
        let (bits, prefix, is_v4) = match source.ip().to_canonical() {
            IpAddr::V4(ip) => (u128::from(ip.to_bits()) << 96, v4, true),
            IpAddr::V6(ip) => (ip.to_bits(), v6, false),
        };
        let kept = u128::MAX << (128 - u32::from(prefix));
        Self {
            bits: bits & kept,
            prefix,
            is_v4,
            port,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ip = match self.is_v4 {
            true => IpAddr::V4(Ipv4Addr::from_bits((self.bits >> 96) as u32)),
            false => IpAddr::V6(Ipv6Addr::from_bits(self.bits)),
        };
        match self.port {
            Some(port) => write!(out, "{}", SocketAddr::new(ip, port)),
            None => write!(out, "{ip}/{}", self.prefix),
        }
    }
}

/// Returns `true` for an address of this machine's loopback network.
pub(super) fn is_loopback(source: &SocketAddr) -> bool {
    source.ip().to_canonical().is_loopback()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_told_apart_by_group_and_peers_by_address() {
        let shown = |source: &str, class| Origin::of(&source.parse().unwrap(), class).to_string();
        assert_eq!(shown("192.0.2.77:5", Class::Stranger), "192.0.2.0/24");
        assert_eq!(shown("192.0.2.77:5", Class::Peer), "192.0.2.77:5");
        assert_eq!(
            shown("[::ffff:192.0.2.7]:5", Class::Contact),
            "192.0.2.0/24"
        );
        let six = "[2001:db8:1:2::3]:4";
        assert_eq!(shown(six, Class::Stranger), "2001:db8:1::/48");
        assert_eq!(shown(six, Class::Answer), six);
        assert!(is_loopback(&"[::ffff:127.0.0.2]:1".parse().unwrap()));
    }
}
