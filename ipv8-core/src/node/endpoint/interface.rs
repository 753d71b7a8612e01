//! One address of an endpoint: a socket, or a place in memory.

use std::net::SocketAddr;
use std::task::{Context, Poll};

use super::batch::Readiness;
use super::error::NotDone;
use super::memory::MemoryInterface;
use super::udp::UdpInterface;

/// Passes each call on to a socket or to memory.
#[derive(Debug)]
pub(super) enum Interface {
    Udp(UdpInterface),
    Memory(MemoryInterface),
}

impl Interface {
    pub(super) fn local_address(&self) -> SocketAddr {
        match self {
            Self::Udp(udp) => udp.local_address(),
            Self::Memory(memory) => memory.local_address(),
        }
    }

    pub(super) fn receive_buffer(&self) -> Option<usize> {
        match self {
            Self::Udp(udp) => udp.receive_buffer(),
            Self::Memory(_) => None,
        }
    }

    pub(super) fn kernel_drops(&self) -> Option<u64> {
        match self {
            Self::Udp(udp) => udp.kernel_drops(),
            Self::Memory(memory) => Some(memory.overflow()),
        }
    }

    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Udp(udp) => udp.poll_readable(cx),
            Self::Memory(memory) => memory.poll_readable(cx),
        }
    }

    pub(super) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Udp(udp) => udp.poll_writable(cx),
            Self::Memory(memory) => memory.poll_writable(cx),
        }
    }

    pub(super) fn try_receive(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), NotDone> {
        match self {
            Self::Udp(udp) => udp.try_receive(buffer),
            Self::Memory(memory) => memory.try_receive(buffer),
        }
    }

    /// Receives one or more datagrams into `slots` and passes each to `take`. Returns their number.
    pub(super) fn receive_batch(
        &self,
        slots: &mut [u8],
        readiness: Readiness,
        mut take: impl FnMut(SocketAddr, &[u8]),
    ) -> Result<usize, NotDone> {
        match self {
            Self::Udp(udp) => udp.receive_batch(slots, readiness, take),
            Self::Memory(memory) => {
                let (length, source) = memory.try_receive(slots)?;
                take(source, slots.get(..length).unwrap_or_default());
                Ok(1)
            }
        }
    }

    /// Passes one or more datagrams to the system, in order. Returns how many of them it accepted.
    pub(super) fn send_batch<B: AsRef<[u8]>>(
        &self,
        datagrams: &[(SocketAddr, B)],
    ) -> Result<usize, NotDone> {
        match self {
            Self::Udp(udp) => udp.send_batch(datagrams),
            Self::Memory(memory) => match datagrams.first() {
                Some((to, bytes)) => memory.try_send(bytes.as_ref(), *to).map(|()| 1),
                None => Ok(0),
            },
        }
    }

    pub(super) fn try_send(&self, datagram: &[u8], to: SocketAddr) -> Result<(), NotDone> {
        match self {
            Self::Udp(udp) => udp.try_send(datagram, to),
            Self::Memory(memory) => memory.try_send(datagram, to),
        }
    }
}
