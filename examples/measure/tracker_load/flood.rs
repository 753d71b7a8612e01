//! Honest clients of a running tracker, and a flood.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ipv8_core::crypto::PrivateKey;

use crate::packets::{answer, bad_legacy, key, request};

/// The honest clients, each in a network of its own, and the pause between their requests.
const CLIENTS: u8 = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// The time before the flood.
const QUIET: Duration = Duration::from_secs(2);

struct Client {
    socket: UdpSocket,
    key: PrivateKey,
    asked: Option<Instant>,
}

/// Prints the share of the honest requests that is answered within a second.
pub(crate) fn flood(tracker: SocketAddr, rate: u32, time: Duration) -> io::Result<()> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let flooder = scope.spawn(|| {
            thread::sleep(QUIET);
            pour(tracker, rate, &over)
        });
        let before = ask(tracker, QUIET)?;
        println!("before the flood: {before:.1} % answered");
        let during = ask(tracker, time)?;
        println!("during the flood: {during:.1} % answered");
        over.store(true, Ordering::Relaxed);
        let sent = flooder.join().unwrap_or(Ok(0))?;
        println!("{sent} bad signatures in {:.0} s", time.as_secs_f64());
        Ok(())
    })
}

fn pour(tracker: SocketAddr, rate: u32, over: &AtomicBool) -> io::Result<u64> {
    let key = key(9_999);
    let packets: Vec<_> = (0..50).map(|clock| bad_legacy(&key, clock)).collect();
    // Each from a network of its own.
    let sockets =
        (0..100).map(|net| UdpSocket::bind((SocketAddr::from(([127, 1, net, 1], 0))).to_owned()));
    let sockets: Vec<_> = sockets.collect::<io::Result<_>>()?;
    let (begin, mut sent) = (Instant::now(), 0_u64);
    for (socket, packet) in sockets.iter().cycle().zip(packets.iter().cycle()) {
        if over.load(Ordering::Relaxed) {
            break;
        }
        // Only the number of those that could be sent counts.
        sent += u64::from(socket.send_to(packet, tracker).is_ok());
        let due = begin + Duration::from_secs(sent) / rate.max(1);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(sent)
}

fn ask(tracker: SocketAddr, time: Duration) -> io::Result<f64> {
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let socket = UdpSocket::bind(SocketAddr::from(([127, 2, number, 1], 20_000)))?;
        socket.set_nonblocking(true)?;
        let key = key(usize::from(number));
        clients.push(Client {
            socket,
            key,
            asked: None,
        });
    }
    let (begin, mut clock) = (Instant::now(), unix_seconds() * 1_000);
    let (mut asked, mut answered) = (0_u32, 0_u32);
    let mut next = begin;
    while begin.elapsed() < time {
        if next <= Instant::now() {
            next += PAUSE;
            for client in &mut clients {
                clock += 1;
                client
                    .socket
                    .send_to(&request(&client.key, clock), tracker)?;
                client.asked = Some(Instant::now());
                asked += 1;
            }
        }
        for client in &mut clients {
            let mut buffer = [0; 1_500];
            while let Ok(length) = client.socket.recv(&mut buffer) {
                let datagram = buffer.get(..length).unwrap_or_default();
                clock += 1;
                match answer(datagram, &client.key, clock) {
                    Some(proof) => drop(client.socket.send_to(&proof, tracker)?),
                    None if datagram.get(22) == Some(&245) => {
                        answered += u32::from(client.asked.take().is_some());
                    }
                    None => {}
                }
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(f64::from(answered) * 100.0 / f64::from(asked.max(1)))
}

fn unix_seconds() -> u64 {
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH);
    since.map_or(1, |since| since.as_secs())
}
