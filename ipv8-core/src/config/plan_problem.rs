//! The problems of a launch, reported before anything starts.

use std::fmt;

use super::launcher_meta::{LauncherMeta, SourceLocation};
use super::problem::SettingProblem;
use crate::support::nearest::DidYouMean;
use crate::wire::packet::CommunityId;

/// A reason why nothing can be launched, or a warning. Its text names every location as
/// `file:line:column`.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Several launchers have the same name.
    Duplicate {
        /// All launchers of that name, two or more, in their fixed order.
        launchers: Vec<LauncherMeta>,
    },
    /// An `after` names no launcher.
    UnknownAfter {
        /// The launcher with that `after`.
        launcher: LauncherMeta,
        /// The name in the `after`.
        after: &'static str,
        /// The most similar launcher name.
        nearest: Option<&'static str>,
    },
    /// Launchers wait for each other.
    Cycle {
        /// The launchers. Each one waits for the next, the last one for the first. A single
        /// launcher waits for itself.
        path: Vec<LauncherMeta>,
    },
    /// [`Launchers::only`](crate::Launchers::only) or
    /// [`Launchers::without`](crate::Launchers::without) names no launcher.
    UnknownName {
        /// The name.
        name: String,
        /// The most similar launcher name.
        nearest: Option<&'static str>,
    },
    /// A launcher needs a session of a type that was not given to
    /// [`Launchers::launch_with`](crate::Launchers::launch_with) or
    /// [`Launchers::session`](crate::Launchers::session).
    Session {
        /// The launcher.
        launcher: LauncherMeta,
        /// The full name of its session type.
        wanted: &'static str,
        /// The full names of the given sessions' types; none for
        /// [`Launchers::launch`](crate::Launchers::launch).
        given: Vec<&'static str>,
    },
    /// [`Launchers::session`](crate::Launchers::session) was given two sessions of one type.
    RepeatedSession {
        /// The full name of their type.
        session: &'static str,
    },
    /// Two overlays would have the same community id.
    SameCommunity {
        /// The id.
        id: CommunityId,
        /// The first two overlays with it: the launcher with its location, or the name in the
        /// configuration with its origin.
        overlays: [String; 2],
    },
    /// Neither a launcher nor the configuration gives a [`Required`](crate::Required) setting.
    MissingSetting {
        /// The launcher.
        launcher: LauncherMeta,
        /// The setting.
        setting: &'static str,
    },
    /// No launcher of a crate that [`Launchers::expect_crates`](crate::Launchers::expect_crates)
    /// names is linked into this program.
    MissingCrate {
        /// The crate, as the compiler names it.
        name: String,
        /// The crate with launchers that has the most similar name.
        nearest: Option<&'static str>,
        /// The call of [`link!`](crate::link!) that names the crate, if there is one.
        link: Option<SourceLocation>,
    },
    /// A call of [`link!`](crate::link!) names a crate, and no launcher of it is linked into this
    /// program. Always a warning: [`Launchers::warnings`](crate::Launchers::warnings) returns it.
    EmptyLink {
        /// The name in the call.
        name: &'static str,
        /// The place of the call.
        location: SourceLocation,
    },
    /// [`Launchers::collected`](crate::Launchers::collected) found no launcher.
    NothingLinked,
    /// A setting is invalid.
    Config(SettingProblem),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate { launchers } => duplicate(f, launchers),
            Self::UnknownAfter {
                launcher,
                after,
                nearest,
            } => {
                write!(f, "{launcher}: #[after({after:?})]: ")?;
                unknown(f, *nearest)
            }
            Self::Cycle { path } => cycle(f, path),
            Self::UnknownName { name, nearest } => {
                write!(f, "cannot select or skip {name:?}: ")?;
                unknown(f, *nearest)
            }
            Self::Session {
                launcher,
                wanted,
                given,
            } => session(f, launcher, wanted, given),
            Self::RepeatedSession { session } => write!(
                f,
                "there are two sessions of type {session}: pass one, or wrap the other in a type \
                 of its own"
            ),
            Self::SameCommunity { id, overlays } => {
                let [first, second] = overlays;
                write!(
                    f,
                    "{first} and {second} have the same community id {id}: a node has one overlay \
                     for each id; remove one, or give its community an id of its own"
                )
            }
            Self::MissingSetting { launcher, setting } => write!(
                f,
                "{launcher}: the setting \"{setting}\" has no value and no default: write \
                 #[kwargs({setting} = …)], or launchers.{}.settings.{setting} in the configuration",
                launcher.name
            ),
            Self::MissingCrate {
                name,
                nearest,
                link,
            } => missing_crate(f, name, *nearest, *link),
            Self::EmptyLink { name, location } => write!(
                f,
                "{location}: link!({name}): no launcher of the crate {name:?} is linked into this \
                 program: either the linker dropped them ({GUIDE}), or the crate has none or \
                 another name in its Cargo.toml: then write use ::{name} as _; instead"
            ),
            Self::NothingLinked => f.write_str(NOTHING_LINKED),
            Self::Config(problem) => problem.fmt(f),
        }
    }
}

