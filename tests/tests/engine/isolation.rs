//! The node survives everything that user code does: the engine catches, counts and reports panics,
//! and other strategies and overlays are not affected. These tests drive the engine alone; the
//! tests in `runtime/` do the same with a socket and a task.

use std::time::{Duration, Instant};

use ipv8_core::internals::engine::{
    CallError, Callback, Engine, EngineConfig, Event, Input, OverlayError, StepReport,
};
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_core::wire::{IntroductionRequest, IntroductionResponse, Style};
use ipv8_core::wire::{PackError, Reader, UnpackError, Unsigned, Writer};
use ipv8_tests::desk::{Desk, PROBE, address, key, overlay_config, sealed, sealed_styled};
use ipv8_tests::probe::{Heard, Ping, Probe, ProbeSettings, Trap};
use ipv8_tests::samples::samples;

/// Panics at every step.
#[derive(Default)]
struct Panics;

impl<C: Community> DiscoveryStrategy<C> for Panics {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {
        panic!("a step that panics");
    }
}

/// Sends one datagram a step.
#[derive(Default)]
struct Works;

impl<C: Community> DiscoveryStrategy<C> for Works {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        cx.walk_to(address("20.0.0.1:1"));
    }
}

/// Sends far more datagrams than the outbox holds.
#[derive(Default)]
struct Floods;

impl<C: Community> DiscoveryStrategy<C> for Floods {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        for _ in 0..20_000 {
            cx.walk_to(address("20.0.0.1:1"));
        }
    }
}

fn trapped(trap: Trap) -> ProbeSettings {
    ProbeSettings {
        traps: vec![trap],
        ..ProbeSettings::default()
    }
}

fn callbacks(events: &[Event]) -> Vec<Callback> {
    let callback = |event: &Event| match event {
        Event::Panicked { overlay, callback } => {
            assert_eq!(*overlay, PROBE);
            Some(callback.clone())
        }
        _ => None,
    };
    events.iter().filter_map(callback).collect()
}

fn steps(events: &[Event]) -> Vec<StepReport> {
    let step = |event: &Event| match event {
        Event::Step(report) => Some(*report),
        _ => None,
    };
    events.iter().filter_map(step).collect()
}

#[test]
fn a_step_that_panics_delays_no_other_strategy() {
    let mut strategies = Strategies::new();
    strategies
        .add::<Works>(-1, |_| {})
        .add::<Panics>(-1, |_| {})
        .add::<Works>(-1, |_| {});
    let mut desk = Desk::with(overlay_config(0), ProbeSettings::default(), strategies);
    let mut events = Vec::new();
    for _ in 0..9 {
        desk.now = desk.engine.poll_timeout().expect("a turn");
        desk.engine.handle(Input::Timeout, desk.now);
        events.extend(desk.drain().1);
    }
    assert_eq!(callbacks(&events), vec![Callback::Step("Panics".into()); 3]);
    let steps = steps(&events);
    assert_eq!(steps.len(), 9);
    for (index, step) in steps.iter().enumerate() {
        let panics = index % 3 == 1;
        assert_eq!(
            (step.panicked, step.datagrams),
            (panics, usize::from(!panics))
        );
        let gap = (step.at - steps[0].at).as_nanos() / 1000;
        assert_eq!(
            gap,
            (Duration::from_millis(500) / 3 * u32::try_from(index).expect("small")).as_nanos()
                / 1000
        );
    }
    assert_eq!(desk.engine.stats().panics, 3);
}

#[test]
fn a_step_that_sends_too_much_is_cut_and_counted() {
    let mut strategies = Strategies::new();
    strategies
        .add::<Floods>(-1, |_| {})
        .add::<Works>(-1, |_| {});
    let mut desk = Desk::with(overlay_config(0), ProbeSettings::default(), strategies);
    desk.now = desk.engine.poll_timeout().expect("a turn");
    desk.engine.handle(Input::Timeout, desk.now);
    let (sent, events) = desk.drain();
    let mut sent = sent.len();
    // Pacing releases them over time.
    while let Some(release) = desk.engine.next_release() {
        desk.now = release;
        desk.engine.handle(Input::Timeout, desk.now);
        sent += desk.drain().0.len();
    }
    let limit = ipv8_core::internals::outbox::OUTBOX_LIMIT;
    assert_eq!((sent, steps(&events)[0].datagrams), (limit, limit));
    assert_eq!(desk.drops(DropReason::QueueFull), 20_000 - limit as u64);
    assert_eq!(desk.tick(1).len(), 1, "the next strategy sends as usual");
}

