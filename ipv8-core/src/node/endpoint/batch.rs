//! Several datagrams in one system call, where the system has such calls: `recvmmsg` and `sendmmsg`
//! of Linux and Android. Elsewhere these functions move one datagram.

#[cfg(any(target_os = "linux", target_os = "android"))]
use std::io::{self, IoSlice, IoSliceMut};
use std::net::SocketAddr;
#[cfg(any(target_os = "linux", target_os = "android"))]
use std::net::UdpSocket;
#[cfg(any(target_os = "linux", target_os = "android"))]
use std::os::fd::AsRawFd;

#[cfg(any(target_os = "linux", target_os = "android"))]
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg};

use super::error::NotDone;
use super::watched::Watched;

/// The most datagrams that one call moves. A larger batch hardly pays: at 32 datagrams the call
/// itself is a few percent of the cost.
pub(super) const BATCH: usize = 32;

/// Room for one datagram in the buffer of [`receive_batch`]. Only pages that a datagram reached use
/// memory.
pub(super) const SLOT: usize = 65_536;

/// Whether to trust the runtime about the socket being readable.
#[derive(Clone, Copy, Debug)]
pub(super) enum Readiness {
    /// Calls the system only if the runtime reported a datagram. Costs nothing otherwise.
    Trusted,
    /// Calls the system regardless, for a caller in the middle of work that keeps the runtime from
    /// polling. Only on Linux and Android; elsewhere the same as [`Readiness::Trusted`].
    Ignored,
}

/// Receives up to [`BATCH`] datagrams into `slots` and passes each to `take`. Returns their number.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn receive_batch(
    socket: &Watched,
    slots: &mut [u8],
    readiness: Readiness,
    mut take: impl FnMut(SocketAddr, &[u8]),
) -> Result<usize, NotDone> {
    let mut taken = 0;
    let receive = |socket: &UdpSocket| {
        taken = receive_from_system(socket, slots, &mut take)?;
        if taken == BATCH {
            return Ok(());
        }
        // A short batch means that the queue is empty. Returning `WouldBlock` clears tokio's
        // readiness and saves one system call.
        Err(io::ErrorKind::WouldBlock.into())
    };
    let done = match readiness {
        Readiness::Trusted => socket.try_receive(receive),
        Readiness::Ignored => socket.receive_now(receive),
    };
    match done {
        Err(error) if taken == 0 => Err(error.into()),
        _ => Ok(taken),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn receive_from_system(
    socket: &UdpSocket,
    slots: &mut [u8],
    take: &mut impl FnMut(SocketAddr, &[u8]),
) -> io::Result<usize> {
    let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(BATCH, None);
    let mut slots = slots.chunks_exact_mut(SLOT);
    let mut parts: [[IoSliceMut<'_>; 1]; BATCH] =
        std::array::from_fn(|_| [IoSliceMut::new(slots.next().unwrap_or_default())]);
    let received = recvmmsg(
        socket.as_raw_fd(),
        &mut headers,
        parts.iter_mut(),
        MsgFlags::MSG_DONTWAIT,
        None,
    )?;
    let mut taken = 0;
    for datagram in received {
        taken += 1;
        if let Some(source) = datagram.address.as_ref().and_then(source_of) {
            take(source, datagram.iovs().next().unwrap_or_default());
        }
    }
    Ok(taken)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn source_of(address: &SockaddrStorage) -> Option<SocketAddr> {
    if let Some(v4) = address.as_sockaddr_in() {
        return Some(SocketAddr::V4((*v4).into()));
    }
    let v6 = address.as_sockaddr_in6()?;
    Some(SocketAddr::V6((*v6).into()))
}

/// Passes up to [`BATCH`] datagrams to the system, in order. Returns how many of them it accepted.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn send_batch<B: AsRef<[u8]>>(
    socket: &Watched,
    datagrams: &[(SocketAddr, B)],
) -> Result<usize, NotDone> {
    let datagrams = datagrams.get(..BATCH).unwrap_or(datagrams);
    let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(datagrams.len(), None);
    let mut addresses = [None; BATCH];
    let mut parts = [[IoSlice::new(&[])]; BATCH];
    for ((address, part), (to, bytes)) in addresses.iter_mut().zip(&mut parts).zip(datagrams) {
        *address = Some(SockaddrStorage::from(*to));
        *part = [IoSlice::new(bytes.as_ref())];
    }
    let sent = socket.try_send(|socket| {
        let flags = MsgFlags::MSG_DONTWAIT;
        let socket = socket.as_raw_fd();
        let sent = sendmmsg(socket, &mut headers, &parts, addresses, [], flags)?;
        Ok(sent.count())
    });
    Ok(sent?)
}

/// Receives one datagram into `slots` and passes it to `take`. Returns 1.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn receive_batch(
    socket: &Watched,
    slots: &mut [u8],
    _readiness: Readiness,
    mut take: impl FnMut(SocketAddr, &[u8]),
) -> Result<usize, NotDone> {
    let (length, source) = socket.try_receive_from(slots)?;
    take(source, slots.get(..length).unwrap_or_default());
    Ok(1)
}

/// Passes the first datagram to the system. Returns how many of them it accepted.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn send_batch<B: AsRef<[u8]>>(
    socket: &Watched,
    datagrams: &[(SocketAddr, B)],
) -> Result<usize, NotDone> {
    let Some((to, bytes)) = datagrams.first() else {
        return Ok(0);
    };
    socket.try_send_to(bytes.as_ref(), *to)?;
    Ok(1)
}
