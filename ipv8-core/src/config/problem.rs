//! What can be wrong with a configuration.

use std::fmt;
use std::net::SocketAddr;

use super::origin::Origin;
use super::{DEFAULT_WALK_INTERVAL, MOST_CORES, SLOWEST_WALK_INTERVAL};
use crate::crypto::KeyError;
use crate::engine::overlays::UnknownStrategy;
use crate::engine::turns::pacing::PacingError;
use crate::overlay::community::ActionError;
use crate::state::outbox::{DEFAULT_MAX_DATAGRAM, LARGEST_DATAGRAM};
use crate::support::nearest::nearest;
use crate::support::options::OptionError;

/// One setting that makes no sense. Its text says what would.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The list of interfaces is empty.
    NoInterface,
    /// Two interfaces of one address family.
    SameFamily {
        /// The one named first.
        first: SocketAddr,
        /// Another one.
        second: SocketAddr,
    },
    /// The path of the key file is empty.
    EmptyKeyFile,
    /// The path of the snapshot's file is empty.
    EmptySnapshotFile,
    /// A walk interval that is not above 0 and at most 3600 seconds.
    WalkInterval(f64),
    /// A limit for scaling the walk interval that is shorter than that, or above 3600 seconds.
    WalkScalingLimit(f64),
    /// A bootstrap address that nothing can be sent to.
    Bootstrap(SocketAddr),
    /// A peer limit below -1.
    MaxPeers(i32),
    /// A datagram length of 0, or above what UDP carries.
    MaxDatagram(usize),
    /// A number of cores that is out of its range.
    Cores(usize),
    /// A value of the pacing that is out of its range.
    PacingConfig(PacingError),
    /// Something said in a file, in a variable, or of one overlay, with its place.
    Setting(Box<SettingProblem>),
}

impl From<PacingError> for ConfigProblem {
    fn from(error: PacingError) -> Self {
        Self::PacingConfig(error)
    }
}

impl From<SettingProblem> for ConfigProblem {
    fn from(problem: SettingProblem) -> Self {
        Self::Setting(Box::new(problem))
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInterface => {
                f.write_str("interfaces is empty: give at least one address, for instance 0.0.0.0:8090")
            }
            Self::SameFamily { first, second } => write!(
                f,
                "interfaces {first} and {second} are of one address family: give at most one IPv4 and one IPv6 address"
            ),
            Self::EmptyKeyFile => {
                f.write_str("the path of the key file is empty: name a file, or leave it out for a new key with each launch")
            }
            Self::EmptySnapshotFile => f.write_str(
                "the path of the snapshot's file is empty: name a file, or leave it out to start from nothing each time",
            ),
            Self::WalkInterval(seconds) => write!(
                f,
                "walk_interval is {seconds} seconds: give more than 0 and at most {SLOWEST_WALK_INTERVAL}, for instance {DEFAULT_WALK_INTERVAL}"
            ),
            Self::WalkScalingLimit(seconds) => write!(
                f,
                "walk_scaling_limit is {seconds} seconds: give no less than walk_interval and at most {SLOWEST_WALK_INTERVAL}, or leave it out to keep the walk interval as it is"
            ),
            Self::Bootstrap(address) => write!(
                f,
                "bootstrap address {address} cannot be sent to: give the address and port of a tracker"
            ),
            Self::MaxDatagram(bytes) => write!(
                f,
                "max_datagram is {bytes} bytes: give 1 to {LARGEST_DATAGRAM}, for instance {DEFAULT_MAX_DATAGRAM}"
            ),
            Self::Cores(cores) => write!(
                f,
                "cores is {cores}: give 1 to {MOST_CORES}, or leave it out for as many as there are"
            ),
            Self::PacingConfig(error) => error.fmt(f),
            Self::MaxPeers(peers) => write!(
                f,
                "max_peers is {peers}: give a number of peers, or -1 for no limit"
            ),
            Self::Setting(problem) => problem.fmt(f),
        }
    }
}

