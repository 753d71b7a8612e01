//! The set of launchers for one node, and its plan.

use std::collections::HashSet;
use std::fmt;

use super::classes::Class;
use super::community_launcher::CommunityLauncher;
use super::erased::{ErasedLauncher, erase};
use super::registry::launchers;
use super::sequence::blame;
use super::session::Given;
use crate::communities::discovery::DiscoveryCommunity;
use crate::config::{Config, LauncherConfig};
use crate::launch::plan::{Candidate, Plan, PlanError, Problem, plan};
use crate::node::Error;
use crate::overlay::community::Community;
use crate::support::nearest::nearest;

/// Which launchers a node is made of. Holds no global state: sets of different tests stand side by side in one process.
///
/// Launching is plan, check, run. The plan's order is repeatable: `after` first, then the fixed order of the places in the source.
/// The order of [`with`](Self::with) does not matter.
#[must_use = "nothing is launched until it is told to"]
pub struct Launchers {
    pub(super) entries: Vec<Entry>,
    pub(super) configuration: Config,
    pub(super) classes: Vec<Class>,
    problems: Vec<Problem>,
}

pub(super) struct Entry {
    pub(super) launcher: Box<dyn ErasedLauncher>,
    pub(super) enabled: bool,
}

/// What is to be launched, in this order.
pub(super) struct Steps {
    pub(super) launchers: Vec<Box<dyn ErasedLauncher>>,
    pub(super) overlays: Vec<(LauncherConfig, Class)>,
    pub(super) configuration: Config,
}

impl Default for Launchers {
    fn default() -> Self {
        Self::new()
    }
}

impl Launchers {
    /// No launcher at all: to be filled by [`with`](Self::with).
    pub fn new() -> Self {
        Self {
            entries: Vec::new(),
            configuration: Config::default(),
            classes: vec![Class::of::<DiscoveryCommunity>()],
            problems: Vec::new(),
        }
    }

    /// A fresh instance of every launcher linked into this program (see [`launchers()`](crate::launchers)).
    ///
    /// That there is none is a problem of its own, reported by [`plan`](Self::plan): most often a crate was not linked.
    pub fn collected() -> Self {
        let mut collected = Self::new();
        for registration in launchers() {
            collected = collected.with_erased(registration.launcher());
        }
        if collected.entries.is_empty() {
            collected.problems.push(Problem::NothingLinked);
        }
        collected
    }

    /// Adds a launcher.
    pub fn with<L: CommunityLauncher>(self, launcher: L) -> Self {
        self.with_erased(erase(launcher))
    }

    fn with_erased(mut self, launcher: Box<dyn ErasedLauncher>) -> Self {
        self.entries.push(Entry {
            launcher,
            enabled: true,
        });
        self
    }

