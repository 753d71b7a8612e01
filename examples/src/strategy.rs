//! Strategies by name: `RandomWalk:20,timeout=3.0,window_size=5`.

use std::fmt;
use std::str::FromStr;

use ipv8_core::communities::{DiscoveryCommunity, PeriodicSimilarity};
use ipv8_core::internals::nearest::nearest;
use ipv8_core::{Community, EdgeWalk, RandomChurn, RandomWalk, Strategies};

/// A strategy on the command line: `NAME:TARGET[,option=value…]`. The options are the public fields
/// of the strategy's type, with the same defaults.
#[derive(Clone, Debug)]
pub struct NamedStrategy {
    target_peers: i32,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Random(RandomWalk),
    Edge(EdgeWalk),
    Churn(RandomChurn),
    Similarity(PeriodicSimilarity),
}

/// Sets an option from text; the error says what was expected.
type Set<S> = fn(&mut S, &str) -> Result<(), &'static str>;
type Options<S> = [(&'static str, Set<S>)];

const NAMES: [&str; 4] = [
    "RandomWalk",
    "EdgeWalk",
    "RandomChurn",
    "PeriodicSimilarity",
];

const RANDOM_WALK: &Options<RandomWalk> = &[
    ("timeout", |walk, text| seconds(&mut walk.timeout, text)),
    ("window_size", |walk, text| {
        count(&mut walk.window_size, text)
    }),
    ("reset_chance", |walk, text| {
        chance(&mut walk.reset_chance, text)
    }),
    ("target_interval", |walk, text| {
        seconds(&mut walk.target_interval, text)
    }),
    ("requests_per_step", |walk, text| {
        count(&mut walk.requests_per_step, text)
    }),
];

const EDGE_WALK: &Options<EdgeWalk> = &[
    ("edge_length", |walk, text| {
        count(&mut walk.edge_length, text)
    }),
    ("neighborhood_size", |walk, text| {
        count(&mut walk.neighborhood_size, text)
    }),
    ("edge_timeout", |walk, text| {
        seconds(&mut walk.edge_timeout, text)
    }),
];

const RANDOM_CHURN: &Options<RandomChurn> = &[
    ("sample_size", |churn, text| {
        count(&mut churn.sample_size, text)
    }),
    ("ping_interval", |churn, text| {
        seconds(&mut churn.ping_interval, text)
    }),
    ("inactive_time", |churn, text| {
        seconds(&mut churn.inactive_time, text)
    }),
    ("drop_time", |churn, text| {
        seconds(&mut churn.drop_time, text)
    }),
];

const PERIODIC_SIMILARITY: &Options<PeriodicSimilarity> = &[("interval", |similarity, text| {
    seconds(&mut similarity.interval, text)
})];

impl NamedStrategy {
    /// Returns `true` if the strategy works only in the discovery community.
    #[must_use]
    pub fn is_for_discovery(&self) -> bool {
        matches!(self.kind, Kind::Churn(_) | Kind::Similarity(_))
    }

    /// Adds a new strategy, unless it works only in the discovery community.
    pub fn add_to<C: Community>(&self, strategies: &mut Strategies<C>) {
        match &self.kind {
            Kind::Random(walk) => strategies.add_strategy(self.target_peers, walk.clone()),
            Kind::Edge(walk) => strategies.add_strategy(self.target_peers, walk.clone()),
            Kind::Churn(_) | Kind::Similarity(_) => strategies,
        };
    }

    /// Adds a new strategy if it works only in the discovery community.
    pub fn add_to_discovery(&self, strategies: &mut Strategies<DiscoveryCommunity>) {
        match &self.kind {
            Kind::Churn(churn) => strategies.add_strategy(self.target_peers, churn.clone()),
            Kind::Similarity(walk) => strategies.add_strategy(self.target_peers, walk.clone()),
            Kind::Random(_) | Kind::Edge(_) => strategies,
        };
    }
}

impl FromStr for NamedStrategy {
    type Err = StrategyError;

    fn from_str(text: &str) -> Result<Self, StrategyError> {
        let mut parts = text.split(',');
        let (name, target) = parts
            .next()
            .and_then(|head| head.split_once(':'))
            .ok_or(StrategyError::Form)?;
        let kind = match name {
            "RandomWalk" => Kind::Random(configured(name, RANDOM_WALK, parts)?),
            "EdgeWalk" => Kind::Edge(configured(name, EDGE_WALK, parts)?),
            "RandomChurn" => Kind::Churn(configured(name, RANDOM_CHURN, parts)?),
            "PeriodicSimilarity" => Kind::Similarity(configured(name, PERIODIC_SIMILARITY, parts)?),
            _ => return Err(StrategyError::UnknownStrategy(Unknown::new(name, &NAMES))),
        };
        let target_peers = target
            .parse()
            .ok()
            .filter(|target| *target >= -1)
            .ok_or_else(|| StrategyError::Target {
                strategy: name.to_owned(),
                target: target.to_owned(),
            })?;
        Ok(Self { target_peers, kind })
    }
}

/// Returns a strategy with its defaults, changed by the `option=value` parts.
fn configured<'a, S: Default>(
    strategy: &str,
    options: &Options<S>,
    parts: impl Iterator<Item = &'a str>,
) -> Result<S, StrategyError> {
    let strategy = || strategy.to_owned();
    let mut walk = S::default();
    let mut given = Vec::new();
    for part in parts {
        let (option, value) = part.split_once('=').ok_or_else(|| StrategyError::NoValue {
            strategy: strategy(),
            option: part.to_owned(),
        })?;
        let Some((option, set)) = options.iter().find(|(name, _)| *name == option) else {
            let known: Vec<_> = options.iter().map(|(name, _)| *name).collect();
            return Err(StrategyError::UnknownOption {
                strategy: strategy(),
                option: Unknown::new(option, &known),
            });
        };
        if given.contains(option) {
            return Err(StrategyError::Twice {
                strategy: strategy(),
                option,
            });
        }
        given.push(option);
        set(&mut walk, value).map_err(|expected| StrategyError::Value {
            strategy: strategy(),
            option,
            value: value.to_owned(),
            expected,
        })?;
    }
    Ok(walk)
}

fn seconds(field: &mut f64, text: &str) -> Result<(), &'static str> {
    const EXPECTED: &str = "seconds, 0 or more";
    let value: f64 = text.parse().map_err(|_| EXPECTED)?;
    if !value.is_finite() || value < 0.0 {
        return Err(EXPECTED);
    }
    *field = value;
    Ok(())
}

