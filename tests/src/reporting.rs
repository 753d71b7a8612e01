//! The Rust side of the test community: reports the same events as `tests/python/community.py`, in
//! the same form.

use std::net::SocketAddr;
use std::sync::mpsc::Sender;

use ipv8_core::prelude::*;
use ipv8_core::wire::CommunityId;
use serde_json::{Value, json};

use crate::payloads::{Everything, Plain, Timed};
use crate::view::View;

/// A plain community that reports every message it accepted, and the peers that came and left.
///
/// Events: `peer_added` and `peer_removed` (mid, address); `introduction_request` and
/// `introduction_response` (mid, address); `message` (name, id, address, mid, public_key,
/// global_time, fields), with null for a field that a message does not have.
#[derive(Debug)]
pub struct Reporting {
    events: Option<Sender<Value>>,
}

/// The settings of a [`Reporting`] community.
#[derive(Clone, Debug)]
pub struct ReportingSettings {
    /// The id of the community.
    pub id: CommunityId,
    /// The receiver of the events; `None` discards them.
    pub events: Option<Sender<Value>>,
}

impl Default for ReportingSettings {
    fn default() -> Self {
        Self {
            id: Reporting::COMMUNITY_ID,
            events: None,
        }
    }
}

impl Community for Reporting {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"a reporting test one");
    type Settings = ReportingSettings;

    fn new(settings: ReportingSettings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self {
            events: settings.events,
        })
    }

    fn community_id(settings: &ReportingSettings) -> CommunityId {
        settings.id
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table:
            signed Everything => Self::on_everything,
            unsigned Plain => Self::on_plain,
            signed Timed => Self::on_timed,
        );
    }

    fn introduction_request_callback(
        &mut self,
        peer: &Peer,
        _request: &IntroductionRequest,
        _cx: &mut Context<'_>,
    ) {
        self.about("introduction_request", peer);
    }

    fn introduction_response_callback(
        &mut self,
        peer: &Peer,
        _response: &IntroductionResponse,
        _cx: &mut Context<'_>,
    ) {
        self.about("introduction_response", peer);
    }

    fn on_peer_added(&mut self, peer: &Peer, _cx: &mut Context<'_>) {
        self.about("peer_added", peer);
    }

    fn on_peer_removed(&mut self, peer: &Peer, _cx: &mut Context<'_>) {
        self.about("peer_removed", peer);
    }
}

impl Reporting {
    fn on_everything(&mut self, peer: &Peer, message: Everything, cx: &mut Context<'_>) {
        self.message(Some(peer), peer.address(), &message, cx);
    }

    fn on_plain(&mut self, source: SocketAddr, message: Plain, cx: &mut Context<'_>) {
        self.message(None, source, &message, cx);
    }

    fn on_timed(&mut self, peer: &Peer, message: Timed, cx: &mut Context<'_>) {
        self.message(Some(peer), peer.address(), &message, cx);
    }

    fn message<M: Message + View>(
        &self,
        peer: Option<&Peer>,
        address: SocketAddr,
        message: &M,
        cx: &Context<'_>,
    ) {
        self.report(json!({
            "event": "message", "name": M::NAME.to_lowercase(), "id": M::ID, "address": address.view(),
            "mid": peer.map(|peer| peer.mid().to_string()),
            "public_key": peer.map(|peer| crate::view::bytes(peer.key().as_bytes())),
            "global_time": cx.global_time(), "fields": message.view(),
        }));
    }

    fn about(&self, event: &str, peer: &Peer) {
        self.report(json!({"event": event, "mid": peer.mid().to_string(), "address": peer.address().view()}));
    }

    fn report(&self, event: Value) {
        if let Some(events) = &self.events {
            // A test that has ended no longer receives.
            let _ = events.send(event);
        }
    }
}
