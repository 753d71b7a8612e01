//! Reading every datagram of a namespace, and sending datagrams with any source address.

use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// The number of IPv4 among the protocols of a link.
const LINK_IPV4: u16 = 0x0800;
/// Says that packets contain their own IP header, in which the system fills in the checksum.
const RAW: i32 = 255;
const UDP: u8 = 17;
/// The time to live of forged datagrams. No socket here sends with this value, so it tells them
/// from those of the nodes.
const FORGED_TTL: u8 = 77;
const IP_HEADER: usize = 20;
const UDP_HEADER: usize = 8;

/// A datagram that crossed the wire.
#[derive(Clone, Debug)]
pub(super) struct Crossed {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    /// `true` if a [`Forge`] sent it: then the source says nothing.
    pub(super) forged: bool,
    pub(super) bytes: Vec<u8>,
}

/// Receives a copy of every UDP datagram over IPv4 that an interface of the namespace receives.
#[derive(Debug)]
pub(super) struct Tap {
    socket: Socket,
    buffer: Vec<u8>,
}

impl Tap {
    /// Opens a tap that waits at most `patience` for the next datagram.
    pub(super) fn open(patience: Duration) -> io::Result<Self> {
        let protocol = Protocol::from(i32::from(LINK_IPV4.to_be()));
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, Some(protocol))?;
        socket.set_recv_buffer_size(4 << 20)?;
        socket.set_read_timeout(Some(patience))?;
        Ok(Self {
            socket,
            buffer: vec![0; 1 << 16],
        })
    }

    /// Returns the next datagram; `None` if there was none in time.
    pub(super) fn next(&mut self) -> io::Result<Option<Crossed>> {
        loop {
            match (&self.socket).read(&mut self.buffer) {
                Ok(length) => {
                    if let Some(crossed) = self.buffer.get(..length).and_then(parse) {
                        return Ok(Some(crossed));
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Reads a packet with its IP header; `None` for other protocols.
fn parse(packet: &[u8]) -> Option<Crossed> {
    let ip_header = usize::from(packet.first()? & 0xf) * 4;
    let total = usize::from(u16::from_be_bytes(*packet.get(2..4)?.first_chunk()?));
    let (ttl, protocol) = (*packet.get(8)?, *packet.get(9)?);
    if protocol != UDP {
        return None;
    }
    let host = |at: usize| {
        let octets: &[u8; 4] = packet.get(at..)?.first_chunk()?;
        Some(Ipv4Addr::from(*octets))
    };
    let datagram = packet.get(ip_header..total)?;
    let port = |at: usize| Some(u16::from_be_bytes(*datagram.get(at..)?.first_chunk()?));
    Some(Crossed {
        from: SocketAddr::from((host(12)?, port(0)?)),
        to: SocketAddr::from((host(16)?, port(2)?)),
        forged: ttl == FORGED_TTL,
        bytes: datagram.get(UDP_HEADER..)?.to_vec(),
    })
}

/// Sends datagrams with any source address.
#[derive(Debug)]
pub(super) struct Forge(Socket);

impl Forge {
    pub(super) fn open() -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::from(RAW)))?;
        Ok(Self(socket))
    }

    /// Sends a datagram. Both addresses must be IPv4.
    pub(super) fn send(&self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) -> io::Result<()> {
        let (SocketAddr::V4(from), SocketAddr::V4(to)) = (from, to) else {
            return Err(io::Error::new(ErrorKind::Unsupported, "only IPv4"));
        };
        let packet = packet(from, to, bytes)?;
        self.0
            .send_to(&packet, &SockAddr::from(SocketAddrV4::new(*to.ip(), 0)))?;
        Ok(())
    }
}

/// Returns a packet with its headers. The checksum of UDP is 0: none.
fn packet(from: SocketAddrV4, to: SocketAddrV4, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let length = |headers: usize| {
        let length = u16::try_from(headers + bytes.len());
        length.map_err(|_| io::Error::new(ErrorKind::InvalidInput, "too long"))
    };
    let mut packet = vec![0x45, 0];
    packet.extend(length(IP_HEADER + UDP_HEADER)?.to_be_bytes());
    packet.extend([0, 0, 0, 0, FORGED_TTL, UDP, 0, 0]);
    packet.extend(from.ip().octets());
    packet.extend(to.ip().octets());
    packet.extend(from.port().to_be_bytes());
    packet.extend(to.port().to_be_bytes());
    packet.extend(length(UDP_HEADER)?.to_be_bytes());
    packet.extend([0, 0]);
    packet.extend(bytes);
    Ok(packet)
}
