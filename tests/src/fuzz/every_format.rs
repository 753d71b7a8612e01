//! A community with messages that use every format, for the demultiplexer.

use std::net::SocketAddr;

use ipv8_core::handlers;
use ipv8_core::prelude::*;

use crate::payloads::{Everything, Plain, Timed};

/// Counts the messages of its three kinds, and answers none.
pub(super) struct EveryFormat {
    pub(super) heard: u64,
}

impl Community for EveryFormat {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xef; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self { heard: 0 })
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table:
            signed Everything => Self::on_everything,
            unsigned Plain => Self::on_plain,
            signed Timed => Self::on_timed,
        );
    }
}

impl EveryFormat {
    fn on_everything(&mut self, _peer: &Peer, _message: Everything, _cx: &mut Context<'_>) {
        self.heard += 1;
    }

    fn on_plain(&mut self, _source: SocketAddr, _message: Plain, _cx: &mut Context<'_>) {
        self.heard += 1;
    }

    fn on_timed(&mut self, _peer: &Peer, _message: Timed, _cx: &mut Context<'_>) {
        self.heard += 1;
    }
}
