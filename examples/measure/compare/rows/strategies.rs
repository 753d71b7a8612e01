//! Strategies on one socket: how evenly their steps are spaced, and the share of their datagrams
//! that a slow receiver loses.

use std::net::UdpSocket;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Bench, Group, Selected};
use crate::Result;
use crate::child::Child;
use ipv8_examples::measure::compare::figures::{Row, Turn, Unit, deviation};
use ipv8_examples::measure::compare::format;

pub(super) const GROUP: Group = Group {
    ids: &[
        "spacing",
        "losses-25x50",
        "losses-25x100",
        "losses-25x50-large",
        "losses-25x100-large",
    ],
    quick: &["spacing"],
    measure,
};

const LIMIT: Duration = Duration::from_secs(60);
/// The default walk interval, in seconds.
const INTERVAL: f64 = 0.5;
const STRATEGIES: u32 = 10;
/// The time the receiver works on each datagram.
const WORK: Duration = Duration::from_micros(60);
/// Bytes of a small datagram, about the size of an introduction request.
const SMALL: usize = 192;
/// Bytes of a large datagram, close to the largest that the internet carries unfragmented.
const LARGE: usize = 1_400;

/// Bursts of several strategies.
struct Bursts {
    id: &'static str,
    strategies: usize,
    /// Datagrams of each burst.
    count: usize,
    /// Bytes of each datagram.
    bytes: usize,
}

const BURSTS: [Bursts; 4] = [
    Bursts {
        id: "losses-25x50",
        strategies: 25,
        count: 50,
        bytes: SMALL,
    },
    Bursts {
        id: "losses-25x100",
        strategies: 25,
        count: 100,
        bytes: SMALL,
    },
    Bursts {
        id: "losses-25x50-large",
        strategies: 25,
        count: 50,
        bytes: LARGE,
    },
    Bursts {
        id: "losses-25x100-large",
        strategies: 25,
        count: 100,
        bytes: LARGE,
    },
];

fn measure(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    if selected.has("spacing") {
        rows.push(spacing(bench)?);
    }
    for bursts in BURSTS.iter().filter(|bursts| selected.has(bursts.id)) {
        rows.push(losses(bench, bursts)?);
    }
    Ok(rows)
}

/// Measures py-ipv8, then our process, with `figure`.
fn both(
    bench: &Bench,
    setup: &Value,
    mut figure: impl FnMut(&mut Child) -> Result<f64>,
) -> Result<Turn> {
    let cores = bench.measured();
    let python = bench
        .python
        .as_ref()
        .map(|python| figure(&mut Child::python(python, "strategies.py", &cores, setup)?));
    Ok(Turn {
        python: python.transpose()?,
        ours: Some(figure(&mut Child::ours("strategies", &cores, setup)?)?),
        ..Turn::default()
    })
}

fn spacing(bench: &Bench) -> Result<Row> {
    let seconds = bench
        .time(Duration::from_secs(4), Duration::from_secs(2))
        .as_secs_f64();
    let setup = json!({"strategies": STRATEGIES, "burst": 0, "seconds": seconds});
    let mut turns = Vec::new();
    for number in 1..=bench.pairs {
        bench.progress(&format!(
            "spacing of steps: turn {number} of {}",
            bench.pairs
        ));
        turns.push(both(bench, &setup, |child| {
            let answer = child.receive(LIMIT)?;
            let steps: Vec<f64> = answer["steps"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_f64)
                .collect();
            deviation(&steps, INTERVAL / f64::from(STRATEGIES))
                .ok_or_else(|| "too few steps".into())
        })?);
    }
    let work =
        format!("{STRATEGIES} strategies: error of the time between two steps, 99th percentile");
    Ok(
        Row::new("spacing", &work, Unit::Seconds, turns).noted(format!(
            "evenly spaced steps are {} ms apart",
            INTERVAL / f64::from(STRATEGIES) * 1e3
        )),
    )
}

fn losses(bench: &Bench, bursts: &Bursts) -> Result<Row> {
    let Bursts {
        id,
        strategies,
        count,
        bytes,
    } = *bursts;
    let name = format!(
        "{strategies} strategies send {count} datagrams of {} bytes",
        format::number(bytes as f64)
    );
    let seconds = bench
        .time(Duration::from_secs(3), Duration::from_secs(2))
        .as_secs_f64();
    let mut turns = Vec::new();
    for number in 1..=bench.pairs {
        bench.progress(&format!("{name}: turn {number} of {}", bench.pairs));
        let receiver = UdpSocket::bind("127.0.0.1:0")?;
        receiver.set_read_timeout(Some(Duration::from_millis(100)))?;
        let to = receiver.local_addr()?.to_string();
        let setup = json!({"strategies": strategies, "burst": count, "to": to, "bytes": bytes, "seconds": seconds});
        turns.push(both(bench, &setup, |child| lost(child, &receiver))?);
    }
    let work = format!("lost: {name} each every 0.5 s, receiver works 60 µs on one");
    Ok(Row::new(id, &work, Unit::Percent, turns))
}

/// Returns the percentage of sent datagrams that the receiver does not get.
fn lost(child: &mut Child, receiver: &UdpSocket) -> Result<f64> {
    let receiver = receiver.try_clone()?;
    let (end, ended) = std::sync::mpsc::channel();
    let receiving = thread::spawn(move || {
        let (mut count, mut buffer) = (0_u64, [0; 2_048]);
        loop {
            if receiver.recv_from(&mut buffer).is_ok() {
                count += 1;
                let start = Instant::now();
                while start.elapsed() < WORK {
                    std::hint::spin_loop();
                }
            } else if ended.try_recv().is_ok() {
                return count;
            }
        }
    });
    let answer = child.receive(LIMIT);
    let _ = end.send(());
    let received = receiving.join().map_err(|_| "the receiver panicked")? as f64;
    let sent = answer?["sent"]
        .as_f64()
        .filter(|sent| *sent > 0.0)
        .ok_or("nothing was sent")?;
    Ok((sent - received).max(0.0) / sent * 100.0)
}
