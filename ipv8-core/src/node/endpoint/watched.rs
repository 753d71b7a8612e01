//! A socket that the runtime watches.
//!
//! Where the system has file descriptors it is watched for what arrives, and for room to send only while there was none. A socket that is
//! always watched for both, as tokio's is, tells of room after each datagram that has left: on several cores that wakes an idle thread of
//! the runtime for each of them, which takes the time of those that sign.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::task::{Context, Poll};

#[cfg(unix)]
pub(super) use unix::Watched;

#[cfg(unix)]
mod unix {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    use super::{Context, Poll, SocketAddr, UdpSocket, io};

    /// A non-blocking UDP socket, watched for what arrives.
    #[derive(Debug)]
    pub(in crate::node::endpoint) struct Watched {
        socket: AsyncFd<UdpSocket>,
        /// The same socket, watched for room: from when somebody waits for it until something was sent.
        room: Mutex<Option<AsyncFd<UdpSocket>>>,
    }

    // tokio deprecates this for types that may lie about their descriptor, which the standard library's does not; what it has instead
    // is the same, and unsafe.
    #[allow(deprecated)]
    fn watch(socket: UdpSocket, interest: Interest) -> io::Result<AsyncFd<UdpSocket>> {
        AsyncFd::with_interest(socket, interest)
    }

    impl Watched {
        /// Must be called inside a tokio runtime; the socket must be non-blocking.
        pub(in crate::node::endpoint) fn new(socket: UdpSocket) -> io::Result<Self> {
            Ok(Self {
                socket: watch(socket, Interest::READABLE)?,
                room: Mutex::default(),
            })
        }

        pub(in crate::node::endpoint) fn socket(&self) -> &UdpSocket {
            self.socket.get_ref()
        }

        /// An error means that the runtime is going down.
        pub(in crate::node::endpoint) fn poll_readable(
            &self,
            cx: &mut Context<'_>,
        ) -> Poll<io::Result<()>> {
            self.socket.poll_read_ready(cx).map_ok(drop)
        }

        /// As [`Watched::poll_readable`]; an error may also be that there is no descriptor left to wait with.
        pub(in crate::node::endpoint) fn poll_writable(
            &self,
            cx: &mut Context<'_>,
        ) -> Poll<io::Result<()>> {
            let mut room = self.room();
            let watched = match room.take() {
                Some(watched) => watched,
                None => watch(self.socket().try_clone()?, Interest::WRITABLE)?,
            };
            let ready = watched.poll_write_ready(cx).map_ok(drop);
            if ready.is_pending() {
                *room = Some(watched);
            }
            ready
        }

        /// Lets `receive` take something from the socket, unless it is known to be empty: an error that says so makes it known.
        pub(in crate::node::endpoint) fn try_receive<R>(
            &self,
            receive: impl FnOnce(&UdpSocket) -> io::Result<R>,
        ) -> io::Result<R> {
            self.socket.try_io(Interest::READABLE, receive)
        }

        /// As [`Watched::try_receive`], whatever is known: the runtime may have had no time to look.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        pub(in crate::node::endpoint) fn receive_now<R>(
            &self,
            receive: impl FnOnce(&UdpSocket) -> io::Result<R>,
        ) -> io::Result<R> {
            // Cheaper than to prepare for many datagrams, most times for none.
            self.socket().peek(&mut [0])?;
            receive(self.socket())
        }

        /// Lets `send` hand something to the socket.
        pub(in crate::node::endpoint) fn try_send<R>(
            &self,
            send: impl FnOnce(&UdpSocket) -> io::Result<R>,
        ) -> io::Result<R> {
            let sent = send(self.socket());
            if sent.is_ok() {
                *self.room() = None;
            }
            sent
        }

        pub(in crate::node::endpoint) fn try_receive_from(
            &self,
            buffer: &mut [u8],
        ) -> io::Result<(usize, SocketAddr)> {
            self.try_receive(|socket| socket.recv_from(buffer))
        }

        pub(in crate::node::endpoint) fn try_send_to(
            &self,
            datagram: &[u8],
            to: SocketAddr,
        ) -> io::Result<usize> {
            self.try_send(|socket| socket.send_to(datagram, to))
        }

        pub(in crate::node::endpoint) fn local_addr(&self) -> io::Result<SocketAddr> {
            self.socket().local_addr()
        }

        fn room(&self) -> MutexGuard<'_, Option<AsyncFd<UdpSocket>>> {
            self.room.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

/// A UDP socket as tokio watches it.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Watched(tokio::net::UdpSocket);

#[cfg(not(unix))]
impl Watched {
    /// Must be called inside a tokio runtime; the socket must be non-blocking.
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

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// Two sockets, the first of them watched.
    fn pair() -> (Watched, UdpSocket) {
        let bind = || UdpSocket::bind("127.0.0.1:0").unwrap();
        let (socket, other) = (bind(), bind());
        socket.set_nonblocking(true).unwrap();
        (Watched::new(socket).unwrap(), other)
    }

    #[tokio::test]
    async fn room_is_watched_only_while_somebody_waits_for_it() {
        let (watched, other) = pair();
        let to = other.local_addr().unwrap();
        // There is room, so nothing is kept.
        poll_fn(|cx| watched.poll_writable(cx)).await.unwrap();
        let nobody = &mut Context::from_waker(std::task::Waker::noop());
        // Before the runtime has looked at the socket, it does not know.
        assert!(watched.poll_writable(nobody).is_pending());
        assert_eq!(watched.try_send_to(b"one", to).unwrap(), 3);
        // What was sent ends the watch: the next one begins anew.
        assert!(watched.poll_writable(nobody).is_pending());
        poll_fn(|cx| watched.poll_writable(cx)).await.unwrap();
        assert!(watched.poll_writable(nobody).is_pending());
    }

    #[tokio::test]
    async fn what_arrives_is_told_of_and_taken_until_nothing_is_left() {
        let (watched, other) = pair();
        let to = watched.local_addr().unwrap();
        for number in 0..3 {
            other.send_to(&[number], to).unwrap();
        }
        poll_fn(|cx| watched.poll_readable(cx)).await.unwrap();
        let mut buffer = [0; 8];
        for number in 0..3 {
            let (length, source) = watched.try_receive_from(&mut buffer).unwrap();
            assert_eq!(
                (&buffer[..length], source),
                (&[number][..], other.local_addr().unwrap())
            );
        }
        let left = watched.try_receive_from(&mut buffer);
        assert_eq!(left.unwrap_err().kind(), io::ErrorKind::WouldBlock);
        let nobody = &mut Context::from_waker(std::task::Waker::noop());
        assert!(watched.poll_readable(nobody).is_pending());
    }
}
