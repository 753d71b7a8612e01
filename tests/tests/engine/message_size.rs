//! The limit on the length of a message, and broadcasts to all peers.

use ipv8_core::internals::engine::{Engine, EngineConfig};
use ipv8_core::internals::outbox::{DEFAULT_MAX_DATAGRAM, LARGEST_DATAGRAM};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{Desk, address, key, overlay_config, sealed};
use ipv8_tests::launch::{ProbeLauncher, configuration, endpoint};
use ipv8_tests::probe::{Hello, Ping, Probe, ProbeSettings, Shout};

const THERE: &str = "20.0.0.7:7";

/// An unsigned message of `size` bytes in total: prefix and id (23), the length of the data (2),
/// and the data.
fn shout(size: usize) -> Shout {
    Shout {
        data: vec![0; size - 25],
    }
}

#[test]
fn a_message_above_the_limit_is_an_error_that_names_both_numbers() {
    let mut desk = Desk::new();
    let (size, limit) = (DEFAULT_MAX_DATAGRAM + 1, DEFAULT_MAX_DATAGRAM);
    let refused = desk.call(|_, cx| cx.send_to(address(THERE), &shout(size)));
    assert_eq!(refused, Err(SendError::TooLong { size, limit }));
    let text = SendError::TooLong { size, limit }.to_string();
    assert!(text.contains("1453") && text.contains("1452") && text.contains("max_datagram"));
    assert_eq!(desk.drops(DropReason::TooLong), 1);
    let taken = desk.call(|_, cx| cx.send_to(address(THERE), &shout(limit)));
    assert_eq!(taken, Ok(()));
    let sent = desk.drain().0;
    assert_eq!(
        sent.iter()
            .map(|(_, bytes)| bytes.len())
            .collect::<Vec<_>>(),
        [limit]
    );
}

#[test]
fn the_signature_counts_towards_the_size() {
    let mut desk = Desk::new();
    let hello = |length| Hello {
        text: "x".repeat(length),
    };
    // Prefix and id, the key with its length, the text with its length, the signature.
    let around = 23 + (2 + 74) + 2 + 64;
    let fits = DEFAULT_MAX_DATAGRAM - around;
    assert_eq!(
        desk.call(|_, cx| cx.send_to(address(THERE), &hello(fits))),
        Ok(())
    );
    assert_eq!(desk.drain().0[0].1.len(), DEFAULT_MAX_DATAGRAM);
    let refused = desk.call(|_, cx| cx.send_to(address(THERE), &hello(fits + 1)));
    assert!(
        matches!(refused, Err(SendError::TooLong { size: 1_453, .. })),
        "{refused:?}"
    );
}

#[test]
fn the_limit_can_be_any_size_that_udp_carries() {
    let now = std::time::Instant::now();
    for limit in [30, LARGEST_DATAGRAM, usize::MAX] {
        let mut config = EngineConfig::new([1; 32]);
        config.max_datagram = limit;
        let mut engine = Engine::new(&config);
        let (settings, strategies) = (ProbeSettings::default(), Strategies::new());
        let id = engine.add_overlay::<Probe>(overlay_config(0), settings, strategies, now);
        let limit = limit.min(LARGEST_DATAGRAM);
        let sent = engine.call::<Probe, _>(id.expect("made"), now, |_, cx| {
            [limit, limit + 1].map(|size| cx.send_to(address(THERE), &shout(size)))
        });
        let size = limit + 1;
        assert_eq!(sent, Ok([Ok(()), Err(SendError::TooLong { size, limit })]));
    }
}

#[test]
fn a_message_that_cannot_be_packed_is_counted() {
    let mut desk = Desk::new();
    let hello = Hello {
        text: "x".repeat(65_536),
    };
    let refused = desk.call(|_, cx| cx.send_to(address(THERE), &hello));
    assert!(matches!(refused, Err(SendError::Pack(_))));
    assert_eq!(desk.drops(DropReason::Unpackable), 1);
}

#[test]
fn a_datagram_longer_than_udp_carries_is_dropped_unread_and_counted() {
    let mut desk = Desk::new();
    let mut longest = sealed(desk.id, &key(7), 1, &shout(LARGEST_DATAGRAM));
    desk.receive(address(THERE), &longest);
    assert_eq!(desk.call(|probe, _| probe.heard.len()), 1);
    longest.push(0);
    desk.receive(address(THERE), &longest);
    assert_eq!(desk.drops(DropReason::TooLong), 1);
    assert_eq!(desk.call(|probe, _| probe.heard.len()), 1);
}

#[tokio::test(start_paused = true)]
async fn the_configuration_sets_the_limit_and_refuses_impossible_ones() {
    let network = MemoryNetwork::new();
    let launchers = || Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let node = launchers()
        .config(configuration(1, None).max_datagram(LARGEST_DATAGRAM))
        .launch_on(endpoint(&network, "10.0.0.1:1000"))
        .await
        .expect("it is launched");
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let sent = overlay
        .call(|_, cx| cx.send_to(address(THERE), &shout(LARGEST_DATAGRAM)))
        .await;
    assert!(matches!(sent, Ok(Ok(()))));
    for bytes in [0, LARGEST_DATAGRAM + 1] {
        let refused = launchers()
            .config(configuration(1, None).max_datagram(bytes))
            .launch_on(endpoint(&network, "10.0.0.2:1000"))
            .await;
        let error = refused.expect_err("it is refused").to_string();
        assert!(error.contains("max_datagram: "), "{error}");
    }
}

#[test]
fn a_broadcast_reaches_every_peer_of_the_overlay_once() {
    let mut desk = Desk::new();
    assert_eq!(desk.call(|_, cx| cx.broadcast(&Ping { number: 1 })), Ok(0));
    let places = ["20.0.0.1:1", "20.0.0.2:2", "20.0.0.3:3"];
    for (number, place) in (11..).zip(places) {
        desk.befriend(number, address(place));
    }
    assert_eq!(
        desk.call(|_, cx| cx.broadcast(&Hello { text: "all".into() })),
        Ok(3)
    );
    let expected = sealed(desk.id, &key(0), 1, &Hello { text: "all".into() });
    let mut sent = desk.drain().0;
    sent.sort_unstable();
    assert_eq!(sent, places.map(|place| (address(place), expected.clone())));
    let refused = desk.call(|_, cx| cx.broadcast(&shout(2_000)));
    assert!(matches!(
        refused,
        Err(SendError::TooLong { size: 2_000, .. })
    ));
    assert!(desk.drain().0.is_empty(), "no peer gets it");
}
