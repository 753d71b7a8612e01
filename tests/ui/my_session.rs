//! A session, and a community with settings, for the cases that need them.
#![allow(dead_code)]

use ipv8_core::prelude::*;

#[derive(Default)]
pub struct Session {
    pub enabled: bool,
    pub directory: String,
    pub configured: Option<OverlayHandle<Configured>>,
}

pub struct Configured;

#[derive(Default)]
pub struct Settings {
    pub directory: String,
    pub size: u32,
}

impl Community for Configured {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([2; 20]);
    type Settings = Settings;

    fn new(_settings: Settings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }
}
