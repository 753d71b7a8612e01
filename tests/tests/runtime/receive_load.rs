//! A node under receive load: order, turns, bounds, counts. No test here reads a clock.

use std::net::{SocketAddr, UdpSocket};

use ipv8_core::engine::Event;
use ipv8_core::internals::payload::{IntroductionRequest, Style, ids};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::node::NodeStats;
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{PROBE, address, key, sealed, sealed_styled};
use ipv8_tests::launch::{Idle, ProbeLauncher, configuration, endpoint};
use ipv8_tests::probe::{Heard, Hello, Ping, Probe, ProbeSettings};

// On loopback the budget for signatures of strangers does not apply.
const HERE: &str = "127.0.0.1:1000";
const THERE: &str = "127.0.0.1:2000";

/// Starts a node in memory that opens and seals on up to `cores` cores.
async fn node(network: &MemoryNetwork, cores: usize) -> Ipv8 {
    let launchers = Launchers::new().with(
        ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
            strategies.add::<Idle>(-1, |_| {});
        }),
    );
    let configuration = configuration(1, None).cores(cores);
    let launched = launchers
        .config(configuration)
        .launch_on(endpoint(network, HERE))
        .await;
    launched.expect("it is launched")
}

async fn stats(node: &Ipv8) -> NodeStats {
    node.stats().await.expect("it runs")
}

