//! A tracker that has more to do than its core can: whose datagrams it handles first. The core is
//! virtual: each piece of work takes the time that the tracker says.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::internals::tracker::TrackerSettings;
use ipv8_core::node::RunningTracker;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{PROBE, key};

use super::town::{Town, request};

/// The public key of a curve whose signatures are the most expensive (sect571k1).
const LEGACY: &str = "3081a7301006072a8648ce3d020106052b810400260381920004019d827722168da6a3ffb9\
    d542886266f30234499487159542e82be261e5816bc1f2480656853585b0f316e64e878ccfaabfdfe66f4bbdbc010bb\
    1519f1906654506f5dc3dd0a36005ae10a4154eba9e55be15b7c7588526c9d22fe4649dd07263cc363592e241ee87aa\
    8d6e39cc8e8aebea5414955cfd1a36cf74d6b2914a051d5160104770923284d732c83c3d4395";
const LEGACY_SIGNATURE: usize = 144;

/// Returns a request with a bad signature by a key on an old curve.
fn bad_legacy(number: u64) -> Vec<u8> {
    let public = ipv8_tests::vectors::unhex(LEGACY);
    let good = request(PROBE, &key(1), number);
    let mut bytes = good[..23].to_vec();
    bytes.extend(u16::try_from(public.len()).expect("short").to_be_bytes());
    bytes.extend(public);
    bytes.extend(&good[23 + 2 + 74..good.len() - 64]);
    // Both halves are below the order of the curve, so that the whole check is needed.
    bytes.extend((0..LEGACY_SIGNATURE).map(|at| 1 + (at as u8) % 72));
    bytes
}

fn home(number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([50 + high, low, 0, 1], 1000))
}

/// The results of a run.
#[derive(Debug, Default)]
struct Served {
    asked: usize,
    answered: usize,
    slowest: Duration,
    longest_piece: Duration,
    work: Duration,
}

/// Lets members ask `members` times a second for `time`, and `stranger` send `strangers` datagrams
/// a second. Their number is its argument.
fn run(
    town: &mut Town,
    time: Duration,
    members: u32,
    strangers: u32,
    mut stranger: impl FnMut(u64) -> (SocketAddr, Vec<u8>),
) -> Served {
    let start = town.now;
    let mut served = Served::default();
    let (mut next_member, mut next_stranger) = (start, start);
    let (mut sent, mut waiting) = (0, Vec::<(SocketAddr, Instant)>::new());
    while town.now < start + time {
        while next_stranger <= town.now {
            let (from, bytes) = stranger(sent);
            sent += 1;
            town.tracker.receive(from, &bytes, town.now);
            next_stranger += Duration::from_secs(1) / strangers;
        }
        while next_member <= town.now {
            let number = (served.asked % 200 + 1) as u16;
            let packet = town.request(PROBE, number);
            town.tracker.receive(home(number), &packet, town.now);
            waiting.push((home(number), next_member));
            served.asked += 1;
            next_member += Duration::from_secs(1) / members;
        }
        town.tracker.tick(town.now);
        match town.tracker.work(town.now) {
            Some(cost) => {
                served.longest_piece = served.longest_piece.max(cost);
                served.work += cost;
                town.now += cost;
            }
            None => town.now = next_member.min(next_stranger),
        }
        let before = town.sent.len();
        town.collect();
        for sent in town.sent.drain(before..).filter(|sent| sent.is_answer()) {
            if let Some(at) = waiting.iter().position(|(home, _)| *home == sent.to) {
                let (_, asked) = waiting.remove(at);
                served.answered += 1;
                served.slowest = served.slowest.max(town.now - asked);
            }
        }
    }
    served
}

fn town_with_members() -> Town {
    let mut town = Town::new(TrackerSettings::default());
    for number in 1..=200 {
        town.ask(PROBE, number, home(number));
    }
    town.sent.clear();
    town.is_busy = true;
    town
}

