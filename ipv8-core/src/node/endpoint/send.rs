//! Handing datagrams to the system, one by one or several at once.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::errors::SocketErrorKind;
use super::interface::{Interface, NotDone, TransmitError};
use super::{Endpoint, EndpointStats};

impl Endpoint {
    /// Hands a datagram to the system if that needs no waiting. `None`: the send buffer is full, nothing was counted; see
    /// [`send`](Self::send).
    pub fn try_send(
        &mut self,
        to: SocketAddr,
        datagram: &[u8],
    ) -> Option<Result<(), TransmitError>> {
        let Some(interface) = interface_for(&self.interfaces, to) else {
            self.stats.no_interface += 1;
            return Some(Err(TransmitError::NoInterface));
        };
        let mut repeated = false;
        loop {
            match interface.try_send(datagram, to) {
                Ok(()) => {
                    count_sent(&mut self.stats, datagram);
                    return Some(Ok(()));
                }
                Err(NotDone::WouldBlock) => return None,
                Err(NotDone::Failed(kind)) => {
                    self.stats.send_errors.add(kind);
                    if repeated || !concerns_an_earlier_one(kind) {
                        return Some(Err(TransmitError::Refused(kind)));
                    }
                    repeated = true;
                }
            }
        }
    }

    /// Hands a datagram to the system, waiting at most [`EndpointConfig::send_patience`](super::EndpointConfig::send_patience)
    /// for room.
    ///
    /// The interface is chosen by the family of `to`. `Ok` says that the system took it, not that anybody got it.
    ///
    /// # Errors
    /// [`TransmitError`]: the datagram is dropped and counted; the endpoint stays usable.
    pub async fn send(&mut self, to: SocketAddr, datagram: &[u8]) -> Result<(), TransmitError> {
        if let Some(done) = self.try_send(to, datagram) {
            return done;
        }
        let since = Instant::now();
        loop {
            let deadline = since + self.send_patience;
            if timeout_at(deadline, self.writable(to)).await.is_err() {
                self.waited(since);
                return Err(self.give_up());
            }
            if let Some(done) = self.try_send(to, datagram) {
                self.waited(since);
                return done;
            }
        }
    }

    /// Hands datagrams to the system in order, as long as that needs no waiting, and tells `outcome` what became of each.
    /// Returns how many it told of; the first of the others waits for [`writable`](Self::writable), and nothing was counted for it.
    ///
    /// Where the system can, one call sends up to 32.
    pub fn try_send_many<B: AsRef<[u8]>>(
        &mut self,
        datagrams: &[(SocketAddr, B)],
        mut outcome: impl FnMut(&B, Result<(), TransmitError>),
    ) -> usize {
        let mut done = 0;
        while let Some(left) = datagrams.get(done..).filter(|left| !left.is_empty()) {
            let sent = self.send_run(left);
            for (_, bytes) in left.iter().take(sent) {
                outcome(bytes, Ok(()));
            }
            done += sent;
            if sent > 0 {
                continue;
            }
            // One that cannot begin a run is looked at alone, so that its own error is known.
            let Some((to, bytes)) = left.first() else {
                break;
            };
            match self.try_send(*to, bytes.as_ref()) {
                Some(result) => outcome(bytes, result),
                None => break,
            }
            done += 1;
        }
        done
    }

    /// Sends those at the front that one interface can send; how many it took.
    fn send_run<B: AsRef<[u8]>>(&mut self, datagrams: &[(SocketAddr, B)]) -> usize {
        let Some((first, _)) = datagrams.first() else {
            return 0;
        };
        let Some(interface) = interface_for(&self.interfaces, *first) else {
            return 0;
        };
        let alike = |(to, _): &&(SocketAddr, B)| to.is_ipv4() == first.is_ipv4();
        let run = datagrams.iter().take_while(alike).count();
        if run < 2 {
            return 0;
        }
        let sent = interface.send_many(datagrams.get(..run).unwrap_or_default());
        let sent = match sent {
            Ok(sent) => sent,
            Err(NotDone::Failed(kind)) if concerns_an_earlier_one(kind) => {
                self.stats.send_errors.add(kind);
                0
            }
            Err(_) => 0,
        };
        for (_, bytes) in datagrams.iter().take(sent) {
            count_sent(&mut self.stats, bytes.as_ref());
        }
        sent
    }

    /// Waits until the interface that sends to `to` may have room again; at once if there is none. Cancel safe.
    pub async fn writable(&self, to: SocketAddr) {
        poll_fn(|cx| match interface_for(&self.interfaces, to) {
            Some(interface) => interface.poll_writable(cx),
            None => Poll::Ready(()),
        })
        .await;
    }

    pub(crate) fn send_patience(&self) -> Duration {
        self.send_patience
    }

    /// Counts a wait for room that has been going on `since` then, and is over.
    pub(crate) fn waited(&mut self, since: Instant) {
        let wait = since.elapsed();
        let stats = &mut self.stats;
        stats.send_waits += 1;
        stats.send_waited += wait;
        stats.longest_send_wait = stats.longest_send_wait.max(wait);
    }

    /// Counts a datagram that is dropped because there was no room for it for too long.
    pub(crate) fn give_up(&mut self) -> TransmitError {
        self.stats.send_busy += 1;
        TransmitError::Busy
    }
}

fn count_sent(stats: &mut EndpointStats, datagram: &[u8]) {
    stats.datagrams_out += 1;
    stats.bytes_out += datagram.len() as u64;
}

/// These tell of the fate of an earlier datagram; the one being sent was not tried yet.
fn concerns_an_earlier_one(kind: SocketErrorKind) -> bool {
    matches!(
        kind,
        SocketErrorKind::ConnectionRefused | SocketErrorKind::ConnectionReset
    )
}

fn interface_for(interfaces: &[Interface], to: SocketAddr) -> Option<&Interface> {
    interfaces
        .iter()
        .find(|interface| interface.local_address().is_ipv4() == to.is_ipv4())
}
