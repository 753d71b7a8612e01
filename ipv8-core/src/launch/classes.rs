//! Communities by the name of their type, for overlays that a configuration names and no launcher.

use crate::config::{LauncherConfig, SettingProblem};
use crate::engine::overlays::Strategies;
use crate::engine::{CallError, Engine, OverlayConfig, OverlayError};
use crate::node::now;
use crate::overlay::community::{Available, Community, CommunityError};
use crate::support::type_name::short_type_name;
use crate::wire::packet::CommunityId;

/// Why an action of a configuration did not succeed.
#[derive(Debug)]
pub enum ActionFailure {
    /// The overlay is gone, or the action panicked.
    Call(CallError),
    /// The action said why.
    Failed(CommunityError),
}

impl From<ActionFailure> for CommunityError {
    fn from(failure: ActionFailure) -> Self {
        match failure {
            ActionFailure::Call(error) => error.into(),
            ActionFailure::Failed(error) => error,
        }
    }
}

/// A community whose type is forgotten.
#[derive(Clone, Copy)]
pub struct Class {
    pub(super) name: &'static str,
    check: fn(&LauncherConfig) -> Vec<SettingProblem>,
    assemble: fn(&LauncherConfig, &mut Engine, OverlayConfig) -> Assembled,
    act: fn(&LauncherConfig, usize, &mut Engine, CommunityId) -> Result<(), ActionFailure>,
}

/// An overlay; or why there is none: its definition, or what the engine says.
pub(super) type Assembled = Result<Result<CommunityId, OverlayError>, Vec<SettingProblem>>;

impl Class {
    pub(super) fn of<C: Community>() -> Self {
        Self {
            name: short_type_name::<C>(),
            check: check::<C>,
            assemble: assemble::<C>,
            act: act::<C>,
        }
    }

    /// What is wrong with an overlay of this community as it is defined.
    pub(super) fn check(&self, definition: &LauncherConfig) -> Vec<SettingProblem> {
        (self.check)(definition)
    }

    /// Makes the overlay.
    pub(super) fn assemble(
        &self,
        definition: &LauncherConfig,
        engine: &mut Engine,
        overlay: OverlayConfig,
    ) -> Assembled {
        (self.assemble)(definition, engine, overlay)
    }

    /// Does the action at `index` of those that are to be done on start.
    pub(super) fn act(
        &self,
        definition: &LauncherConfig,
        index: usize,
        engine: &mut Engine,
        id: CommunityId,
    ) -> Result<(), ActionFailure> {
        (self.act)(definition, index, engine, id)
    }
}

fn check<C: Community>(definition: &LauncherConfig) -> Vec<SettingProblem> {
    definition.change::<C>(&mut Strategies::new(), &mut C::Settings::default())
}

fn assemble<C: Community>(
    definition: &LauncherConfig,
    engine: &mut Engine,
    overlay: OverlayConfig,
) -> Assembled {
    let mut strategies = Strategies::new();
    let mut settings = C::Settings::default();
    let problems = definition.change::<C>(&mut strategies, &mut settings);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(engine.add_overlay::<C>(overlay, settings, strategies, now()))
}

fn act<C: Community>(
    definition: &LauncherConfig,
    index: usize,
    engine: &mut Engine,
    id: CommunityId,
) -> Result<(), ActionFailure> {
    let actions = definition
        .on_start
        .iter()
        .flat_map(|actions| &actions.value);
    let Some(action) = actions.into_iter().nth(index) else {
        return Ok(());
    };
    let called = engine.call::<C, _>(id, now(), |community, cx| {
        Available::<C>::new().run_action(&action.name.value, &action.arguments, community, cx)
    });
    match called.map_err(ActionFailure::Call)? {
        Ok(done) => done.map_err(ActionFailure::Failed),
        Err(error) => Err(ActionFailure::Failed(error.into())),
    }
}
