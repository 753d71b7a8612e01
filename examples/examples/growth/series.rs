//! What grows, from how many to how many, and what is measured then.

use crate::measure::Sample;
use crate::meter::ratio;

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Series {
    /// Verified peers of one overlay, each verified by a signed introduction request, with a LAN address.
    Peers,
    /// Addresses that a hundred peers introduced.
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
            (Self::Overlays, true) => &[1, 100],
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
    /// Why it may cost more.
    pub(crate) why: &'static str,
}

/// What the processor's caches do to everything that lies in more memory than they hold.
const CACHES: &str = "more memory than the caches hold: each look-up waits for it";

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
        of: |sample| sample.bytes_each(),
        why: "",
    },
];

/// What was measured while something grew.
pub(crate) struct Curve {
    pub(crate) series: Series,
    pub(crate) samples: Vec<Sample>,
}

/// How a figure grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Flat,
    Logarithmic,
    Grows,
}

impl Verdict {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Logarithmic => "logarithmic",
            Self::Grows => "grows",
        }
    }
}

impl Curve {
    /// The points of a figure: how many there were, and what it cost.
    pub(crate) fn points(&self, figure: &Figure) -> Vec<(f64, f64)> {
        let points = self.samples.iter();
        points
            .filter_map(|sample| Some((ratio(sample.size), (figure.of)(sample)?)))
            .collect()
    }

    /// The last point by the first, and what that means.
    pub(crate) fn verdict(&self, figure: &Figure) -> Option<(f64, Verdict)> {
        let points = self.points(figure);
        let ((few, first), (many, last)) = (*points.first()?, *points.last()?);
        let grown = last / first;
        // Ten sizes make one step of the logarithm; from one to ten it has no meaning.
        let allowed = (many.ln() / few.max(2.0).ln()).max(1.0);
        Some(match grown {
            grown if grown <= 2.0 => (grown, Verdict::Flat),
            grown if grown <= 1.25 * allowed => (grown, Verdict::Logarithmic),
            grown => (grown, Verdict::Grows),
        })
    }
}
