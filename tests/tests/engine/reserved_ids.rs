//! Messages of a community that have an id of IPv8's own on purpose.

use ipv8_core::internals::payload::{PunctureRequest, Style};
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{Desk, address, key, sealed, sealed_styled};
use std::net::SocketAddr;

/// Has an id that old versions used.
#[derive(Payload)]
#[payload(id = 251, reserved_id)]
struct Vote(u8);

/// Has the id of IPv8's own puncture requests of the new style.
#[derive(Payload)]
#[payload(id = 232, reserved_id, unsigned)]
struct Probe(u8);

/// A community that existed before these ids were reserved.
#[derive(Default)]
struct Older {
    votes: Vec<(u8, bool)>,
    probes: Vec<(u8, SocketAddr)>,
}

impl Community for Older {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x72; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: Vote => Self::on_vote, Probe => Self::on_probe);
    }
}

impl Older {
    fn on_vote(&mut self, peer: &Peer, vote: Vote, _cx: &mut Context<'_>) {
        self.votes.push((vote.0, peer.addresses().count() > 1));
    }

    fn on_probe(&mut self, source: SocketAddr, probe: Probe, _cx: &mut Context<'_>) {
        self.probes.push((probe.0, source));
    }
}

#[test]
fn messages_with_reserved_ids_reach_their_handlers_like_any_other() {
    let mut desk = Desk::new();
    desk.reload::<Older>(());
    let (id, at) = (Older::COMMUNITY_ID, address("20.0.0.1:1"));
    // A known peer keeps its addresses: the message is the community's and not one of IPv8's.
    desk.befriend(1, address("[2a00::1]:3"));
    desk.receive(at, &sealed(id, &key(1), 7, &Vote(5)));
    desk.receive(at, &sealed(id, &key(1), 7, &Probe(6)));
    let handled = desk.engine.call(desk.id, desk.now, |older: &mut Older, _| {
        (older.votes.clone(), older.probes.clone())
    });
    assert_eq!(handled, Ok((vec![(5, true)], vec![(6, at)])));
}

#[test]
fn an_own_message_hides_the_one_of_ipv8_with_its_id() {
    let mut desk = Desk::new();
    desk.reload::<Older>(());
    let (id, at) = (Older::COMMUNITY_ID, address("20.0.0.1:1"));
    let walker = address("20.0.0.2:2");
    let ask = || PunctureRequest {
        lan_walker: walker,
        wan_walker: walker,
        identifier: 5,
    };
    let new = sealed_styled(id, &key(2), Style::New, ask());
    assert!(desk.receive(at, &new).is_empty());
    assert_eq!(desk.drops(DropReason::Leftover), 1);
}