#[test]
fn a_handler_that_panics_is_counted_named_and_called_again() {
    let mut desk = Desk::with(overlay_config(0), trapped(Trap::Message), Strategies::new());
    for round in 1..=2 {
        for sample in samples(PROBE, &key(1)).iter().skip(8) {
            desk.give(address("20.0.0.1:1"), &sample.bytes);
            let (sent, events) = desk.drain();
            assert!(sent.is_empty(), "{}", sample.name);
            assert_eq!(
                callbacks(&events),
                [Callback::Message(sample.bytes[22])],
                "{}",
                sample.name
            );
        }
        assert_eq!(desk.drops(DropReason::HandlerPanicked), round * 5);
        assert_eq!(desk.engine.stats().panics, round * 5);
    }
    desk.call(|probe, _| probe.settings.traps.clear());
    desk.receive(
        address("20.0.0.1:1"),
        &sealed(PROBE, &key(1), 1, &Ping { number: 5 }),
    );
    let heard = desk.call(|probe, _| probe.heard.clone());
    assert_eq!(heard, [Heard::Ping(address("20.0.0.1:1"), 5)]);
}

#[test]
fn an_introduction_callback_that_panics_does_not_prevent_the_answer() {
    let mut desk = Desk::with(
        overlay_config(0),
        trapped(Trap::Introduction),
        Strategies::new(),
    );
    let from = address("20.0.0.1:1");
    let request = IntroductionRequest::new(Style::Old, from, from, from, 1);
    let request = sealed_styled(PROBE, &key(1), Style::Old, request);
    desk.give(from, &request);
    let (sent, events) = desk.drain();
    assert_eq!(sent.len(), 1, "the response");
    assert_eq!(callbacks(&events), [Callback::Message(246)]);
    let contacts = desk.engine.overlay(PROBE).map(|overlay| overlay.contacts);
    assert_eq!(contacts, Some(1));
    // The answer to our request makes a peer, too.
    let identifier = desk.ask::<Probe>(PROBE, from);
    let response = IntroductionResponse::new(from, from, from, identifier);
    let response = sealed_styled(PROBE, &key(1), Style::Old, response);
    desk.give(from, &response);
    assert_eq!(callbacks(&desk.drain().1), [Callback::Message(245)]);
    assert!(desk.engine.network().is_verified(key(1).public_key()));
}

#[test]
fn a_peer_observer_that_panics_stops_neither_the_other_overlays_nor_the_events() {
    for (trap, removed) in [(Trap::PeerAdded, false), (Trap::PeerRemoved, true)] {
        let mut desk = Desk::with(overlay_config(0), trapped(trap), Strategies::new());
        let other = desk
            .engine
            .add_overlay::<Probe<1>>(
                overlay_config(0),
                ProbeSettings::default(),
                Strategies::new(),
                desk.now,
            )
            .expect("the overlay is made");
        let peer = Peer::new(key(1).public_key().clone(), address("20.0.0.1:1"), desk.now);
        let network = desk.engine.network_mut();
        network.add_verified_peer(&peer);
        network.discover_services(peer.key(), [PROBE, other]);
        network.remove_peer(peer.key());
        let events = desk.drain_after_flush();
        assert_eq!(callbacks(&events), [Callback::PeerObserver], "{trap:?}");
        let told = |wanted: CommunityId, gone: bool| {
            events.iter().any(|event| match event {
                Event::PeerAdded { overlay, .. } => *overlay == wanted && !gone,
                Event::PeerRemoved { overlay, .. } => *overlay == wanted && gone,
                _ => false,
            })
        };
        for overlay in [PROBE, other] {
            assert!(
                told(overlay, false) && told(overlay, true),
                "{trap:?}: {removed}"
            );
        }
        let log = desk
            .engine
            .call::<Probe<1>, _>(other, desk.now, |probe, _| probe.settings.log.lines());
        assert_eq!(
            log,
            Ok(["1 New", "1 Started", "1 PeerAdded", "1 PeerRemoved"]
                .map(String::from)
                .to_vec())
        );
    }
}

#[test]
fn a_community_that_panics_while_it_is_made_leaves_nothing_behind() {
    for trap in [Trap::New, Trap::Started] {
        let now = Instant::now();
        let mut engine = Engine::new(&EngineConfig::new([1; 32]));
        let mut strategies = Strategies::new();
        strategies.add::<Works>(-1, |_| {});
        let refused =
            engine.add_overlay::<Probe>(overlay_config(0), trapped(trap), strategies, now);
        assert!(
            matches!(refused, Err(OverlayError::Panicked { community: "Probe" })),
            "{trap:?}"
        );
        assert!(engine.overlays().is_empty(), "{trap:?}");
        assert!(!engine.network().is_registered(PROBE), "{trap:?}");
        assert_eq!(engine.poll_timeout(), None, "{trap:?}: a turn is left");
        assert_eq!(engine.stats().panics, 1, "{trap:?}");
        let again = engine.add_overlay::<Probe>(
            overlay_config(0),
            ProbeSettings::default(),
            Strategies::new(),
            now,
        );
        assert_eq!(again.ok(), Some(PROBE), "{trap:?}");
    }
}

#[test]
fn a_community_that_refuses_leaves_nothing_behind() {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let refused = engine.add_overlay::<Refuses>(overlay_config(0), (), Strategies::new(), now);
    let error = refused.expect_err("it refuses").to_string();
    assert_eq!(error, "could not create Refuses: no");
    assert!(
        engine.poll_output().is_none(),
        "a datagram of the refused community is still queued"
    );
    assert_eq!(
        engine.poll_timeout(),
        None,
        "a request of the refused community still waits"
    );
    assert!(!engine.network().is_registered(Refuses::COMMUNITY_ID));
}

