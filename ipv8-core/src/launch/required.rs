//! Finds required settings without a value, before anything runs.

use std::collections::HashMap;

use super::blueprint::Blueprint;
use super::set::{Entry, LauncherSet};
use crate::config::{SettingError, SettingProblem};
use crate::engine::overlays::CommunityType;
use crate::launch::plan::Problem;
use crate::support::hashing::OwnState;

/// Whether communities have required settings. A program may have a thousand launchers, most of
/// them of a few communities.
#[derive(Default)]
struct Known(HashMap<*const CommunityType, bool, OwnState>);

impl Known {
    fn has_required(&mut self, community: &'static CommunityType) -> bool {
        let known = self.0.entry(std::ptr::from_ref(community));
        *known.or_insert_with(|| !Blueprint::new(community).missing().is_empty())
    }
}

impl LauncherSet {
    /// Returns a problem for each required setting that neither its launcher nor the configuration
    /// gives.
    pub(super) fn missing_settings(&self, enabled: impl Fn(&Entry) -> bool) -> Vec<Problem> {
        let (mut known, mut problems) = (Known::default(), Vec::new());
        for entry in self.entries.iter().filter(|entry| enabled(entry)) {
            let launcher = &entry.launcher;
            if !launcher
                .overlay()
                .is_some_and(|overlay| known.has_required(overlay))
            {
                continue;
            }
            let missing = launcher.missing(self.overrides(launcher).definition());
            problems.extend(missing.into_iter().map(|setting| Problem::MissingSetting {
                launcher: launcher.meta(),
                setting,
            }));
        }
        for (definition, community) in self.configured() {
            let mut blueprint = Blueprint::new(community);
            // Problems of the definition are reported elsewhere.
            let _ = blueprint.change(&definition);
            let missing = blueprint.missing().into_iter();
            problems.extend(missing.map(|name| {
                Problem::Config(SettingProblem {
                    origin: definition.name.origin.clone(),
                    setting: format!("{}.settings", definition.path),
                    error: SettingError::Missing {
                        name,
                        hint: "the community has no default for it",
                    },
                })
            }));
        }
        problems
    }
}
