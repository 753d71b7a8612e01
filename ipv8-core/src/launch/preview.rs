//! What a launch would do, asked without doing it.

use super::configured::{Told, definition_of};
use super::erased::{Failure, guarded};
use super::hooks::Launcher;
use super::launchers::{Entry, Launchers};
use super::session::{AnySession, Given, typed};
use crate::config::{Config, Effective, Located};
use crate::engine::overlays::Strategies;
use crate::launch::plan::{LauncherMeta, PlanError, Problem};
use crate::node::Hook;
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::Community;

/// What would become of a launcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It would be launched, if nothing is wrong with the plan.
    Launched,
    /// [`Launchers::only`] or [`Launchers::without`] leaves it out.
    LeftOut,
    /// The configuration says `enabled = false`.
    ConfiguredOff,
    /// Its condition does not hold.
    ConditionFalse,
    /// It needs a session of another type than the one that is there.
    OtherSession,
    /// Its own code panicked when it was asked.
    Panicked(Hook),
}

/// One launcher of a [`Preview`].
#[derive(Clone, Debug)]
pub struct LauncherPreview {
    /// Name, order and place.
    pub meta: LauncherMeta,
    /// The full name of its community's type.
    pub overlay: &'static str,
    /// The full name of its session's type; `()` for none.
    pub session: &'static str,
    /// Its strategies' types, without path, with their targets (-1: none), in order, as the configuration changes them; empty if it
    /// panicked.
    pub strategies: Vec<(&'static str, i32)>,
    /// The types of its own bootstrappers, without path, in order; empty for another session, if the configuration names others, and if it
    /// panicked.
    pub bootstrappers: Vec<&'static str>,
    /// What would become of it.
    pub fate: Fate,
}

/// What a launch with a given session would do; see [`Launchers::preview`].
#[derive(Clone, Debug)]
pub struct Preview {
    /// All launchers, in the fixed order of their places.
    pub launchers: Vec<LauncherPreview>,
    /// The overlays that only the configuration names: they are made after the launchers' overlays.
    pub overlays: Vec<Located<String>>,
    /// The names of the launchers to be launched, in the order of launch; or all that is wrong.
    pub plan: Result<Vec<&'static str>, PlanError>,
}

impl Preview {
    /// The launcher of that name, the first if several have it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&LauncherPreview> {
        self.launchers.iter().find(|one| one.meta.name == name)
    }

    /// When the launcher of that name would be launched, counted from 1; `None` if it would not.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        let order = self.plan.as_ref().ok()?;
        order.iter().position(|one| *one == name).map(|at| at + 1)
    }
}

impl Launchers {
    /// Changes how the node is set up: what [`configuration`](Self::configuration) said, or the default, is given to `change`.
    pub fn reconfigure(self, change: impl FnOnce(Config) -> Config) -> Self {
        let configuration = self.configuration.clone();
        self.configuration(change(configuration))
    }

    /// Every setting of the configuration, and where its value was said.
    #[must_use]
    pub fn effective_configuration(&self) -> Effective {
        self.configuration.effective()
    }

    /// What a launch with this session would do. Starts nothing; asks each launcher for its condition, its strategies and its
    /// bootstrappers. A panic of a launcher's own code is told as its [`Fate`].
    pub fn preview<S: Send + 'static>(&self, session: &mut S) -> Preview {
        let given = Given::new(session);
        let mut asked: Vec<(&Entry, LauncherPreview)> = self
            .entries
            .iter()
            .map(|entry| (entry, self.ask(entry, given.session)))
            .collect();
        asked.sort_by_key(|(_, one)| one.meta.tie_break());
        let is_planned = |entry: &Entry| {
            let asked = asked.iter().find(|(other, _)| std::ptr::eq(*other, entry));
            asked.is_some_and(|(_, one)| matches!(one.fate, Fate::Launched | Fate::OtherSession))
        };
        let plan = self.check_of(is_planned);
        let launchers: Vec<_> = asked.into_iter().map(|(_, one)| one).collect();
        let of_other_sessions = launchers
            .iter()
            .filter(|one| one.fate == Fate::OtherSession)
            .map(|one| Problem::Session {
                launcher: one.meta,
                wanted: one.session,
                given: given.name,
            });
        let mut problems: Vec<Problem> = of_other_sessions.collect();
        let plan = match plan {
            Ok(plan) if problems.is_empty() => Ok(plan.names().collect()),
            Ok(_) => Err(PlanError { problems }),
            Err(error) => {
                problems.extend(error.problems);
                Err(PlanError { problems })
            }
        };
        let overlays = self.configured().into_iter();
        Preview {
            launchers,
            overlays: overlays.map(|(definition, _)| definition.name).collect(),
            plan,
        }
    }

    fn ask(&self, entry: &Entry, session: &AnySession) -> LauncherPreview {
        let launcher = entry.launcher.as_ref();
        let definition = definition_of(&self.configuration, launcher.meta().name);
        let told = Told::new(&self.configuration, definition);
        let described = launcher.describe(session, told);
        let fate = match &described {
            _ if !entry.enabled => Fate::LeftOut,
            _ if !self.is_enabled(entry) => Fate::ConfiguredOff,
            _ if !launcher.fits(session) => Fate::OtherSession,
            Err(hook) => Fate::Panicked(*hook),
            Ok(_) => match launcher.should_launch(session) {
                Ok(true) => Fate::Launched,
                Ok(false) => Fate::ConditionFalse,
                Err(Failure::Panicked(hook)) => Fate::Panicked(hook),
                Err(_) => Fate::OtherSession,
            },
        };
        let (strategies, bootstrappers) = described.unwrap_or_default();
        LauncherPreview {
            meta: launcher.meta(),
            overlay: launcher.overlay_name(),
            session: launcher.session_name(),
            strategies,
            bootstrappers,
            fate,
        }
    }
}

/// Strategies with targets, and bootstrappers.
type Described = (Vec<(&'static str, i32)>, Vec<&'static str>);

/// What a launcher says of itself without a node.
pub trait Describe {
    /// Its strategies and bootstrappers; the latter only under its own session. A panic is told by the hook it came from.
    fn describe(&self, session: &AnySession, told: Told<'_>) -> Result<Described, Hook>;
}

impl<C: Community, S: Send + 'static> Describe for Launcher<C, S> {
    fn describe(&self, session: &AnySession, told: Told<'_>) -> Result<Described, Hook> {
        let strategies = guarded(Hook::WalkStrategies, || {
            let mut strategies = Strategies::new();
            self.walk_strategies(&mut strategies);
            if let Some(definition) = told.definition() {
                // What is wrong with it is a problem of the plan.
                let _ = definition.change::<C>(&mut strategies, &mut Default::default());
            }
            strategies.iter().collect()
        });
        let bootstrappers = guarded(Hook::Bootstrappers, || {
            let mut bootstrappers = Bootstrappers::new();
            if let Some(session) = typed(session).filter(|_| !told.bootstrappers()) {
                self.bootstrappers(session, &mut bootstrappers);
            }
            bootstrappers.iter().collect()
        });
        let strategies = strategies.map_err(|_| Hook::WalkStrategies)?;
        let bootstrappers = bootstrappers.map_err(|_| Hook::Bootstrappers)?;
        Ok((strategies, bootstrappers))
    }
}
