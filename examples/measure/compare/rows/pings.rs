//! Pings of the discovery community answered. They are the cheapest request: nothing is signed.

use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::internals::discovery::{Ping, Pong};
use ipv8_core::internals::packet::Unsealed;
use ipv8_core::{Community, Message};

use super::{Bench, Group, Selected};
use crate::Result;
use crate::child::Child;
use ipv8_examples::measure::compare::figures::{Row, Turn, Unit};
use ipv8_examples::measure::compare::load::{ASKERS, Load, Outcome, Run};

pub(super) const GROUP: Group = Group {
    ids: &["pings"],
    quick: &["pings"],
    measure,
};

const WINDOW: usize = 128;
const PYTHON_WINDOW: usize = 64;

fn measure(bench: &Bench, _selected: &Selected<'_>) -> Result<Vec<Row>> {
    let mut load = Load::new()?;
    bench.progress("pings: starting the nodes");
    let setup = bench.setup("discovery", &load, ASKERS);
    let mut python = bench.python_node(&setup)?;
    let mut ours = bench.ours("node", &setup)?;
    let mut bare = bench.ours("bare", &setup)?;
    let python_address = python.as_mut().map(Child::listening).transpose()?;
    let (our_address, bare_address) = (ours.listening()?, bare.listening()?);
    let datagrams = vec![pings()?; ASKERS];
    let duration = bench.time(Duration::from_millis(800), Duration::from_millis(300));
    let mut run = |child: &Child, target, window| {
        load.run(Run {
            target,
            process: child.id(),
            datagrams: &datagrams,
            answer: Pong::ID,
            window,
            duration,
        })
    };
    let mut turns = Vec::new();
    for number in 1..=bench.pairs {
        bench.progress(&format!("pings: turn {number} of {}", bench.pairs));
        let python = python.as_ref().zip(python_address);
        let python = python.map(|(child, target)| run(child, target, PYTHON_WINDOW));
        let ours = run(&ours, our_address, WINDOW)?;
        let bare = run(&bare, bare_address, WINDOW)?;
        let rate = |outcome: &Outcome| Some(bench.rate(outcome));
        turns.push(Turn {
            python: python.transpose()?.as_ref().and_then(rate),
            ours: rate(&ours),
            bare: rate(&bare),
            base: None,
        });
    }
    Ok(vec![Row::new(
        "pings",
        "pings answered",
        Unit::PerSecond,
        turns,
    )])
}

fn pings() -> Result<Vec<Vec<u8>>> {
    let prefix = DiscoveryCommunity::COMMUNITY_ID.prefix();
    let packets = (1..=64).map(|identifier| {
        let ping = Ping { identifier };
        let packet = Unsealed::new(&prefix, Ping::ID, None, Some(identifier.into()), &ping)?;
        Ok(packet.seal())
    });
    packets.collect()
}
