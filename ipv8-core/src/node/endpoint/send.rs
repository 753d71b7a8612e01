//! Sending: one datagram, or several at once.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::error::{NotDone, TransmitError};
use super::interface::Interface;
use super::socket_errors::SocketErrorKind;
use super::sockets::Endpoint;

impl Endpoint {
    /// Passes a datagram to the system if that needs no waiting. Returns `None`, and counts
    /// nothing, if the send buffer is full; see [`send`](Self::send).
    pub(crate) fn try_send(
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
                    self.stats.count_sent(datagram);
                    return Some(Ok(()));
                }
                Err(NotDone::WouldBlock) => return None,
                Err(NotDone::Failed(kind)) => {
                    self.stats.send_errors.add(kind);
                    if repeated || !concerns_an_earlier_datagram(kind) {
                        return Some(Err(TransmitError::Refused(kind)));
                    }
                    repeated = true;
                }
            }
        }
    }

    /// Passes a datagram to the system, and waits for room for at most
    /// [`EndpointConfig::send_patience`](super::EndpointConfig::send_patience).
    ///
    /// The interface is chosen by the family of `to`. `Ok` means that the system accepted the
    /// datagram, not that it arrived.
    ///
    /// # Errors
    ///
    /// [`TransmitError`]: the datagram is dropped and counted. The endpoint stays usable.
    pub(crate) async fn send(
        &mut self,
        to: SocketAddr,
        datagram: &[u8],
    ) -> Result<(), TransmitError> {
        if let Some(done) = self.try_send(to, datagram) {
            return done;
        }
        let since = Instant::now();
        loop {
            let deadline = since + self.send_patience;
            if timeout_at(deadline, self.writable(to)).await.is_err() {
                self.count_wait(since);
                return Err(self.give_up());
            }
            if let Some(done) = self.try_send(to, datagram) {
                self.count_wait(since);
                return done;
            }
        }
    }

    /// Passes datagrams to the system in order, until one would have to wait, and reports the
    /// outcome of each to `outcome`. Returns the number of reported ones. Nothing is counted for
    /// the rest; the first of them has to wait for [`writable`](Self::writable).
    ///
    /// Where the system can, one call sends up to 32.
    pub(crate) fn try_send_many<B: AsRef<[u8]>>(
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
            // A datagram that cannot begin a run is sent alone, so that its own error is known.
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

    /// Sends the first datagrams that share an interface. Returns how many the system accepted.
    fn send_run<B: AsRef<[u8]>>(&mut self, datagrams: &[(SocketAddr, B)]) -> usize {
        let Some((first, _)) = datagrams.first() else {
            return 0;
        };
        let Some(interface) = interface_for(&self.interfaces, *first) else {
            return 0;
        };
        let same_family = |(to, _): &&(SocketAddr, B)| to.is_ipv4() == first.is_ipv4();
        let run = datagrams.iter().take_while(same_family).count();
        if run < 2 {
            return 0;
        }
        let sent = interface.send_batch(datagrams.get(..run).unwrap_or_default());
        let sent = match sent {
            Ok(sent) => sent,
            Err(NotDone::Failed(kind)) if concerns_an_earlier_datagram(kind) => {
                self.stats.send_errors.add(kind);
                0
            }
            Err(_) => 0,
        };
        for (_, bytes) in datagrams.iter().take(sent) {
            self.stats.count_sent(bytes.as_ref());
        }
        sent
    }

    /// Waits until the interface that sends to `to` may have room again; returns at once if there
    /// is no such interface. Cancel safe.
    pub(crate) async fn writable(&self, to: SocketAddr) {
        poll_fn(|cx| match interface_for(&self.interfaces, to) {
            Some(interface) => interface.poll_writable(cx),
            None => Poll::Ready(()),
        })
        .await;
    }

    pub(crate) fn send_patience(&self) -> Duration {
        self.send_patience
    }

    /// Counts a wait for room that began at `since` and has ended.
    pub(crate) fn count_wait(&mut self, since: Instant) {
        let wait = since.elapsed();
        let stats = &mut self.stats;
        stats.send_waits += 1;
        stats.send_waited += wait;
        stats.longest_send_wait = stats.longest_send_wait.max(wait);
    }

    /// Counts a datagram that is dropped because the send buffer stayed full.
    pub(crate) fn give_up(&mut self) -> TransmitError {
        self.stats.send_busy += 1;
        TransmitError::Busy
    }
}

/// Returns `true` for errors caused by an earlier datagram: the present one was not tried yet.
fn concerns_an_earlier_datagram(kind: SocketErrorKind) -> bool {
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
