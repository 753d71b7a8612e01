//! The node, its strategies, and the socket that receives what they send.

use std::error::Error;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ipv8_core::internals::scheduler::MIN_GAP;
use ipv8_core::prelude::*;

/// How many gaps the steps take that are slow on purpose, one after the other.
pub(crate) const SLOW: [f64; 3] = [0.4, 0.9, 2.5];

/// After how many turns a step is slow.
const BETWEEN: usize = 20;

/// How long a datagram may take before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// A signature of curve25519 at the end of a datagram, in bytes; before it stands the number of the turn.
const SIGNATURE: usize = 64;

/// One turn, as the strategy and the receiver saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) strategy: u32,
    /// When the step began.
    pub(crate) began: Instant,
    /// When its datagram arrived.
    pub(crate) arrived: Option<Instant>,
    /// How long the step took on purpose.
    pub(crate) slow: Duration,
}

/// All turns of one run.
pub(crate) struct Measured {
    pub(crate) strategies: u32,
    pub(crate) interval: Duration,
    /// The time between two turns.
    pub(crate) gap: Duration,
    /// The first of them before any step is slow.
    pub(crate) turns: Vec<Turn>,
    pub(crate) plain: usize,
    /// Turns that the node gave up in all.
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

/// Which steps are slow on purpose, and for how long.
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

/// Sends a datagram in each step, and notes when.
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
        // Without it there is a datagram less, and the figures say so.
        let _ = cx.send_to(self.to, &Stepped { turn });
        thread::sleep(slow);
    }
}

/// Notes when each datagram arrived; ends when none has come for a while.
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

/// Lets so many strategies take turns on a node of their own, `plain` turns and some more with slow steps among them.
pub(crate) async fn measure(
    strategies: u32,
    seconds: f64,
    plain: usize,
) -> Result<Measured, Box<dyn Error + Send + Sync>> {
    let interval = Duration::from_secs_f64(seconds);
    let gap = (interval / strategies).max(MIN_GAP);
    let plan = Plan { plain, gap };
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    // Turns can be lost, and steps are slow: nobody waits for ever, and nobody gives up too soon.
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
    Ok(launchers.configuration(configuration).launch().await?)
}