    /// Of those added so far, keeps only those with these names. A name that none of them has is reported by [`plan`](Self::plan).
    ///
    /// The others stay known: an `after` may name them, and nobody waits for them.
    pub fn only<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        let chosen = self.known(names);
        for entry in &mut self.entries {
            entry.enabled &= chosen.contains(entry.launcher.meta().name);
        }
        self
    }

    /// Of those added so far, leaves out those with these names. A name that none of them has is reported by [`plan`](Self::plan).
    ///
    /// They stay known: an `after` may name them, and nobody waits for them.
    pub fn without<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        let unwanted = self.known(names);
        for entry in &mut self.entries {
            entry.enabled &= !unwanted.contains(entry.launcher.meta().name);
        }
        self
    }

    /// Notes a problem for each name that no launcher has.
    fn known<N: AsRef<str>>(&mut self, names: impl IntoIterator<Item = N>) -> HashSet<String> {
        let there: HashSet<&'static str> = self
            .entries
            .iter()
            .map(|entry| entry.launcher.meta().name)
            .collect();
        let (known, unknown): (HashSet<String>, HashSet<String>) = names
            .into_iter()
            .map(|name| name.as_ref().to_owned())
            .partition(|name| there.contains(name.as_str()));
        let mut unknown: Vec<String> = unknown.into_iter().collect();
        unknown.sort_unstable();
        for name in unknown {
            let nearest = nearest(&name, there.iter().copied());
            self.problems.push(Problem::UnknownName { name, nearest });
        }
        known
    }

    /// Makes a community known by the name of its type, so that a configuration can launch it (`[[overlays]]`, `class = "MyCommunity"`).
    /// Those of the launchers are known without, and so is the library's own `DiscoveryCommunity`. One of that name that was there is
    /// replaced.
    pub fn community<C: Community>(mut self) -> Self {
        let class = Class::of::<C>();
        self.classes.retain(|other| other.name != class.name);
        self.classes.push(class);
        self
    }

    /// Sets how the node is set up. Default: [`Config::default`].
    pub fn configuration(mut self, configuration: Config) -> Self {
        self.configuration = configuration;
        self
    }

    /// The names of those to be launched, in the fixed order of their places; [`plan`](Self::plan) gives the order of launch.
    pub fn names(&self) -> Vec<&'static str> {
        let mut metas: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| self.is_enabled(entry))
            .map(|entry| entry.launcher.meta())
            .collect();
        metas.sort_by_key(|meta| meta.tie_break());
        metas.into_iter().map(|meta| meta.name).collect()
    }

    /// The order of launch. Starts nothing, asks the launchers nothing but their metadata.
    ///
    /// # Errors
    /// Every problem of the launchers at once: see [`Problem`].
    pub fn plan(&self) -> Result<Plan, PlanError> {
        self.plan_of(|entry| self.is_enabled(entry))
    }

    fn plan_of(&self, enabled: impl Fn(&Entry) -> bool) -> Result<Plan, PlanError> {
        let candidates: Vec<Candidate> = self
            .entries
            .iter()
            .map(|entry| Candidate {
                meta: entry.launcher.meta(),
                enabled: enabled(entry),
            })
            .collect();
        let planned = plan(&candidates);
        let mut problems = self.problems.clone();
        // A configuration may name all there is to launch.
        problems.retain(|problem| {
            *problem != Problem::NothingLinked || self.configuration.overlays.is_empty()
        });
        if problems.is_empty() {
            return planned;
        }
        problems.extend(planned.err().into_iter().flat_map(|error| error.problems));
        Err(PlanError { problems })
    }

    /// The plan, if the configuration makes sense too: what a launch checks before anything starts.
    ///
    /// # Errors
    /// Every problem of the launchers, then every problem of the configuration.
    pub fn check(&self) -> Result<Plan, PlanError> {
        self.check_of(|entry| self.is_enabled(entry))
    }

    /// As [`check`](Self::check), with those for which `enabled` is true.
    pub(super) fn check_of(&self, enabled: impl Fn(&Entry) -> bool) -> Result<Plan, PlanError> {
        let settings: Vec<Problem> = self
            .configuration
            .problems()
            .into_iter()
            .chain(self.definition_problems())
            .map(Problem::Config)
            .collect();
        let planned = self.plan_of(enabled);
        if settings.is_empty() {
            return planned;
        }
        let mut problems = planned.map_or_else(|error| error.problems, |_| Vec::new());
        problems.extend(settings);
        Err(PlanError { problems })
    }

    /// What a launch needs: the launchers in the order of their launch, and the configuration. Asks each launcher, in the fixed order of
    /// their places, whether it should be launched: once, whoever waits for it.
    ///
    /// # Errors
    /// As [`check`](Self::check), and a problem for each launcher that needs another session; [`Error::LauncherPanicked`].
    pub(super) fn into_steps(mut self, given: &Given<'_>) -> Result<Steps, Error> {
        self.entries
            .sort_by_key(|entry| entry.launcher.meta().tie_break());
        let enabled: Vec<bool> = self
            .entries
            .iter()
            .map(|entry| self.is_enabled(entry))
            .collect();
        for (entry, enabled) in self.entries.iter_mut().zip(enabled) {
            entry.enabled = enabled;
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.enabled) {
            let (launcher, meta) = (entry.launcher.as_ref(), entry.launcher.meta());
            let wanted = launcher.session_name();
            if launcher.fits(given.session) {
                entry.enabled = launcher
                    .should_launch(given.session)
                    .map_err(|failure| blame(meta, wanted, failure))?;
            } else {
                self.problems.push(Problem::Session {
                    launcher: meta,
                    wanted,
                    given: given.name,
                });
            }
        }
        let plan = self.check()?;
        for warning in self.warnings() {
            tracing::warn!("{warning}");
        }
        let overlays = self.configured();
        let mut launchers: Vec<_> = self
            .entries
            .into_iter()
            .map(|entry| Some(entry.launcher))
            .collect();
        let launchers = plan
            .steps()
            .iter()
            .filter_map(|step| launchers.get_mut(step.index).and_then(Option::take))
            .collect();
        Ok(Steps {
            launchers,
            overlays,
            configuration: self.configuration,
        })
    }
}

