//! Delivers opened datagrams to the overlay's community.

use std::any::Any;
use std::net::SocketAddr;
use std::time::Instant;

use super::opened_body::OpenedBody;
use super::overlay::Overlay;
use crate::overlay::community::{Call, Delivery, OpenedMessage};
use crate::overlay::context::{Context, Shared};
use crate::overlay::introduction::{IntroductionMessage, OpenedIntroduction};
use crate::state::stats::DropReason;
use crate::support::guard::{Panicked, guarded};

impl Overlay {
    /// Delivers an opened datagram. The inner error is the reason why it does not count.
    pub(crate) fn deliver(
        &mut self,
        source: SocketAddr,
        body: OpenedBody,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked> {
        match body {
            OpenedBody::Introduction(opened) => {
                self.deliver_introduction(source, opened, shared, now)
            }
            OpenedBody::Beacon => {
                let mut cx = Context::new(&mut self.state, shared, now);
                let followed = cx.hear_beacon(source);
                Ok(followed.then_some(()).ok_or(DropReason::Beacon))
            }
            OpenedBody::Message(id, opened) => {
                self.deliver_message(source, id, opened, shared, now)
            }
        }
    }

    fn deliver_introduction(
        &mut self,
        source: SocketAddr,
        opened: OpenedIntroduction,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked> {
        let Self {
            state, community, ..
        } = self;
        let mut cx = Context::new(state, shared, now);
        cx.global_time = Some(opened.global_time);
        cx.source = Some(source);
        cx.length = Some(usize::from(opened.length));
        let style = opened.style;
        match &opened.message {
            IntroductionMessage::Request(by, request) => {
                match cx.on_introduction_request(by, source, style, request) {
                    Ok(peer) => {
                        let call = Call::RequestCallback(&peer, request);
                        guarded(|| community.call(call, &mut cx))?;
                    }
                    Err(reason) => return Ok(Err(reason)),
                }
            }
            IntroductionMessage::Response(by, response) => {
                let peer = match cx.on_introduction_response(by, source, style, response) {
                    Ok(peer) => peer,
                    Err(reason) => return Ok(Err(reason)),
                };
                let call = Call::ResponseCallback(&peer, response);
                guarded(|| community.call(call, &mut cx))?;
            }
            IntroductionMessage::PunctureRequest(request) => {
                return Ok(cx.on_puncture_request(source, style, request));
            }
            // A puncture only has to arrive. Its sender may have a new address.
            IntroductionMessage::Puncture(by, _) => drop(cx.sender(by, source)),
        }
        Ok(Ok(()))
    }

    fn deliver_message(
        &mut self,
        source: SocketAddr,
        id: u8,
        opened: OpenedMessage,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked> {
        let Self {
            state,
            community,
            messages,
            ..
        } = self;
        let mut cx = Context::new(state, shared, now);
        cx.global_time = opened.global_time;
        cx.source = Some(source);
        cx.length = Some(opened.length);
        let taken_over = messages.is_taken_over(id);
        let peer = opened.signed_by.as_ref().map(|by| match taken_over {
            true => cx.stranger(by, source),
            false => cx.sender(by, source),
        });
        cx.signer = opened.signed_by.map(|by| by.key);
        let from = peer
            .as_ref()
            .map_or(Delivery::Unsigned(source), Delivery::Signed);
        let community: &mut dyn Any = &mut **community;
        guarded(|| messages.deliver(id, community, from, opened.message, &mut cx))
    }
}
