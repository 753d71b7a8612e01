//! A network inside this process: tests need no sockets, no ports and no waiting.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::LARGEST_PAYLOAD;
use super::errors::SocketErrorKind;
use super::interface::{BindError, NotDone};

/// Datagrams one inbox holds before it loses new ones: about what a granted receive buffer holds of small packets.
pub const MEMORY_INBOX: usize = 4096;
const FIRST_EPHEMERAL_PORT: u16 = 49_152;

/// Addresses of one process that deliver datagrams to each other, in order and at once. Clones share the same network.
///
/// It behaves like UDP in the respects that matter: nobody at an address means the datagram is lost (and counted), an inbox is bounded,
/// and errors of the system can be injected.
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
    /// An empty network.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a datagram into the inbox at `to` as if it had come from `source`, which need not exist.
    ///
    /// Returns whether somebody is at `to` and had room.
    pub fn deliver(&self, source: SocketAddr, to: SocketAddr, datagram: &[u8]) -> bool {
        let (reader, delivered) = {
            let mut hub = self.hub();
            let Some(inbox) = hub.inboxes.get_mut(&to) else {
                hub.lost += 1;
                return false;
            };
            let room = inbox.queue.len() < MEMORY_INBOX;
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

    /// How many datagrams were sent to addresses where nobody is.
    pub fn lost(&self) -> u64 {
        self.hub().lost
    }

    /// The next sends from `address` fail with these errors, one each. Without effect where nobody is.
    pub fn fail_sends(
        &self,
        address: SocketAddr,
        errors: impl IntoIterator<Item = SocketErrorKind>,
    ) {
        if let Some(inbox) = self.hub().inboxes.get_mut(&address) {
            inbox.send_errors.extend(errors);
        }
    }

    /// The next receives at `address` fail with these errors, one each. Without effect where nobody is.
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

    /// With `true` the send buffer at `address` is full until this is called with `false`. Without effect where nobody is.
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

    /// Takes `address`, or the next free port; port 0 means the first free one from 49152. An unspecified address becomes loopback.
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

    /// A panic of another test thread leaves nothing half done here: each lock is held for one whole change.
    fn hub(&self) -> MutexGuard<'_, Hub> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Outside the lock: waking may run code that comes back here.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// One taken address; given back when dropped.
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

    /// Copies the oldest datagram, cut to the buffer as a socket would.
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
