//! An engine with small overlays.

use std::net::SocketAddr;
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::crypto::PrivateKey;
use crate::engine::{Engine, OverlayConfig, Strategies};
use crate::overlay::context::Context;
use crate::prelude::*;
use crate::wire::packet::Unsealed;

#[derive(Payload)]
#[payload(id = 1, unsigned)]
pub(super) struct Knock {
    number: u8,
}

/// An overlay that counts the messages it gets. `N` repeated is its community id.
#[derive(Default)]
pub(super) struct Counts<const N: u8> {
    pub(super) messages: usize,
}

impl<const N: u8> Community for Counts<N> {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([N; 20]);
    type Settings = ();

    fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table: unsigned Knock => Self::on_knock);
    }
}

impl<const N: u8> Counts<N> {
    fn on_knock(&mut self, _source: SocketAddr, knock: Knock, _cx: &mut Context<'_>) {
        self.messages += usize::from(knock.number);
    }
}

/// Adds an overlay [`Counts<N>`] with these strategies.
pub(super) fn add<const N: u8>(
    engine: &mut Engine,
    strategies: Strategies<Counts<N>>,
    now: Instant,
) -> CommunityId {
    let config = OverlayConfig::new(PrivateKey::generate(&mut StdRng::seed_from_u64(1)));
    let added = engine.add_overlay::<Counts<N>>(config, (), strategies, now);
    added.expect("the overlay is created")
}

/// Returns a datagram with a [`Knock`] for the overlay `id`.
pub(super) fn knock(id: CommunityId) -> Vec<u8> {
    let packet = Unsealed::new(&id.prefix(), 1, None, None, &Knock { number: 1 });
    packet.expect("it is short").seal()
}
