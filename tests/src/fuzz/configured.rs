//! A community with settings, a strategy and actions that a configuration can name, and its
//! launcher.

use ipv8_core::prelude::*;
use ipv8_core::{LauncherMeta, launcher_meta};

/// Its settings: one of each kind of value.
#[derive(Clone, Debug, Default, Options)]
pub(super) struct Settings {
    pub flag: bool,
    pub number: u16,
    #[options(range = -1..)]
    pub limit: i32,
    #[options(range = 0.0..=1.0)]
    pub share: Option<f64>,
    pub name: String,
    pub list: Vec<(String, u16)>,
}

/// Does nothing.
pub(super) struct Configured;

impl Community for Configured {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xcf; 20]);
    type Settings = Settings;

    fn new(_settings: Settings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn available(available: &mut Available<Self>) {
        available
            .settings()
            .action("rest", Self::rest)
            .action("greet", Self::greet);
    }
}

impl Configured {
    fn rest(&mut self, _cx: &mut Context<'_>) {}

    fn greet(&mut self, _name: String, _times: u8, _cx: &mut Context<'_>) {}
}

/// Launches it with two strategies.
pub(super) struct ConfiguredLauncher;

impl CommunityLauncher for ConfiguredLauncher {
    type Overlay = Configured;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "MyLauncher", after = []);

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Configured>) {
        strategies.add::<RandomWalk>(20, |_| {});
        strategies.add::<RandomWalk>(-1, |_| {});
        strategies.add::<EdgeWalk>(20, |_| {});
    }
}
