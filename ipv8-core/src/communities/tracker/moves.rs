//! Newcomers that proved their address, and members that may have moved.
//!
//! A node can pass on the tracker's request to another one, and its answer to the tracker. The
//! answer names the host from which the request seemed to come. If the tracker knows its own
//! address, it drops such an answer. Otherwise it moves no member that still answers at its old
//! address.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use super::newcomers::{Claim, Traits};
use super::pings::Purpose;
use super::tracker::Tracker;
use crate::crypto::PublicKey;
use crate::state::stats::DropReason;
use crate::wire::scope::Scope;

impl Tracker {
    /// Returns `false` if a message with this destination was made for another node. Only hosts of
    /// the internet count, and only for a tracker that knows its own.
    pub(super) fn is_own_host(&self, destination: SocketAddr) -> bool {
        let host = destination.ip();
        let is_own_lan = |host| match host {
            IpAddr::V4(host) => self.shared.local.lan_hosts.contains(&host),
            IpAddr::V6(_) => true,
        };
        !self.knows_wan
            || Scope::of(host) != Scope::Global
            || host == self.state.wan.estimate().ip()
            || is_own_lan(host)
    }

    /// Makes a newcomer that answered a member, and sends the answer that waited. A member at
    /// another address is asked there first.
    ///
    /// Its flag "enough peers" does not count yet, as in py-ipv8, which lists a requester at once:
    /// the first check asks for it again.
    pub(super) fn on_proof(
        &mut self,
        claim: &Claim,
        new_style: bool,
        clock: u64,
        now: Instant,
    ) -> Result<(), DropReason> {
        let Some((mut traits, held)) = self.newcomers.take(claim) else {
            return Err(DropReason::Unsolicited);
        };
        traits.clock = traits.clock.max(clock);
        traits.new_style |= new_style;
        match self.roster.place_to_leave(claim) {
            Some(old) => self.ask_before_moving(claim, traits, old, now),
            None => self.admit(claim, traits, now),
        }
        if let Some(held) = held {
            self.answer(claim, held, false, now);
        }
        Ok(())
    }

    fn admit(&mut self, claim: &Claim, traits: Traits, now: Instant) {
        let (interval, rng) = (self.churn.interval, &mut self.shared.rng);
        self.roster.admit(claim, traits, interval, now, rng);
        self.roster.counters.proven += 1;
    }

    /// Asks a member at its old address. Only one move of a member waits.
    fn ask_before_moving(&mut self, claim: &Claim, traits: Traits, old: Claim, now: Instant) {
        let member = self.roster.member_mut(&claim.key);
        let may_ask = member.is_some_and(|member| member.may_be_asked_to_stay(now));
        if may_ask && !self.moves.contains_key(&claim.key) && self.ask(old, Purpose::Stay, now) {
            self.moves
                .insert(claim.key.clone(), (claim.clone(), traits));
        }
    }

    /// Notes that a member still answers at its old address.
    pub(super) fn on_stay(&mut self, key: &PublicKey, now: Instant) {
        if self.moves.remove(key).is_some() {
            self.roster.counters.stayed += 1;
        }
        if let Some(member) = self.roster.member_mut(key) {
            member.peer.responded(now);
        }
    }

    /// Moves a member that did not answer at its old address.
    pub(super) fn on_left(&mut self, key: &PublicKey, now: Instant) {
        if let Some((claim, traits)) = self.moves.remove(key) {
            self.admit(&claim, traits, now);
        }
    }
}