#[test]
fn bad_signatures_on_old_curves_get_two_percent_of_a_core() {
    let mut town = town_with_members();
    let packets: Vec<_> = (0..50).map(bad_legacy).collect();
    let time = Duration::from_secs(3);
    let served = run(&mut town, time, 500, 600, |number| {
        let [.., a, b] = (number % 1_000).to_be_bytes();
        (
            SocketAddr::from(([20 + a, b, 1, 1], 1000)),
            packets[(number % 50) as usize].clone(),
        )
    });
    assert!(served.asked - served.answered <= 1, "{served:?}");
    assert!(served.slowest < Duration::from_millis(10), "{served:?}");
    assert!(
        served.longest_piece < Duration::from_millis(3),
        "{served:?}"
    );
    let checked = town.tracker.stats().count(DropReason::BadSignature);
    assert!((30..=42).contains(&checked), "{checked} checks");
    let counters = town.tracker.counters();
    assert!(counters.crowded_legacy + counters.late_legacy > 1_000);
}

#[test]
fn strangers_get_a_quarter_of_a_core_while_members_wait() {
    let mut town = town_with_members();
    let good = request(PROBE, &key(9_999), 1);
    let bad: HashSet<Vec<u8>> = (0..50)
        .map(|number| {
            let mut bad = good.clone();
            *bad.last_mut().expect("a signature") ^= number + 1;
            bad
        })
        .collect();
    let bad: Vec<_> = bad.into_iter().collect();
    let mut flood = |number: u64| {
        let [.., a, b] = (number % 1_000).to_be_bytes();
        (
            SocketAddr::from(([20 + a, b, 1, 1], 1000)),
            bad[(number % 50) as usize].clone(),
        )
    };
    // Members alone need 98 % of the core for a short time.
    let time = Duration::from_millis(400);
    let served = run(&mut town, time, 15_000, 50_000, &mut flood);
    let checks = town.tracker.stats().count(DropReason::BadSignature) as u32;
    let share = (Duration::from_micros(45) * checks).as_secs_f64() / time.as_secs_f64();
    assert!((0.2..0.27).contains(&share), "{share}");
    // With less to do for members, all of them are answered, and strangers use the rest.
    town = town_with_members();
    let served_less = run(&mut town, time, 3_000, 50_000, &mut flood);
    let missing = served_less.asked - served_less.answered;
    assert!(missing * 100 <= served_less.asked, "{served_less:?}");
    assert!(
        served_less.slowest < Duration::from_millis(20),
        "{served_less:?}"
    );
    let more = town.tracker.stats().count(DropReason::BadSignature) as u32;
    assert!(more > checks, "{served:?} {served_less:?}");
}

/// On real sockets. The bound is generous, because other tests share the machine; before there was
/// a budget, it took twelve seconds to a report and forty to the end.
#[test]
fn a_flood_of_bad_signatures_delays_neither_reports_nor_the_end() {
    const LATE: Duration = Duration::from_secs(1);
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().expect("a runtime");
    let here = SocketAddr::from(([127, 0, 0, 1], 0));
    let (done, ended) = std::sync::mpsc::channel::<()>();
    runtime.block_on(async {
        let tracker = RunningTracker::launch(here).await.expect("it runs");
        let to = tracker.address();
        let flood = std::thread::spawn(move || {
            let socket = std::net::UdpSocket::bind(here).expect("a socket");
            let packets: Vec<_> = (0..50).map(bad_legacy).collect();
            let mut packets = packets.iter().cycle();
            // Ten at a time, 600 a second.
            let pause = Duration::from_micros(16_667);
            while ended.recv_timeout(pause) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                for packet in packets.by_ref().take(10) {
                    let _ = socket.send_to(packet, to);
                }
            }
        });
        let mut latest = Duration::ZERO;
        for _ in 0..20 {
            let before = Instant::now();
            tokio::time::sleep(Duration::from_millis(100)).await;
            latest = latest.max(before.elapsed() - Duration::from_millis(100));
        }
        let stats = tracker.stats();
        let before = Instant::now();
        tracker.stop().await;
        let end = before.elapsed();
        eprintln!("a report was {latest:?} late, and the end took {end:?}");
        assert!(stats.datagrams_in > 500, "{stats:?}");
        assert!(latest < LATE && end < LATE, "{latest:?} {end:?}");
        drop(done);
        flood.join().expect("it ends");
    });
}