/// Sends a datagram and adds a request, and then fails to start.
struct Refuses;

impl Community for Refuses {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xcc; 20]);
    type Settings = ();

    fn new(_settings: (), cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        cx.walk_to(address("20.0.0.1:1"));
        cx.add_request("ask", Duration::from_secs(1), ())?;
        Err("no".into())
    }
}

#[test]
fn a_community_that_panics_while_it_is_unloaded_or_dropped_is_still_removed() {
    for trap in [Trap::Unload, Trap::Drop] {
        let mut desk = Desk::with(overlay_config(0), trapped(trap), Strategies::new());
        assert!(desk.engine.unload_overlay(desk.id, desk.now), "{trap:?}");
        let events = desk.drain().1;
        assert_eq!(callbacks(&events), [Callback::Unload], "{trap:?}");
        assert!(desk.engine.overlays().is_empty(), "{trap:?}");
        assert_eq!(desk.engine.stats().panics, 1, "{trap:?}");
    }
}

#[test]
fn a_call_that_panics_is_an_error_and_the_next_one_works() {
    let mut desk = Desk::new();
    let panicked = desk
        .engine
        .call::<Probe, ()>(desk.id, desk.now, |_, _| panic!("a call"));
    assert_eq!(panicked, Err(CallError::Panicked));
    assert_eq!(callbacks(&desk.drain().1), [Callback::Call]);
    assert_eq!(desk.call(|_, cx| cx.peer_count()), 0);
    let elsewhere = desk
        .engine
        .call::<Probe<1>, ()>(desk.id, desk.now, |_, _| ());
    assert_eq!(elsewhere, Err(CallError::NotLoaded), "another type");
}

/// A message whose hand-written `unpack` panics, as an index out of range would.
struct Fragile;

impl Payload for Fragile {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        writer.put_u8(0);
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        let bytes = reader.take_rest();
        assert!(bytes.len() < 3, "a payload that panics");
        Ok(Self)
    }
}

impl Message for Fragile {
    const ID: u8 = 9;
    const NAME: &'static str = "Fragile";
    const GLOBAL_TIME: bool = false;
    type Authentication = Unsigned;
}

struct Trusting(u32);

impl Community for Trusting {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xdd; 20]);
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self(0))
    }

    fn messages(table: &mut MessageTable<Self>) {
        table.unsigned::<Fragile>(|trusting, _, _, _| trusting.0 += 1);
    }
}

#[test]
fn a_payload_that_panics_while_it_is_unpacked_does_not_stop_the_node() {
    let mut desk = Desk::new();
    desk.reload::<Trusting>(());
    let mut datagram = sealed(desk.id, &key(1), 1, &Fragile);
    desk.receive(address("20.0.0.1:1"), &datagram);
    datagram.extend([0; 5]);
    desk.give(address("20.0.0.1:1"), &datagram);
    let events = desk.drain().1;
    assert!(
        matches!(
            events[..],
            [Event::Panicked {
                callback: Callback::Message(9),
                ..
            }]
        ),
        "{events:?}"
    );
    assert_eq!(desk.drops(DropReason::HandlerPanicked), 1);
    assert_eq!(desk.engine.stats().dropped(), 1);
    assert_eq!(
        desk.engine
            .call::<Trusting, _>(desk.id, desk.now, |trusting, _| trusting.0),
        Ok(1)
    );
}

#[test]
fn unpolled_events_do_not_pile_up() {
    let mut strategies = Strategies::new();
    strategies.add::<Works>(0, |_| {});
    let mut desk = Desk::with(overlay_config(0), ProbeSettings::default(), strategies);
    for _ in 0..100_000 {
        desk.now = desk.engine.poll_timeout().expect("a turn");
        desk.engine.handle(Input::Timeout, desk.now);
    }
    let kept = steps(&desk.drain().1);
    assert_eq!(kept.len(), ipv8_core::internals::engine::EVENT_LIMIT);
    assert_eq!(
        kept.last().map(|step| step.at),
        Some(desk.now),
        "the latest are kept"
    );
    // Besides the steps, the engine reported the added strategy and the added overlay.
    assert_eq!(desk.engine.events_lost(), 100_002 - kept.len() as u64);
}

#[test]
fn the_peers_of_an_unloaded_overlay_are_reported_as_removed() {
    let mut desk = Desk::new();
    desk.befriend(1, address("20.0.0.1:1"));
    desk.befriend(2, address("20.0.0.2:2"));
    assert!(desk.engine.unload_overlay(desk.id, desk.now));
    let (_, events) = desk.drain();
    let gone =
        |event: &&Event| matches!(event, Event::PeerRemoved { overlay, .. } if *overlay == desk.id);
    assert_eq!(events.iter().filter(gone).count(), 2);
}
