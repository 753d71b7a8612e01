//! What a configuration says of an overlay, applied to its strategies and settings once their types are known.

use super::bootstrappers::set_all;
use super::definition::{LauncherConfig, StrategyConfig};
use super::origin::Origin;
use super::problem::{SettingError, SettingProblem};
use super::read_definition::same_name;
use crate::engine::overlays::Strategies;
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::{Available, Community};
use crate::support::type_name::short_type_name;

const NOT_OFFERED: &str =
    "the community has to offer it: available.strategy::<…>() in Community::available";
const NO_SETTINGS: &str =
    "the community has to offer them: available.settings() in Community::available";

impl LauncherConfig {
    /// Changes strategies and settings as configured. What is wrong is returned, each with its place; the rest is done.
    pub(crate) fn change<C: Community>(
        &self,
        strategies: &mut Strategies<C>,
        settings: &mut C::Settings,
    ) -> Vec<SettingProblem> {
        let available = Available::<C>::new();
        let mut problems = Vec::new();
        if let Some(walkers) = &self.walkers {
            strategies.clear();
            for (index, walker) in walkers.value.iter().enumerate() {
                let path = format!("{}.walkers[{index}]", self.path);
                problems.extend(add(&available, walker, strategies, &path));
            }
        }
        for change in &self.strategies {
            let path = format!("{}.strategies.{}", self.path, change.strategy.value);
            problems.extend(modify(&available, change, strategies, &path));
        }
        problems.extend(self.set_settings(&available, settings));
        problems.extend(self.check_actions(&available));
        problems
    }

    /// The bootstrappers that it names; `None` when it says nothing of them.
    pub(crate) fn named_bootstrappers(&self) -> Option<Bootstrappers> {
        let named = self.bootstrappers.as_ref()?;
        let mut bootstrappers = Bootstrappers::new();
        for definition in &named.value {
            // What is wrong was told when the configuration was checked.
            let _ = definition.add_to(&mut bootstrappers, &self.path);
        }
        Some(bootstrappers)
    }

    fn set_settings<C: Community>(
        &self,
        available: &Available<C>,
        settings: &mut C::Settings,
    ) -> Vec<SettingProblem> {
        let Some((_, first)) = self.initialize.first() else {
            return Vec::new();
        };
        let path = format!("{}.initialize", self.path);
        match available.settings_options(settings) {
            Some(options) => set_all(options, &self.initialize, &path),
            None => {
                let whose = format!("the settings of {}", short_type_name::<C>());
                let mend = NO_SETTINGS;
                vec![problem(
                    &first.origin,
                    path,
                    SettingError::NoOptions { whose, mend },
                )]
            }
        }
    }

    fn check_actions<C: Community>(&self, available: &Available<C>) -> Vec<SettingProblem> {
        let actions = self.on_start.iter().flat_map(|actions| &actions.value);
        let wrong = actions.enumerate().filter_map(|(index, action)| {
            let error = available
                .check_action(&action.name.value, &action.arguments)
                .err()?;
            let path = format!("{}.on_start[{index}]", self.path);
            Some(problem(
                &action.name.origin,
                path,
                SettingError::Action(error),
            ))
        });
        wrong.collect()
    }
}

fn problem(origin: &Origin, setting: String, mistake: SettingError) -> SettingProblem {
    SettingProblem {
        origin: origin.clone(),
        setting,
        mistake,
    }
}

/// Appends a strategy by name.
fn add<C: Community>(
    available: &Available<C>,
    walker: &StrategyConfig,
    strategies: &mut Strategies<C>,
    path: &str,
) -> Vec<SettingProblem> {
    match available.add_strategy(&walker.strategy.value, walker.target(), strategies) {
        Ok(options) => set_all(options, &walker.init, &format!("{path}.init")),
        Err(error) => {
            let path = format!("{path}.strategy");
            vec![problem(
                &walker.strategy.origin,
                path,
                SettingError::Strategy(error),
            )]
        }
    }
}

/// Changes a strategy that is there: `RandomWalk` is the first of that type, `RandomWalk#2` the second.
fn modify<C: Community>(
    available: &Available<C>,
    change: &StrategyConfig,
    strategies: &mut Strategies<C>,
    path: &str,
) -> Vec<SettingProblem> {
    let named = &change.strategy;
    let names = numbered(strategies);
    let wanted = named.value.strip_suffix("#1").unwrap_or(&named.value);
    let Some(index) = names
        .iter()
        .position(|name| same_name(name, wanted, &named.origin))
    else {
        let mistake = SettingError::unknown("strategy of this launcher", &named.value, names);
        return vec![problem(&named.origin, path.to_owned(), mistake)];
    };
    if let Some(peers) = &change.peers {
        strategies.set_target_peers(index, peers.value);
    }
    let Some((_, first)) = change.init.first() else {
        return Vec::new();
    };
    let path = format!("{path}.init");
    match available.strategy_options(index, strategies) {
        Some(options) => set_all(options, &change.init, &path),
        None => {
            let whose = format!("the options of {}", named.value);
            let mend = NOT_OFFERED;
            vec![problem(
                &first.origin,
                path,
                SettingError::NoOptions { whose, mend },
            )]
        }
    }
}

/// The names of the strategies, as those of a running node: the second of a type is `RandomWalk#2`.
fn numbered<C: Community>(strategies: &Strategies<C>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (type_name, _) in strategies.iter() {
        let number = (1..).find(|number| {
            let name = numbered_name(type_name, *number);
            !names.contains(&name)
        });
        names.push(numbered_name(type_name, number.unwrap_or(1)));
    }
    names
}

fn numbered_name(type_name: &str, number: usize) -> String {
    match number {
        1 => type_name.to_owned(),
        number => format!("{type_name}#{number}"),
    }
}
