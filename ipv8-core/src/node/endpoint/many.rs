//! Several datagrams in one system call, where the system has such calls: `recvmmsg` and `sendmmsg` of Linux and Android. Elsewhere
//! these functions move one.

use std::net::SocketAddr;

use super::interface::NotDone;
use super::watched::Watched;

/// The most datagrams that one call moves. More hardly pays: what a call itself costs is a few percent of 32 datagrams by then.
pub(super) const BATCH: usize = 32;

/// When to ask the system for datagrams.
#[derive(Clone, Copy, Debug)]
pub(super) enum Look {
    /// Once the runtime has told that something arrived, which costs nothing while it has not.
    WhenTold,
    /// Now, in the midst of work that the runtime waits for. Only on Linux and Android; elsewhere as [`Look::WhenTold`].
    Now,
}

/// Room for one datagram in the buffer of [`receive_many`]. Only pages that a datagram reached cost memory.
pub(super) const SLOT: usize = 65_536;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use system::{receive_many, send_many};

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use std::io::{self, IoSlice, IoSliceMut};
    use std::net::UdpSocket;
    use std::os::fd::AsRawFd;

    use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg};

    use super::{BATCH, Look, NotDone, SLOT, SocketAddr, Watched};
    use crate::node::endpoint::udp::not_done;

    /// Takes up to [`BATCH`] datagrams that have arrived into `slots`, and hands each to `take`; how many it were.
    pub(in crate::node::endpoint) fn receive_many(
        socket: &Watched,
        slots: &mut [u8],
        look: Look,
        mut take: impl FnMut(SocketAddr, &[u8]),
    ) -> Result<usize, NotDone> {
        let mut taken = 0;
        let receive = |socket: &UdpSocket| {
            // In here, because most sockets that are asked have nothing, and are known not to have.
            let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(BATCH, None);
            let mut slots = slots.chunks_exact_mut(SLOT);
            let mut parts: [[IoSliceMut<'_>; 1]; BATCH] =
                std::array::from_fn(|_| [IoSliceMut::new(slots.next().unwrap_or_default())]);
            let flags = MsgFlags::MSG_DONTWAIT;
            let received = recvmmsg(
                socket.as_raw_fd(),
                &mut headers,
                parts.iter_mut(),
                flags,
                None,
            )?;
            for datagram in received {
                taken += 1;
                if let Some(source) = datagram.address.as_ref().and_then(source_of) {
                    take(source, datagram.iovs().next().unwrap_or_default());
                }
            }
            if taken == BATCH {
                return Ok(());
            }
            // The call has seen the end of the queue: that this error is heard of spares the next call.
            Err(io::ErrorKind::WouldBlock.into())
        };
        let done = match look {
            Look::WhenTold => socket.try_receive(receive),
            Look::Now => socket.receive_now(receive),
        };
        match done {
            Err(error) if taken == 0 => Err(not_done(&error)),
            _ => Ok(taken),
        }
    }

    fn source_of(address: &SockaddrStorage) -> Option<SocketAddr> {
        if let Some(v4) = address.as_sockaddr_in() {
            return Some(SocketAddr::V4((*v4).into()));
        }
        let v6 = address.as_sockaddr_in6()?;
        Some(SocketAddr::V6((*v6).into()))
    }

    /// Hands up to [`BATCH`] datagrams to the system, in order; how many of them it took.
    pub(in crate::node::endpoint) fn send_many<B: AsRef<[u8]>>(
        socket: &Watched,
        datagrams: &[(SocketAddr, B)],
    ) -> Result<usize, NotDone> {
        let datagrams = datagrams.get(..BATCH).unwrap_or(datagrams);
        let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(datagrams.len(), None);
        let mut addresses = [None; BATCH];
        let mut parts = [[IoSlice::new(&[])]; BATCH];
        for ((place, part), (to, bytes)) in addresses.iter_mut().zip(&mut parts).zip(datagrams) {
            *place = Some(SockaddrStorage::from(*to));
            *part = [IoSlice::new(bytes.as_ref())];
        }
        let sent = socket.try_send(|socket| {
            let flags = MsgFlags::MSG_DONTWAIT;
            let socket = socket.as_raw_fd();
            let sent = sendmmsg(socket, &mut headers, &parts, addresses, [], flags)?;
            Ok(sent.count())
        });
        sent.map_err(|error| not_done(&error))
    }
}

/// Takes one datagram that has arrived into `slots`, and hands it to `take`; how many it were.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn receive_many(
    socket: &Watched,
    slots: &mut [u8],
    _look: Look,
    mut take: impl FnMut(SocketAddr, &[u8]),
) -> Result<usize, NotDone> {
    match socket.try_receive_from(slots) {
        Ok((length, source)) => {
            take(source, slots.get(..length).unwrap_or_default());
            Ok(1)
        }
        Err(error) => Err(super::udp::not_done(&error)),
    }
}

/// Hands one datagram to the system; how many of them it took.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn send_many<B: AsRef<[u8]>>(
    socket: &Watched,
    datagrams: &[(SocketAddr, B)],
) -> Result<usize, NotDone> {
    let Some((to, bytes)) = datagrams.first() else {
        return Ok(0);
    };
    match socket.try_send_to(bytes.as_ref(), *to) {
        Ok(_) => Ok(1),
        Err(error) => Err(super::udp::not_done(&error)),
    }
}
