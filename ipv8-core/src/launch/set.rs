//! The launchers of one node, with their configuration and the communities it may name.

use std::collections::HashSet;

use super::launcher::Launcher;
use super::overrides::{Overrides, is_enabled};
use crate::communities::discovery::DiscoveryCommunity;
use crate::config::{Config, LauncherConfig};
use crate::engine::overlays::CommunityType;
use crate::launch::plan::{Link, Problem};
use crate::support::nearest::nearest;

/// The launchers of one node.
pub(super) struct LauncherSet {
    pub(super) entries: Vec<Entry>,
    pub(super) config: Config,
    communities: Vec<&'static CommunityType>,
    /// Problems found while the set was filled.
    pub(super) problems: Vec<Problem>,
    /// The calls of `link!` that name a crate without launchers.
    pub(super) empty_links: Vec<Link>,
}

/// One launcher of a set.
pub(super) struct Entry {
    pub(super) launcher: Launcher,
    /// `false` if the program left the launcher out.
    pub(super) selected: bool,
}

impl LauncherSet {
    pub(super) fn new() -> Self {
        Self {
            entries: Vec::new(),
            config: Config::default(),
            communities: vec![CommunityType::of::<DiscoveryCommunity>()],
            problems: Vec::new(),
            empty_links: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, launcher: Launcher) {
        self.entries.push(Entry {
            launcher,
            selected: true,
        });
    }

    /// Keeps the launchers for which `keep` returns `true`. Its argument is `true` if `names`
    /// contains the launcher's name. Adds a problem for each name that no launcher has.
    pub(super) fn select<N: AsRef<str>>(
        &mut self,
        names: impl IntoIterator<Item = N>,
        keep: impl Fn(bool) -> bool,
    ) {
        let names: HashSet<String> = names
            .into_iter()
            .map(|name| name.as_ref().to_owned())
            .collect();
        self.report_unknown(&names);
        for entry in &mut self.entries {
            entry.selected &= keep(names.contains(entry.launcher.name()));
        }
    }

    fn report_unknown(&mut self, names: &HashSet<String>) {
        let known: HashSet<&'static str> = self.names().collect();
        let unknown = names.iter().filter(|name| !known.contains(name.as_str()));
        let mut unknown: Vec<&String> = unknown.collect();
        unknown.sort_unstable();
        let problems = unknown.into_iter().map(|name| Problem::UnknownName {
            nearest: nearest(name, known.iter().copied()),
            name: name.clone(),
        });
        let problems: Vec<Problem> = problems.collect();
        self.problems.extend(problems);
    }

    /// Adds a problem if no launcher is of the crate `name`.
    pub(super) fn expect_crate(&mut self, name: &str) {
        let name = name.replace('-', "_");
        let crates: Vec<_> = self
            .entries
            .iter()
            .map(|one| one.launcher.meta().crate_name)
            .collect();
        if !crates.contains(&name.as_str()) {
            let nearest = nearest(&name, crates.iter().copied());
            let mut links = self.empty_links.iter();
            let link = links.find(|link| link.name == name);
            let link = link.map(|link| link.location);
            self.problems.push(Problem::MissingCrate {
                name,
                nearest,
                link,
            });
        }
    }

    /// Adds a type of community, and removes one with the same name.
    pub(super) fn add_community(&mut self, added: &'static CommunityType) {
        self.communities
            .retain(|community| community.name() != added.name());
        self.communities.push(added);
    }

    /// Returns the names of all launchers.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().map(|entry| entry.launcher.name())
    }

    /// Returns the configuration's part about this launcher.
    pub(super) fn overrides(&self, launcher: &Launcher) -> Overrides<'_> {
        Overrides::of_launcher(&self.config, launcher.name())
    }

    /// Returns `true` if both the program and the configuration enable the launcher. Its own
    /// `should_launch` is not asked.
    pub(super) fn is_enabled(&self, entry: &Entry) -> bool {
        entry.selected && self.overrides(&entry.launcher).enabled()
    }

    /// Returns the community with this name: one that the program added, the library's, or a
    /// launcher's.
    pub(super) fn community(&self, name: &str) -> Option<&'static CommunityType> {
        self.communities()
            .find(|community| community.name() == name)
    }

    /// Returns all types of communities.
    pub(super) fn communities(&self) -> impl Iterator<Item = &'static CommunityType> {
        let launchers = self.entries.iter().map(|entry| entry.launcher.overlay());
        self.communities.iter().copied().chain(launchers.flatten())
    }

    /// Returns the enabled overlays that only the configuration names, with their communities.
    pub(super) fn configured(&self) -> Vec<(LauncherConfig, &'static CommunityType)> {
        let overlays = self.config.overlays.iter();
        let enabled = overlays.filter(|overlay| is_enabled(overlay));
        enabled
            .filter_map(|overlay| Some((overlay.clone(), self.community(&overlay.name.value)?)))
            .collect()
    }
}
