//! Applies the settings of an overlay once its community's type is known.

use super::launcher::{LauncherConfig, StrategyConfig};
use super::options::set_all;
use super::origin::Origin;
use super::problem::{SettingError, SettingProblem};
use crate::engine::overlays::{AnySettings, CommunityType, StrategyList};
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::AnyAvailable;

const NOT_OFFERED: &str =
    "the community must offer it: available.strategy::<…>() in Community::available";
const NO_SETTINGS: &str =
    "the community must offer them: available.settings() in Community::available";

impl LauncherConfig {
    /// Changes strategies and settings. Returns the problems; everything else is changed.
    pub(crate) fn change(
        &self,
        community: &CommunityType,
        strategies: &mut StrategyList,
        settings: &mut AnySettings,
    ) -> Vec<SettingProblem> {
        let offered = Offered {
            available: community.available(),
            community: community.name(),
        };
        let mut problems = Vec::new();
        if let Some(list) = &self.strategies {
            strategies.clear();
            for (index, strategy) in list.value.iter().enumerate() {
                let path = format!("{}.strategies[{index}]", self.path);
                problems.extend(offered.add(strategy, strategies, &path));
            }
        }
        for change in &self.strategy_changes {
            let path = format!("{}.strategies.{}", self.path, change.strategy.value);
            problems.extend(offered.modify(change, strategies, &path));
        }
        problems.extend(self.set_settings(&offered, settings));
        problems.extend(self.check_actions(&offered.available));
        problems
    }

    /// Returns the configured bootstrappers; `None` if none are configured.
    pub(crate) fn named_bootstrappers(&self) -> Option<Bootstrappers> {
        let named = self.bootstrappers.as_ref()?;
        let mut bootstrappers = Bootstrappers::new();
        for bootstrapper in &named.value {
            // Their problems were reported when the configuration was checked.
            let _ = bootstrapper.add_to(&mut bootstrappers, &self.path);
        }
        Some(bootstrappers)
    }

    fn set_settings(&self, offered: &Offered, settings: &mut AnySettings) -> Vec<SettingProblem> {
        let Some((_, first)) = self.settings.first() else {
            return Vec::new();
        };
        let path = format!("{}.settings", self.path);
        match offered.available.settings_options(&mut **settings) {
            Some(options) => set_all(options, &self.settings, &path),
            None => {
                let what = format!("the settings of {}", offered.community);
                let hint = NO_SETTINGS;
                let error = SettingError::NoOptions { what, hint };
                vec![problem(&first.origin, path, error)]
            }
        }
    }

    fn check_actions(&self, available: &AnyAvailable) -> Vec<SettingProblem> {
        let actions = self.on_start.iter().flat_map(|actions| &actions.value);
        let wrong = actions.enumerate().filter_map(|(index, action)| {
            let error = available
                .check_action(&action.name.value, &action.arguments)
                .err()?;
            let path = format!("{}.on_start[{index}]", self.path);
            let error = SettingError::Action(error);
            Some(problem(&action.name.origin, path, error))
        });
        wrong.collect()
    }
}

fn problem(origin: &Origin, setting: String, error: SettingError) -> SettingProblem {
    SettingProblem {
        origin: origin.clone(),
        setting,
        error,
    }
}

/// What a community offers to configurations.
struct Offered {
    available: AnyAvailable,
    /// The community's type, without path.
    community: &'static str,
}

impl Offered {
    /// Appends a strategy by the name of its type.
    fn add(
        &self,
        strategy: &StrategyConfig,
        strategies: &mut StrategyList,
        path: &str,
    ) -> Vec<SettingProblem> {
        let (name, target) = (&strategy.strategy.value, strategy.target());
        match self
            .available
            .add_strategy(self.community, name, target, strategies)
        {
            Ok(options) => set_all(options, &strategy.options, &format!("{path}.options")),
            Err(error) => {
                let path = format!("{path}.strategy");
                let error = SettingError::Strategy(error);
                vec![problem(&strategy.strategy.origin, path, error)]
            }
        }
    }

    /// Changes an existing strategy: `RandomWalk` is the first of that type, `RandomWalk#2` the
    /// second.
    fn modify(
        &self,
        change: &StrategyConfig,
        strategies: &mut StrategyList,
        path: &str,
    ) -> Vec<SettingProblem> {
        let named = &change.strategy;
        let names: Vec<String> = strategies.names().iter().map(ToString::to_string).collect();
        let wanted = named.value.strip_suffix("#1").unwrap_or(&named.value);
        let found = names
            .iter()
            .position(|name| named.origin.is_same(name, wanted));
        let Some(index) = found else {
            let error = SettingError::unknown("strategy of this launcher", &named.value, names);
            return vec![problem(&named.origin, path.to_owned(), error)];
        };
        if let Some(peers) = &change.target_peers {
            strategies.set_target_peers(index, peers.value);
        }
        let Some((_, first)) = change.options.first() else {
            return Vec::new();
        };
        let path = format!("{path}.options");
        match self.available.strategy_options(index, strategies) {
            Some(options) => set_all(options, &change.options, &path),
            None => {
                let what = format!("the options of {}", named.value);
                let hint = NOT_OFFERED;
                let error = SettingError::NoOptions { what, hint };
                vec![problem(&first.origin, path, error)]
            }
        }
    }
}
