//! Introduction requests answered, with 20 to 10,000 peers known.
//!
//! Requests, responses and puncture requests are old style, as py-ipv8 sends them to IPv4 addresses
//! it knows nothing about. Twenty of the known peers ask, each from one address. Every answer
//! introduces one of all known peers, and that peer gets a puncture request.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::Community;
use ipv8_core::internals::payload::{IntroductionRequest, Style, Styled};

use super::{Bench, Group, Selected};
use crate::Result;
use crate::child::Child;
use crate::children::Plain;
use ipv8_examples::measure::compare::figures::{Row, Turn, Unit};
use ipv8_examples::measure::compare::format;
use ipv8_examples::measure::compare::load::{ASKERS, Load, Outcome, Run};

pub(super) const GROUP: Group = Group {
    ids: &[
        "introductions-20",
        "introductions-100",
        "introductions-1000",
        "introductions-10000",
    ],
    quick: &["introductions-20", "introductions-1000"],
    measure,
};

/// Message id of an old-style introduction response.
const RESPONSE: u8 = 245;
/// Number of different requests of each asker, signed in advance.
pub(super) const REQUESTS: u16 = 64;

struct Size {
    id: &'static str,
    peers: usize,
    /// Number of requests in flight to py-ipv8, which receives them one by one.
    python_window: usize,
    /// The time for which py-ipv8 is asked.
    python_time: Duration,
}

const SIZES: [Size; 4] = [
    Size {
        id: "introductions-20",
        peers: 20,
        python_window: 32,
        python_time: Duration::from_millis(1_000),
    },
    Size {
        id: "introductions-100",
        peers: 100,
        python_window: 32,
        python_time: Duration::from_millis(1_000),
    },
    Size {
        id: "introductions-1000",
        peers: 1_000,
        python_window: 16,
        python_time: Duration::from_millis(1_000),
    },
    Size {
        id: "introductions-10000",
        peers: 10_000,
        python_window: 4,
        python_time: Duration::from_millis(3_000),
    },
];

/// Number of requests in flight to our node: enough to receive several at once, far fewer than a
/// socket holds.
const WINDOW: usize = 128;

/// One process and the requests for it.
pub(super) struct Target {
    child: Child,
    address: SocketAddr,
    datagrams: Vec<Vec<Vec<u8>>>,
}

fn measure(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let mut load = Load::new()?;
    let sizes: Vec<&Size> = SIZES.iter().filter(|size| selected.has(size.id)).collect();
    bench.progress("introduction requests: starting the nodes");
    let setup = bench.setup("plain", &load, ASKERS);
    let mut bare = Target::new(bench, bench.ours("bare", &setup)?)?;
    let mut sides = Vec::new();
    for size in &sizes {
        let setup = bench.setup("plain", &load, size.peers);
        let python = bench.python_node(&setup)?;
        let ours = bench.ours("node", &setup)?;
        let python = python.map(|child| Target::new(bench, child)).transpose()?;
        sides.push((python, Target::new(bench, ours)?));
    }
    let mut turns = vec![Vec::new(); sizes.len()];
    let mut busy: Vec<Option<f64>> = vec![None; sizes.len()];
    for number in 1..=bench.pairs {
        let mut base = None;
        for (place, (size, (python, ours))) in sizes.iter().zip(&mut sides).enumerate() {
            bench.progress(&format!(
                "introduction requests, {} peers: turn {number} of {}",
                size.peers, bench.pairs
            ));
            let time = bench.time(size.python_time, size.python_time / 2);
            let python = python
                .as_mut()
                .map(|target| target.run(&mut load, size.python_window, time));
            let time = bench.time(Duration::from_millis(700), Duration::from_millis(300));
            let ours = ours.run(&mut load, WINDOW, time)?;
            let bare = bare.run(&mut load, WINDOW, time)?;
            let rate = bench.rate(&ours);
            busy[place] = busy[place].into_iter().chain(ours.busy).reduce(f64::min);
            turns[place].push(Turn {
                python: python.transpose()?.map(|outcome| bench.rate(&outcome)),
                ours: Some(rate),
                bare: Some(bench.rate(&bare)),
                base: base.filter(|_| size.peers > 20),
            });
            if size.peers == 20 {
                base = Some(rate);
            }
        }
    }
    let rows = sizes.iter().zip(turns).zip(busy);
    Ok(rows
        .map(|((size, turns), busy)| row(size, turns, busy))
        .collect())
}

fn row(size: &Size, turns: Vec<Turn>, busy: Option<f64>) -> Row {
    let work = format!(
        "introduction requests answered, {} peers known",
        format::number(size.peers as f64)
    );
    let based = turns.iter().any(|turn| turn.base.is_some());
    let mut row = Row::new(size.id, &work, Unit::PerSecond, turns);
    if based {
        row = row.against("our rate at 20 peers");
    }
    match busy {
        Some(busy) => row.noted(format!(
            "our process had its core for at least {:.0} % of the time",
            busy * 100.0
        )),
        None => row,
    }
}

impl Target {
    pub(super) fn new(bench: &Bench, mut child: Child) -> Result<Self> {
        let address = child.listening()?;
        Ok(Self {
            child,
            address,
            datagrams: requests(bench, address)?,
        })
    }

    pub(super) fn run(
        &mut self,
        load: &mut Load,
        window: usize,
        duration: Duration,
    ) -> Result<Outcome> {
        let outcome = load.run(self.asked(window, duration))?;
        // The puncture request of each answer leaves first. One may still be in flight.
        if cfg!(target_os = "linux") && outcome.others + outcome.lost < outcome.answers {
            return Err(format!(
                "{} answers, but {} puncture requests",
                outcome.answers, outcome.others
            )
            .into());
        }
        Ok(outcome)
    }

    /// Sends `count` requests at once.
    pub(super) fn burst(&mut self, load: &mut Load, count: usize) -> Result<Outcome> {
        load.burst(self.asked(count, Duration::ZERO), count)
    }

    fn asked(&self, window: usize, duration: Duration) -> Run<'_> {
        Run {
            target: self.address,
            process: self.child.id(),
            datagrams: &self.datagrams,
            answer: RESPONSE,
            window,
            duration,
        }
    }
}

/// Returns the signed requests of each asker to `target`.
fn requests(bench: &Bench, target: SocketAddr) -> Result<Vec<Vec<Vec<u8>>>> {
    let mut population = bench.population.borrow_mut();
    let prefix = Plain::COMMUNITY_ID.prefix();
    let keys = population.keys(ASKERS).iter().zip(1_u8..);
    keys.map(|(key, host)| {
        let own = SocketAddr::from(([127, 1, 0, host], 1));
        (1..=REQUESTS)
            .map(|number| {
                let request = IntroductionRequest::new(Style::Old, target, own, own, number);
                Ok(request
                    .packet(Style::Old, &prefix, key, u64::from(number))?
                    .seal())
            })
            .collect()
    })
    .collect()
}
