//! What can be wrong with a launch, told before anything starts.

use std::fmt;

use super::meta::LauncherMeta;
use crate::config::SettingProblem;
use crate::support::nearest::DidYouMean;

/// One thing that has to be mended before a launch. Its text names every place as `file:line:column`.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Several launchers of one name.
    Duplicate {
        /// All of them, two or more, in their fixed order.
        launchers: Vec<LauncherMeta>,
    },
    /// An `after` that names no launcher.
    UnknownAfter {
        /// The launcher that says so.
        launcher: LauncherMeta,
        /// The name it gives.
        after: &'static str,
        /// The most similar name there is.
        nearest: Option<&'static str>,
    },
    /// Launchers that wait for each other.
    Cycle {
        /// Each waits for the one that follows, the last for the first. One launcher: it waits for itself.
        path: Vec<LauncherMeta>,
    },
    /// A name given to [`Launchers::only`](crate::Launchers::only) or [`Launchers::without`](crate::Launchers::without) that no
    /// launcher has.
    UnknownName {
        /// The name given.
        name: String,
        /// The most similar name there is.
        nearest: Option<&'static str>,
    },
    /// A launcher written for a session of another type than the one given to
    /// [`Launchers::launch_with`](crate::Launchers::launch_with).
    Session {
        /// The launcher.
        launcher: LauncherMeta,
        /// The full name of its session type.
        wanted: &'static str,
        /// The full name of the type that was given; `()` for [`Launchers::launch`](crate::Launchers::launch).
        given: &'static str,
    },
    /// [`Launchers::collected`](crate::Launchers::collected) found nothing at all.
    NothingLinked,
    /// A setting that makes no sense.
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
                write!(f, "{launcher} is to come after {after:?}, ")?;
                unknown(f, *nearest)
            }
            Self::Cycle { path } => cycle(f, path),
            Self::UnknownName { name, nearest } => {
                write!(f, "{name:?} was to be chosen or left out, ")?;
                unknown(f, *nearest)
            }
            Self::Session {
                launcher,
                wanted,
                given,
            } => session(f, launcher, wanted, given),
            Self::NothingLinked => f.write_str(NOTHING_LINKED),
            Self::Config(problem) => problem.fmt(f),
        }
    }
}

const NOTHING_LINKED: &str = "no launcher is linked into this program: annotate a struct with #[overlay(…)]; if it stands in another crate \
    that nothing here names, the linker leaves that crate out, so write ipv8_core::link!(that_crate); \
    or name launchers yourself with Launchers::new().with(…)";

fn duplicate(f: &mut fmt::Formatter<'_>, launchers: &[LauncherMeta]) -> fmt::Result {
    let name = launchers.first().map_or("", |launcher| launcher.name);
    write!(f, "{} launchers are named {name:?}: at ", launchers.len())?;
    for (index, launcher) in launchers.iter().enumerate() {
        let separator = if index == 0 { "" } else { " and " };
        write!(f, "{separator}{}", launcher.place())?;
    }
    f.write_str("; give all but one another name with #[name(\"…\")]")
}

fn unknown(f: &mut fmt::Formatter<'_>, nearest: Option<&str>) -> fmt::Result {
    f.write_str("but no launcher has that name; ")?;
    match nearest {
        Some(name) => write!(f, "{}", DidYouMean(name)),
        None => {
            f.write_str("launchers() lists those there are, link! adds crates that nothing names")
        }
    }
}

fn session(
    f: &mut fmt::Formatter<'_>,
    launcher: &LauncherMeta,
    wanted: &str,
    given: &str,
) -> fmt::Result {
    write!(f, "{launcher} needs a session of type {wanted}, ")?;
    if given == "()" {
        f.write_str("but none is given: launch with launch_with(&mut session)")
    } else {
        write!(f, "but the one given is a {given}: give both the same type")
    }
}

fn cycle(f: &mut fmt::Formatter<'_>, path: &[LauncherMeta]) -> fmt::Result {
    f.write_str("launchers wait for each other, so none can be first: ")?;
    for launcher in path {
        write!(f, "{} -> ", launcher.name)?;
    }
    f.write_str(path.first().map_or("", |launcher| launcher.name))?;
    f.write_str(" (each comes after the next; ")?;
    for (index, launcher) in path.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{} at {}", launcher.name, launcher.place())?;
    }
    f.write_str("); take one of these out of its #[after(…)]")
}

/// Everything that is wrong with a launch, all at once; nothing was started.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct PlanError {
    pub(crate) problems: Vec<Problem>,
}

impl PlanError {
    /// The problems, at least one: the launchers' in a fixed order, then the configuration's.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// One line for each problem.
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
