//! A network inside this process: tests need no sockets, no ports and no waiting.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::datagram::LARGEST_PAYLOAD;
use super::error::{BindError, NotDone};
use super::socket_errors::SocketErrorKind;

/// The most datagrams in one inbox; it loses newer ones. A granted receive buffer holds about as
/// many small packets.
pub(super) const INBOX_LIMIT: usize = 4096;

const FIRST_EPHEMERAL_PORT: u16 = 49_152;

/// A network inside this process, for tests: its addresses deliver datagrams to each other, in
/// order and at once. Clones are the same network.
///
/// Like UDP, it loses datagrams to an address that is not in use (and counts them), and datagrams
/// for which an inbox has no room (4,096 of them).
///
/// ```
/// use ipv8_core::node::{Endpoint, EndpointConfig, MemoryNetwork};
/// use ipv8_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let network = MemoryNetwork::new();
/// let here = ["10.0.0.1:8090".parse()?];
/// let endpoint = Endpoint::in_memory(&network, &here, &EndpointConfig::default())?;
/// let ipv8 = Launchers::new().launch_on(endpoint).await?;
/// assert_eq!(ipv8.local_addresses(), here);
/// # ipv8.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryNetwork(Arc<Mutex<Hub>>);

#[derive(Debug, Default)]
struct Hub {
    inboxes: HashMap<SocketAddr, Inbox>,
    lost: u64,
}

#[derive(Debug, Default)]
struct Inbox {
    queue: VecDeque<(SocketAddr, Box<[u8]>)>,
    overflow: u64,
    reader: Option<Waker>,
    writer: Option<Waker>,
    blocked: bool,
    send_errors: VecDeque<SocketErrorKind>,
    receive_errors: VecDeque<SocketErrorKind>,
}

impl MemoryNetwork {
    /// Creates a network on which no address is in use.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a datagram into the inbox at `to` as if it came from `source`, which may be unused.
    ///
    /// Returns `true` if `to` is in use and its inbox had room.
    pub fn deliver(&self, source: SocketAddr, to: SocketAddr, datagram: &[u8]) -> bool {
        let (reader, delivered) = {
            let mut hub = self.hub();
            let Some(inbox) = hub.inboxes.get_mut(&to) else {
                hub.lost += 1;
                return false;
            };
            let room = inbox.queue.len() < INBOX_LIMIT;
            if room {
                inbox.queue.push_back((source, datagram.into()));
            } else {
                inbox.overflow += 1;
            }
            (inbox.reader.take(), room)
        };
        wake(reader);
        delivered
    }