const NOTHING_LINKED: &str = "no launcher is linked into this program: annotate a struct with #[overlay(…)]; \
    if it is in another crate that nothing here names, the linker drops that crate, so write ipv8_core::link!(that_crate); \
    or add launchers yourself with Launchers::new().with(…)";

fn duplicate(f: &mut fmt::Formatter<'_>, launchers: &[LauncherMeta]) -> fmt::Result {
    let name = launchers.first().map_or("", |launcher| launcher.name);
    write!(f, "{} launchers are named {name:?}: at ", launchers.len())?;
    for (index, launcher) in launchers.iter().enumerate() {
        let separator = if index == 0 { "" } else { " and " };
        write!(f, "{separator}{}", launcher.location())?;
    }
    f.write_str("; rename all but one with #[name(\"…\")]")
}

fn unknown(f: &mut fmt::Formatter<'_>, nearest: Option<&str>) -> fmt::Result {
    f.write_str("no such launcher; ")?;
    match nearest {
        Some(name) => write!(f, "{}", DidYouMean(name)),
        None => f.write_str("launchers() lists them, link! adds crates that nothing names"),
    }
}

fn session(
    f: &mut fmt::Formatter<'_>,
    launcher: &LauncherMeta,
    wanted: &str,
    given: &[&str],
) -> fmt::Result {
    write!(f, "{launcher} needs a session of type {wanted}, ")?;
    match given {
        [] => f.write_str("but got none: launch with launch_with(&mut session)"),
        [given] => write!(
            f,
            "but got a {given}: use the same type for both, or pass both with session(&mut …)"
        ),
        given => write!(
            f,
            "but got only {}: pass it too, with session(&mut …)",
            given.join(", ")
        ),
    }
}

const GUIDE: &str = "see the guide \"Which launchers are linked in?\"";

fn missing_crate(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    nearest: Option<&'static str>,
    link: Option<SourceLocation>,
) -> fmt::Result {
    write!(
        f,
        "no launcher of the crate {name:?} is linked into this program: "
    )?;
    match (link, nearest) {
        (Some(link), _) => write!(
            f,
            "{link} links it, so it has no launchers, or the linker dropped them: {GUIDE}"
        ),
        (None, Some(nearest)) => write!(f, "{}", DidYouMean(nearest)),
        (None, None) => write!(f, "write ipv8_core::link!({name}), and {GUIDE}"),
    }
}

fn cycle(f: &mut fmt::Formatter<'_>, path: &[LauncherMeta]) -> fmt::Result {
    f.write_str("launchers wait for each other: ")?;
    for launcher in path {
        write!(f, "{} -> ", launcher.name)?;
    }
    f.write_str(path.first().map_or("", |launcher| launcher.name))?;
    f.write_str(" (each comes after the next; ")?;
    for (index, launcher) in path.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{} at {}", launcher.name, launcher.location())?;
    }
    f.write_str("); remove one of these names from its #[after(…)]")
}

/// All problems of a launch. Nothing was started.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct PlanError {
    pub(crate) problems: Vec<Problem>,
}

impl PlanError {
    /// Returns the problems, at least one: those of the launchers in a fixed order, then those of
    /// the configuration.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// Shows one line per problem.
impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [problem] = self.problems.as_slice() {
            return write!(f, "nothing was launched: {problem}");
        }
        write!(
            f,
            "nothing was launched, for {} reasons:",
            self.problems.len()
        )?;
        for (index, problem) in self.problems.iter().enumerate() {
            write!(f, "\n  {}. {problem}", index + 1)?;
        }
        Ok(())
    }
}
