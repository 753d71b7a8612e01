//! A socket that takes and gives as many datagrams in one system call as there are, where the system has such calls (Linux); elsewhere one.

pub(super) use system::{Batches, socket};

/// The most datagrams that one call moves: as many as those of a node.
#[cfg(target_os = "linux")]
const BATCH: usize = 32;

/// Room for one datagram of those that are sent here.
const SLOT: usize = 2_048;

#[cfg(target_os = "linux")]
mod system {
    use std::io::{self, IoSlice, IoSliceMut};
    use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
    use std::os::fd::AsRawFd;

    use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmmsg};
    use socket2::{Domain, Socket, Type};

    use super::{BATCH, SLOT};

    /// Bytes of receive buffer to ask for, as a node does.
    const RECEIVE_BUFFER: usize = 4 << 20;

    /// A new socket on loopback.
    pub(in super::super) fn socket() -> io::Result<UdpSocket> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        Ok(socket.into())
    }

    /// What the calls need, kept from one to the next.
    pub(in super::super) struct Batches {
        socket: UdpSocket,
        slots: Vec<u8>,
        received: MultiHeaders<SockaddrIn>,
        sent: MultiHeaders<SockaddrIn>,
    }

    impl Batches {
        pub(in super::super) fn new(socket: UdpSocket) -> Self {
            Self {
                socket,
                slots: vec![0; BATCH * SLOT],
                received: MultiHeaders::preallocate(BATCH, None),
                sent: MultiHeaders::preallocate(BATCH, None),
            }
        }

        /// Waits for a datagram, and hands it and what else has arrived to `take`.
        pub(in super::super) fn receive(
            &mut self,
            mut take: impl FnMut(SocketAddr, &[u8]),
        ) -> io::Result<()> {
            let slots = self.slots.chunks_exact_mut(SLOT);
            let mut parts: Vec<_> = slots.map(|slot| [IoSliceMut::new(slot)]).collect();
            let datagrams = recvmmsg(
                self.socket.as_raw_fd(),
                &mut self.received,
                parts.iter_mut(),
                MsgFlags::MSG_WAITFORONE,
                None,
            )?;
            for datagram in datagrams {
                if let (Some(source), Some(bytes)) = (datagram.address, datagram.iovs().next()) {
                    take(SocketAddr::V4(SocketAddrV4::from(source)), bytes);
                }
            }
            Ok(())
        }

        /// Sends them in order. One that the system refuses is passed over.
        pub(in super::super) fn send(&mut self, datagrams: &[(SocketAddr, Vec<u8>)]) {
            let mut left = datagrams;
            while !left.is_empty() {
                let batch = &left[..left.len().min(BATCH)];
                let sent = self.send_batch(batch).unwrap_or_default();
                left = &left[sent.max(1)..];
            }
        }

        fn send_batch(&mut self, datagrams: &[(SocketAddr, Vec<u8>)]) -> io::Result<usize> {
            let addresses = datagrams.iter().map(|(to, _)| match to {
                SocketAddr::V4(to) => Some(SockaddrIn::from(*to)),
                SocketAddr::V6(_) => None,
            });
            let addresses: Vec<_> = addresses.collect();
            let parts = datagrams.iter().map(|(_, bytes)| [IoSlice::new(bytes)]);
            let parts: Vec<_> = parts.collect();
            let sent = sendmmsg(
                self.socket.as_raw_fd(),
                &mut self.sent,
                &parts,
                addresses,
                [],
                MsgFlags::empty(),
            )?;
            Ok(sent.count())
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;
    use std::net::{SocketAddr, UdpSocket};

    use super::SLOT;

    /// A new socket on loopback.
    pub(in super::super) fn socket() -> io::Result<UdpSocket> {
        UdpSocket::bind("127.0.0.1:0")
    }

    /// One datagram at a time.
    pub(in super::super) struct Batches(UdpSocket);

    impl Batches {
        pub(in super::super) fn new(socket: UdpSocket) -> Self {
            Self(socket)
        }

        /// Waits for a datagram, and hands it to `take`.
        pub(in super::super) fn receive(
            &mut self,
            mut take: impl FnMut(SocketAddr, &[u8]),
        ) -> io::Result<()> {
            let mut buffer = [0; SLOT];
            let (length, source) = self.0.recv_from(&mut buffer)?;
            take(source, &buffer[..length]);
            Ok(())
        }

        /// Sends them in order. One that the system refuses is passed over.
        pub(in super::super) fn send(&mut self, datagrams: &[(SocketAddr, Vec<u8>)]) {
            for (to, bytes) in datagrams {
                let _ = self.0.send_to(bytes, to);
            }
        }
    }
}