/// A mistake in one setting, and where it stands. Its text is `file:line:column: setting: mistake`.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingProblem {
    /// Where it stands.
    pub origin: Origin,
    /// The setting, as a path: `overlays[0].walkers[1].peers`. Empty: the whole text.
    pub setting: String,
    /// What is wrong.
    pub mistake: SettingError,
}

impl fmt::Display for SettingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.setting.is_empty() {
            write!(f, "{}: ", self.setting)?;
        }
        self.mistake.fmt(f)
    }
}

/// What is wrong with one setting. No text holds what stands in a key.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// The file cannot be read.
    #[error("this cannot be read: {reason}")]
    Unreadable {
        /// What the system said.
        reason: String,
    },
    /// The text is no TOML or no JSON.
    #[error("this is no {language}: {reason}")]
    Syntax {
        /// `TOML` or `JSON`.
        language: &'static str,
        /// What the parser said.
        reason: String,
    },
    /// A name that does not exist: of a setting, a class, a strategy, a key, ….
    #[error("unknown {what} \"{name}\": {}", mend(nearest.as_deref(), known))]
    Unknown {
        /// What the name should name.
        what: &'static str,
        /// The name given.
        name: String,
        /// The most similar name there is.
        nearest: Option<String>,
        /// The names there are.
        known: Vec<String>,
    },
    /// Something that has to be there is not.
    #[error("{name} is missing: {mend}")]
    Missing {
        /// Its name.
        name: &'static str,
        /// What to write.
        mend: &'static str,
    },
    /// A value of another kind.
    #[error("expected {expected}, found {found}")]
    Type {
        /// What is wanted.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A value of the right kind that does not do.
    #[error("{found} will not do: give {expected}")]
    Value {
        /// What is wanted.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// What is said twice, and should be said once.
    #[error("{what} is given twice: {mend}")]
    Twice {
        /// What.
        what: String,
        /// What to do.
        mend: &'static str,
    },
    /// What py-ipv8 has and this library has not.
    #[error("{what} is left out: {reason}")]
    LeftOut {
        /// What.
        what: String,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// What is understood, and to be written in another way.
    #[error("{what} is deprecated: {mend}")]
    Deprecated {
        /// What.
        what: &'static str,
        /// What to write instead.
        mend: &'static str,
    },
    /// A private key where none belongs. It was not looked at any further.
    #[error("a private key stands here: it belongs into keys, as bin")]
    Misplaced,
    /// A key that cannot be used.
    #[error(transparent)]
    Key(KeyError),
    /// A key that would be made on a curve that cannot sign here.
    #[error(
        "a key of generation \"{generation}\" cannot sign here, it can only be verified: write \"curve25519\""
    )]
    LegacyKey {
        /// The generation.
        generation: String,
    },
    /// An option of a strategy, a bootstrapper or settings.
    #[error(transparent)]
    Option(OptionError),
    /// A strategy that the community does not have.
    #[error(transparent)]
    Strategy(UnknownStrategy),
    /// An action that the community does not have, or other arguments than it takes.
    #[error(transparent)]
    Action(ActionError),
    /// Options that cannot be set by name.
    #[error("{whose} cannot be set by name: {mend}")]
    NoOptions {
        /// Whose.
        whose: String,
        /// What a programmer has to do.
        mend: &'static str,
    },
}

impl SettingError {
    /// A name that none of `known` is.
    pub(crate) fn unknown<N: AsRef<str>>(
        what: &'static str,
        name: &str,
        known: impl IntoIterator<Item = N>,
    ) -> Self {
        let known: Vec<String> = known
            .into_iter()
            .map(|known| known.as_ref().to_owned())
            .collect();
        let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        Self::Unknown {
            what,
            name: shown(name),
            nearest,
            known,
        }
    }
}

fn mend(nearest: Option<&str>, known: &[String]) -> String {
    match (nearest, known) {
        (Some(nearest), _) => format!("did you mean \"{nearest}\"?"),
        (None, []) => "there are none".to_owned(),
        (None, known) => format!("there are {}", known.join(", ")),
    }
}

/// A text as a message may show it: not too long. (Private keys at wrong places were taken away before.)
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut letters = text.chars();
    let mut short: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}
