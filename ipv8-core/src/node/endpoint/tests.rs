use std::net::SocketAddr;
use std::time::Duration;

use super::datagram::LARGEST_PAYLOAD;
use super::memory::INBOX_LIMIT;
use super::*;

const LOOPBACK: &str = "127.0.0.1:0";

/// Containers without IPv6 are common: tests that need it print a line and pass.
fn has_ipv6() -> bool {
    let found = std::net::UdpSocket::bind("[::1]:0").is_ok();
    if !found {
        println!("skipped: this machine has no IPv6 loopback address");
    }
    found
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn bound(addresses: &[&str]) -> Endpoint {
    let addresses: Vec<SocketAddr> = addresses.iter().map(|text| address(text)).collect();
    Endpoint::bind(&addresses, &EndpointConfig::default()).unwrap()
}

fn in_memory(network: &MemoryNetwork, text: &str) -> Endpoint {
    Endpoint::in_memory(network, &[address(text)], &EndpointConfig::default()).unwrap()
}

async fn receive(endpoint: &mut Endpoint) -> (SocketAddr, Vec<u8>) {
    loop {
        if let Some(datagram) = endpoint.try_receive() {
            return (datagram.source, datagram.bytes.to_vec());
        }
        endpoint.readable().await;
    }
}

#[tokio::test]
async fn datagrams_travel_over_both_families() {
    if !has_ipv6() {
        return;
    }
    let mut here = bound(&[LOOPBACK, "[::1]:0"]);
    let mut there = bound(&["[::1]:0", LOOPBACK]);
    for to in there.local_addresses() {
        here.send(to, b"hello").await.unwrap();
        let (source, bytes) = receive(&mut there).await;
        assert!(here.local_addresses().contains(&source));
        assert_eq!(source.is_ipv4(), to.is_ipv4());
        assert_eq!(bytes, b"hello");
        there.send(source, b"").await.unwrap();
        assert_eq!(receive(&mut here).await, (to, Vec::new()));
    }
    assert!(here.try_receive().is_none());
    let stats = *here.stats();
    assert_eq!((stats.datagrams_out, stats.bytes_out), (2, 10));
    assert_eq!((stats.datagrams_in, stats.bytes_in), (2, 0));
}

#[tokio::test]
async fn datagrams_are_read_one_by_one_in_order() {
    let mut here = bound(&[LOOPBACK]);
    let mut there = bound(&[LOOPBACK]);
    let to = there.local_addresses()[0];
    for number in 0..100_u8 {
        here.send(to, &[number]).await.unwrap();
    }
    there.readable().await;
    for number in 0..100_u8 {
        assert_eq!(receive(&mut there).await.1, [number]);
    }
}

#[tokio::test]
async fn batches_arrive_in_order_and_complete() {
    let (mut here, mut there) = (bound(&[LOOPBACK]), bound(&[LOOPBACK]));
    let to = there.local_addresses()[0];
    let lengths = [0, 1, 192, 1_452, 30_000, 3];
    let datagrams: Vec<_> = (0..100_u8)
        .map(|number| {
            (
                to,
                vec![number; lengths[usize::from(number) % lengths.len()]],
            )
        })
        .collect();
    let (mut received, mut expected) = (Vec::new(), 0);
    for part in datagrams.chunks(40) {
        let mut left = part;
        while !left.is_empty() {
            let sent = here.try_send_many(left, |_, result| assert_eq!(result, Ok(())));
            left = &left[sent..];
            here.writable(to).await;
        }
        expected += part.len();
        while received.len() < expected {
            there.readable().await;
            there.receive_many(usize::MAX, |datagram| {
                received.push((to, datagram.bytes.to_vec()));
                assert_eq!(datagram.source, here.local_addresses()[0]);
            });
        }
    }
    assert_eq!(received, datagrams);
    let bytes: usize = datagrams.iter().map(|(_, bytes)| bytes.len()).sum();
    for (count, length) in [
        (here.stats().datagrams_out, here.stats().bytes_out),
        (there.stats().datagrams_in, there.stats().bytes_in),
    ] {
        assert_eq!((count, length), (100, bytes as u64));
    }
    assert_eq!(there.receive_many(usize::MAX, |_| {}), 0);
}

#[cfg(any(target_os = "linux", target_os = "android"))]
#[tokio::test]
async fn a_receive_in_the_middle_of_work_does_not_need_the_runtime() {
    let (mut here, mut there) = (bound(&[LOOPBACK]), bound(&[LOOPBACK]));
    let to = there.local_addresses()[0];
    let mut send = || here.try_send_many(&[(to, [7])], |_, result| assert_eq!(result, Ok(())));
    assert_eq!(send(), 1);
    there.readable().await;
    assert_eq!(there.receive_many(usize::MAX, |_| {}), 1);
    // From here on the runtime has no chance to poll the socket.
    assert_eq!(send(), 1);
    assert_eq!(there.receive_many(usize::MAX, |_| {}), 0);
    assert_eq!(there.receive_meanwhile(usize::MAX, |_| {}), 1);
    assert_eq!(there.receive_meanwhile(usize::MAX, |_| {}), 0);
    assert_eq!(there.stats().receive_errors.total(), 0);
}

#[tokio::test]
async fn each_datagram_of_a_batch_has_its_own_outcome() {
    let (mut here, mut there) = (bound(&[LOOPBACK]), bound(&[LOOPBACK]));
    let to = there.local_addresses()[0];
    here.writable(to).await;
    let refused = address("255.255.255.255:9");
    let other_family = address("[2001:db8::1]:9");
    let datagrams = [
        to,
        to,
        refused,
        to,
        other_family,
        other_family,
        to,
        to,
        refused,
    ];
    let datagrams: Vec<_> = datagrams
        .into_iter()
        .zip([[1], [2], [3], [4], [5], [6], [7], [8], [9]])
        .collect();
    let mut outcomes = Vec::new();
    let reported = here.try_send_many(&datagrams, |bytes, result| {
        outcomes.push((bytes[0], result))
    });
    assert_eq!(reported, datagrams.len());
    for (number, outcome) in outcomes {
        match number {
            3 | 9 => assert!(
                matches!(outcome, Err(TransmitError::Refused(_))),
                "{number}"
            ),
            5 | 6 => assert_eq!(outcome, Err(TransmitError::NoInterface)),
            _ => assert_eq!(outcome, Ok(()), "{number}"),
        }
    }
    assert_eq!(here.stats().no_interface, 2);
    assert_eq!(here.stats().send_errors.total(), 2);
    let mut received = Vec::new();
    while received.len() < 5 {
        there.readable().await;
        there.receive_many(2, |datagram| received.push(datagram.bytes[0]));
    }
    assert_eq!(received, [1, 2, 4, 7, 8]);
}

#[tokio::test]
async fn a_batch_stops_at_a_full_send_buffer() {
    let network = MemoryNetwork::new();
    let mut here = in_memory(&network, "10.0.0.1:1");
    let to = address("10.0.0.2:2");
    let datagrams = [(to, [1]), (to, [2])];
    network.block_sends(address("10.0.0.1:1"), true);
    assert_eq!(
        here.try_send_many(&datagrams, |_, _| panic!("none is sent")),
        0
    );
    assert_eq!(here.stats().datagrams_out, 0);
    network.block_sends(address("10.0.0.1:1"), false);
    here.writable(to).await;
    assert_eq!(here.try_send_many(&datagrams, |_, _| {}), 2);
    assert_eq!(here.stats().datagrams_out, 2);
}

#[tokio::test]
async fn the_largest_datagram_arrives_and_a_longer_one_is_counted() {
    let mut here = bound(&[LOOPBACK]);
    let mut there = bound(&[LOOPBACK]);
    let to = there.local_addresses()[0];
    here.send(to, &vec![7; LARGEST_PAYLOAD]).await.unwrap();
    assert_eq!(receive(&mut there).await.1.len(), LARGEST_PAYLOAD);
    let refused = here.send(to, &vec![7; LARGEST_PAYLOAD + 1]).await;
    let kind = SocketErrorKind::MessageTooLarge;
    assert_eq!(refused, Err(TransmitError::Refused(kind)));
    assert_eq!(here.stats().send_errors.get(kind), 1);
    here.send(to, b"still alive").await.unwrap();
    assert_eq!(receive(&mut there).await.1, b"still alive");
}

#[tokio::test]
async fn refusals_of_the_system_are_counted_and_not_fatal() {
    let mut here = bound(&[LOOPBACK]);
    let itself = here.local_addresses()[0];
    let broadcast = here.send(address("255.255.255.255:9"), b"x").await;
    assert!(matches!(broadcast, Err(TransmitError::Refused(_))));
    let nowhere = here.send(address("[2001:db8::1]:9"), b"x").await;
    assert_eq!(nowhere, Err(TransmitError::NoInterface));
    assert_eq!(here.stats().no_interface, 1);
    assert_eq!(here.stats().send_errors.total(), 1);
    here.send(itself, b"x").await.unwrap();
    assert_eq!(receive(&mut here).await.1, b"x");
}

#[tokio::test]
async fn a_closed_port_does_not_affect_later_sends() {
    let closed = bound(&[LOOPBACK]).local_addresses()[0];
    let mut here = bound(&[LOOPBACK]);
    let itself = here.local_addresses()[0];
    for _ in 0..3 {
        here.send(closed, b"x").await.unwrap();
    }
    here.send(itself, b"x").await.unwrap();
    assert_eq!(receive(&mut here).await.1, b"x");
}

#[tokio::test]
async fn if_a_port_is_in_use_the_next_one_is_tried() {
    let first = bound(&[LOOPBACK]);
    let taken = first.local_addresses()[0];
    if taken.port() > 65_000 {
        return;
    }
    let second = Endpoint::bind(&[taken], &EndpointConfig::default()).unwrap();
    assert!(second.local_addresses()[0].port() > taken.port());

    let once = EndpointConfig {
        port_attempts: 1,
        ..EndpointConfig::default()
    };
    let refused = Endpoint::bind(&[taken], &once);
    assert!(matches!(
        refused,
        Err(BindError::NoFreePort { tried: 1, .. })
    ));
}

#[tokio::test]
async fn addresses_that_cannot_be_bound_are_errors() {
    let options = EndpointConfig::default();
    let nothing = Endpoint::bind(&[], &options);
    assert!(matches!(nothing, Err(BindError::NoInterface)));
    let twice = Endpoint::bind(&[address(LOOPBACK), address("127.0.0.2:0")], &options);
    assert!(matches!(twice, Err(BindError::SameFamily { .. })));
    let foreign = Endpoint::bind(&[address("192.0.2.7:8090")], &options);
    assert!(matches!(foreign, Err(BindError::Socket { .. })));
}

#[test]
fn outside_a_runtime_binding_is_an_error() {
    let bound = Endpoint::bind(&[address(LOOPBACK)], &EndpointConfig::default());
    assert!(matches!(bound, Err(BindError::NoRuntime)));
}

#[tokio::test]
async fn an_ipv6_socket_does_not_occupy_the_ipv4_port() {
    if !has_ipv6() {
        return;
    }
    let any = bound(&["[::]:0"]);
    let port = any.local_addresses()[0].port();
    let once = EndpointConfig {
        port_attempts: 1,
        ..EndpointConfig::default()
    };
    let ipv4 = Endpoint::bind(&[SocketAddr::from(([0, 0, 0, 0], port))], &once);
    assert!(ipv4.is_ok());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn granted_buffer_and_kernel_drops_are_read_back() {
    let small = EndpointConfig {
        receive_buffer: 4096,
        ..EndpointConfig::default()
    };
    let flooded = Endpoint::bind(&[address(LOOPBACK)], &small).unwrap();
    let mut here = bound(&[LOOPBACK]);
    let asked = EndpointConfig::default().receive_buffer;
    assert!(here.interfaces()[0].receive_buffer.unwrap() > 0);
    assert!(flooded.interfaces()[0].receive_buffer.unwrap() < asked);
    let to = flooded.local_addresses()[0];
    for _ in 0..200 {
        here.send(to, &[0; 1000]).await.unwrap();
    }
    let drops = flooded.interfaces()[0].kernel_drops;
    assert!(drops.is_none_or(|drops| drops > 0), "{drops:?}");
    assert!(
        here.interfaces()[0]
            .kernel_drops
            .is_none_or(|drops| drops == 0)
    );
}

#[tokio::test]
async fn the_memory_network_delivers_in_order() {
    let network = MemoryNetwork::new();
    let mut alice = in_memory(&network, "10.0.0.1:8090");
    let mut bob = in_memory(&network, "10.0.0.2:8090");
    let (at_alice, at_bob) = (alice.local_addresses()[0], bob.local_addresses()[0]);
    alice.send(at_bob, b"one").await.unwrap();
    alice.send(at_bob, b"two").await.unwrap();
    bob.readable().await;
    assert_eq!(receive(&mut bob).await, (at_alice, b"one".to_vec()));
    assert_eq!(receive(&mut bob).await, (at_alice, b"two".to_vec()));
    drop(bob);
    alice.send(at_bob, b"lost").await.unwrap();
    assert_eq!(network.lost(), 1);
    assert_eq!(
        in_memory(&network, "10.0.0.2:8090").local_addresses(),
        [at_bob]
    );
}

#[tokio::test]
async fn the_memory_network_wakes_a_waiting_reader() {
    let network = MemoryNetwork::new();
    let mut alice = in_memory(&network, "127.0.0.1:0");
    let to = alice.local_addresses()[0];
    let reader = async { receive(&mut alice).await };
    let writer = async {
        tokio::task::yield_now().await;
        assert!(network.deliver(address("10.9.9.9:1"), to, b"hello"));
    };
    let (received, ()) = tokio::join!(reader, writer);
    assert_eq!(received, (address("10.9.9.9:1"), b"hello".to_vec()));
}

#[tokio::test]
async fn addresses_in_memory_follow_the_port_rules() {
    let network = MemoryNetwork::new();
    let first = in_memory(&network, "10.0.0.1:8090");
    let second = in_memory(&network, "10.0.0.1:8090");
    assert_eq!(first.local_addresses(), [address("10.0.0.1:8090")]);
    assert_eq!(second.local_addresses(), [address("10.0.0.1:8091")]);
    let any = in_memory(&network, "0.0.0.0:0");
    assert_eq!(any.local_addresses(), [address("127.0.0.1:49152")]);
    let _last = in_memory(&network, "10.0.0.1:65535");
    let full = Endpoint::in_memory(
        &network,
        &[address("10.0.0.1:65535")],
        &EndpointConfig::default(),
    );
    assert!(matches!(full, Err(BindError::NoFreePort { tried: 1, .. })));
}

#[tokio::test]
async fn injected_errors_are_counted_by_kind_and_not_fatal() {
    let network = MemoryNetwork::new();
    let mut here = in_memory(&network, "10.0.0.1:1");
    let to = here.local_addresses()[0];
    let once = [
        SocketErrorKind::NoBuffers,
        SocketErrorKind::NotPermitted,
        SocketErrorKind::MessageTooLarge,
    ];
    network.fail_sends(to, once);
    for kind in once {
        assert_eq!(here.send(to, b"x").await, Err(TransmitError::Refused(kind)));
        assert_eq!(here.stats().send_errors.get(kind), 1);
    }
    // Caused by an earlier datagram: this one is sent anyway.
    network.fail_sends(to, [SocketErrorKind::ConnectionRefused]);
    here.send(to, b"sent").await.unwrap();
    assert_eq!(here.stats().send_errors.total(), 4);

    network.fail_receives(to, [SocketErrorKind::ConnectionReset; 3]);
    assert_eq!(receive(&mut here).await.1, b"sent");
    assert_eq!(here.stats().receive_errors.total(), 3);
}

#[tokio::test]
async fn a_socket_that_only_fails_pauses_for_a_moment() {
    let network = MemoryNetwork::new();
    let mut here = in_memory(&network, "10.0.0.1:1");
    let to = here.local_addresses()[0];
    network.deliver(to, to, b"x");
    network.fail_receives(to, [SocketErrorKind::Other; 100]);
    assert!(here.try_receive().is_none());
    assert!(here.paused_until.is_some());
    assert_eq!(here.stats().receive_errors.total(), 64);
    assert_eq!(receive(&mut here).await.1, b"x");
    assert_eq!(here.stats().receive_errors.total(), 100);
}

#[tokio::test]
async fn a_send_waits_for_room_but_not_forever() {
    let network = MemoryNetwork::new();
    let mut here = in_memory(&network, "10.0.0.1:1");
    here.send_patience = Duration::from_millis(1);
    let to = here.local_addresses()[0];
    network.block_sends(to, true);
    assert_eq!(here.try_send(to, b"x"), None);
    assert_eq!(here.send(to, b"x").await, Err(TransmitError::Busy));
    let busy = *here.stats();
    assert_eq!((busy.send_busy, busy.send_waits), (1, 1));
    assert!(busy.longest_send_wait >= Duration::from_millis(1));
    assert_eq!(busy.send_waited, busy.longest_send_wait);

    here.send_patience = Duration::from_secs(60);
    let unblock = async {
        tokio::task::yield_now().await;
        network.block_sends(to, false);
    };
    let (sent, ()) = tokio::join!(here.send(to, b"x"), unblock);
    assert_eq!(sent, Ok(()));
    assert_eq!(here.stats().send_waits, 2);
    assert_eq!(receive(&mut here).await.1, b"x");
}

#[tokio::test]
async fn a_full_inbox_drops_and_counts_the_newest() {
    let network = MemoryNetwork::new();
    let mut here = in_memory(&network, "10.0.0.1:1");
    let to = here.local_addresses()[0];
    for _ in 0..INBOX_LIMIT + 2 {
        here.send(to, b"x").await.unwrap();
    }
    assert_eq!(here.interfaces()[0].kernel_drops, Some(2));
}
