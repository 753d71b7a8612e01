//! What grows, from how many to how many, and what is measured then.

use ipv8_examples::measure::verdict::{Growth, Verdict};

use crate::measure::Sample;
use crate::meter::ratio;

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Series {
    /// Verified peers of one overlay, each verified by a signed introduction request, with a LAN address.
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

/// One thing that is measured.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) of: fn(&Sample) -> Option<f64>,
    /// Why it may rise.
    pub(crate) why: &'static str,
}

/// What the processor's caches do to everything that lies in more memory than they hold.
const CACHES: &str = "more memory than the caches hold: each look-up waits for it";

/// Why one of many takes more memory than one of few.
const TABLES: &str =
    "the first few find room in tables that are there; one that is full becomes twice as large";

/// Why one of many costs less than one of few.
const SHARED: &str = "what the first one brings with it is there for all";

pub(crate) const FIGURES: [Figure; 9] = [
    Figure {
        name: "introduction request answered",
        unit: "ns",
        of: |sample| Some(sample.request),
        why: CACHES,
    },
    Figure {
        name: "request of a new peer answered",
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
        why: "with few introductions there are few to ask; never more than 12",
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

/// What was measured while something grew.
pub(crate) struct Curve {
    pub(crate) series: Series,
    pub(crate) samples: Vec<Sample>,
}

impl Curve {
    /// The points of a figure: how many there were, and what it cost.
    pub(crate) fn points(&self, figure: &Figure) -> Vec<(f64, f64)> {
        let points = self.samples.iter();
        points
            .filter_map(|sample| Some((ratio(sample.size), (figure.of)(sample)?)))
            .collect()
    }

    /// How a figure grows.
    pub(crate) fn growth(&self, figure: &Figure) -> Option<Growth> {
        Growth::of(&self.points(figure))
    }

    /// Why it does, if it is not flat.
    pub(crate) fn reason(&self, figure: &Figure) -> Option<&'static str> {
        match self.growth(figure)?.verdict {
            Verdict::OneSize | Verdict::Flat => None,
            Verdict::Falls => Some(SHARED),
            Verdict::Logarithmic | Verdict::Grows => Some(figure.why),
        }
    }

    /// The memory of the whole process at the first and the last size, in bytes.
    pub(crate) fn resident(&self) -> Option<(u64, u64)> {
        let (first, last) = (self.samples.first()?, self.samples.last()?);
        Some((first.resident, last.resident))
    }
}
