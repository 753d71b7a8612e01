//! Checks a set of launchers and its configuration. Starts nothing.

use super::blueprint::Blueprint;
use super::launcher::Launcher;
use super::session::Session;
use super::set::{Entry, LauncherSet};
use crate::config::{LauncherConfig, SettingError, SettingProblem, not_here};
use crate::launch::plan::{Plan, PlanError, PlanInput, Problem, plan};

impl LauncherSet {
    /// Returns the order of launch.
    ///
    /// # Errors
    /// Every problem of the launchers.
    pub(super) fn plan(&self) -> Result<Plan, PlanError> {
        self.plan_where(
            |entry| self.is_enabled(entry),
            |entry| self.is_certain(entry),
            &Session::none(),
        )
    }

    /// Like [`plan`](Self::plan), but checks the configuration too.
    ///
    /// # Errors
    /// Every problem of the launchers, then every problem of the configuration.
    pub(super) fn check(&self) -> Result<Plan, PlanError> {
        self.check_where(
            |entry| self.is_enabled(entry),
            |entry| self.is_certain(entry),
            &Session::none(),
        )
    }

    /// Like [`check`](Self::check), after each launcher was asked whether it wants to be launched.
    pub(super) fn check_asked(
        &self,
        wanted: impl Fn(&Entry) -> bool,
        session: &Session<'_>,
    ) -> Result<Plan, PlanError> {
        self.check_where(&wanted, &wanted, session)
    }

    /// Returns `true` if the launcher is enabled and has no condition.
    fn is_certain(&self, entry: &Entry) -> bool {
        self.is_enabled(entry) && !entry.launcher.has_condition()
    }

    /// Like [`check`](Self::check), but launches the entries for which `enabled` returns `true`.
    /// Those for which `certain` does have overlays at the same time.
    fn check_where(
        &self,
        enabled: impl Fn(&Entry) -> bool,
        certain: impl Fn(&Entry) -> bool,
        session: &Session<'_>,
    ) -> Result<Plan, PlanError> {
        let config = self.config.problems().into_iter();
        let config: Vec<Problem> = config
            .chain(self.definition_problems(session))
            .map(Problem::Config)
            .collect();
        let planned = self.plan_where(enabled, certain, session);
        if config.is_empty() {
            return planned;
        }
        let mut problems = planned.map_or_else(|error| error.problems, |_| Vec::new());
        problems.extend(config);
        Err(PlanError { problems })
    }

    fn plan_where(
        &self,
        enabled: impl Fn(&Entry) -> bool,
        certain: impl Fn(&Entry) -> bool,
        session: &Session<'_>,
    ) -> Result<Plan, PlanError> {
        let entries = self.entries.iter();
        let inputs: Vec<PlanInput> = entries
            .map(|entry| PlanInput {
                meta: entry.launcher.meta(),
                enabled: enabled(entry),
            })
            .collect();
        let planned = plan(&inputs);
        let mut problems = self.problems.clone();
        // A configuration alone may name everything that is launched.
        problems.retain(|problem| {
            *problem != Problem::NothingLinked || self.config.overlays.is_empty()
        });
        problems.extend(self.missing_settings(enabled));
        let same = self.same_communities(certain, session);
        if problems.is_empty() && same.is_empty() {
            return planned;
        }
        problems.extend(planned.err().into_iter().flat_map(|error| error.problems));
        problems.extend(same);
        Err(PlanError { problems })
    }

    /// Returns the crates without launchers that `link!` names, then the warnings of the
    /// configuration.
    pub(super) fn warnings(&self) -> Vec<Problem> {
        let links = self.empty_links.iter().map(|link| Problem::EmptyLink {
            name: link.name,
            location: link.location,
        });
        let config = self.config_warnings().into_iter().map(Problem::Config);
        links.chain(config).collect()
    }

    /// Returns the warnings of the configuration, and one for each overlay whose community only
    /// py-ipv8 has.
    fn config_warnings(&self) -> Vec<SettingProblem> {
        let mut warnings = self.config.warnings().to_vec();
        for overlay in &self.config.overlays {
            let name = &overlay.name;
            let reason = match self.community(&name.value) {
                Some(_) => None,
                None => not_here(&name.value),
            };
            warnings.extend(reason.map(|reason| SettingProblem {
                origin: name.origin.clone(),
                setting: overlay.path.clone(),
                error: SettingError::Ignored {
                    what: name.value.clone(),
                    reason,
                },
            }));
        }
        warnings
    }

    /// Returns the problems of the configuration's parts about launchers and overlays.
    fn definition_problems(&self, session: &Session<'_>) -> Vec<SettingProblem> {
        let launchers = self.config.launchers.iter();
        let launchers = launchers.flat_map(|definition| self.check_launcher(definition, session));
        let overlays = self.config.overlays.iter();
        let overlays = overlays.flat_map(|definition| self.check_overlay(definition));
        launchers.chain(overlays).collect()
    }

    fn check_launcher(
        &self,
        definition: &LauncherConfig,
        session: &Session<'_>,
    ) -> Vec<SettingProblem> {
        let name = &definition.name;
        let is_named = |launcher: &&Launcher| name.names(launcher.name());
        let mut launchers = self.entries.iter().map(|entry| &entry.launcher);
        match launchers.find(is_named) {
            Some(launcher) => launcher.check(definition, session),
            None => unknown("launcher", definition, self.names()),
        }
    }

    fn check_overlay(&self, definition: &LauncherConfig) -> Vec<SettingProblem> {
        let name = &definition.name.value;
        match self.community(name) {
            Some(community) => Blueprint::new(community).change(definition),
            None if not_here(name).is_some() => Vec::new(),
            None => {
                let names = self.communities().map(|community| community.name());
                unknown("community", definition, names)
            }
        }
    }
}

fn unknown(
    what: &'static str,
    definition: &LauncherConfig,
    known: impl Iterator<Item = &'static str>,
) -> Vec<SettingProblem> {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    vec![SettingProblem {
        origin: definition.name.origin.clone(),
        setting: definition.path.clone(),
        error: SettingError::unknown(what, &definition.name.value, known),
    }]
}
