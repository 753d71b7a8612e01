//! The node, its strategies, and the socket that receives their datagrams.

use std::error::Error;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ipv8_core::internals::scheduler::MIN_GAP;
use ipv8_core::prelude::*;

/// The durations of the slow steps, in gaps, in their order.
pub(crate) const SLOW: [f64; 3] = [0.4, 0.9, 2.5];

/// Number of turns between two slow steps.
const BETWEEN: usize = 20;

/// Time after which a datagram counts as lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// Bytes of the signature at the end of a datagram (curve25519). The number of the turn is before
/// it.
const SIGNATURE: usize = 64;

/// One turn, recorded by the strategy and the receiver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) strategy: u32,
    /// When the step began.
    pub(crate) began: Instant,
    /// When its datagram arrived.
    pub(crate) arrived: Option<Instant>,
    /// The time that the step was slowed down by; zero for most steps.
    pub(crate) slow: Duration,
}

/// All turns of one run.
pub(crate) struct Measured {
    pub(crate) strategies: u32,
    pub(crate) interval: Duration,
    /// The time between two turns.
    pub(crate) gap: Duration,
    /// The turns, in order.
    pub(crate) turns: Vec<Turn>,
    /// Number of turns before the slow steps.
    pub(crate) plain: usize,
    /// Number of turns that the node skipped.
    pub(crate) lost: u64,
}

#[derive(Payload)]
#[payload(id = 1)]
struct Stepped {
    turn: u32,
}

struct Spaced;

impl Community for Spaced {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"strategies in turns.");
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(_table: &mut MessageTable<Self>) {}
}

#[overlay(Spaced)]
struct SpacedLauncher;

/// The plan: the slow steps and their durations.
#[derive(Clone, Copy)]
struct Plan {
    plain: usize,
    gap: Duration,
}

impl Plan {
    fn slow(self, turn: usize) -> Duration {
        let after = turn.checked_sub(self.plain + BETWEEN);
        let which = after.filter(|after| after % BETWEEN == 0);
        let gaps = which.and_then(|after| SLOW.get(after / BETWEEN));
        self.gap.mul_f64(gaps.copied().unwrap_or(0.0))
    }

    fn turns(self) -> usize {
        self.plain + BETWEEN * (SLOW.len() + 1)
    }
}

/// Sends a datagram in each step and records the time.
struct Sends {
    number: u32,
    to: SocketAddr,
    plan: Plan,
    turns: Arc<Mutex<Vec<Turn>>>,
}

impl DiscoveryStrategy<Spaced> for Sends {
    fn take_step(&mut self, _community: &mut Spaced, cx: &mut Context<'_>) {
        let began = Instant::now();
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let number = turns.len();
        let slow = self.plan.slow(number);
        turns.push(Turn {
            strategy: self.number,
            began,
            arrived: None,
            slow,
        });
        drop(turns);
        let turn = u32::try_from(number).unwrap_or(u32::MAX);
        // A refused datagram counts as missing.
        let _ = cx.send_to(self.to, &Stepped { turn });
        thread::sleep(slow);
    }
}

/// Records the arrival of each datagram. Ends when none arrives for a while.
fn receive(socket: &UdpSocket, turns: usize) -> Vec<(usize, Instant)> {
    let mut arrivals = Vec::new();
    let mut bytes = [0; 2_048];
    while arrivals.len() < turns {
        let Ok(length) = socket.recv(&mut bytes) else {
            break;
        };
        let now = Instant::now();
        let signed = bytes.get(..length.saturating_sub(SIGNATURE));
        let Some(turn) = signed.and_then(|signed| signed.last_chunk()) else {
            continue;
        };
        arrivals.push((u32::from_be_bytes(*turn) as usize, now));
    }
    arrivals
}

/// Runs a node with `strategies` strategies: `plain` turns, then some more with slow steps among
/// them.
pub(crate) async fn measure(
    strategies: u32,
    seconds: f64,
    plain: usize,
) -> Result<Measured, Box<dyn Error + Send + Sync>> {
    let interval = Duration::from_secs_f64(seconds);
    let gap = (interval / strategies).max(MIN_GAP);
    let plan = Plan { plain, gap };
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    // Turns can be lost and steps are slow, so the timeout is finite but generous.
    socket.set_read_timeout(Some(PATIENCE + interval * 4))?;
    let to = socket.local_addr()?;
    let turns = Arc::new(Mutex::new(Vec::with_capacity(plan.turns())));
    let receiver = thread::spawn(move || receive(&socket, plan.turns()));
    let node = launch(seconds).await?;
    let overlay = node.overlay::<Spaced>().ok_or("it was launched")?;
    let mut added = Strategies::new();
    for number in 0..strategies {
        let turns = Arc::clone(&turns);
        added.add_strategy(
            -1,
            Sends {
                number,
                to,
                plan,
                turns,
            },
        );
    }
    overlay.add_strategies(added).await?;
    let arrivals = tokio::task::spawn_blocking(move || receiver.join()).await?;
    let arrivals = arrivals.map_err(|_| "the receiver panicked")?;
    let lost = node.stats().await?.missed_turns;
    node.stop().await;
    let mut turns = std::mem::take(&mut *turns.lock().unwrap_or_else(PoisonError::into_inner));
    turns.truncate(plan.turns());
    for (turn, at) in arrivals {
        if let Some(turn) = turns.get_mut(turn) {
            turn.arrived = Some(at);
        }
    }
    Ok(Measured {
        strategies,
        interval,
        gap,
        turns,
        plain,
        lost,
    })
}

async fn launch(seconds: f64) -> Result<Ipv8, Box<dyn Error + Send + Sync>> {
    let configuration = Config::new()
        .interfaces(["127.0.0.1:0".parse()?])
        .walk_interval(seconds);
    let launchers = Launchers::new().with(SpacedLauncher);
    Ok(launchers.config(configuration).launch().await?)
}
