//! Opening a datagram that carries one of the introduction messages: pure, so any core can do it.

use crate::crypto::PublicKey;
use crate::packet::{OpenError, open_signed, open_unsigned};
use crate::payload::{
    IntroductionRequest, IntroductionResponse, NewIntroductionRequest, NewIntroductionResponse, NewPuncture,
    NewPunctureRequest, OldIntroductionRequest, OldIntroductionResponse, OldPuncture, OldPunctureRequest, Puncture,
    PunctureRequest, Style, ids,
};

/// Who signed a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// The key of the packet, in its canonical form.
    pub key: PublicKey,
    /// Whether the packet held the key in just that form (protocol 2.4: filler after it is legal).
    pub canonical: bool,
}

/// One of the four introduction messages, whatever its style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntroductionMessage {
    /// "Introduce me to somebody", ids 246 and 234.
    Request(SignedBy, IntroductionRequest),
    /// "Here is somebody", ids 245 and 233.
    Response(SignedBy, IntroductionResponse),
    /// "Puncture your NAT for this walker", ids 250 and 232; unsigned.
    PunctureRequest(PunctureRequest),
    /// The datagram that opens a NAT, ids 249 and 231.
    Puncture(SignedBy, Puncture),
}

/// An introduction message that was read and, where it is signed, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedIntroduction {
    /// Old style (IPv4 only) or new style.
    pub style: Style,
    /// The sender's clock.
    pub global_time: u64,
    /// What it says.
    pub message: IntroductionMessage,
}

/// Reads and verifies `datagram`, whose message id is `id`; `None` if `id` is not one of the eight
/// ids of protocol 4.
pub fn open_introduction(id: u8, datagram: &[u8]) -> Option<Result<OpenedIntroduction, OpenError>> {
    use IntroductionMessage as Message;
    use Style::{New, Old};
    Some(match id {
        ids::INTRODUCTION_REQUEST_OLD => {
            signed(datagram, Old, |by, OldIntroductionRequest(request)| Message::Request(by, request))
        }
        ids::INTRODUCTION_REQUEST_NEW => {
            signed(datagram, New, |by, NewIntroductionRequest(request)| Message::Request(by, request))
        }
        ids::INTRODUCTION_RESPONSE_OLD => {
            signed(datagram, Old, |by, OldIntroductionResponse(response)| Message::Response(by, response))
        }
        ids::INTRODUCTION_RESPONSE_NEW => {
            signed(datagram, New, |by, NewIntroductionResponse(response)| Message::Response(by, response))
        }
        ids::PUNCTURE_OLD => signed(datagram, Old, |by, OldPuncture(puncture)| Message::Puncture(by, puncture)),
        ids::PUNCTURE_NEW => signed(datagram, New, |by, NewPuncture(puncture)| Message::Puncture(by, puncture)),
        ids::PUNCTURE_REQUEST_OLD => {
            unsigned(datagram, Old, |OldPunctureRequest(request)| Message::PunctureRequest(request))
        }
        ids::PUNCTURE_REQUEST_NEW => {
            unsigned(datagram, New, |NewPunctureRequest(request)| Message::PunctureRequest(request))
        }
        _ => return None,
    })
}

fn signed<P: crate::wire::Payload>(
    datagram: &[u8],
    style: Style,
    message: impl FnOnce(SignedBy, P) -> IntroductionMessage,
) -> Result<OpenedIntroduction, OpenError> {
    let (key, canonical, global_time, payload) = open_signed::<P>(datagram, true)?;
    let message = message(SignedBy { key, canonical }, payload);
    Ok(OpenedIntroduction { style, global_time: global_time.unwrap_or_default(), message })
}

fn unsigned<P: crate::wire::Payload>(
    datagram: &[u8],
    style: Style,
    message: impl FnOnce(P) -> IntroductionMessage,
) -> Result<OpenedIntroduction, OpenError> {
    let (global_time, payload) = open_unsigned::<P>(datagram, true)?;
    Ok(OpenedIntroduction { style, global_time: global_time.unwrap_or_default(), message: message(payload) })
}
