//! Addresses in messages, and properties that follow from the numbers alone.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// `0.0.0.0:0`, the protocol's value for "no address" (protocol 4.4, "both introduction addresses
/// are 0.0.0.0:0").
pub const UNSPECIFIED: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));

/// Returns `true` if `host` is in one of the three private networks that the protocol treats as a
/// LAN: 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 (protocol 4.5, step 2).
///
/// Loopback and link-local addresses are not LAN addresses in this sense.
#[must_use]
pub const fn is_lan_subnet(host: Ipv4Addr) -> bool {
    host.is_private()
}

/// An address of the wire format `address`: an IP address or a host name, each with a port
/// (protocol 3.2; py-ipv8's `UDPv4Address`, `UDPv6Address` and `DomainAddress`).
///
/// The format carries no IPv6 scope and no flow label: those of an [`Address::Ipv6`] are not sent
/// and are 0 when received. A host name with the text of an IP address differs from that address;
/// [`Address::from_host`] never makes such a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    /// An IPv4 address.
    Ipv4(SocketAddrV4),
    /// An IPv6 address. An IPv4-mapped address stays IPv6.
    Ipv6(SocketAddrV6),
    /// A host name, not looked up. It may be empty.
    Domain {
        /// The name as sent.
        host: String,
        /// The port, 0 to 65535.
        port: u16,
    },
}

impl Address {
    /// Parses `host` as an IPv4 address in strict dotted form, else as an IPv6 address without a
    /// zone, else takes it for a host name: the order of py-ipv8's `address` packer.
    ///
    /// Never fails: `1.2.3`, `fe80::1%eth0` and an empty text become host names.
    #[must_use]
    pub fn from_host(host: &str, port: u16) -> Self {
        if let Ok(ip) = host.parse::<Ipv4Addr>() {
            Self::Ipv4(SocketAddrV4::new(ip, port))
        } else if let Ok(ip) = host.parse::<Ipv6Addr>() {
            Self::Ipv6(SocketAddrV6::new(ip, port, 0, 0))
        } else {
            Self::Domain {
                host: host.to_owned(),
                port,
            }
        }
    }

    /// Returns the host part as text: dotted, colon-separated, or the name itself.
    #[must_use]
    pub fn host(&self) -> Cow<'_, str> {
        match self {
            Self::Ipv4(address) => Cow::Owned(address.ip().to_string()),
            Self::Ipv6(address) => Cow::Owned(address.ip().to_string()),
            Self::Domain { host, .. } => Cow::Borrowed(host),
        }
    }

    /// Returns the port, 0 to 65535.
    #[must_use]
    pub const fn port(&self) -> u16 {
        match self {
            Self::Ipv4(address) => address.port(),
            Self::Ipv6(address) => address.port(),
            Self::Domain { port, .. } => *port,
        }
    }

    /// Returns the address to send datagrams to; `None` for a host name.
    #[must_use]
    pub const fn socket_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Ipv4(address) => Some(SocketAddr::V4(*address)),
            Self::Ipv6(address) => Some(SocketAddr::V6(*address)),
            Self::Domain { .. } => None,
        }
    }
}

impl fmt::Display for Address {
    /// Prints `1.2.3.4:80`, `[::1]:80` or `example.org:80`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ipv4(address) => address.fmt(f),
            Self::Ipv6(address) => address.fmt(f),
            Self::Domain { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(address) => Self::Ipv4(address),
            SocketAddr::V6(address) => Self::Ipv6(address),
        }
    }
}

impl From<SocketAddrV4> for Address {
    fn from(address: SocketAddrV4) -> Self {
        Self::Ipv4(address)
    }
}

impl From<SocketAddrV6> for Address {
    fn from(address: SocketAddrV6) -> Self {
        Self::Ipv6(address)
    }
}

impl From<(IpAddr, u16)> for Address {
    fn from(address: (IpAddr, u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_the_same_kind_of_address_as_in_py_ipv8() {
        assert!(matches!(
            Address::from_host("1.2.3.4", 80),
            Address::Ipv4(_)
        ));
        assert!(matches!(
            Address::from_host("::ffff:1.2.3.4", 80),
            Address::Ipv6(_)
        ));
        for name in [
            "",
            "1.2.3",
            "0x7f.1",
            "01.2.3.4",
            "fe80::1%eth0",
            "example.org",
        ] {
            assert!(
                matches!(Address::from_host(name, 80), Address::Domain { .. }),
                "{name}"
            );
        }
    }

    #[test]
    fn lan_subnets_are_the_three_private_networks() {
        for (host, expected) in [
            ("10.255.255.255", true),
            ("172.16.0.0", true),
            ("172.31.255.255", true),
            ("192.168.0.1", true),
            ("9.255.255.255", false),
            ("172.32.0.0", false),
            ("192.169.0.0", false),
            ("127.0.0.1", false),
            ("0.0.0.0", false),
        ] {
            assert_eq!(is_lan_subnet(host.parse().unwrap()), expected, "{host}");
        }
    }

    #[test]
    fn conversions_keep_host_and_port() {
        for text in ["1.2.3.4:80", "[2001:db8::1]:65535"] {
            let socket: SocketAddr = text.parse().unwrap();
            let address = Address::from(socket);
            assert_eq!(address.socket_address(), Some(socket));
            assert_eq!(address.to_string(), text);
            assert_eq!(address.port(), socket.port());
            assert_eq!(address.host(), socket.ip().to_string());
        }
        let name = Address::from_host("example.org", 1);
        assert_eq!(name.socket_address(), None);
        assert_eq!(name.to_string(), "example.org:1");
    }
}