fn hello(number: usize) -> Vec<u8> {
    let text = number.to_string();
    sealed(PROBE, &key(7), 1, &Hello { text })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_handled_in_the_order_of_arrival_however_many_cores_open_them() {
    const COUNT: usize = 1_500;
    let network = MemoryNetwork::new();
    let node = node(&network, 4).await;
    // Datagrams that are cheap to open must not overtake the others, and unreadable datagrams must
    // not delay them.
    let ping = sealed(PROBE, &key(7), 1, &Ping { number: 7 });
    for number in 0..COUNT {
        let datagram = if number % 3 == 0 {
            ping.clone()
        } else {
            hello(number)
        };
        assert!(network.deliver(address(THERE), address(HERE), &datagram));
        if number % 5 == 0 {
            let mut damaged = hello(number);
            damaged[40] ^= 1;
            network.deliver(address(THERE), address(HERE), &damaged);
        }
    }
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let mut heard = Vec::new();
    while heard.len() < COUNT {
        let new = overlay.call(|probe, _| std::mem::take(&mut probe.heard));
        heard.extend(new.await.expect("it runs"));
        tokio::task::yield_now().await;
    }
    for (number, heard) in heard.iter().enumerate() {
        match heard {
            Heard::Ping(..) => assert_eq!(number % 3, 0, "{number}"),
            Heard::Hello(_, text) => assert_eq!(*text, number.to_string()),
            other => panic!("{number}: {other:?}"),
        }
    }
    let stats = stats(&node).await;
    assert_eq!(stats.engine.dropped(), (COUNT / 5) as u64);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_leave_in_the_order_of_their_requests_however_many_cores_sign_them() {
    const COUNT: u16 = 600;
    let network = MemoryNetwork::new();
    let node = node(&network, 4).await;
    let mut there = endpoint(&network, THERE);
    let requests: Vec<_> = (0..COUNT).map(request).collect();
    let mut numbers = Vec::new();
    // The first answer makes the sender a peer, and datagrams of peers overtake those of strangers.
    for part in [&requests[..1], &requests[1..]] {
        for request in part {
            assert!(network.deliver(address(THERE), address(HERE), request));
        }
        let wanted = numbers.len() + part.len();
        while numbers.len() < wanted {
            there.until_readable().await;
            there.take_received(|_, datagram| {
                if datagram[22] == ids::INTRODUCTION_RESPONSE {
                    numbers.push(identifier(datagram));
                }
            });
        }
    }
    assert_eq!(numbers, (0..COUNT).collect::<Vec<_>>());
    node.stop().await;
}

fn request(number: u16) -> Vec<u8> {
    let from = address(THERE);
    let request = IntroductionRequest::new(Style::Old, from, from, from, number);
    sealed_styled(PROBE, &key(7), Style::Old, request)
}

/// Returns the identifier at the end of an old-style response, before its signature.
fn identifier(datagram: &[u8]) -> u16 {
    let end = datagram.len() - 64;
    u16::from_be_bytes([datagram[end - 2], datagram[end - 1]])
}

#[tokio::test(start_paused = true)]
async fn turns_keep_coming_while_datagrams_wait() {
    const COUNT: usize = 3_000;
    let network = MemoryNetwork::new();
    let node = node(&network, 1).await;
    let mut events = node.events();
    let mut steps = Vec::new();
    // Every datagram is there before the turn; on the paused clock handling them takes no time.
    for round in 0..5 {
        let datagram = hello(round);
        for _ in 0..COUNT {
            assert!(network.deliver(address(THERE), address(HERE), &datagram));
        }
        let interval = std::time::Duration::from_millis(500);
        tokio::time::advance(interval).await;
        let step = loop {
            if let Event::Step(step) = events.recv().await.expect("it runs") {
                break step;
            }
        };
        steps.push(step.at);
        let overlay = node.overlay::<Probe>().expect("it was launched");
        // Calls through a handle are served meanwhile.
        let heard = overlay.call(|probe, _| probe.heard.len()).await;
        let heard = heard.expect("it runs");
        assert!(
            heard < (round + 1) * COUNT,
            "the step waited for all {heard}"
        );
        while overlay
            .call(|probe, _| probe.heard.len())
            .await
            .expect("it runs")
            < (round + 1) * COUNT
        {
            tokio::task::yield_now().await;
        }
    }
    assert!(steps.is_sorted() && stats(&node).await.missed_turns == 0);
    node.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_unreadable_datagrams_is_counted_by_reason_and_harms_no_peer() {
    const EACH: usize = 1_000;
    let network = MemoryNetwork::new();
    let node = node(&network, 2).await;
    let good = hello(1);
    let change = |at: usize, byte: u8| {
        let mut datagram = good.clone();
        datagram[at] = byte;
        datagram
    };
    let flood = [
        (DropReason::TooShort, good[..22].to_vec()),
        (DropReason::UnknownPrefix, change(5, !good[5])),
        (DropReason::UnknownMessage, change(22, 200)),
        (DropReason::BadKey, change(25, 0)),
        (DropReason::Malformed, good[..100].to_vec()),
        (
            DropReason::BadSignature,
            change(good.len() - 40, !good[good.len() - 40]),
        ),
    ];
    for _ in 0..EACH / 100 {
        for (_, datagram) in &flood {
            for _ in 0..100 {
                assert!(network.deliver(address(THERE), address(HERE), datagram));
            }
        }
        // Makes room for the next round.
        while stats(&node).await.inbox.waiting > 0 {
            tokio::task::yield_now().await;
        }
    }
    network.deliver(address(THERE), address(HERE), &good);
    let overlay = node.overlay::<Probe>().expect("it was launched");
    while overlay
        .call(|probe, _| probe.heard.is_empty())
        .await
        .expect("it runs")
    {
        tokio::task::yield_now().await;
    }
    let stats = stats(&node).await;
    for (reason, _) in &flood {
        assert_eq!(stats.engine.count(*reason), EACH as u64, "{reason}");
    }
    assert_eq!(stats.engine.dropped(), (flood.len() * EACH) as u64);
    assert_eq!(stats.engine.datagrams_in, (flood.len() * EACH + 1) as u64);
    node.stop().await;
}

#[tokio::test(start_paused = true)]
async fn when_the_inbox_is_full_the_oldest_unread_datagram_is_dropped_and_counted() {
    let network = MemoryNetwork::new();
    let node = node(&network, 1).await;
    let mut delivered = 0_u16;
    let dropped = async || stats(&node).await.inbox.dropped;
    while dropped().await < 1_000 {
        let ping = |number| sealed(PROBE, &key(7), 1, &Ping { number });
        // Until the system's buffer is full; it holds less than the node.
        while network.deliver(address(THERE), address(HERE), &ping(delivered)) {
            delivered += 1;
        }
    }
    while stats(&node).await.inbox.waiting > 0 {
        tokio::task::yield_now().await;
    }
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let heard = overlay.call(|probe, _| std::mem::take(&mut probe.heard));
    let heard = heard.await.expect("it runs").into_iter();
    let numbers: Vec<u16> = heard
        .filter_map(|heard| match heard {
            Heard::Ping(_, number) => Some(number),
            _ => None,
        })
        .collect();
    let stats = stats(&node).await;
    let lost = usize::from(delivered) - numbers.len();
    assert!(lost >= 1_000 && numbers.is_sorted());
    assert_eq!(stats.inbox.dropped, lost as u64);
    assert_eq!(stats.engine.count(DropReason::QueueFull), lost as u64);
    assert_eq!(stats.engine.dropped(), lost as u64);
    let newest: Vec<_> = (delivered - 16_384..delivered).collect();
    assert!(
        numbers.ends_with(&newest),
        "the last datagrams were all read"
    );
    node.stop().await;
}

/// The test sends the next datagrams once the previous ones have left the system's buffer. A sender
/// cannot see more of a receiver that gets no time on a busy machine. All of them wait in the node,
/// because it reads faster than it answers.
#[tokio::test]
async fn a_burst_of_ten_thousand_requests_is_answered_in_full() {
    const COUNT: u64 = 10_000;
    let launchers = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let loopback: SocketAddr = address("127.0.0.1:0");
    let node = launchers
        .config(configuration(1, None).interfaces([loopback]))
        .launch()
        .await
        .expect("it is launched");
    let here = node.local_addresses()[0];
    let sender = UdpSocket::bind(loopback).expect("a socket");
    let requests: Vec<_> = (0..20).map(request).collect();
    let (mut sent, mut burst) = (0, requests.iter().cycle());
    while sent < COUNT {
        for request in burst.by_ref().take(100) {
            sender.send_to(request, here).expect("it is sent");
            sent += 1;
        }
        while stats(&node).await.engine.datagrams_in < sent {
            tokio::task::yield_now().await;
        }
    }
    let answers = loop {
        let stats = stats(&node).await;
        let (_, traffic) = &stats.overlays[0];
        let answers = traffic.message(ids::INTRODUCTION_RESPONSE).datagrams_out;
        if stats.inbox.waiting == 0 && (answers == COUNT || stats.engine.dropped() > 0) {
            break answers;
        }
        tokio::task::yield_now().await;
    };
    let stats = stats(&node).await;
    assert_eq!((answers, stats.engine.dropped()), (COUNT, 0));
    assert!(stats.inbox.most_waiting > 100 && stats.inbox.dropped == 0);
    node.stop().await;
}