    /// Returns the number of datagrams that were sent to unused addresses.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.hub().lost
    }

    /// Lets the next sends from `address` fail with these errors, one each. Has no effect on an
    /// unused address.
    #[cfg(any(test, feature = "internals"))]
    #[doc(hidden)]
    pub fn fail_sends(
        &self,
        address: SocketAddr,
        errors: impl IntoIterator<Item = SocketErrorKind>,
    ) {
        if let Some(inbox) = self.hub().inboxes.get_mut(&address) {
            inbox.send_errors.extend(errors);
        }
    }

    /// Lets the next receives at `address` fail with these errors, one each. Has no effect on an
    /// unused address.
    #[cfg(any(test, feature = "internals"))]
    #[doc(hidden)]
    pub fn fail_receives(
        &self,
        address: SocketAddr,
        errors: impl IntoIterator<Item = SocketErrorKind>,
    ) {
        let reader = {
            let mut hub = self.hub();
            let Some(inbox) = hub.inboxes.get_mut(&address) else {
                return;
            };
            inbox.receive_errors.extend(errors);
            inbox.reader.take()
        };
        wake(reader);
    }

    /// Fills the send buffer at `address` (`true`), or empties it (`false`). Has no effect on an
    /// unused address.
    #[cfg(any(test, feature = "internals"))]
    #[doc(hidden)]
    pub fn block_sends(&self, address: SocketAddr, blocked: bool) {
        let writer = {
            let mut hub = self.hub();
            let Some(inbox) = hub.inboxes.get_mut(&address) else {
                return;
            };
            inbox.blocked = blocked;
            inbox.writer.take()
        };
        wake(writer);
    }

    /// Takes `address`, or the same with the next free port. Port 0 is the first free one from
    /// 49152. An unspecified address becomes loopback.
    pub(super) fn interface(&self, address: SocketAddr) -> Result<MemoryInterface, BindError> {
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let first = match address.port() {
            0 => FIRST_EPHEMERAL_PORT,
            port => port,
        };
        let mut hub = self.hub();
        let free = (first..=u16::MAX)
            .map(|port| SocketAddr::new(ip, port))
            .find(|candidate| !hub.inboxes.contains_key(candidate));
        let Some(local_address) = free else {
            return Err(BindError::NoFreePort {
                address,
                tried: u32::from(u16::MAX - first) + 1,
                last: std::io::ErrorKind::AddrInUse.into(),
            });
        };
        hub.inboxes.insert(local_address, Inbox::default());
        Ok(MemoryInterface {
            network: self.clone(),
            local_address,
        })
    }

    /// Ignores poisoning: each lock is held for one whole change, so a panic leaves nothing half
    /// done.
    fn hub(&self) -> MutexGuard<'_, Hub> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Called without the lock: waking may run code that takes it.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// An address in use; dropping it frees the address.
#[derive(Debug)]
pub(super) struct MemoryInterface {
    network: MemoryNetwork,
    local_address: SocketAddr,
}

impl MemoryInterface {
    pub(super) fn local_address(&self) -> SocketAddr {
        self.local_address
    }

    pub(super) fn network(&self) -> &MemoryNetwork {
        &self.network
    }

    pub(super) fn overflow(&self) -> u64 {
        self.with(|inbox| inbox.overflow).unwrap_or(0)
    }

    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.with(|inbox| {
            if inbox.queue.is_empty() && inbox.receive_errors.is_empty() {
                inbox.reader = Some(cx.waker().clone());
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .unwrap_or(Poll::Pending)
    }

    pub(super) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.with(|inbox| {
            if inbox.blocked {
                inbox.writer = Some(cx.waker().clone());
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .unwrap_or(Poll::Pending)
    }

    /// Copies the oldest datagram, cut to the buffer like a socket does.
    pub(super) fn try_receive(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), NotDone> {
        let taken = self.with(|inbox| match inbox.receive_errors.pop_front() {
            Some(kind) => Err(NotDone::Failed(kind)),
            None => inbox.queue.pop_front().ok_or(NotDone::WouldBlock),
        });
        let (source, datagram) = taken.unwrap_or(Err(NotDone::WouldBlock))?;
        let length = datagram.len().min(buffer.len());
        for (slot, byte) in buffer.iter_mut().zip(datagram.iter()) {
            *slot = *byte;
        }
        Ok((length, source))
    }

    pub(super) fn try_send(&self, datagram: &[u8], to: SocketAddr) -> Result<(), NotDone> {
        let refusal = self.with(|inbox| {
            if inbox.blocked {
                return Some(NotDone::WouldBlock);
            }
            if datagram.len() > LARGEST_PAYLOAD {
                return Some(NotDone::Failed(SocketErrorKind::MessageTooLarge));
            }
            inbox.send_errors.pop_front().map(NotDone::Failed)
        });
        if let Some(Some(refusal)) = refusal {
            return Err(refusal);
        }
        self.network.deliver(self.local_address, to, datagram);
        Ok(())
    }

    fn with<R>(&self, f: impl FnOnce(&mut Inbox) -> R) -> Option<R> {
        self.network
            .hub()
            .inboxes
            .get_mut(&self.local_address)
            .map(f)
    }
}

impl Drop for MemoryInterface {
    fn drop(&mut self) {
        self.network.hub().inboxes.remove(&self.local_address);
    }
}
