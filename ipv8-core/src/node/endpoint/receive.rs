//! Taking datagrams that have arrived, one by one or as many as there are.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::interface::{Interface, NotDone};
use super::many::{BATCH, Look, SLOT};
use super::{Datagram, Endpoint, RECEIVE_BUFFER};

/// Receive errors in a row after which a socket counts as broken for [`ERROR_PAUSE`]: the loop must not spin on it.
const ERRORS_IN_A_ROW: u32 = 64;
const ERROR_PAUSE: Duration = Duration::from_millis(10);

impl Endpoint {
    /// The next datagram that has already arrived, or `None`. Never waits; interfaces take turns.
    ///
    /// Errors of the system are counted and skipped. A socket that gives nothing but errors is left alone for 10 ms.
    pub fn try_receive(&mut self) -> Option<Datagram<'_>> {
        self.make_room(RECEIVE_BUFFER);
        let (length, source) = self.receive_into_buffer()?;
        let bytes = self.buffer.get(..length)?;
        Some(Datagram { source, bytes })
    }

    fn receive_into_buffer(&mut self) -> Option<(usize, SocketAddr)> {
        let mut received = None;
        self.receive_until(|interface, buffer| {
            let (length, source) = interface.try_receive(buffer)?;
            received = Some((length, source));
            Ok((1, length))
        });
        received
    }

    /// Hands every datagram that has already arrived to `take`, until there are none or at least `limit` were taken (a
    /// system call may give a few more). Never waits; interfaces take turns. Returns how many it were.
    ///
    /// Where the system can, one call takes up to 32. Errors are treated as by [`try_receive`](Self::try_receive).
    pub fn receive_many(&mut self, limit: usize, take: impl FnMut(Datagram<'_>)) -> usize {
        self.receive_all(limit, Look::WhenTold, take)
    }

    /// As [`receive_many`](Self::receive_many), for whoever is in the midst of long work: looks at the sockets although the runtime, which
    /// tells otherwise that something has arrived, had no time for that meanwhile. Only on Linux and Android is there any difference.
    pub fn receive_meanwhile(&mut self, limit: usize, take: impl FnMut(Datagram<'_>)) -> usize {
        self.receive_all(limit, Look::Now, take)
    }

    fn receive_all(
        &mut self,
        limit: usize,
        look: Look,
        mut take: impl FnMut(Datagram<'_>),
    ) -> usize {
        let real = self.is_real();
        self.make_room(if real { BATCH * SLOT } else { RECEIVE_BUFFER });
        let mut taken = 0;
        while taken < limit {
            let before = taken;
            self.receive_until(|interface, buffer| {
                let mut bytes_in = 0;
                let count = interface.receive_many(buffer, look, |source, bytes| {
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

    /// Tries one interface after the other until one gives something, or all are empty, or broken.
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

    fn make_room(&mut self, length: usize) {
        if self.buffer.len() < length {
            // Fresh from the system: pages that nothing is written to cost nothing.
            self.buffer = vec![0; length];
        }
    }
}
