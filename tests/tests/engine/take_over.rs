//! Communities that take over one of IPv8's own messages.

use ipv8_core::engine::Strategies;
use ipv8_core::internals::engine::{Engine, EngineConfig, OverlayError};
use ipv8_core::internals::payload::{IntroductionRequest, Style, Styled};
use ipv8_core::overlay::{MessageTable, MessageTableError};
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_core::wire::{Message, PackError, Reader, Signed, UnpackError, Unsigned, Writer};
use ipv8_tests::desk::{Desk, address, key, overlay_config, sealed, sealed_styled};

/// An old-style introduction request with an extra first byte as a mark.
struct Marked(u8, IntroductionRequest);

impl Payload for Marked {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        writer.put_u8(self.0);
        Styled::pack(&self.1, Style::Old, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        Ok(Self(reader.take_u8()?, Styled::unpack(Style::Old, reader)?))
    }
}

impl Message for Marked {
    const ID: u8 = 246;
    const NAME: &'static str = "Marked";
    const GLOBAL_TIME: bool = true;
    type Authentication = Signed;
}

/// Accepts only requests marked with a 1.
#[derive(Default)]
struct Picky {
    callbacks: usize,
}

impl Community for Picky {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x71; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self::default())
    }

    fn messages(table: &mut MessageTable<Self>) {
        ipv8_core::handlers!(table: take_over Marked => Self::on_marked);
    }

    fn introduction_request_callback(
        &mut self,
        _peer: &Peer,
        _request: &IntroductionRequest,
        _cx: &mut Context<'_>,
    ) {
        self.callbacks += 1;
    }
}

impl Picky {
    fn on_marked(
        &mut self,
        peer: &Peer,
        marked: Marked,
        cx: &mut Context<'_>,
    ) -> Result<(), DropReason> {
        assert_eq!(
            peer.addresses().count(),
            1,
            "the peer is made for this message, without addresses known before"
        );
        if marked.0 != 1 {
            return Err(DropReason::PeerLimit);
        }
        cx.admit_request(peer, &marked.1)?;
        cx.send_introduction_response(peer, Style::Old, &marked.1, None);
        Ok(())
    }
}

#[test]
fn the_handler_accepts_or_drops_the_message() {
    let mut desk = Desk::new();
    desk.reload::<Picky>(());
    let id = Picky::COMMUNITY_ID;
    let at = address("20.0.0.1:1");
    desk.befriend(1, address("[2a00::1]:3"));
    let request = || IntroductionRequest::new(Style::Old, address("10.1.1.1:8090"), at, at, 5);
    assert!(
        desk.receive(at, &sealed(id, &key(1), 7, &Marked(0, request())))
            .is_empty()
    );
    assert_eq!(desk.drops(DropReason::PeerLimit), 1);
    let sent = desk.receive(at, &sealed(id, &key(1), 7, &Marked(1, request())));
    assert_eq!((sent.len(), sent[0].0, sent[0].1[22]), (1, at, 245));
    let peer = desk.engine.network().peer(key(1).public_key());
    assert!(
        peer.is_some_and(|peer| !peer.has_address(&at)),
        "it has to prove that address"
    );
    let contacts = desk.engine.overlay(id).map(|overlay| overlay.contacts);
    assert_eq!(contacts, Some(1));
    // An ordinary request with that id is read as a marked one. A forged one is not read at all.
    let ordinary = sealed_styled(id, &key(2), Style::Old, request());
    assert!(desk.receive(at, &ordinary).is_empty());
    let mut forged = sealed(id, &key(2), 7, &Marked(1, request()));
    *forged.last_mut().expect("bytes") ^= 1;
    assert!(desk.receive(at, &forged).is_empty());
    assert_eq!(desk.drops(DropReason::BadSignature), 1);
    // New-style requests are handled as usual, with the callback. A stranger elsewhere gets its own
    // answer.
    let elsewhere = address("20.0.0.3:3");
    let new = IntroductionRequest::new(Style::New, address("10.1.1.1:8090"), at, at, 5);
    let sent = desk.receive(elsewhere, &sealed_styled(id, &key(3), Style::New, new));
    assert_eq!((sent.len(), sent[0].0, sent[0].1[22]), (1, elsewhere, 233));
    let callbacks = desk
        .engine
        .call(desk.id, desk.now, |picky: &mut Picky, _| picky.callbacks);
    assert_eq!(callbacks, Ok(1));
}

macro_rules! refused {
    ($name:ident, $message:ident, $id:literal, $authentication:ident, $word:ident) => {
        #[derive(Debug)]
        struct $message;

        impl Payload for $message {
            fn pack(&self, _writer: &mut Writer) -> Result<(), PackError> {
                Ok(())
            }

            fn unpack(_reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
                Ok(Self)
            }
        }

        impl Message for $message {
            const ID: u8 = $id;
            const NAME: &'static str = stringify!($message);
            const GLOBAL_TIME: bool = false;
            type Authentication = $authentication;
        }

        struct $name;

        impl Community for $name {
            const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0x72; 20]);
            type Settings = ();

            fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
                Ok(Self)
            }

            fn messages(table: &mut MessageTable<Self>) {
                refused!(@register table $word $message);
            }
        }
    };
    (@register $table:ident signed $message:ident) => {
        $table.signed::<$message>(|_, _, _, _| {});
    };
    (@register $table:ident unsigned $message:ident) => {
        $table.unsigned::<$message>(|_, _, _, _| {});
    };
    (@register $table:ident take_over $message:ident) => {
        $table.take_over::<$message>(|_, _, _, _| Ok(()));
    };
}

refused!(FreeId, Free, 5, Signed, take_over);
refused!(UnsignedId, PunctureRequest, 250, Signed, take_over);
refused!(DeprecatedId, Deprecated, 255, Signed, take_over);
refused!(SignedId, Request, 246, Signed, signed);
refused!(OtherId, Puncture, 250, Unsigned, unsigned);

fn errors<C: Community<Settings = ()>>() -> Vec<MessageTableError> {
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let now = std::time::Instant::now();
    let added = engine.add_overlay::<C>(overlay_config(0), (), Strategies::new(), now);
    match added {
        Err(OverlayError::Messages { errors, .. }) => errors,
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_signed_messages_of_ipv8_can_be_taken_over() {
    let nothing = |id, name| vec![MessageTableError::NothingToTakeOver { id, name }];
    assert_eq!(errors::<FreeId>(), nothing(5, "Free"));
    assert_eq!(errors::<UnsignedId>(), nothing(250, "PunctureRequest"));
    assert_eq!(errors::<DeprecatedId>(), nothing(255, "Deprecated"));
    let text = errors::<FreeId>()[0].to_string();
    assert!(
        text.contains("`Free`") && text.contains("`signed`"),
        "{text}"
    );
    for error in [&errors::<SignedId>()[0], &errors::<OtherId>()[0]] {
        assert!(
            matches!(error, MessageTableError::ReservedId { .. }),
            "{error}"
        );
    }
}
