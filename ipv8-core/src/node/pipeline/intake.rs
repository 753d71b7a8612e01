//! The way from the sockets into the inbox, which must not wait for anything that is done with what is in there.

use crate::engine::Engine;
use crate::node::endpoint::{Datagram, Endpoint};
use crate::node::pipeline::inbox::Inbox;
use crate::node::pipeline::piece::Costs;
use crate::state::stats::DropReason;

/// How many datagrams are taken from one socket before something else is looked at: less than a millisecond's work.
const FILL: usize = 512;

/// After how much work, in units of [`Costs`], the socket is looked at: four signatures, 100 to 160 us. Where the system grants no more
/// than a usual buffer (Linux: 208 KiB, counted twice) it holds some five hundred introduction requests, which somebody on this machine
/// can send in half a millisecond.
const BETWEEN_LOOKS: usize = 4 * Costs::SIGNED;

/// What has arrived, and how it gets there.
#[derive(Debug, Default)]
pub(super) struct Intake {
    pub(super) inbox: Inbox,
    /// Datagrams taken from sockets since the node's task has let others run.
    pub(super) taken: usize,
    /// What the work has cost since the socket was looked at.
    work: usize,
}

impl Intake {
    /// Takes what has arrived into the inbox: this is cheaper than anything that is done with it, so that the buffer of the system stays
    /// empty.
    pub(super) fn fill(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.put(engine, |take| endpoint.receive_many(FILL, take));
    }

    /// Notes work of this cost: after some of it, what has arrived meanwhile is taken in.
    pub(super) fn worked(&mut self, cost: usize, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.work += cost;
        if self.work >= BETWEEN_LOOKS {
            self.put(engine, |take| endpoint.receive_meanwhile(FILL, take));
        }
    }

    /// [`Intake::worked`], for whoever does the work.
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
        let (inbox, mut dropped) = (&mut self.inbox, 0);
        self.taken += receive(&mut |datagram| {
            if let Some(ticket) = engine.admit(datagram.source, datagram.bytes) {
                dropped += inbox.push(ticket, datagram.bytes);
            }
        });
        if dropped > 0 {
            let stats = engine.statistics_mut();
            stats.record_many(DropReason::QueueFull, dropped);
        }
    }
}
