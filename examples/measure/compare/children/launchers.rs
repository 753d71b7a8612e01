//! A thousand launchers of one community: the time to order them, and to start a node with all
//! their overlays. The counterpart of `python/launchers.py`.

use std::time::{Duration, Instant};

use ipv8_core::launch::Hook;
use ipv8_core::prelude::*;
use ipv8_core::{LauncherMeta, launcher_meta};
use serde_json::{Value, json};

use super::say;
use crate::Result;

/// The name of this measured process.
pub(super) const NAME: &str = "launchers";

/// The number of launchers: all that three digits can number.
const LAUNCHERS: usize = 1_000;

/// A community without messages; its launcher sets its id.
struct Numbered;

#[derive(Default)]
struct Number(u32);

impl Community for Numbered {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"compare with py-ipv8");
    type Settings = Number;

    fn new(_number: Number, _cx: &mut Context<'_>) -> std::result::Result<Self, CommunityError> {
        Ok(Self)
    }

    fn community_id(number: &Number) -> CommunityId {
        let mut id = *Self::COMMUNITY_ID.as_bytes();
        id.iter_mut()
            .zip(number.0.to_be_bytes())
            .for_each(|(byte, new)| *byte = new);
        CommunityId::from_bytes(id)
    }
}

/// The code that `#[overlay]`, `#[walk_strategy]` and `#[after]` generate, written as one generic
/// type for a thousand launchers. Each comes after the one before it.
struct Launcher<const HUNDREDS: u8, const TENS: u8, const ONES: u8>;

impl<const H: u8, const T: u8, const O: u8> Launcher<H, T, O> {
    const NUMBER: u32 = H as u32 * 100 + T as u32 * 10 + O as u32;
    const NAME: [u8; 4] = name(Self::NUMBER);
    const BEFORE: [u8; 4] = name(Self::NUMBER.saturating_sub(1));
    const AFTER: &'static [&'static str] = match Self::NUMBER {
        0 => &[],
        _ => &[text(&Self::BEFORE)],
    };
}

impl<const H: u8, const T: u8, const O: u8> CommunityLauncher for Launcher<H, T, O> {
    type Overlay = Numbered;
    type Session = ();
    const META: LauncherMeta = {
        let mut meta = launcher_meta!(name = text(&Self::NAME), after = []);
        meta.after = Self::AFTER;
        meta.line = Self::NUMBER + 1;
        meta
    };
    const HOOKS: &'static [Hook] = &[Hook::Settings, Hook::WalkStrategies];

    fn settings(&self, _session: &()) -> Number {
        Number(Self::NUMBER)
    }

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Numbered>) {
        strategies.add::<RandomWalk>(20, |_| {});
    }
}

const fn name(number: u32) -> [u8; 4] {
    const fn digit(number: u32) -> u8 {
        b'0' + (number % 10) as u8
    }
    [b'L', digit(number / 100), digit(number / 10), digit(number)]
}

const fn text(name: &[u8; 4]) -> &str {
    match std::str::from_utf8(name) {
        Ok(text) => text,
        Err(_) => "",
    }
}

fn all() -> Launchers {
    let set = Launchers::new();
    let set = hundred::<2>(hundred::<1>(hundred::<0>(set)));
    let set = hundred::<5>(hundred::<4>(hundred::<3>(set)));
    let set = hundred::<8>(hundred::<7>(hundred::<6>(set)));
    hundred::<9>(set)
}

fn hundred<const H: u8>(set: Launchers) -> Launchers {
    let set = ten::<H, 2>(ten::<H, 1>(ten::<H, 0>(set)));
    let set = ten::<H, 5>(ten::<H, 4>(ten::<H, 3>(set)));
    let set = ten::<H, 8>(ten::<H, 7>(ten::<H, 6>(set)));
    ten::<H, 9>(set)
}

fn ten<const H: u8, const T: u8>(set: Launchers) -> Launchers {
    set.with(Launcher::<H, T, 0>)
        .with(Launcher::<H, T, 1>)
        .with(Launcher::<H, T, 2>)
        .with(Launcher::<H, T, 3>)
        .with(Launcher::<H, T, 4>)
        .with(Launcher::<H, T, 5>)
        .with(Launcher::<H, T, 6>)
        .with(Launcher::<H, T, 7>)
        .with(Launcher::<H, T, 8>)
        .with(Launcher::<H, T, 9>)
}

/// Runs each measurement as often as the arguments say.
pub(super) fn run(arguments: &Value) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let number = |name: &str| arguments[name].as_u64().unwrap_or_default();
    let starts = (0..number("starts")).map(|_| runtime.block_on(start()));
    let starts = starts.collect::<Result<Vec<f64>>>()?;
    let plans = (0..number("plans")).map(|_| plan());
    let plans = plans.collect::<Result<Vec<f64>>>()?;
    say(&json!({"starts": starts, "plans": plans}))
}

/// Measures the start of a node: the plan, a socket, a new key, and each overlay with its strategy.
async fn start() -> Result<f64> {
    let configuration = Config::new().interfaces(["127.0.0.1:0".parse()?]);
    let launchers = all().config(configuration);
    let begun = Instant::now();
    let ipv8 = launchers.launch().await?;
    let took = begun.elapsed();
    enough(ipv8.overlays().await?.len())?;
    ipv8.stop().await;
    Ok(seconds(took))
}

fn plan() -> Result<f64> {
    let launchers = all();
    let begun = Instant::now();
    let plan = launchers.plan()?;
    let took = begun.elapsed();
    enough(plan.steps().len())?;
    Ok(seconds(took))
}

fn seconds(took: Duration) -> f64 {
    took.as_secs_f64()
}

fn enough(count: usize) -> Result<()> {
    if count == LAUNCHERS {
        return Ok(());
    }
    Err(format!("expected {LAUNCHERS} launchers, found {count}").into())
}
