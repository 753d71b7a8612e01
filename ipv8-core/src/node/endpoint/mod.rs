//! The one place where datagrams enter and leave: UDP over IPv4, UDP over IPv6, or a network in memory for tests.
//!
//! An [`Endpoint`] has one owner, the runtime's select loop: it waits for [`Endpoint::readable`], takes datagrams with
//! [`Endpoint::receive_many`] (or one by one with [`Endpoint::try_receive`]), and sends with [`Endpoint::try_send_many`] (or
//! [`Endpoint::send`]). No error of the system ends that loop: errors are counted by kind.

mod errors;
mod interface;
mod kernel_drops;
mod lan;
mod many;
mod memory;
mod receive;
mod send;
mod udp;
mod watched;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use interface::Interface;

pub use errors::{SocketErrorKind, SocketErrors};
pub use interface::{BindError, EndpointConfig, TransmitError};
pub use lan::guess_lan_address;
pub use memory::{MEMORY_INBOX, MemoryNetwork};

/// The longest datagram that can arrive: 16 bits of length in the UDP header.
pub const RECEIVE_BUFFER: usize = 65_535;
/// The longest payload one UDP datagram over IPv4 can carry: 65,535 without the IP and UDP headers.
pub const LARGEST_PAYLOAD: usize = 65_507;
/// One datagram as it arrived; the bytes lie in the endpoint's buffer until the next receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Who it says it comes from.
    pub source: SocketAddr,
    /// The whole datagram, possibly empty.
    pub bytes: &'a [u8],
}

/// What went through an endpoint since it was made. Every datagram given to a send is counted once: as sent, or by its failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointStats {
    /// Datagrams received.
    pub datagrams_in: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_in: u64,
    /// Datagrams handed to the system.
    pub datagrams_out: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_out: u64,
    /// Datagrams dropped because no interface has the family of their address.
    pub no_interface: u64,
    /// Datagrams dropped because the send buffer stayed full ([`EndpointConfig::send_patience`]).
    pub send_busy: u64,
    /// How often a send had to wait for room in the send buffer, those included that gave up.
    pub send_waits: u64,
    /// How long all of them together waited. No strategy has a turn while what the last step sent waits.
    pub send_waited: Duration,
    /// The longest wait.
    pub longest_send_wait: Duration,
    /// What the system answered to sends. An error that an earlier datagram caused is counted and that send repeated once.
    pub send_errors: SocketErrors,
    /// What the system answered to receives.
    pub receive_errors: SocketErrors,
}

/// One interface of an endpoint, for logs and statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceInfo {
    /// The address it is bound to, with the port it got.
    pub local_address: SocketAddr,
    /// Bytes of receive buffer as the system reports them (Linux reports twice what was granted); `None` where it does not say.
    pub receive_buffer: Option<usize>,
    /// Datagrams the system dropped for want of receive buffer; `None` where it does not say.
    pub kernel_drops: Option<u64>,
}

/// The sockets of one node behind one interface: at most one for IPv4 and one for IPv6.
#[derive(Debug)]
pub struct Endpoint {
    interfaces: Vec<Interface>,
    /// Empty until the first receive.
    buffer: Vec<u8>,
    next: usize,
    paused_until: Option<Instant>,
    send_patience: Duration,
    stats: EndpointStats,
}

impl Endpoint {
    /// Binds a UDP socket to each address. IPv6 sockets are v6-only. A port that is taken leads to the next one (protocol 9);
    /// [`local_addresses`](Self::local_addresses) tells which it became. Port 0 lets the system choose.
    ///
    /// # Errors
    /// [`BindError`]: no address, two of one family, no free port, an address that is not this machine's, no tokio runtime.
    ///
    /// # Panics
    /// Within a tokio runtime whose IO driver is switched off.
    pub fn bind(addresses: &[SocketAddr], options: &EndpointConfig) -> Result<Self, BindError> {
        check_families(addresses)?;
        let interfaces = addresses
            .iter()
            .map(|address| udp::UdpInterface::bind(*address, options).map(Interface::Udp))
            .collect::<Result<_, _>>()?;
        Ok(Self::new(interfaces, options))
    }

