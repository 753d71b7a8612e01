//! The model: a real engine, driven by hand in virtual time, and a queue with the buffer's
//! capacity.
//!
//! The sender is realistic: like tokio's, its timers have a resolution of one millisecond, and the
//! socket accepts one datagram every two microseconds.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ipv8_core::engine::PacingConfig;
use ipv8_core::internals::engine::{Engine, EngineConfig, Input, Output, OverlayConfig};

use super::Result;
use super::burst::{Burst, BurstCommunity, Number, key};
use super::cells::{Both, Cell, INTERVAL, Outcome, RECEIVE_BUFFER, Size, WORK};

/// Time to pass one datagram to the socket.
const SEND: Duration = Duration::from_micros(2);

/// Timers fire at multiples of this.
const TICK: Duration = Duration::from_millis(1);

/// Number of intervals that each cell sends.
const INTERVALS: u32 = 6;

/// The address of the modelled receiver.
const RECEIVER: SocketAddr = SocketAddr::new(
    std::net::IpAddr::V4(std::net::Ipv4Addr::new(45, 0, 0, 1)),
    1,
);

/// Returns the number of datagrams that fit into the buffer.
pub(crate) fn capacity(size: Size) -> usize {
    RECEIVE_BUFFER / size.in_the_buffer()
}

pub(crate) fn both(cell: Cell, size: Size) -> Result<Both> {
    Ok(Both {
        together: run(cell, size, true)?.outcome(),
        spread: run(cell, size, false)?.outcome(),
    })
}

/// Sends the bursts of `cell`, all at once or in turns, and receives them.
pub(crate) fn run(cell: Cell, size: Size, together: bool) -> Result<Run> {
    let mut run = Run::new(cell, size, together)?;
    let end = run.start + INTERVAL * INTERVALS;
    while let Some(next) = run.engine.poll_timeout().filter(|next| *next < end) {
        run.now = run.now.max(run.tick(next));
        run.engine.handle(Input::Timeout, run.now);
        run.drain();
    }
    // Send the held datagrams, and receive everything.
    while let Some(next) = run.engine.next_release() {
        run.now = run.now.max(run.tick(next));
        run.engine.handle(Input::Timeout, run.now);
        run.drain();
    }
    run.receiver.work_until(run.now + INTERVAL * 2);
    Ok(run)
}

/// A node and its receiver.
pub(crate) struct Run {
    engine: Engine,
    burst: Burst,
    start: Instant,
    now: Instant,
    pub(crate) receiver: Queue,
    /// The time of each sent datagram since the start.
    pub(crate) sent: Vec<Duration>,
}

impl Run {
    fn new(cell: Cell, size: Size, together: bool) -> Result<Self> {
        let (communities, count, pacing) = match together {
            true => (1, cell.datagrams(), PacingConfig::off()),
            false => (cell.communities, cell.burst, PacingConfig::default()),
        };
        let start = Instant::now();
        let mut engine = Engine::new(&EngineConfig {
            pacing,
            walk_interval: INTERVAL,
            ..EngineConfig::new([7; 32])
        });
        let burst = Burst::new(count, RECEIVER, size);
        for number in (0..).take(communities as usize) {
            let (config, strategies) = (OverlayConfig::new(key()?), burst.strategies());
            engine.add_overlay::<BurstCommunity>(config, Number(number), strategies, start)?;
        }
        Ok(Self {
            engine,
            burst,
            start,
            now: start,
            receiver: Queue::new(capacity(size), start),
            sent: Vec::new(),
        })
    }

    /// Returns the time at which a timer for `at` fires.
    fn tick(&self, at: Instant) -> Instant {
        let since = at.saturating_duration_since(self.start).as_nanos();
        let ticks = since.div_ceil(TICK.as_nanos());
        self.start + TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            if let Output::Send(outgoing) = output
                && outgoing.to == RECEIVER
            {
                self.now += SEND;
                self.sent.push(self.now - self.start);
                self.receiver.arrive(self.now);
            }
        }
        self.engine.handle(Input::Flushed, self.now);
    }

    pub(crate) fn outcome(&self) -> Outcome {
        let stats = self.engine.pacing_stats();
        let sent = self.burst.sent.load(Ordering::Relaxed);
        Outcome {
            most_waiting: Some(self.receiver.most),
            longest_delay_ms: stats.longest_delay.as_secs_f64() * 1e3,
            missed_turns: self.engine.missed_turns(),
            ..Outcome::new(sent, self.receiver.received.len() as u64)
        }
    }
}

/// The receiver: a buffer, and a worker that handles one datagram at a time.
pub(crate) struct Queue {
    capacity: usize,
    start: Instant,
    waiting: VecDeque<Instant>,
    /// The end of the work on the last datagram.
    busy: Instant,
    most: usize,
    /// The end of the work on each datagram, since the start.
    pub(crate) received: Vec<Duration>,
    /// The number of waiting datagrams at each change, with its time.
    pub(crate) lengths: Vec<(Duration, usize)>,
}

impl Queue {
    fn new(capacity: usize, start: Instant) -> Self {
        Self {
            capacity,
            start,
            waiting: VecDeque::new(),
            busy: start,
            most: 0,
            received: Vec::new(),
            lengths: Vec::new(),
        }
    }

    fn arrive(&mut self, now: Instant) {
        self.work_until(now);
        if self.waiting.len() < self.capacity {
            self.waiting.push_back(now);
        }
        self.most = self.most.max(self.waiting.len());
        self.lengths.push((now - self.start, self.waiting.len()));
    }

    /// Handles waiting datagrams in order, as long as the work on one begins before `now`.
    fn work_until(&mut self, now: Instant) {
        while let Some(arrived) = self.waiting.front() {
            let begins = self.busy.max(*arrived);
            if begins >= now {
                break;
            }
            self.waiting.pop_front();
            self.busy = begins + WORK;
            self.received.push(self.busy - self.start);
            self.lengths.push((begins - self.start, self.waiting.len()));
        }
    }
}
