//! A socket that the runtime watches, on systems without file descriptors: tokio's own.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::task::{Context, Poll};

/// A non-blocking UDP socket, watched for arriving datagrams and for room to send.
#[derive(Debug)]
pub(super) struct Watched(tokio::net::UdpSocket);

impl Watched {
    /// Must be called inside a tokio runtime, with a non-blocking socket.
    pub(super) fn new(socket: UdpSocket) -> io::Result<Self> {
        tokio::net::UdpSocket::from_std(socket).map(Self)
    }

    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_recv_ready(cx)
    }

    pub(super) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_send_ready(cx)
    }

    pub(super) fn try_receive_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.try_recv_from(buffer)
    }

    pub(super) fn try_send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        self.0.try_send_to(datagram, to)
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
