//! The sockets of one node.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::config::EndpointConfig;
use super::error::BindError;
use super::interface::Interface;
use super::memory::MemoryNetwork;
use super::stats::{EndpointStats, InterfaceInfo};
use super::udp::UdpInterface;

/// The sockets of one node: at most one for IPv4 and one for IPv6.
///
/// A launch binds one for the addresses of its configuration. Create one yourself for other
/// [settings](EndpointConfig), or [in memory](Self::in_memory) for a test.
#[derive(Debug)]
pub struct Endpoint {
    pub(super) interfaces: Vec<Interface>,
    /// Empty until the first receive.
    pub(super) buffer: Vec<u8>,
    /// The index of the interface to receive from next.
    pub(super) next: usize,
    /// Set while a socket returns nothing but errors.
    pub(super) paused_until: Option<Instant>,
    pub(super) send_patience: Duration,
    pub(super) stats: EndpointStats,
}

impl Endpoint {
    /// Binds a UDP socket to each address.
    ///
    /// IPv6 sockets accept IPv6 only. If a port is in use, the next ones are tried (protocol 9);
    /// [`local_addresses`](Self::local_addresses) returns the actual ones. Port 0 lets the system
    /// choose.
    ///
    /// # Errors
    ///
    /// [`BindError`]: no address, two of one family, no free port, an address of another machine,
    /// or no tokio runtime.
    ///
    /// # Panics
    ///
    /// Panics inside a tokio runtime whose IO driver is not enabled.
    pub fn bind(addresses: &[SocketAddr], config: &EndpointConfig) -> Result<Self, BindError> {
        check_families(addresses)?;
        let interfaces = addresses
            .iter()
            .map(|address| UdpInterface::bind(*address, config).map(Interface::Udp))
            .collect::<Result<_, _>>()?;
        Ok(Self::new(interfaces, config))
    }

    /// Takes each address on a network in memory, by the rules of [`bind`](Self::bind). An
    /// unspecified address becomes loopback.
    ///
    /// # Errors
    ///
    /// [`BindError`]: no address, two of one family, or no free port.
    pub fn in_memory(
        network: &MemoryNetwork,
        addresses: &[SocketAddr],
        config: &EndpointConfig,
    ) -> Result<Self, BindError> {
        check_families(addresses)?;
        let interfaces = addresses
            .iter()
            .map(|address| network.interface(*address).map(Interface::Memory))
            .collect::<Result<_, _>>()?;
        Ok(Self::new(interfaces, config))
    }

    /// Creates a second endpoint on the IPv4 host of this one, with a port that the system chooses
    /// and with permission to send to broadcast addresses. In memory such datagrams are lost.
    ///
    /// # Errors
    ///
    /// [`BindError::NoIpv4`] if this endpoint has no IPv4 interface, and those of
    /// [`bind`](Self::bind).
    pub(crate) fn broadcaster(&self) -> Result<Self, BindError> {
        let ipv4 = |interface: &&Interface| interface.local_address().is_ipv4();
        let ours = self.interfaces.iter().find(ipv4);
        let ours = ours.ok_or(BindError::NoIpv4)?;
        let address = SocketAddr::new(ours.local_address().ip(), 0);
        let config = EndpointConfig {
            broadcast: true,
            ..EndpointConfig::default()
        };
        match ours {
            Interface::Udp(_) => Self::bind(&[address], &config),
            Interface::Memory(memory) => Self::in_memory(memory.network(), &[address], &config),
        }
    }

    fn new(interfaces: Vec<Interface>, config: &EndpointConfig) -> Self {
        Self {
            interfaces,
            buffer: Vec::new(),
            next: 0,
            paused_until: None,
            send_patience: config.send_patience,
            stats: EndpointStats::default(),
        }
    }

    /// Returns the bound addresses in the requested order, each with its actual port.
    #[must_use]
    pub fn local_addresses(&self) -> Vec<SocketAddr> {
        self.interfaces
            .iter()
            .map(Interface::local_address)
            .collect()
    }

    /// Returns `true` if datagrams go through the system, and `false` if they stay in memory.
    pub(crate) fn is_real(&self) -> bool {
        self.interfaces
            .iter()
            .any(|interface| matches!(interface, Interface::Udp(_)))
    }

    /// Returns each interface with its receive buffer and kernel drops. Reads files of the system:
    /// call it about once a second at most.
    pub(crate) fn interfaces(&self) -> Vec<InterfaceInfo> {
        self.interfaces
            .iter()
            .map(|interface| InterfaceInfo {
                local_address: interface.local_address(),
                receive_buffer: interface.receive_buffer(),
                kernel_drops: interface.kernel_drops(),
            })
            .collect()
    }

    /// Returns the counts so far.
    pub(crate) fn stats(&self) -> &EndpointStats {
        &self.stats
    }

    /// Waits until a receive may return a datagram. Cancel safe: meant for a branch of a `select!`.
    ///
    /// The report can be wrong; [`try_receive`](Self::try_receive) then returns `None`.
    pub(crate) async fn readable(&self) {
        if let Some(until) = self.paused_until {
            sleep_until(until).await;
        }
        poll_fn(|cx| {
            let mut ready = Poll::Pending;
            // Polls all of them, so that each knows the waker.
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
        let mut before = addresses.iter().take(index);
        if let Some(first) = before.find(|first| first.is_ipv4() == second.is_ipv4()) {
            return Err(BindError::SameFamily {
                first: *first,
                second: *second,
            });
        }
    }
    Ok(())
}
