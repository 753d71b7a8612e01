//! Every accepted form of the launcher attributes, and the launchers that they generate.
#![allow(unreachable_pub)]

mod items;
#[path = "../../../ui/my_module.rs"]
pub(crate) mod my_module;
mod options;
mod order;
mod paths;
mod recipes;

use ipv8_core::{CommunityLauncher, Strategies};

/// Returns the short names and targets of a launcher's strategies, in the order of their turns.
pub(crate) fn walks<L: CommunityLauncher<Session = ()>>(launcher: &L) -> Vec<(String, i32)> {
    let mut strategies = Strategies::new();
    launcher.walk_strategies(&(), &mut strategies);
    let short = |name: &str| name.rsplit("::").next().unwrap_or(name).to_owned();
    strategies
        .iter()
        .map(|(name, target)| (short(name), target))
        .collect()
}

/// Returns a list that compares with the result of [`walks`].
fn expected(walks: &[(&str, i32)]) -> Vec<(String, i32)> {
    walks
        .iter()
        .map(|(name, target)| ((*name).to_owned(), *target))
        .collect()
}
