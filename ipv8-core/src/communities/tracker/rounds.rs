//! The requests of the tracker itself: for the proofs of newcomers, and to check members.

use std::time::Instant;

use super::churn::Verdict;
use super::newcomers::Claim;
use super::pings::{Ping, Purpose};
use super::tracker::Tracker;
use crate::crypto::PublicKey;
use crate::overlay::context::Context;
use crate::wire::payload::Style;

impl Tracker {
    /// Gives up peers and newcomers that did not answer, and asks those whose turn it is.
    pub fn tick(&mut self, now: Instant) {
        while let Some(ping) = self.pings.expired(now) {
            match ping.purpose {
                // A newcomer is forgotten by its own timeout.
                Purpose::Proof => {}
                Purpose::Stay => self.on_left(&ping.to.key, now),
                Purpose::Check => {
                    self.roster.counters.timeouts += 1;
                    self.roster.leave(&ping.to.key, ping.to.service);
                }
            }
        }
        self.roster.counters.unproven += self.newcomers.forget_silent(now);
        while let Some((claim, held)) = self.newcomers.overdue(now) {
            self.answer(&claim, held, false, now);
        }
        for claim in self.newcomers.take_due(now, &mut self.shared.rng) {
            self.probe(claim, now);
        }
        self.check_members(now);
        self.roster.counters.newcomers = self.newcomers.len() as u64;
    }

    fn check_members(&mut self, now: Instant) {
        while let Some((due, key)) = self.roster.next_check(self.churn.interval, now) {
            let churn = self.churn;
            let member = self.roster.member_mut(&key);
            match member.map(|member| churn.check(member, due, now)) {
                Some(Verdict::Ping) => self.ping(&key, now),
                Some(Verdict::Drop) => {
                    self.roster.forget(&key);
                    self.roster.counters.silent += 1;
                }
                Some(Verdict::Keep) | None => {}
            }
        }
    }

    /// Asks a newcomer, at the address that it claims.
    fn probe(&mut self, claim: Claim, now: Instant) {
        let (to, is_proven) = (
            claim.address,
            self.roster.is_proven(&claim.key, &claim.address),
        );
        if self.ask(claim, Purpose::Proof, now) {
            self.roster.counters.probes += 1;
            if !is_proven {
                let bytes = self.length(if to.is_ipv4() { Style::Old } else { Style::New }, 3);
                self.outlay.sent(&to, bytes, now);
            }
        }
    }

    /// Asks a peer for an introduction in one of its communities. Each community has the same
    /// chance.
    fn ping(&mut self, key: &PublicKey, now: Instant) {
        let Some(member) = self.roster.member(key) else {
            return;
        };
        let services = member.services();
        let rng = &mut self.shared.rng;
        let drawn = rand::RngExt::random_range(rng, 0..services.len().max(1));
        let Some(service) = services.get_index(drawn).copied() else {
            return;
        };
        let claim = Claim {
            key: key.clone(),
            address: member.peer.address(),
            service,
        };
        if self.ask(claim, Purpose::Check, now) {
            self.roster.counters.pings += 1;
        }
    }

    /// Sends an introduction request with an open number. It uses the old style if possible,
    /// because only an old-style answer can say that the peer has enough peers.
    pub(super) fn ask(&mut self, claim: Claim, purpose: Purpose, now: Instant) -> bool {
        let (to, service) = (claim.address, claim.service);
        let ping = Ping {
            to: claim,
            purpose,
            sent: now,
        };
        let deadline = now + self.churn.ping_timeout;
        let Ok(number) = self.pings.add(ping, deadline, &mut self.shared.rng) else {
            self.roster.counters.pings_refused += 1;
            return false;
        };
        self.state.serve(service);
        let mut cx = Context::new(&mut self.state, &mut self.shared, now);
        cx.send_numbered_introduction_request(to, false, number);
        true
    }
}
