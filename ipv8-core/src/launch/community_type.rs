//! A type of community as a table of functions that do not name it.
//!
//! The compiler generates these functions once for each type of community, not for each launcher.

use std::any::{Any, type_name};

use super::failure::AssembleError;
use crate::config::{ActionConfig, LauncherConfig, SettingProblem};
use crate::engine::overlays::Strategies;
use crate::engine::{Engine, OverlayConfig, OverlayError};
use crate::node::{Ipv8, OverlayHandle, now};
use crate::overlay::community::{Available, Community, CommunityError};
use crate::support::type_name::short_type_name;
use crate::wire::packet::CommunityId;

/// An [`OverlayHandle`] with its community's type erased.
pub(super) type AnyHandle = dyn Any + Send + Sync;

/// A type of community, erased.
pub(crate) struct CommunityType {
    id: CommunityId,
    name: fn() -> &'static str,
    full_name: fn() -> &'static str,
    blueprint: fn() -> Box<dyn Blueprint>,
    handle: fn(&Ipv8, CommunityId) -> Box<AnyHandle>,
    run_action: fn(&ActionConfig, &mut Engine, CommunityId) -> Result<(), CommunityError>,
}

impl CommunityType {
    /// Returns the table of `C`, which the compiler fills.
    pub(super) const fn of<C: Community>() -> &'static Self {
        const {
            &Self {
                id: C::COMMUNITY_ID,
                name: short_type_name::<C>,
                full_name: type_name::<C>,
                blueprint: blueprint::<C>,
                handle: handle::<C>,
                run_action: run_action::<C>,
            }
        }
    }

    /// Returns the id that its overlays have unless their settings say otherwise.
    pub(super) const fn id(&self) -> CommunityId {
        self.id
    }

    /// Returns the type's name without its path, as configurations write it.
    pub(super) fn name(&self) -> &'static str {
        (self.name)()
    }

    /// Returns the type's name with its path.
    pub(super) fn full_name(&self) -> &'static str {
        (self.full_name)()
    }

    /// Returns a blueprint without strategies, with default settings.
    pub(super) fn blueprint(&self) -> Box<dyn Blueprint> {
        (self.blueprint)()
    }

    /// Returns an [`OverlayHandle`] of the overlay `id`.
    pub(super) fn handle(&self, ipv8: &Ipv8, id: CommunityId) -> Box<AnyHandle> {
        (self.handle)(ipv8, id)
    }

    /// Runs an action of the configuration on the overlay `id`.
    ///
    /// # Errors
    /// The overlay is gone, the action panicked, or it returned an error.
    pub(super) fn run_action(
        &self,
        action: &ActionConfig,
        engine: &mut Engine,
        id: CommunityId,
    ) -> Result<(), CommunityError> {
        (self.run_action)(action, engine, id)
    }
}

/// The strategies and settings of an overlay before it is created. Every one is a [`Parts`].
pub(super) trait Blueprint: Any {
    /// Fills in the default settings where there are none yet.
    fn default_settings(&mut self);

    /// Changes strategies and settings as configured. Returns the problems; the rest is done.
    fn change(&mut self, definition: &LauncherConfig) -> Vec<SettingProblem>;

    /// Returns the community id with these settings.
    fn community_id(&mut self) -> CommunityId;

    /// Returns the names of the required settings that have no value.
    fn missing(&mut self) -> Vec<&'static str>;

    /// Returns the strategies' types, without path, with their targets.
    fn strategies(&self) -> Vec<(&'static str, i32)>;

    /// Creates the overlay.
    fn build(
        self: Box<Self>,
        engine: &mut Engine,
        overlay: OverlayConfig,
    ) -> Result<CommunityId, OverlayError>;
}

/// A [`Blueprint`] with its community's type.
pub(super) struct Parts<C: Community> {
    pub(super) strategies: Strategies<C>,
    /// `None`: the default.
    pub(super) settings: Option<C::Settings>,
}

impl<C: Community> Parts<C> {
    /// Returns the blueprint with its type; `None` if it is of another community.
    // Not inlined, so that the compiler generates it once and not for each launcher.
    #[inline(never)]
    pub(super) fn of(blueprint: &mut dyn Blueprint) -> Option<&mut Self> {
        let blueprint: &mut dyn Any = blueprint;
        blueprint.downcast_mut()
    }
}

impl<C: Community> Blueprint for Parts<C> {
    fn default_settings(&mut self) {
        self.settings.get_or_insert_default();
    }

    fn change(&mut self, definition: &LauncherConfig) -> Vec<SettingProblem> {
        let settings = self.settings.get_or_insert_default();
        definition.change::<C>(&mut self.strategies, settings)
    }

    fn community_id(&mut self) -> CommunityId {
        C::community_id(self.settings.get_or_insert_default())
    }

    fn missing(&mut self) -> Vec<&'static str> {
        let settings = self.settings.get_or_insert_default();
        let options = Available::<C>::new().settings_options(settings);
        options.map_or_else(Vec::new, |options| options.missing())
    }

    fn strategies(&self) -> Vec<(&'static str, i32)> {
        self.strategies.iter().collect()
    }

    fn build(
        self: Box<Self>,
        engine: &mut Engine,
        overlay: OverlayConfig,
    ) -> Result<CommunityId, OverlayError> {
        let settings = self.settings.unwrap_or_default();
        engine.add_overlay::<C>(overlay, settings, self.strategies, now())
    }
}

/// Applies the configuration to a blueprint and creates its overlay.
pub(super) fn assemble(
    mut blueprint: Box<dyn Blueprint>,
    definition: Option<&LauncherConfig>,
    engine: &mut Engine,
    overlay: OverlayConfig,
) -> Result<CommunityId, AssembleError> {
    let problems = definition.map(|definition| blueprint.change(definition));
    match problems.filter(|problems| !problems.is_empty()) {
        Some(problems) => Err(AssembleError::Settings(problems)),
        None => Ok(blueprint.build(engine, overlay)?),
    }
}

fn blueprint<C: Community>() -> Box<dyn Blueprint> {
    Box::new(Parts::<C> {
        strategies: Strategies::new(),
        settings: None,
    })
}

fn handle<C: Community>(ipv8: &Ipv8, id: CommunityId) -> Box<AnyHandle> {
    let handle: OverlayHandle<C> = ipv8.overlay_by_id(id);
    Box::new(handle)
}

fn run_action<C: Community>(
    action: &ActionConfig,
    engine: &mut Engine,
    id: CommunityId,
) -> Result<(), CommunityError> {
    let called = engine.call::<C, _>(id, now(), |community, cx| {
        Available::<C>::new().run_action(&action.name.value, &action.arguments, community, cx)
    });
    called??
}
