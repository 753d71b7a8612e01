//! Overlays that are unloaded between the admission of a datagram and its delivery.

use std::time::Instant;

use super::nodes::{Counts, add, knock};
use crate::engine::{Engine, EngineConfig, Input, Opened, Strategies};
use crate::state::stats::DropReason;
use crate::wire::packet::CommunityId;

fn engine(now: Instant) -> (Engine, [CommunityId; 3]) {
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let ids = [
        add::<1>(&mut engine, Strategies::new(), now),
        add::<2>(&mut engine, Strategies::new(), now),
        add::<3>(&mut engine, Strategies::new(), now),
    ];
    (engine, ids)
}

fn opened(engine: &mut Engine, id: CommunityId) -> Opened {
    let source = "20.0.0.1:1".parse().expect("it is an address");
    let ticket = engine.admit(source, &knock(id)).expect("it is admitted");
    ticket.open(&knock(id))
}

fn messages(engine: &Engine) -> [Option<usize>; 3] {
    [
        engine
            .community::<Counts<1>>(CommunityId::from_bytes([1; 20]))
            .map(|one| one.messages),
        engine
            .community::<Counts<2>>(CommunityId::from_bytes([2; 20]))
            .map(|one| one.messages),
        engine
            .community::<Counts<3>>(CommunityId::from_bytes([3; 20]))
            .map(|one| one.messages),
    ]
}

#[test]
fn a_datagram_finds_its_overlay_although_an_earlier_one_was_unloaded() {
    let now = Instant::now();
    let (mut engine, [first, second, third]) = engine(now);
    let all = [first, second, third].map(|id| opened(&mut engine, id));
    assert!(engine.unload_overlay(first, now));
    for opened in all {
        engine.handle(Input::Opened(opened), now);
    }
    assert_eq!(messages(&engine), [None, Some(1), Some(1)]);
    assert_eq!(engine.stats().count(DropReason::Unloaded), 1);
}

#[test]
fn a_datagram_does_not_reach_an_overlay_that_was_loaded_after_it() {
    let now = Instant::now();
    let (mut engine, [_, second, third]) = engine(now);
    let old = [second, third].map(|id| opened(&mut engine, id));
    // The second overlay is loaded again under the same id, at the index of the third.
    assert!(engine.unload_overlay(second, now));
    add::<2>(&mut engine, Strategies::new(), now);
    for opened in old {
        engine.handle(Input::Opened(opened), now);
    }
    assert_eq!(messages(&engine), [Some(0), Some(0), Some(1)]);
    assert_eq!(engine.stats().count(DropReason::Unloaded), 1);
    let new = opened(&mut engine, second);
    engine.handle(Input::Opened(new), now);
    assert_eq!(messages(&engine), [Some(0), Some(1), Some(1)]);
}
