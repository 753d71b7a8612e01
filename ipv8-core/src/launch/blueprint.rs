//! An overlay of a launch before it is created: its community, settings and strategies.

use super::failure::AssembleError;
use crate::config::{ActionConfig, LauncherConfig, SettingProblem};
use crate::engine::overlays::{AnySettings, CommunityType, StrategyList};
use crate::engine::{Engine, OverlayConfig};
use crate::node::now;
use crate::overlay::community::CommunityError;
use crate::wire::packet::CommunityId;

/// The strategies and settings of an overlay before it is created.
pub(super) struct Blueprint {
    community: &'static CommunityType,
    pub(super) strategies: StrategyList,
    /// `None`: the default.
    pub(super) settings: Option<AnySettings>,
}

impl Blueprint {
    /// Returns a blueprint without strategies, with default settings.
    pub(super) fn new(community: &'static CommunityType) -> Self {
        Self {
            community,
            strategies: StrategyList::default(),
            settings: None,
        }
    }

    /// Fills in the default settings where there are none yet.
    pub(super) fn default_settings(&mut self) -> &mut AnySettings {
        let community = self.community;
        self.settings
            .get_or_insert_with(|| community.default_settings())
    }

    /// Changes strategies and settings as configured. Returns the problems; the rest is done.
    pub(super) fn change(&mut self, definition: &LauncherConfig) -> Vec<SettingProblem> {
        self.default_settings();
        let (community, strategies) = (self.community, &mut self.strategies);
        match &mut self.settings {
            Some(settings) => definition.change(community, strategies, settings),
            None => Vec::new(),
        }
    }

    /// Returns the community id with these settings.
    pub(super) fn community_id(&mut self) -> CommunityId {
        let community = self.community;
        community.id(self.default_settings())
    }

    /// Returns the names of the required settings that have no value.
    pub(super) fn missing(&mut self) -> Vec<&'static str> {
        let available = self.community.available();
        let options = available.settings_options(&mut **self.default_settings());
        options.map_or_else(Vec::new, |options| options.missing())
    }

    /// Applies the configuration and creates the overlay.
    pub(super) fn build(
        mut self,
        definition: Option<&LauncherConfig>,
        engine: &mut Engine,
        overlay: OverlayConfig,
    ) -> Result<CommunityId, AssembleError> {
        let problems = definition.map(|definition| self.change(definition));
        if let Some(problems) = problems.filter(|problems| !problems.is_empty()) {
            return Err(AssembleError::Settings(problems));
        }
        self.default_settings();
        let settings = self
            .settings
            .unwrap_or_else(|| self.community.default_settings());
        let (community, strategies) = (self.community, self.strategies);
        Ok(engine.add_erased(community, overlay, settings, strategies, now())?)
    }
}

/// Runs an action of the configuration on the overlay `id`.
///
/// # Errors
/// The overlay is gone, the action panicked, or it returned an error.
pub(super) fn run_action(
    action: &ActionConfig,
    community_type: &CommunityType,
    engine: &mut Engine,
    id: CommunityId,
) -> Result<(), CommunityError> {
    let mut result = Ok(Ok(()));
    let overlay = (id, community_type.type_id());
    engine.call_erased(overlay, now(), &mut |community, cx| {
        let (name, arguments) = (&action.name.value, &action.arguments);
        let available = community_type.available();
        result = available.run_action(name, arguments, community, cx);
    })?;
    result?
}