    /// Takes each address on a network in memory, under the same rules as [`bind`](Self::bind). An unspecified address becomes loopback.
    ///
    /// # Errors
    /// [`BindError`]: no address, two of one family, no free port.
    pub fn in_memory(
        network: &MemoryNetwork,
        addresses: &[SocketAddr],
        options: &EndpointConfig,
    ) -> Result<Self, BindError> {
        check_families(addresses)?;
        let interfaces = addresses
            .iter()
            .map(|address| network.interface(*address).map(Interface::Memory))
            .collect::<Result<_, _>>()?;
        Ok(Self::new(interfaces, options))
    }

    /// A second endpoint on the IPv4 host of this one, on a port that the system chooses, which may send to broadcast addresses.
    /// In memory nobody is at a broadcast address.
    ///
    /// # Errors
    /// [`BindError::NoIpv4`] for an endpoint without IPv4, which alone has broadcast addresses; otherwise as [`bind`](Self::bind).
    pub fn broadcaster(&self) -> Result<Self, BindError> {
        let ipv4 = |interface: &&Interface| interface.local_address().is_ipv4();
        let beside = self.interfaces.iter().find(ipv4);
        let beside = beside.ok_or(BindError::NoIpv4)?;
        let address = SocketAddr::new(beside.local_address().ip(), 0);
        let options = EndpointConfig {
            broadcast: true,
            ..EndpointConfig::default()
        };
        match beside {
            Interface::Udp(_) => Self::bind(&[address], &options),
            Interface::Memory(memory) => Self::in_memory(memory.network(), &[address], &options),
        }
    }

    fn new(interfaces: Vec<Interface>, options: &EndpointConfig) -> Self {
        Self {
            interfaces,
            buffer: Vec::new(),
            next: 0,
            paused_until: None,
            send_patience: options.send_patience,
            stats: EndpointStats::default(),
        }
    }

    /// The addresses bound, in the order asked for, each with the port it got.
    pub fn local_addresses(&self) -> Vec<SocketAddr> {
        self.interfaces
            .iter()
            .map(Interface::local_address)
            .collect()
    }

    /// The LAN address to announce: a guess ([`guess_lan_address`]) for the IPv4 interface if there is one, else for the IPv6 one.
    ///
    /// Asks the system for a route, sends nothing. The answer can change while the machine moves between networks.
    pub fn lan_address(&self) -> SocketAddr {
        let addresses = self.local_addresses();
        let preferred = addresses.iter().find(|address| address.is_ipv4());
        match preferred.or(addresses.first()) {
            Some(address) => guess_lan_address(*address),
            None => SocketAddr::from(([0, 0, 0, 0], 0)),
        }
    }

    /// Whether its datagrams go through the system, rather than over a network in memory.
    pub fn is_real(&self) -> bool {
        self.interfaces
            .iter()
            .any(|interface| matches!(interface, Interface::Udp(_)))
    }

    /// Each interface with its receive buffer and kernel drops, read now: ask about once a second at most.
    pub fn interfaces(&self) -> Vec<InterfaceInfo> {
        self.interfaces
            .iter()
            .map(|interface| InterfaceInfo {
                local_address: interface.local_address(),
                receive_buffer: interface.receive_buffer(),
                kernel_drops: interface.kernel_drops(),
            })
            .collect()
    }

    /// What went through so far.
    pub fn stats(&self) -> &EndpointStats {
        &self.stats
    }

    /// Waits until a receive may have something. Cancel safe: meant for one branch of a `select!`.
    ///
    /// May be wrong now and then; [`try_receive`](Self::try_receive) then gives `None`.
    pub async fn readable(&self) {
        if let Some(until) = self.paused_until {
            sleep_until(until).await;
        }
        poll_fn(|cx| {
            let mut ready = Poll::Pending;
            // All of them are asked, so that each knows whom to wake.
            for interface in &self.interfaces {
                if interface.poll_readable(cx).is_ready() {
                    ready = Poll::Ready(());
                }
            }
            ready
        })
        .await;
    }
}

fn check_families(addresses: &[SocketAddr]) -> Result<(), BindError> {
    if addresses.is_empty() {
        return Err(BindError::NoInterface);
    }
    for (index, second) in addresses.iter().enumerate() {
        let before = addresses.iter().take(index);
        if let Some(first) = before
            .into_iter()
            .find(|first| first.is_ipv4() == second.is_ipv4())
        {
            return Err(BindError::SameFamily {
                first: *first,
                second: *second,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
