//! One UDP socket: binding it, reading from it, writing to it.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use super::errors::SocketErrorKind;
use super::interface::{BindError, EndpointConfig, NotDone};
use super::kernel_drops::kernel_drops;
use super::many::{self, Look};
use super::watched::Watched;
use socket2::{Domain, Protocol, Socket, Type};

/// A bound, non-blocking UDP socket of one address family.
#[derive(Debug)]
pub(super) struct UdpInterface {
    socket: Watched,
    local_address: SocketAddr,
    receive_buffer: Option<usize>,
}

impl UdpInterface {
    /// Binds `address`, or the same address with one of the next ports.
    pub(super) fn bind(address: SocketAddr, options: &EndpointConfig) -> Result<Self, BindError> {
        // tokio panics where there is no reactor to register with.
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(BindError::NoRuntime);
        }
        let socket = bind_near(address, options)?;
        let failed = |source| BindError::Socket { address, source };
        let receive_buffer = socket.recv_buffer_size().ok();
        let socket = Watched::new(socket.into()).map_err(failed)?;
        let local_address = socket.local_addr().map_err(failed)?;
        Ok(Self {
            socket,
            local_address,
            receive_buffer,
        })
    }

    pub(super) fn local_address(&self) -> SocketAddr {
        self.local_address
    }

    pub(super) fn receive_buffer(&self) -> Option<usize> {
        self.receive_buffer
    }

    pub(super) fn kernel_drops(&self) -> Option<u64> {
        kernel_drops(&self.socket)
    }

    /// An error here means that the runtime is going down: then nothing will ever arrive.
    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()> {
        match self.socket.poll_readable(cx) {
            Poll::Ready(Ok(())) => Poll::Ready(()),
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }

    pub(super) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<()> {
        match self.socket.poll_writable(cx) {
            Poll::Ready(Ok(())) => Poll::Ready(()),
            Poll::Ready(Err(_)) => {
                // Without a descriptor to wait with, there is nothing but to try again.
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }

    pub(super) fn try_receive(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), NotDone> {
        let received = self.socket.try_receive_from(buffer);
        received.map_err(|error| not_done(&error))
    }

    /// See [`many::receive_many`].
    pub(super) fn receive_many(
        &self,
        slots: &mut [u8],
        look: Look,
        take: impl FnMut(SocketAddr, &[u8]),
    ) -> Result<usize, NotDone> {
        many::receive_many(&self.socket, slots, look, take)
    }

    /// See [`many::send_many`].
    pub(super) fn send_many<B: AsRef<[u8]>>(
        &self,
        datagrams: &[(SocketAddr, B)],
    ) -> Result<usize, NotDone> {
        many::send_many(&self.socket, datagrams)
    }

    pub(super) fn try_send(&self, datagram: &[u8], to: SocketAddr) -> Result<(), NotDone> {
        match self.socket.try_send_to(datagram, to) {
            Ok(_) => Ok(()),
            Err(error) => Err(not_done(&error)),
        }
    }
}

pub(super) fn not_done(error: &io::Error) -> NotDone {
    match error.kind() {
        io::ErrorKind::WouldBlock => NotDone::WouldBlock,
        _ => NotDone::Failed(SocketErrorKind::of(error)),
    }
}

/// The first free port from the one asked for, as py-ipv8's `UDPEndpoint.open`; never past 65535.
fn bind_near(address: SocketAddr, options: &EndpointConfig) -> Result<Socket, BindError> {
    let attempts = if address.port() == 0 {
        1
    } else {
        u32::from(options.port_attempts)
    };
    let mut last = None;
    let mut tried = 0;
    for port in (u32::from(address.port())..).take_while(|port| *port <= u32::from(u16::MAX)) {
        let Ok(port) = u16::try_from(port) else { break };
        if tried == attempts {
            break;
        }
        tried += 1;
        match bind_exactly(SocketAddr::new(address.ip(), port), address, options) {
            Ok(socket) => return Ok(socket),
            Err(error) if another_port_may_do(&error) => last = Some(error),
            Err(source) => return Err(BindError::Socket { address, source }),
        }
    }
    Err(BindError::NoFreePort {
        address,
        tried,
        last: last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()),
    })
}

/// A port that is taken or reserved says nothing about the next one; an address that is not ours does.
fn another_port_may_do(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied
    )
}

fn bind_exactly(
    address: SocketAddr,
    asked: SocketAddr,
    options: &EndpointConfig,
) -> io::Result<Socket> {
    let mut address = address;
    // `SocketAddr::new` loses the scope, without which a link-local address cannot be bound.
    if let (SocketAddr::V6(address), SocketAddr::V6(asked)) = (&mut address, asked) {
        address.set_scope_id(asked.scope_id());
    }
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // What the system grants is read back by the caller; a refusal leaves its default, which works too.
    let _ = socket.set_recv_buffer_size(options.receive_buffer);
    if options.broadcast {
        socket.set_broadcast(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}
