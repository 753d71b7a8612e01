//! Finds overlays that would have the same community id, before anything runs.

use std::collections::HashMap;

use super::blueprint::Blueprint;
use super::launcher::Launcher;
use super::session::Session;
use super::set::{Entry, LauncherSet};
use crate::config::LauncherConfig;
use crate::engine::overlays::CommunityType;
use crate::launch::plan::Problem;
use crate::support::hashing::OwnState;
use crate::wire::packet::CommunityId;

/// One overlay of a launch.
enum Planned<'a> {
    Launcher(&'a Launcher),
    /// One that only the configuration names.
    Configured(Box<LauncherConfig>, &'static CommunityType),
}

impl LauncherSet {
    /// Returns a problem for each overlay that has the community id of an earlier one. Considers
    /// the launchers for which `certain` returns `true`, and those of the configuration.
    ///
    /// An id can depend on settings. So launchers whose communities have one id are asked for their
    /// settings; those that cannot answer yet are left to the launch.
    pub(super) fn same_communities(
        &self,
        certain: impl Fn(&Entry) -> bool,
        session: &Session<'_>,
    ) -> Vec<Problem> {
        let planned = self.planned(certain);
        let mut uses = HashMap::<CommunityId, u32, OwnState>::default();
        for id in planned.iter().filter_map(Planned::usual_id) {
            *uses.entry(id).or_default() += 1;
        }
        let is_shared = |id: &CommunityId| uses.get(id).is_some_and(|uses| *uses > 1);
        let mut first = HashMap::<CommunityId, &Planned<'_>, OwnState>::default();
        let mut problems = Vec::new();
        for one in &planned {
            let shared = one.usual_id().filter(is_shared);
            let Some(id) = shared.and_then(|_| self.id(one, session)) else {
                continue;
            };
            match first.get(&id) {
                // Two launchers of one name are a problem already.
                Some(other) if other.launcher() == one.launcher() && one.launcher().is_some() => {}
                Some(other) => problems.push(Problem::SameCommunity {
                    id,
                    overlays: [other.name(), one.name()],
                }),
                None => {
                    first.insert(id, one);
                }
            }
        }
        problems
    }

    /// Returns the overlays of the launchers for which `certain` returns `true`, in their fixed
    /// order, then those of the configuration.
    fn planned(&self, certain: impl Fn(&Entry) -> bool) -> Vec<Planned<'_>> {
        let certain = self.entries.iter().filter(|entry| certain(entry));
        let mut launchers: Vec<_> = certain.map(|entry| &entry.launcher).collect();
        launchers.sort_by_key(|launcher| launcher.meta().tie_break());
        let launchers = launchers.into_iter().map(Planned::Launcher);
        let configured = self.configured().into_iter();
        let configured = configured
            .map(|(definition, community)| Planned::Configured(Box::new(definition), community));
        launchers.chain(configured).collect()
    }

    /// Returns the community id of an overlay with its settings.
    fn id(&self, planned: &Planned<'_>, session: &Session<'_>) -> Option<CommunityId> {
        match planned {
            Planned::Launcher(launcher) => {
                let overrides = self.overrides(launcher);
                launcher.planned_id(session, overrides.definition())
            }
            Planned::Configured(definition, community) => {
                let mut blueprint = Blueprint::new(community);
                // Problems of the definition are reported elsewhere.
                let _ = blueprint.change(definition);
                Some(blueprint.community_id())
            }
        }
    }
}

impl Planned<'_> {
    /// Returns the id that the community has by default; `None` for a launcher without an overlay.
    fn usual_id(&self) -> Option<CommunityId> {
        match self {
            Self::Launcher(launcher) => launcher.overlay().map(|community| community.usual_id),
            Self::Configured(_, community) => Some(community.usual_id),
        }
    }

    /// Returns the name of the launcher.
    fn launcher(&self) -> Option<&'static str> {
        match self {
            Self::Launcher(launcher) => Some(launcher.name()),
            Self::Configured(..) => None,
        }
    }

    /// Returns the name and the place for messages.
    fn name(&self) -> String {
        match self {
            Self::Launcher(launcher) => launcher.meta().to_string(),
            Self::Configured(definition, _) => {
                format!("{} ({})", definition.name.value, definition.name.origin)
            }
        }
    }
}
