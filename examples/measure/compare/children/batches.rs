//! A socket that receives and sends many datagrams in one system call on Linux, and one elsewhere.

pub(super) use system::{Batches, socket};

/// The most datagrams of one call, as in a node.
#[cfg(target_os = "linux")]
const BATCH: usize = 32;

/// Bytes of the buffer for one datagram; none here is larger.
const SLOT: usize = 2_048;

#[cfg(target_os = "linux")]
mod system {
    use std::io::{self, IoSlice, IoSliceMut};
    use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
    use std::os::fd::AsRawFd;

    use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmmsg};
    use socket2::{Domain, Socket, Type};

    use super::{BATCH, SLOT};

    /// The receive buffer to request, in bytes, as in a node.
    const RECEIVE_BUFFER: usize = 4 << 20;

    /// Returns a new socket on loopback.
    pub(in super::super) fn socket() -> io::Result<UdpSocket> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        Ok(socket.into())
    }

    /// The socket and the buffers of its calls, which are reused.
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

        /// Waits for a datagram and passes it and the other queued ones to `take`.
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

        /// Sends the datagrams in order and skips those that the system refuses.
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

    /// Returns a new socket on loopback.
    pub(in super::super) fn socket() -> io::Result<UdpSocket> {
        UdpSocket::bind("127.0.0.1:0")
    }

    /// The socket; it moves one datagram at a time.
    pub(in super::super) struct Batches(UdpSocket);

    impl Batches {
        pub(in super::super) fn new(socket: UdpSocket) -> Self {
            Self(socket)
        }

        /// Waits for a datagram and passes it to `take`.
        pub(in super::super) fn receive(
            &mut self,
            mut take: impl FnMut(SocketAddr, &[u8]),
        ) -> io::Result<()> {
            let mut buffer = [0; SLOT];
            let (length, source) = self.0.recv_from(&mut buffer)?;
            take(source, &buffer[..length]);
            Ok(())
        }

        /// Sends the datagrams in order and skips those that the system refuses.
        pub(in super::super) fn send(&mut self, datagrams: &[(SocketAddr, Vec<u8>)]) {
            for (to, bytes) in datagrams {
                let _ = self.0.send_to(bytes, to);
            }
        }
    }
}
