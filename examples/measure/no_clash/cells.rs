//! The measured cells and their results.

use std::time::Duration;

use serde::Serialize;

/// The walk interval.
pub(crate) const INTERVAL: Duration = Duration::from_millis(500);

/// The time the receiver works on each datagram.
pub(crate) const WORK: Duration = Duration::from_micros(60);

/// The default receive buffer of Linux, in bytes.
pub(crate) const RECEIVE_BUFFER: usize = 212_992;

/// The largest share of the receiver's time that a measured cell may need.
const BUSY: f64 = 0.6;

/// A number of communities, and the number of datagrams in each burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Cell {
    pub(crate) communities: u32,
    pub(crate) burst: u32,
}

impl Cell {
    /// Returns the number of datagrams in each interval.
    pub(crate) fn datagrams(self) -> u32 {
        self.communities * self.burst
    }

    /// Returns the share of its time that the receiver works.
    pub(crate) fn busy(self) -> f64 {
        (WORK * self.datagrams()).as_secs_f64() / INTERVAL.as_secs_f64()
    }

    /// Returns `true` if a quick run measures this cell.
    pub(crate) fn is_quick(self) -> bool {
        [(10, 200), (50, 50)].contains(&(self.communities, self.burst))
    }
}

/// Returns every cell that leaves the receiver enough time.
pub(crate) fn measured() -> impl Iterator<Item = Cell> {
    let communities = [10, 25, 50, 100].into_iter();
    let cells = communities
        .flat_map(|communities| [10, 50, 100, 200].map(|burst| Cell { communities, burst }));
    cells.filter(|cell| cell.busy() < BUSY - 1e-9)
}

/// The size of the datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Small,
    Large,
}

impl Size {
    pub(crate) const ALL: [Self; 2] = [Self::Small, Self::Large];

    /// Returns the bytes of a datagram, without IP and UDP headers.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::Small => 64,
            Self::Large => 1_400,
        }
    }

    /// Returns the bytes of receive buffer that a datagram takes on Linux (`truesize`): the 256 of
    /// an `sk_buff`, and one allocation for the datagram, its headers and the 320 bytes of
    /// `skb_shared_info`. For small datagrams that allocation always has the same size (576 since
    /// Linux 6.3, 512 before, so that 277 fitted), for others it is a power of two.
    pub(crate) fn in_the_buffer(self) -> usize {
        match self {
            Self::Small => 256 + 576,
            Self::Large => 256 + 2_048,
        }
    }
}

/// The result of one cell in one way of sending.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Outcome {
    /// Datagrams sent.
    pub(crate) sent: u64,
    /// Datagrams lost.
    pub(crate) lost: u64,
    /// The share of lost datagrams, in percent.
    pub(crate) lost_percent: f64,
    /// The most datagrams in the receiver's buffer (model only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) most_waiting: Option<usize>,
    /// The longest time that the sender held a datagram, in milliseconds.
    pub(crate) longest_delay_ms: f64,
    /// Turns that were skipped.
    pub(crate) missed_turns: u64,
    /// The longest interruption of the receiver's work on one datagram by the system, in
    /// milliseconds (real sockets only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) longest_interruption_ms: Option<f64>,
}

impl Outcome {
    pub(crate) fn new(sent: u64, received: u64) -> Self {
        let lost = sent.saturating_sub(received);
        Self {
            sent,
            lost,
            lost_percent: 100.0 * lost as f64 / sent.max(1) as f64,
            most_waiting: None,
            longest_delay_ms: 0.0,
            missed_turns: 0,
            longest_interruption_ms: None,
        }
    }
}

/// Both ways of sending.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Both {
    /// All bursts of an interval at once, from one step, with pacing off.
    pub(crate) together: Outcome,
    /// In turns and paced.
    pub(crate) spread: Outcome,
}

/// One cell with datagrams of one size.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    #[serde(flatten)]
    pub(crate) cell: Cell,
    pub(crate) datagram_bytes: usize,
    pub(crate) model: Both,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) real: Option<Both>,
}

/// The capacity of a receive buffer of this machine, in datagrams.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Buffer {
    pub(crate) datagram_bytes: usize,
    /// The measured capacity.
    pub(crate) holds: usize,
    /// The capacity in the model.
    pub(crate) model: usize,
}

/// All results.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    /// The machine and the time.
    pub(crate) machine: String,
    pub(crate) interval_ms: u128,
    pub(crate) work_us: u128,
    pub(crate) buffers: Vec<Buffer>,
    pub(crate) rows: Vec<Row>,
}

impl Figures {
    pub(crate) fn new(machine: String, rows: Vec<Row>, buffers: Vec<Buffer>) -> Self {
        Self {
            machine,
            interval_ms: INTERVAL.as_millis(),
            work_us: WORK.as_micros(),
            buffers,
            rows,
        }
    }
}