fn count(field: &mut usize, text: &str) -> Result<(), &'static str> {
    *field = text.parse().map_err(|_| "a whole number, 0 or more")?;
    Ok(())
}

fn chance(field: &mut u8, text: &str) -> Result<(), &'static str> {
    *field = text.parse().map_err(|_| "a whole number from 0 to 255")?;
    Ok(())
}

/// An unknown name, with the known ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The unknown name.
    pub name: String,
    /// The nearest known name.
    pub nearest: Option<&'static str>,
    /// All known names.
    pub known: Vec<&'static str>,
}

impl Unknown {
    fn new(name: &str, known: &[&'static str]) -> Self {
        Self {
            name: name.to_owned(),
            nearest: nearest(name, known.iter().copied()),
            known: known.to_vec(),
        }
    }
}

/// Shows the name, the nearest known one, and all known ones.
impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`", self.name)?;
        if let Some(nearest) = self.nearest {
            write!(formatter, ": did you mean `{nearest}`?")?;
        }
        write!(formatter, " (known: {})", self.known.join(", "))
    }
}

/// Error of a text that does not describe a strategy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StrategyError {
    /// It has no target.
    #[error("expected NAME:TARGET[,option=value…], such as RandomWalk:20,timeout=3.0")]
    Form,
    /// The strategy is unknown.
    #[error("unknown strategy {0}")]
    UnknownStrategy(Unknown),
    /// The target is not a number of peers.
    #[error("{strategy}: invalid target `{target}`: expected -1 (no limit) or a number of peers")]
    Target {
        /// The strategy.
        strategy: String,
        /// The given text.
        target: String,
    },
    /// The option is unknown.
    #[error("{strategy} has no option {option}")]
    UnknownOption {
        /// The strategy.
        strategy: String,
        /// The given text.
        option: Unknown,
    },
    /// An option without a value.
    #[error("{strategy}: `{option}` has no value: expected option=value")]
    NoValue {
        /// The strategy.
        strategy: String,
        /// The given text.
        option: String,
    },
    /// An option is given twice.
    #[error("{strategy}: {option} is given twice")]
    Twice {
        /// The strategy.
        strategy: String,
        /// The option.
        option: &'static str,
    },
    /// The option cannot have this value.
    #[error("{strategy}: invalid {option} `{value}`: expected {expected}")]
    Value {
        /// The strategy.
        strategy: String,
        /// The option.
        option: &'static str,
        /// The given text.
        value: String,
        /// The expected values.
        expected: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        match text.parse::<NamedStrategy>() {
            Ok(strategy) => panic!("{text} is {strategy:?}"),
            Err(error) => error.to_string(),
        }
    }

    fn random(text: &str) -> (i32, RandomWalk) {
        match text.parse() {
            Ok(NamedStrategy {
                target_peers,
                kind: Kind::Random(walk),
            }) => (target_peers, walk),
            other => panic!("{text} is {other:?}"),
        }
    }

    fn edge(text: &str) -> (i32, EdgeWalk) {
        match text.parse() {
            Ok(NamedStrategy {
                target_peers,
                kind: Kind::Edge(walk),
            }) => (target_peers, walk),
            other => panic!("{text} is {other:?}"),
        }
    }

    #[test]
    fn defaults_are_those_of_the_strategy() {
        let (target, walk) = random("RandomWalk:20");
        assert_eq!(target, 20);
        assert_eq!(format!("{walk:?}"), format!("{:?}", RandomWalk::default()));
        let (target, walk) = edge("EdgeWalk:-1");
        assert_eq!(target, -1);
        assert_eq!(format!("{walk:?}"), format!("{:?}", EdgeWalk::default()));
    }

    #[test]
    fn every_option_is_set() {
        let text = "RandomWalk:0,timeout=1.5,window_size=7,reset_chance=255,target_interval=0.25,requests_per_step=2";
        let (_, walk) = random(text);
        assert_eq!(walk.requests_per_step, 2);
        assert_eq!((walk.timeout, walk.window_size), (1.5, 7));
        assert_eq!((walk.reset_chance, walk.target_interval), (255, 0.25));
        let (_, walk) = edge("EdgeWalk:3,edge_length=2,neighborhood_size=9,edge_timeout=8");
        assert_eq!((walk.edge_length, walk.neighborhood_size), (2, 9));
        assert_eq!(walk.edge_timeout, 8.0);
    }

    #[test]
    fn churn_and_similarity_are_for_the_discovery_community() {
        let text = "RandomChurn:-1,sample_size=3,ping_interval=1,inactive_time=2.5,drop_time=5.5";
        match text.parse() {
            Ok(NamedStrategy {
                target_peers: -1,
                kind: Kind::Churn(churn),
            }) => {
                assert_eq!((churn.sample_size, churn.ping_interval), (3, 1.0));
                assert_eq!((churn.inactive_time, churn.drop_time), (2.5, 5.5));
            }
            other => panic!("{other:?}"),
        }
        for (text, is_for_discovery) in [
            ("RandomWalk:20", false),
            ("EdgeWalk:20", false),
            ("RandomChurn:-1", true),
            ("PeriodicSimilarity:-1,interval=2", true),
        ] {
            let strategy: NamedStrategy = text.parse().unwrap_or_else(|error| panic!("{error}"));
            let (mut plain, mut discovery) = (Strategies::new(), Strategies::new());
            strategy.add_to::<DiscoveryCommunity>(&mut plain);
            strategy.add_to_discovery(&mut discovery);
            assert_eq!(strategy.is_for_discovery(), is_for_discovery);
            assert_eq!(
                (plain.iter().count(), discovery.iter().count()),
                (
                    usize::from(!is_for_discovery),
                    usize::from(is_for_discovery)
                )
            );
        }
    }

    #[test]
    fn errors_suggest_the_fix() {
        for (text, expected) in [
            ("", "NAME:TARGET"),
            ("RandomWalk", "NAME:TARGET"),
            ("RandomWalk,timeout=3:1", "NAME:TARGET"),
            (
                "RandmWalk:1",
                "unknown strategy `RandmWalk`: did you mean `RandomWalk`?",
            ),
            ("edgewalk:1", "did you mean `EdgeWalk`?"),
            (
                "Walk:1",
                "(known: RandomWalk, EdgeWalk, RandomChurn, PeriodicSimilarity)",
            ),
            (
                "RandomChurn:1,drop=3",
                "(known: sample_size, ping_interval, inactive_time, drop_time)",
            ),
            ("RandomChurn:1,sample_size=1.5", "expected a whole number"),
            ("PeriodicSimilarity:1,interval=x", "expected seconds"),
            ("EdgeWalk:", "invalid target ``"),
            ("EdgeWalk:-2", "invalid target `-2`"),
            ("EdgeWalk:1.5", "invalid target `1.5`"),
            (
                "EdgeWalk:1,edge_lenth=3",
                "EdgeWalk has no option `edge_lenth`: did you mean `edge_length`?",
            ),
            (
                "EdgeWalk:1,timeout=3",
                "(known: edge_length, neighborhood_size, edge_timeout)",
            ),
            ("EdgeWalk:1,", "`` has no value"),
            ("EdgeWalk:1,edge_length", "`edge_length` has no value"),
            (
                "EdgeWalk:1,edge_length=2,edge_length=2",
                "edge_length is given twice",
            ),
            ("EdgeWalk:1,edge_length=-1", "`-1`: expected a whole number"),
            ("RandomWalk:1,reset_chance=256", "from 0 to 255"),
            ("RandomWalk:1,timeout=-1", "expected seconds, 0 or more"),
            ("RandomWalk:1,timeout=nan", "expected seconds, 0 or more"),
            ("RandomWalk:1,timeout=inf", "expected seconds, 0 or more"),
        ] {
            let error = refused(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
