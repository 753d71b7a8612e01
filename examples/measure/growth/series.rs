//! The series with their sizes, and the figures that are measured at each size.

use ipv8_examples::measure::verdict::{Growth, Verdict};

use crate::measure::Sample;
use crate::meter::ratio;

/// The quantity that grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Series {
    /// Verified peers of one overlay, with a LAN address. Each has answered an introduction
    /// request.
    Peers,
    /// Addresses that ten peers introduced.
    Addresses,
    /// Overlays on one socket and one peer graph.
    Overlays,
    /// Strategies of one overlay.
    Strategies,
}

impl Series {
    pub(crate) const ALL: [Self; 4] = [
        Self::Peers,
        Self::Addresses,
        Self::Overlays,
        Self::Strategies,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|series| series.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Peers => "peers",
            Self::Addresses => "addresses",
            Self::Overlays => "overlays",
            Self::Strategies => "strategies",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Peers => "verified peers",
            Self::Addresses => "known addresses",
            Self::Overlays => "overlays on one socket",
            Self::Strategies => "strategies",
        }
    }

    pub(crate) fn sizes(self, quick: bool) -> &'static [usize] {
        match (self, quick) {
            (Self::Peers, false) => &[10, 100, 1_000, 10_000, 100_000],
            (Self::Peers, true) => &[10, 1_000],
            (Self::Addresses, false) => &[100, 1_000, 10_000, 100_000, 1_000_000],
            (Self::Addresses, true) => &[100, 10_000],
            (Self::Overlays, false) => &[1, 10, 100, 1_000],
            (Self::Overlays, true) => &[1, 10, 100],
            (Self::Strategies, false) => &[1, 10, 100, 1_000, 10_000],
            (Self::Strategies, true) => &[1, 1_000],
        }
    }
}

/// A measured cost.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) of: fn(&Sample) -> Option<f64>,
    /// The reason why it may rise.
    pub(crate) why: &'static str,
}

/// The reason for slower access to more memory than the processor's caches hold.
const CACHES: &str = "the caches cannot hold that much memory, so each look-up waits for it";

/// The reason why each one takes more memory when there are many.
const TABLES: &str = "the first few fit into existing tables; a full table doubles its size";

/// The reason why each one costs less when there are many.
const SHARED: &str = "all share the memory that the first one allocates";

pub(crate) const FIGURES: [Figure; 9] = [
    Figure {
        name: "introduction request answered",
        unit: "ns",
        of: |sample| Some(sample.request),
        why: CACHES,
    },
    Figure {
        name: "request of a stranger answered",
        unit: "ns",
        of: |sample| Some(sample.newcomer),
        why: CACHES,
    },
    Figure {
        name: "RandomWalk step",
        unit: "ns",
        of: |sample| Some(sample.random_walk),
        why: CACHES,
    },
    Figure {
        name: "EdgeWalk step, for each datagram",
        unit: "ns",
        of: |sample| Some(sample.edge_walk),
        why: CACHES,
    },
    Figure {
        name: "most datagrams of an EdgeWalk step",
        unit: "",
        of: |sample| Some(sample.edge_walk_most),
        why: "with few introductions there are few addresses to ask; never more than 12",
    },
    Figure {
        name: "turn of a strategy that does nothing",
        unit: "ns",
        of: |sample| Some(sample.turn),
        why: CACHES,
    },
    Figure {
        name: "look-up of an unknown source",
        unit: "ns",
        of: |sample| Some(sample.look_up),
        why: CACHES,
    },
    Figure {
        name: "hostile datagram refused",
        unit: "ns",
        of: |sample| Some(sample.hostile),
        why: CACHES,
    },
    Figure {
        name: "memory for each one",
        unit: "B",
        of: |sample| Some(sample.bytes_each),
        why: TABLES,
    },
];

/// The samples of one series.
pub(crate) struct Curve {
    pub(crate) series: Series,
    pub(crate) samples: Vec<Sample>,
}

impl Curve {
    /// Returns the points of a figure: size and cost.
    pub(crate) fn points(&self, figure: &Figure) -> Vec<(f64, f64)> {
        let points = self.samples.iter();
        points
            .filter_map(|sample| Some((ratio(sample.size), (figure.of)(sample)?)))
            .collect()
    }

    /// Returns the growth of a figure.
    pub(crate) fn growth(&self, figure: &Figure) -> Option<Growth> {
        Growth::of(&self.points(figure))
    }

    /// Returns the reason for the growth; `None` if the figure is flat.
    pub(crate) fn reason(&self, figure: &Figure) -> Option<&'static str> {
        match self.growth(figure)?.verdict {
            Verdict::OneSize | Verdict::Flat => None,
            Verdict::Falls => Some(SHARED),
            Verdict::Logarithmic | Verdict::Grows => Some(figure.why),
        }
    }

    /// Returns the resident memory of the process at the first and the last size, in bytes.
    pub(crate) fn resident(&self) -> Option<(u64, u64)> {
        let (first, last) = (self.samples.first()?, self.samples.last()?);
        Some((first.resident, last.resident))
    }
}
