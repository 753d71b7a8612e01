//! A community with a message of every kind. It records what happens to it, and panics where a test
//! wants it to.

use std::any::Any;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ipv8_core::crypto::Mid;
use ipv8_core::handlers;
use ipv8_core::prelude::*;

/// Signed, without a time. It ends in a text, so its length can claim more bytes than there are.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 1)]
pub struct Hello {
    /// Any text.
    pub text: String,
}

/// Unsigned, without a time, of a fixed size.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 2, unsigned)]
pub struct Ping {
    /// Any number.
    pub number: u16,
}

/// Signed, with a time; ends in any number of bytes.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 3, global_time)]
pub struct Stamp {
    /// Any number.
    pub number: u32,
    /// Any bytes.
    pub data: Vec<u8>,
}

/// Unsigned, with a time; the field of variable length is not the last.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 4, unsigned, global_time)]
pub struct Note {
    /// Any bytes.
    pub data: Vec<u8>,
    /// Any number.
    pub number: u16,
}

/// Unsigned, without a time; ends in any number of bytes.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 5, unsigned)]
pub struct Shout {
    /// Any bytes.
    pub data: Vec<u8>,
}

/// Where a [`Probe`] panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// In `Community::new`.
    New,
    /// In `started`.
    Started,
    /// In `unload`.
    Unload,
    /// In its destructor.
    Drop,
    /// In the handlers of its own messages.
    Message,
    /// In both introduction callbacks.
    Introduction,
    /// In `on_peer_added`.
    PeerAdded,
    /// In `on_peer_removed`.
    PeerRemoved,
    /// In `on_request_timeout`.
    RequestTimeout,
}

/// A log that several probes share, in order.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Appends a line.
    pub fn push(&self, line: impl Into<String>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line.into());
    }

    /// Returns all lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The settings of a [`Probe`].
#[derive(Clone, Debug, Default)]
pub struct ProbeSettings {
    /// The places where it panics.
    pub traps: Vec<Trap>,
    /// Whether `new` fails.
    pub refuse: bool,
    /// The log for its name and what happens to it.
    pub log: Log,
}

/// A message that reached a handler.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The sender's mid, and the text.
    Hello(Mid, String),
    /// The source address, and the number.
    Ping(SocketAddr, u16),
    /// The time, and the message.
    Stamp(Option<u64>, Stamp),
    /// The time, and the message.
    Note(Option<u64>, Note),
    /// The bytes.
    Shout(Vec<u8>),
}

/// The community. Each `N` is a separate type and a separate overlay.
pub struct Probe<const N: u8 = 0> {
    /// Its settings.
    pub settings: ProbeSettings,
    /// The messages that reached its handlers.
    pub heard: Vec<Heard>,
    /// Prefix, number and data of the requests that timed out.
    pub timeouts: Vec<(&'static str, u16, u32)>,
}

impl<const N: u8> Probe<N> {
    fn happens(&self, trap: Trap) {
        self.settings.log.push(format!("{N} {trap:?}"));
        assert!(!self.settings.traps.contains(&trap), "a trap: {trap:?}");
    }

    fn hears(&mut self, heard: Heard) {
        self.happens(Trap::Message);
        self.heard.push(heard);
    }

    fn on_hello(&mut self, peer: &Peer, hello: Hello, _cx: &mut Context<'_>) {
        self.hears(Heard::Hello(peer.mid(), hello.text));
    }

    fn on_ping(&mut self, source: SocketAddr, ping: Ping, _cx: &mut Context<'_>) {
        self.hears(Heard::Ping(source, ping.number));
    }

    fn on_stamp(&mut self, _peer: &Peer, stamp: Stamp, cx: &mut Context<'_>) {
        self.hears(Heard::Stamp(cx.global_time(), stamp));
    }

    fn on_note(&mut self, _source: SocketAddr, note: Note, cx: &mut Context<'_>) {
        self.hears(Heard::Note(cx.global_time(), note));
    }

    fn on_shout(&mut self, _source: SocketAddr, shout: Shout, _cx: &mut Context<'_>) {
        self.hears(Heard::Shout(shout.data));
    }
}

impl<const N: u8> Community for Probe<N> {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xa0 + N; 20]);
    type Settings = ProbeSettings;

    fn new(settings: ProbeSettings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        let probe = Self {
            settings,
            heard: Vec::new(),
            timeouts: Vec::new(),
        };
        if probe.settings.refuse {
            return Err("configured to refuse".into());
        }
        probe.happens(Trap::New);
        Ok(probe)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table:
            signed Hello => Self::on_hello,
            unsigned Ping => Self::on_ping,
            signed Stamp => Self::on_stamp,
            unsigned Note => Self::on_note,
            unsigned Shout => Self::on_shout,
        );
    }

    fn started(&mut self, _cx: &mut Context<'_>) {
        self.happens(Trap::Started);
    }

    fn unload(&mut self, _cx: &mut Context<'_>) {
        self.happens(Trap::Unload);
    }

    fn introduction_request_callback(
        &mut self,
        _peer: &Peer,
        _request: &IntroductionRequest,
        _cx: &mut Context<'_>,
    ) {
        self.happens(Trap::Introduction);
    }

    fn introduction_response_callback(
        &mut self,
        _peer: &Peer,
        _response: &IntroductionResponse,
        _cx: &mut Context<'_>,
    ) {
        self.happens(Trap::Introduction);
    }

    fn on_peer_added(&mut self, _peer: &Peer, _cx: &mut Context<'_>) {
        self.happens(Trap::PeerAdded);
    }

    fn on_peer_removed(&mut self, _peer: &Peer, _cx: &mut Context<'_>) {
        self.happens(Trap::PeerRemoved);
    }

    fn on_request_timeout(
        &mut self,
        prefix: &'static str,
        number: u16,
        data: Box<dyn Any + Send>,
        _cx: &mut Context<'_>,
    ) {
        let data = data.downcast_ref().copied().unwrap_or(u32::MAX);
        self.timeouts.push((prefix, number, data));
        self.happens(Trap::RequestTimeout);
    }
}

impl<const N: u8> Drop for Probe<N> {
    fn drop(&mut self) {
        // A second panic during unwinding would abort the process.
        if !std::thread::panicking() {
            self.happens(Trap::Drop);
        }
    }
}
