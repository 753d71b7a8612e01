//! The one place where datagrams enter and leave: UDP over IPv4, UDP over IPv6, or a network in memory for tests.
//!
//! An [`Endpoint`] has one owner, the runtime's select loop: it waits for [`Endpoint::readable`], takes datagrams with
//! [`Endpoint::try_receive`] until there are none or its batch is full, and sends with [`Endpoint::send`]. No error of the system
//! ends that loop: errors are counted by kind.

mod errors;
mod interface;
mod kernel_drops;
mod lan;
mod memory;
mod udp;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use interface::{Interface, NotDone};

pub use errors::{SocketErrorKind, SocketErrors};
pub use interface::{BindError, EndpointOptions, SendFailure};
pub use lan::guess_lan_address;
pub use memory::{MEMORY_INBOX, MemoryNetwork};

/// The longest datagram that can arrive: 16 bits of length in the UDP header.
pub const RECEIVE_BUFFER: usize = 65_535;
/// The longest payload one UDP datagram over IPv4 can carry: 65,535 without the IP and UDP headers.
pub const LARGEST_PAYLOAD: usize = 65_507;
/// Receive errors in a row after which a socket counts as broken for [`ERROR_PAUSE`]: the loop must not spin on it.
const ERRORS_IN_A_ROW: u32 = 64;
const ERROR_PAUSE: Duration = Duration::from_millis(10);

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
pub struct EndpointStatistics {
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
    /// Datagrams dropped because the send buffer stayed full ([`EndpointOptions::send_patience`]).
    pub send_busy: u64,
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
    buffer: Box<[u8]>,
    next: usize,
    paused_until: Option<Instant>,
    send_patience: Duration,
    statistics: EndpointStatistics,
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
    pub fn bind(addresses: &[SocketAddr], options: &EndpointOptions) -> Result<Self, BindError> {
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
        options: &EndpointOptions,
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
        let options = EndpointOptions {
            broadcast: true,
            ..EndpointOptions::default()
        };
        match beside {
            Interface::Udp(_) => Self::bind(&[address], &options),
            Interface::Memory(memory) => Self::in_memory(memory.network(), &[address], &options),
        }
    }

    fn new(interfaces: Vec<Interface>, options: &EndpointOptions) -> Self {
        Self {
            interfaces,
            buffer: vec![0; RECEIVE_BUFFER].into_boxed_slice(),
            next: 0,
            paused_until: None,
            send_patience: options.send_patience,
            statistics: EndpointStatistics::default(),
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
    pub fn statistics(&self) -> &EndpointStatistics {
        &self.statistics
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

    /// The next datagram that has already arrived, or `None`. Never waits; interfaces take turns.
    ///
    /// Errors of the system are counted and skipped. A socket that gives nothing but errors is left alone for 10 ms.
    pub fn try_receive(&mut self) -> Option<Datagram<'_>> {
        let (length, source) = self.receive_into_buffer()?;
        let bytes = self.buffer.get(..length)?;
        Some(Datagram { source, bytes })
    }

    fn receive_into_buffer(&mut self) -> Option<(usize, SocketAddr)> {
        self.paused_until = None;
        let mut errors = 0;
        let mut empty = 0;
        while empty < self.interfaces.len() {
            let interface = self.interfaces.get(self.next)?;
            self.next = (self.next + 1) % self.interfaces.len();
            match interface.try_receive(&mut self.buffer) {
                Ok((length, source)) => {
                    self.statistics.datagrams_in += 1;
                    self.statistics.bytes_in += length as u64;
                    return Some((length, source));
                }
                Err(NotDone::WouldBlock) => empty += 1,
                Err(NotDone::Failed(kind)) => {
                    self.statistics.receive_errors.add(kind);
                    empty = 0;
                    errors += 1;
                    if errors == ERRORS_IN_A_ROW {
                        self.paused_until = Some(Instant::now() + ERROR_PAUSE);
                        return None;
                    }
                }
            }
        }
        None
    }

    /// Hands a datagram to the system if that needs no waiting. `None`: the send buffer is full, nothing was counted; see
    /// [`send`](Self::send).
    pub fn try_send(&mut self, to: SocketAddr, datagram: &[u8]) -> Option<Result<(), SendFailure>> {
        let Some(interface) = interface_for(&self.interfaces, to) else {
            self.statistics.no_interface += 1;
            return Some(Err(SendFailure::NoInterface));
        };
        let mut repeated = false;
        loop {
            match interface.try_send(datagram, to) {
                Ok(()) => {
                    self.statistics.datagrams_out += 1;
                    self.statistics.bytes_out += datagram.len() as u64;
                    return Some(Ok(()));
                }
                Err(NotDone::WouldBlock) => return None,
                Err(NotDone::Failed(kind)) => {
                    self.statistics.send_errors.add(kind);
                    if repeated || !concerns_an_earlier_one(kind) {
                        return Some(Err(SendFailure::Refused(kind)));
                    }
                    repeated = true;
                }
            }
        }
    }

    /// Hands a datagram to the system, waiting at most [`EndpointOptions::send_patience`] for room.
    ///
    /// The interface is chosen by the family of `to`. `Ok` says that the system took it, not that anybody got it.
    ///
    /// # Errors
    /// [`SendFailure`]: the datagram is dropped and counted; the endpoint stays usable.
    pub async fn send(&mut self, to: SocketAddr, datagram: &[u8]) -> Result<(), SendFailure> {
        if let Some(done) = self.try_send(to, datagram) {
            return done;
        }
        let deadline = Instant::now() + self.send_patience;
        loop {
            let writable = poll_fn(|cx| match interface_for(&self.interfaces, to) {
                Some(interface) => interface.poll_writable(cx),
                None => Poll::Ready(()),
            });
            if timeout_at(deadline, writable).await.is_err() {
                self.statistics.send_busy += 1;
                return Err(SendFailure::Busy);
            }
            if let Some(done) = self.try_send(to, datagram) {
                return done;
            }
        }
    }
}

/// These tell of the fate of an earlier datagram; the one being sent was not tried yet.
fn concerns_an_earlier_one(kind: SocketErrorKind) -> bool {
    matches!(
        kind,
        SocketErrorKind::ConnectionRefused | SocketErrorKind::ConnectionReset
    )
}

fn interface_for(interfaces: &[Interface], to: SocketAddr) -> Option<&Interface> {
    interfaces
        .iter()
        .find(|interface| interface.local_address().is_ipv4() == to.is_ipv4())
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