/// Shows the launchers with their places, and the configuration.
impl fmt::Debug for Launchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let launchers: Vec<String> = self
            .entries
            .iter()
            .filter(|entry| entry.enabled)
            .map(|entry| entry.launcher.meta().to_string())
            .collect();
        f.debug_struct("Launchers")
            .field("launchers", &launchers)
            .field("configuration", &self.configuration)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::CommunityLauncher;
    use crate::launch::LauncherMeta;
    use crate::overlay::community::{Community, CommunityError};
    use crate::overlay::context::Context;
    use crate::wire::packet::CommunityId;

    struct Nothing;

    impl Community for Nothing {
        const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
        type Settings = ();

        fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
            Ok(Self)
        }
    }

    macro_rules! launcher {
        ($name:ident after $after:tt) => {
            struct $name;

            impl CommunityLauncher for $name {
                type Overlay = Nothing;
                type Session = ();
                const META: LauncherMeta =
                    crate::launcher_meta!(name = stringify!($name), after = $after);
            }
        };
    }

    launcher!(Alpha after ["Beta"]);
    launcher!(Beta after []);
    launcher!(Gamma after ["Alpha"]);

    fn planned(launchers: &Launchers) -> Vec<&'static str> {
        launchers.plan().unwrap().names().collect()
    }

    fn all() -> Launchers {
        Launchers::new().with(Gamma).with(Beta).with(Alpha)
    }

    #[test]
    fn the_order_of_with_does_not_matter() {
        let other = Launchers::new().with(Alpha).with(Beta).with(Gamma);
        assert_eq!(planned(&all()), ["Beta", "Alpha", "Gamma"]);
        assert_eq!(planned(&other), ["Beta", "Alpha", "Gamma"]);
        assert_eq!(all().names(), ["Alpha", "Beta", "Gamma"]);
    }

    #[test]
    fn only_and_without_choose_among_those_before() {
        assert_eq!(planned(&all().only(["Gamma", "Alpha"])), ["Alpha", "Gamma"]);
        assert_eq!(planned(&all().without(["Alpha"])), ["Beta", "Gamma"]);
        assert_eq!(planned(&all().only(["Alpha"]).without(["Alpha"])), [""; 0]);
        let later = Launchers::new()
            .with(Alpha)
            .with(Beta)
            .only(["Beta"])
            .with(Gamma);
        assert_eq!(planned(&later), ["Beta", "Gamma"]);
        assert_eq!(all().without(["Beta"]).names(), ["Alpha", "Gamma"]);
    }

    #[test]
    fn names_that_nobody_has_are_problems() {
        let error = all().only(["Gama", "Zeta"]).plan().unwrap_err();
        let [gama, zeta] = error.problems() else {
            panic!("{error}");
        };
        assert!(
            gama.to_string().contains("did you mean \"Gamma\"?"),
            "{gama}"
        );
        assert!(
            zeta.to_string().starts_with("\"Zeta\" was to be chosen"),
            "{zeta}"
        );
        // An `after` needs its name to be there, launched or not.
        let error = Launchers::new().with(Gamma).plan().unwrap_err();
        assert!(matches!(
            error.problems(),
            [Problem::UnknownAfter { after: "Alpha", .. }]
        ));
    }

    #[test]
    fn nothing_given_is_an_empty_plan() {
        assert_eq!(planned(&Launchers::new()), [""; 0]);
    }

    #[test]
    fn a_check_tells_of_launchers_and_configuration_together() {
        let wrong = Config::default().walk_interval(0.0).max_peers(-5);
        let set = Launchers::new().with(Beta).with(Beta).configuration(wrong);
        let error = set.check().unwrap_err();
        assert!(matches!(
            error.problems(),
            [
                Problem::Duplicate { .. },
                Problem::Config(_),
                Problem::Config(_)
            ]
        ));
        assert_eq!(error.to_string().lines().count(), 4, "{error}");
        assert!(set.into_steps(&Given::new(&mut ())).is_err());
    }

    #[test]
    fn steps_come_in_the_order_of_the_plan() {
        let Steps {
            launchers: steps,
            configuration,
            ..
        } = all()
            .without(["Alpha"])
            .into_steps(&Given::new(&mut ()))
            .unwrap();
        let names: Vec<&str> = steps.iter().map(|step| step.meta().name).collect();
        assert_eq!(names, ["Beta", "Gamma"]);
        assert!(
            steps
                .iter()
                .all(|step| step.overlay_name().ends_with("Nothing"))
        );
        assert_eq!(configuration.problems(), []);
    }
}
