//! A socket that the runtime watches, on systems with file descriptors.
//!
//! It is always watched for arriving datagrams, and watched for room to send only while a sender
//! waits. tokio's own socket is always watched for both, so it reports room after each datagram
//! that left. On several cores that wakes an idle thread of the runtime each time, which takes the
//! time of the threads that sign.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A non-blocking UDP socket, watched for arriving datagrams.
#[derive(Debug)]
pub(super) struct Watched {
    socket: AsyncFd<UdpSocket>,
    /// A second registration, for writability. Present only while a sender is waiting: from the
    /// first wait until the next successful send.
    room: Mutex<Option<AsyncFd<UdpSocket>>>,
}

// tokio deprecates this for types that may lie about their descriptor. The standard library's
// socket does not, and tokio's replacement is the same, but unsafe.
#[allow(deprecated)]
fn watch(socket: UdpSocket, interest: Interest) -> io::Result<AsyncFd<UdpSocket>> {
    AsyncFd::with_interest(socket, interest)
}

impl Watched {
    /// Must be called inside a tokio runtime, with a non-blocking socket.
    pub(super) fn new(socket: UdpSocket) -> io::Result<Self> {
        Ok(Self {
            socket: watch(socket, Interest::READABLE)?,
            room: Mutex::default(),
        })
    }

    pub(super) fn socket(&self) -> &UdpSocket {
        self.socket.get_ref()
    }

    /// An error means that the runtime is shutting down.
    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_read_ready(cx).map_ok(drop)
    }

    /// Like [`Watched::poll_readable`], but an error can also mean that the process has no file
    /// descriptor left to wait with.
    pub(super) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
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

    /// Calls `receive`, unless the socket is known to be empty. If `receive` returns `WouldBlock`,
    /// the socket counts as empty from then on.
    pub(super) fn try_receive<R>(
        &self,
        receive: impl FnOnce(&UdpSocket) -> io::Result<R>,
    ) -> io::Result<R> {
        self.socket.try_io(Interest::READABLE, receive)
    }

    /// Like [`Watched::try_receive`], but does not trust the runtime, which may have had no time to
    /// poll the socket.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn receive_now<R>(
        &self,
        receive: impl FnOnce(&UdpSocket) -> io::Result<R>,
    ) -> io::Result<R> {
        // Cheaper than preparing a batch, which would mostly be empty.
        self.socket().peek(&mut [0])?;
        receive(self.socket())
    }

    /// Calls `send` with the socket.
    pub(super) fn try_send<R>(
        &self,
        send: impl FnOnce(&UdpSocket) -> io::Result<R>,
    ) -> io::Result<R> {
        let sent = send(self.socket());
        if sent.is_ok() {
            *self.room() = None;
        }
        sent
    }

    pub(super) fn try_receive_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.try_receive(|socket| socket.recv_from(buffer))
    }

    pub(super) fn try_send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        self.try_send(|socket| socket.send_to(datagram, to))
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket().local_addr()
    }

    fn room(&self) -> MutexGuard<'_, Option<AsyncFd<UdpSocket>>> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::future::poll_fn;
    use std::task::Waker;

    use super::*;

    /// Two sockets, the first of them watched.
    fn pair() -> (Watched, UdpSocket) {
        let bind = || UdpSocket::bind("127.0.0.1:0").unwrap();
        let (socket, other) = (bind(), bind());
        socket.set_nonblocking(true).unwrap();
        (Watched::new(socket).unwrap(), other)
    }

    #[tokio::test]
    async fn room_is_watched_only_while_a_sender_waits() {
        let (watched, other) = pair();
        let to = other.local_addr().unwrap();
        // There is room, so no second registration is kept.
        poll_fn(|cx| watched.poll_writable(cx)).await.unwrap();
        let no_task = &mut Context::from_waker(Waker::noop());
        // The runtime has not polled the new registration yet.
        assert!(watched.poll_writable(no_task).is_pending());
        assert_eq!(watched.try_send_to(b"one", to).unwrap(), 3);
        // The send ended the watch: the next one starts again.
        assert!(watched.poll_writable(no_task).is_pending());
        poll_fn(|cx| watched.poll_writable(cx)).await.unwrap();
        assert!(watched.poll_writable(no_task).is_pending());
    }

    #[tokio::test]
    async fn arriving_datagrams_are_reported_and_taken_until_none_is_left() {
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
        let no_task = &mut Context::from_waker(Waker::noop());
        assert!(watched.poll_readable(no_task).is_pending());
    }
}
