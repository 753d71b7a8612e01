//! Real sockets on loopback, with a real node as the sender.

use std::sync::atomic::Ordering;

use ipv8_core::config::Config;
use ipv8_core::crypto::PrivateKey;
use ipv8_core::engine::OverlayConfig;
use ipv8_core::engine::PacingConfig;
use ipv8_core::prelude::*;
use ipv8_core::{LauncherMeta, launcher_meta};

use crate::Result;
use crate::burst::{Burst, BurstCommunity, Number, key, loopback};
use crate::cells::{Both, Cell, INTERVAL, Outcome, Size};
use crate::receiver::Receiver;

/// The launcher of the first community; the others are loaded into the running node.
struct First {
    key: PrivateKey,
    burst: Burst,
}

impl CommunityLauncher for First {
    type Overlay = BurstCommunity;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "First", after = []);

    fn my_peer(&self, (): &()) -> Option<PrivateKey> {
        Some(self.key.clone())
    }

    fn walk_strategies(
        &self,
        _session: &Self::Session,
        strategies: &mut Strategies<BurstCommunity>,
    ) {
        strategies.add_strategy(-1, self.burst.clone());
    }
}

pub(crate) async fn both(cell: Cell, size: Size, intervals: u32) -> Result<Both> {
    Ok(Both {
        together: run(cell, size, intervals, true).await?,
        spread: run(cell, size, intervals, false).await?,
    })
}

async fn run(cell: Cell, size: Size, intervals: u32, together: bool) -> Result<Outcome> {
    // Together: one step sends the datagrams of all communities.
    let (communities, count, pacing) = match together {
        true => (1, cell.datagrams(), PacingConfig::off()),
        false => (cell.communities, cell.burst, PacingConfig::default()),
    };
    let receiver = Receiver::start()?;
    let burst = Burst::new(count, receiver.at, size);
    let configuration = Config::new()
        .interfaces([loopback()])
        .walk_interval(INTERVAL.as_secs_f64())
        .pacing(pacing);
    let first = First {
        key: key()?,
        burst: burst.clone(),
    };
    let launchers = Launchers::new().with(first).config(configuration);
    let node = launchers.launch().await?;
    for number in (1..).take(communities as usize - 1) {
        let (config, strategies) = (OverlayConfig::new(key()?), burst.strategies());
        node.load_overlay::<BurstCommunity>(config, Number(number), strategies)
            .await?;
    }
    tokio::time::sleep(INTERVAL * intervals).await;
    let stats = node.stats().await?;
    node.stop().await;
    let received = tokio::task::spawn_blocking(|| receiver.end()).await??;
    let sent = burst.sent.load(Ordering::Relaxed);
    Ok(Outcome {
        longest_delay_ms: stats.pacing.longest_delay.as_secs_f64() * 1e3,
        missed_turns: stats.missed_turns,
        longest_interruption_ms: Some(received.longest_interruption.as_secs_f64() * 1e3),
        ..Outcome::new(sent, received.count)
    })
}
