//! Moves datagrams from the sockets into the inbox, however long handling them takes.

use crate::engine::{Engine, Opened};
use crate::node::clock::now;
use crate::node::endpoint::{Datagram, Endpoint};
use crate::node::pipeline::inbox::Inbox;
use crate::node::pipeline::piece::Costs;

/// The most datagrams that are taken from one socket in a row: less than a millisecond of work.
const FILL: usize = 512;

/// The most work between two receives, in units of [`Costs`]: four signatures, 100 to 160 us. The
/// usual receive buffer (Linux: 208 KiB, counted twice) holds about five hundred introduction
/// requests, which a program on this machine can send in half a millisecond.
const BETWEEN_RECEIVES: usize = 4 * Costs::SIGNED;

/// The inbox, and the work done since the sockets were last read.
#[derive(Debug, Default)]
pub(super) struct Intake {
    pub(super) inbox: Inbox,
    /// Datagrams taken from sockets since the node's task last yielded.
    pub(super) taken: usize,
    /// The cost of the work since the last receive.
    work: usize,
}

impl Intake {
    /// Moves received datagrams into the inbox. This is cheaper than handling them, so the system's
    /// buffer stays empty.
    pub(super) fn fill(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.put(engine, |take| endpoint.receive_many(FILL, take));
    }

    /// Notes work of this cost, and receives again after [`BETWEEN_RECEIVES`].
    pub(super) fn worked(&mut self, cost: usize, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.work += cost;
        if self.work >= BETWEEN_RECEIVES {
            self.put(engine, |take| endpoint.receive_meanwhile(FILL, take));
        }
    }

    /// Notes who signed a datagram: the inbox gives an address no better class than it deserves.
    pub(super) fn judge(&mut self, opened: &Opened, engine: &Engine) {
        if engine.is_misclassified(opened) {
            let (class, source) = (opened.class(), opened.source());
            self.inbox.note_wrong(class, source, now());
        }
    }

    /// Returns [`Intake::worked`] as a callback.
    pub(super) fn meanwhile(
        &mut self,
        endpoint: &mut Endpoint,
        engine: &mut Engine,
    ) -> impl FnMut(usize) {
        |cost| self.worked(cost, endpoint, engine)
    }

    fn put(
        &mut self,
        engine: &mut Engine,
        receive: impl FnOnce(&mut dyn FnMut(Datagram<'_>)) -> usize,
    ) {
        self.work = 0;
        let (inbox, now) = (&mut self.inbox, now());
        self.taken += receive(&mut |datagram| {
            if let Some(mut ticket) = engine.admit(datagram.source, datagram.bytes) {
                engine.classify(&mut ticket, datagram.bytes, now);
                inbox.push(ticket, datagram.bytes, now);
            }
        });
        inbox.count_losses(engine.stats_mut());
    }
}
