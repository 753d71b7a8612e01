//! Opening a datagram that carries one of the introduction messages: pure, so any core can do it.

use crate::crypto::{Points, PublicKey};
use crate::wire::packet::{OpenError, open_signed_with, open_unsigned};
use crate::wire::payload::{
    IntroductionRequest, IntroductionResponse, New, Old, Puncture, PunctureRequest, Style, Styled,
    ids,
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

/// Reads and verifies one kind of introduction message. Any core can run it, with [`Points`] of its own, which change no verdict.
pub type OpenIntroduction = fn(&[u8], &mut Points) -> Result<OpenedIntroduction, OpenError>;

/// How to open a datagram with message id `id`; `None` if that is not one of the eight ids of
/// protocol 4.
#[must_use]
pub fn introduction_opener(
    id: u8,
) -> Option<impl Fn(&[u8]) -> Result<OpenedIntroduction, OpenError> + Copy> {
    introduction_reader(id).map(|open| move |datagram: &[u8]| open(datagram, &mut Points::new()))
}

/// As [`introduction_opener`], for many messages one after the other.
#[must_use]
pub fn introduction_reader(id: u8) -> Option<OpenIntroduction> {
    use IntroductionMessage as Message;
    Some(match id {
        ids::INTRODUCTION_REQUEST => {
            |datagram, points| signed(datagram, points, Style::Old, Message::Request)
        }
        ids::NEW_INTRODUCTION_REQUEST => {
            |datagram, points| signed(datagram, points, Style::New, Message::Request)
        }
        ids::INTRODUCTION_RESPONSE => {
            |datagram, points| signed(datagram, points, Style::Old, Message::Response)
        }
        ids::NEW_INTRODUCTION_RESPONSE => {
            |datagram, points| signed(datagram, points, Style::New, Message::Response)
        }
        ids::PUNCTURE => |datagram, points| signed(datagram, points, Style::Old, Message::Puncture),
        ids::NEW_PUNCTURE => {
            |datagram, points| signed(datagram, points, Style::New, Message::Puncture)
        }
        ids::PUNCTURE_REQUEST => |datagram, _| puncture_request(datagram, Style::Old),
        ids::NEW_PUNCTURE_REQUEST => |datagram, _| puncture_request(datagram, Style::New),
        _ => return None,
    })
}

fn signed<M: Styled>(
    datagram: &[u8],
    points: &mut Points,
    style: Style,
    message: fn(SignedBy, M) -> IntroductionMessage,
) -> Result<OpenedIntroduction, OpenError> {
    let (key, canonical, time, payload) = match style {
        Style::Old => {
            let (key, canonical, time, Old(payload)) = open_signed_with(datagram, true, points)?;
            (key, canonical, time, payload)
        }
        Style::New => {
            let (key, canonical, time, New(payload)) = open_signed_with(datagram, true, points)?;
            (key, canonical, time, payload)
        }
    };
    let message = message(SignedBy { key, canonical }, payload);
    Ok(OpenedIntroduction {
        style,
        global_time: time.unwrap_or_default(),
        message,
    })
}

fn puncture_request(datagram: &[u8], style: Style) -> Result<OpenedIntroduction, OpenError> {
    let (time, request) = match style {
        Style::Old => open_unsigned(datagram, true).map(|(time, Old(request))| (time, request))?,
        Style::New => open_unsigned(datagram, true).map(|(time, New(request))| (time, request))?,
    };
    let message = IntroductionMessage::PunctureRequest(request);
    Ok(OpenedIntroduction {
        style,
        global_time: time.unwrap_or_default(),
        message,
    })
}
