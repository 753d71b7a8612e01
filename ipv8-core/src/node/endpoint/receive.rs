//! Receiving: one datagram, or all that have arrived.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::batch::{BATCH, Readiness, SLOT};
use super::datagram::{Datagram, RECEIVE_BUFFER};
use super::error::NotDone;
use super::interface::Interface;
use super::sockets::Endpoint;

/// Receive errors in a row after which the endpoint pauses for [`ERROR_PAUSE`], so that the driver
/// does not spin on a broken socket.
const ERRORS_IN_A_ROW: u32 = 64;
const ERROR_PAUSE: Duration = Duration::from_millis(10);

impl Endpoint {
    /// Returns the next datagram that has arrived, or `None`. Never waits; interfaces alternate.
    ///
    /// Errors of the system are counted and skipped. After 64 errors in a row the endpoint is not
    /// readable for 10 ms.
    pub(crate) fn try_receive(&mut self) -> Option<Datagram<'_>> {
        self.reserve(RECEIVE_BUFFER);
        let mut received = None;
        self.receive_until(|interface, buffer| {
            let (length, source) = interface.try_receive(buffer)?;
            received = Some((length, source));
            Ok((1, length))
        });
        let (length, source) = received?;
        let bytes = self.buffer.get(..length)?;
        Some(Datagram { source, bytes })
    }

    /// Passes each datagram that has arrived to `take`, until none is left or at least `limit` were
    /// taken (a system call may return a few more). Never waits; interfaces alternate. Returns the
    /// number of datagrams.
    ///
    /// Where the system can, one call takes up to 32. Errors are handled as by
    /// [`try_receive`](Self::try_receive).
    pub(crate) fn receive_many(&mut self, limit: usize, take: impl FnMut(Datagram<'_>)) -> usize {
        self.receive_all(limit, Readiness::Trusted, take)
    }

    /// Like [`receive_many`](Self::receive_many), for a caller in the middle of long work: asks the
    /// sockets although the runtime had no time to poll them. The difference exists only on Linux
    /// and Android.
    pub(crate) fn receive_meanwhile(
        &mut self,
        limit: usize,
        take: impl FnMut(Datagram<'_>),
    ) -> usize {
        self.receive_all(limit, Readiness::Ignored, take)
    }

    fn receive_all(
        &mut self,
        limit: usize,
        readiness: Readiness,
        mut take: impl FnMut(Datagram<'_>),
    ) -> usize {
        let real = self.is_real();
        self.reserve(if real { BATCH * SLOT } else { RECEIVE_BUFFER });
        let mut taken = 0;
        while taken < limit {
            let before = taken;
            self.receive_until(|interface, buffer| {
                let mut bytes_in = 0;
                let count = interface.receive_batch(buffer, readiness, |source, bytes| {
                    bytes_in += bytes.len();
                    take(Datagram { source, bytes });
                })?;
                taken += count;
                Ok((count, bytes_in))
            });
            if taken == before {
                break;
            }
        }
        taken
    }

    /// Tries the interfaces in turn until one returns datagrams, all are empty, or the errors are
    /// too many. `receive` returns the number of datagrams and of their bytes.
    fn receive_until(
        &mut self,
        mut receive: impl FnMut(&Interface, &mut [u8]) -> Result<(usize, usize), NotDone>,
    ) {
        self.paused_until = None;
        let mut errors = 0;
        let mut empty = 0;
        while empty < self.interfaces.len() {
            let Some(interface) = self.interfaces.get(self.next) else {
                return;
            };
            self.next = (self.next + 1) % self.interfaces.len();
            match receive(interface, &mut self.buffer) {
                Ok((datagrams, bytes)) => {
                    self.stats.datagrams_in += datagrams as u64;
                    self.stats.bytes_in += bytes as u64;
                    return;
                }
                Err(NotDone::WouldBlock) => empty += 1,
                Err(NotDone::Failed(kind)) => {
                    self.stats.receive_errors.add(kind);
                    empty = 0;
                    errors += 1;
                    if errors == ERRORS_IN_A_ROW {
                        self.paused_until = Some(Instant::now() + ERROR_PAUSE);
                        return;
                    }
                }
            }
        }
    }

    fn reserve(&mut self, length: usize) {
        if self.buffer.len() < length {
            // A fresh allocation: pages that are never written to use no memory.
            self.buffer = vec![0; length];
        }
    }
}

/// For the tests of this repository.
#[cfg(feature = "internals")]
#[doc(hidden)]
impl Endpoint {
    pub async fn until_readable(&self) {
        self.readable().await;
    }

    pub fn take_received(&mut self, take: impl FnMut(SocketAddr, &[u8])) -> usize {
        let mut take = take;
        self.receive_many(usize::MAX, |datagram| take(datagram.source, datagram.bytes))
    }
}
