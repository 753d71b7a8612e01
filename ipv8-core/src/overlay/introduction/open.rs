//! Opening a datagram that carries one of the introduction messages. It needs no state, so any
//! core can do it.

use crate::crypto::{Points, PublicKey};
use crate::wire::packet::{OpenError, open_signed_with, open_unsigned};
use crate::wire::payload::{
    IntroductionRequest, IntroductionResponse, New, Old, Puncture, PunctureRequest, Style, Styled,
    ids,
};

/// The signer of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// The key of the packet, in its canonical form.
    pub key: PublicKey,
    /// `true` if the packet holds the key in exactly that form (protocol 2.4 allows filler after
    /// it).
    pub canonical: bool,
    /// Four bytes of the signature, which tell it from nearly all others.
    pub mark: u32,
}

impl SignedBy {
    /// Returns the signer of `datagram`, which was verified.
    pub(crate) fn new(key: PublicKey, canonical: bool, datagram: &[u8]) -> Self {
        // The end of a signature is a number below a known limit, so its last bytes vary little.
        let end = datagram.last_chunk::<24>();
        let mark = end.and_then(|end| end.first_chunk::<4>());
        Self {
            key,
            canonical,
            mark: mark.copied().map_or(0, u32::from_le_bytes),
        }
    }
}

/// One of the four introduction messages, in either style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntroductionMessage {
    /// Asks for an introduction; ids 246 and 234.
    Request(SignedBy, IntroductionRequest),
    /// Answers with an introduction; ids 245 and 233.
    Response(SignedBy, IntroductionResponse),
    /// Asks to puncture the NAT for a walker; ids 250 and 232; unsigned.
    PunctureRequest(PunctureRequest),
    /// Opens a NAT; ids 249 and 231.
    Puncture(SignedBy, Puncture),
}

impl IntroductionMessage {
    /// Returns the signer; `None` for a puncture request, which is not signed.
    pub(crate) fn signed_by(&self) -> Option<&SignedBy> {
        match self {
            Self::Request(by, _) | Self::Response(by, _) | Self::Puncture(by, _) => Some(by),
            Self::PunctureRequest(_) => None,
        }
    }
}

/// An introduction message that was read and, if it is signed, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedIntroduction {
    /// Old style (IPv4 only) or new style.
    pub style: Style,
    /// The sender's Lamport time.
    pub global_time: u64,
    /// The length of the datagram, in bytes.
    pub length: u16,
    /// The message.
    pub message: IntroductionMessage,
}

/// Reads and verifies one kind of introduction message. Any core can run it, with its own
/// [`Points`]; they do not affect the result.
pub type OpenIntroduction = fn(&[u8], &mut Points) -> Result<OpenedIntroduction, OpenError>;

/// Returns the function that opens a datagram with message id `id`; `None` if that is not one of
/// the eight ids of protocol 4.
#[must_use]
pub fn introduction_opener(
    id: u8,
) -> Option<impl Fn(&[u8]) -> Result<OpenedIntroduction, OpenError> + Copy> {
    introduction_reader(id).map(|open| move |datagram: &[u8]| open(datagram, &mut Points::new()))
}

/// Like [`introduction_opener`], but for many messages in a row.
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
    let message = message(SignedBy::new(key, canonical, datagram), payload);
    Ok(OpenedIntroduction {
        style,
        global_time: time.unwrap_or_default(),
        length: length_of(datagram),
        message,
    })
}

/// Returns the length of a datagram; none is longer than 65,507 bytes.
fn length_of(datagram: &[u8]) -> u16 {
    u16::try_from(datagram.len()).unwrap_or(u16::MAX)
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
        length: length_of(datagram),
        message,
    })
}
