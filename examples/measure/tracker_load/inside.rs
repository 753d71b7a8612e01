//! A tracker in this process.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::crypto::PrivateKey;
use ipv8_core::internals::tracker::{Tracker, TrackerSettings};

use crate::packets::{answer, key, request};

/// Members that take turns: more than the tracker remembers the decompressed keys of.
const MEMBERS: usize = 900;

/// Prints the cost of the signatures, and the requests that a tracker answers in a second.
pub(crate) fn measure(time: Duration) {
    let keys: Vec<_> = (0..MEMBERS).map(key).collect();
    let bare = bare(&keys, time / 2);
    println!(
        "one check and one signature: {bare:.1} us, {:.0}/s at most",
        1e6 / bare
    );
    // No checks of members, which do not answer them here.
    let mut settings = TrackerSettings::default();
    settings.churn.interval = Duration::from_secs(24 * 3_600);
    let mut tracker = Tracker::new(key(9_999), settings, [1; 32]);
    let mut now = Instant::now();
    for (number, key) in keys.iter().enumerate() {
        admit(&mut tracker, key, home(number), &mut now);
    }
    println!("members: {}", tracker.peer_count());
    let (mut asked, mut answered, mut spent) = (0_usize, 0_usize, Duration::ZERO);
    let mut clock = 1_000;
    while spent < time {
        let packets: Vec<_> = (0..MEMBERS)
            .map(|number| {
                clock += 1;
                (number, request(&keys[number], clock))
            })
            .collect();
        let begin = Instant::now();
        for (number, packet) in &packets {
            tracker.handle(home(*number), packet, now);
            while let Some(outgoing) = tracker.poll_output() {
                let is_answer = outgoing.to == home(*number) && outgoing.packet.is_signed();
                answered += usize::from(is_answer && !outgoing.packet.seal().is_empty());
            }
        }
        spent += begin.elapsed();
        asked += packets.len();
        // Slowly enough for the budget of each member, and too fast for a check.
        now += Duration::from_millis(70);
    }
    let rate = answered as f64 / spent.as_secs_f64();
    let share = rate * bare / 1e4;
    println!("{answered} of {asked} answered: {rate:.0}/s and core, {share:.0} % of the limit");
}

fn home(number: usize) -> SocketAddr {
    let [.., a, b] = number.to_be_bytes();
    SocketAddr::from(([50 + a, b, 0, 1], 1000))
}

/// Lets a client ask, and prove its address.
fn admit(tracker: &mut Tracker, key: &PrivateKey, at: SocketAddr, now: &mut Instant) {
    tracker.handle(at, &request(key, 1), *now);
    *now += Duration::from_millis(60);
    tracker.handle_timeout(*now);
    while let Some(outgoing) = tracker.poll_output() {
        if outgoing.to == at
            && let Some(proof) = answer(&outgoing.packet.seal(), key, 2)
        {
            tracker.handle(at, &proof, *now);
        }
    }
}

/// Returns the time for one check and one signature, in microseconds.
fn bare(keys: &[PrivateKey], time: Duration) -> f64 {
    let message = [7; 140];
    let signed: Vec<_> = keys
        .iter()
        .map(|key| (key.public_key(), key.sign(&message)))
        .collect();
    let (begin, mut done) = (Instant::now(), 0_u32);
    while begin.elapsed() < time {
        for ((public, signature), key) in signed.iter().zip(keys).take(100) {
            assert!(public.verify(&message, signature));
            std::hint::black_box(key.sign(&message));
            done += 1;
        }
    }
    begin.elapsed().as_secs_f64() * 1e6 / f64::from(done)
}
