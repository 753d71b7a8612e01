//! Runs a node of this library with many strategies. Each strategy records the times of its steps
//! and may send a burst of datagrams in each step. `python/strategies.py` does the same with
//! py-ipv8.

use std::net::SocketAddr;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use ipv8_core::engine::Strategies;
use ipv8_core::prelude::*;
use serde_json::{Value, json};

use super::node::{Plain, PlainLauncher};
use super::say;
use crate::Result;

/// The name of this measured process.
pub(super) const NAME: &str = "strategies";

/// A message that fills a datagram with bytes.
#[derive(Payload)]
#[payload(id = 1, unsigned)]
struct Filler {
    #[payload(format = "raw")]
    bytes: Vec<u8>,
}

/// Records the time of each step and sends a burst.
struct Burst {
    steps: Sender<(Instant, usize)>,
    to: Option<SocketAddr>,
    count: usize,
    bytes: usize,
}

impl DiscoveryStrategy<Plain> for Burst {
    fn take_step(&mut self, _community: &mut Plain, cx: &mut Context<'_>) {
        let at = Instant::now();
        let mut sent = 0;
        if let Some(to) = self.to {
            let filler = Filler {
                bytes: vec![0; self.bytes],
            };
            sent = (0..self.count)
                .filter(|_| cx.send_to(to, &filler).is_ok())
                .count();
        }
        // The receiver may already be gone.
        let _ = self.steps.send((at, sent));
    }
}

/// Runs the node for the number of seconds in `arguments`.
pub(super) fn run(arguments: &Value) -> Result<()> {
    ipv8_examples::logging::start();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(walk(arguments))
}

async fn walk(arguments: &Value) -> Result<()> {
    let number = |name: &str| arguments[name].as_u64().unwrap_or_default() as usize;
    let configuration = Config::new().interfaces(["127.0.0.1:0".parse()?]);
    let launchers = Launchers::new().config(configuration).with(PlainLauncher);
    let ipv8 = launchers.launch().await?;
    let (sender, steps) = channel();
    let mut strategies = Strategies::new();
    for _ in 0..number("strategies") {
        strategies.add_strategy(
            -1,
            Burst {
                steps: sender.clone(),
                to: arguments["to"].as_str().and_then(|text| text.parse().ok()),
                count: number("burst"),
                bytes: number("bytes").saturating_sub(23),
            },
        );
    }
    drop(sender);
    let overlay = ipv8.overlay::<Plain>().ok_or("no overlay")?;
    let started = Instant::now();
    overlay.add_strategies(strategies).await?;
    tokio::time::sleep(Duration::from_secs_f64(
        arguments["seconds"].as_f64().unwrap_or(1.0),
    ))
    .await;
    // Pacing may still hold back datagrams of the last step. Stopping the node sends them.
    ipv8.stop().await;
    let steps: Vec<(Instant, usize)> = steps.into_iter().collect();
    let sent: usize = steps.iter().map(|(_, sent)| sent).sum();
    let times = steps
        .iter()
        .map(|(at, _)| at.duration_since(started).as_secs_f64());
    say(&json!({"steps": times.collect::<Vec<_>>(), "sent": sent}))
}
