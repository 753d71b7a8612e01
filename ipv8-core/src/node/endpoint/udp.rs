//! One UDP socket: binding, receiving and sending.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use socket2::{Domain, Protocol, Socket, Type};

use super::batch::{self, Readiness};
use super::config::EndpointConfig;
use super::error::{BindError, NotDone};
use super::kernel_drops::kernel_drops;
use super::watched::Watched;

/// A bound, non-blocking UDP socket of one address family.
#[derive(Debug)]
pub(super) struct UdpInterface {
    socket: Watched,
    local_address: SocketAddr,
    receive_buffer: Option<usize>,
}

impl UdpInterface {
    /// Binds `address`, or the same address with one of the next ports.
    pub(super) fn bind(address: SocketAddr, config: &EndpointConfig) -> Result<Self, BindError> {
        // tokio panics if there is no reactor to register with.
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(BindError::NoRuntime);
        }
        let socket = bind_near(address, config)?;
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

    /// Pending forever if the runtime is shutting down: then no datagram will arrive.
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
                // Without a file descriptor to wait with, polling again is the only way.
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }

    pub(super) fn try_receive(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), NotDone> {
        Ok(self.socket.try_receive_from(buffer)?)
    }

    /// See [`batch::receive_batch`].
    pub(super) fn receive_batch(
        &self,
        slots: &mut [u8],
        readiness: Readiness,
        take: impl FnMut(SocketAddr, &[u8]),
    ) -> Result<usize, NotDone> {
        batch::receive_batch(&self.socket, slots, readiness, take)
    }

    /// See [`batch::send_batch`].
    pub(super) fn send_batch<B: AsRef<[u8]>>(
        &self,
        datagrams: &[(SocketAddr, B)],
    ) -> Result<usize, NotDone> {
        batch::send_batch(&self.socket, datagrams)
    }

    pub(super) fn try_send(&self, datagram: &[u8], to: SocketAddr) -> Result<(), NotDone> {
        self.socket.try_send_to(datagram, to)?;
        Ok(())
    }
}

/// Binds the first free port from the requested one on, like py-ipv8's `UDPEndpoint.open`; never
/// beyond 65535.
fn bind_near(address: SocketAddr, config: &EndpointConfig) -> Result<Socket, BindError> {
    let attempts = if address.port() == 0 {
        1
    } else {
        usize::from(config.port_attempts)
    };
    let mut last = None;
    let mut tried = 0;
    for port in (address.port()..=u16::MAX).take(attempts) {
        tried += 1;
        match bind_exactly(with_port(address, port), config) {
            Ok(socket) => return Ok(socket),
            Err(error) if another_port_may_be_free(&error) => last = Some(error),
            Err(source) => return Err(BindError::Socket { address, source }),
        }
    }
    Err(BindError::NoFreePort {
        address,
        tried,
        last: last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()),
    })
}

/// Changes the port and keeps the scope, without which a link-local address cannot be bound.
fn with_port(mut address: SocketAddr, port: u16) -> SocketAddr {
    address.set_port(port);
    address
}

/// Returns `true` if the port is in use or reserved. Other errors concern the address, so another
/// port would not help.
fn another_port_may_be_free(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied
    )
}

fn bind_exactly(address: SocketAddr, config: &EndpointConfig) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // The caller reads back the granted size. If the system refuses, its default works too.
    let _ = socket.set_recv_buffer_size(config.receive_buffer);
    if config.broadcast {
        socket.set_broadcast(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}
