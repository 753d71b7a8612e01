//! Makes the datagrams of a fuzzer's world: well made ones of every kind, with keys, sources and
//! identifiers of the fuzzer's choice, and replayed, damaged and raw ones.

use std::collections::VecDeque;
use std::net::SocketAddr;

use ipv8_core::internals::discovery::{DiscoveryIntroductionRequest, Ping, Pong};
use ipv8_core::internals::packet::Unsealed;
use ipv8_core::wire::{CommunityId, IntroductionRequest, Style};

use super::bytes::Bytes;
use super::known::{KEYS, known_key};
use super::places::place;
use crate::attacker::{Forger, message_id, overlay_of};
use crate::desk::sealed;
use crate::probe;

/// The latest datagrams that can be answered or repeated.
const LATEST: usize = 16;

/// The number of kinds of letters.
const KINDS: usize = 18;

/// A datagram with its source.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) from: SocketAddr,
    pub(super) bytes: Vec<u8>,
}

/// Makes letters to one node.
pub(super) struct Letters {
    /// The overlays to write to; the first one is the discovery community.
    overlays: Vec<CommunityId>,
    /// The node.
    to: SocketAddr,
    /// The latest datagrams that the node sent, with their destinations.
    sent: VecDeque<(SocketAddr, Unsealed)>,
    /// The latest letters.
    written: VecDeque<Letter>,
}

impl Letters {
    pub(super) fn new(to: SocketAddr, overlays: Vec<CommunityId>) -> Self {
        Self {
            overlays,
            to,
            sent: VecDeque::new(),
            written: VecDeque::new(),
        }
    }

    /// Remembers a datagram of the node.
    pub(super) fn note_sent(&mut self, to: SocketAddr, packet: Unsealed) {
        if self.sent.len() == LATEST {
            self.sent.pop_front();
        }
        self.sent.push_back((to, packet));
    }

    /// Returns the next letter, or `None` if there is nothing to answer or repeat yet.
    pub(super) fn next(&mut self, bytes: &mut Bytes<'_>) -> Option<Letter> {
        let letter = match bytes.below(KINDS) {
            kind @ 0..=7 => self.introduction(kind, bytes),
            kind @ 8..=11 => self.discovery(kind, bytes),
            12 => self.message(bytes),
            13 => return self.answer(bytes),
            14 => return self.repeated(bytes),
            15 => self.raw(bytes),
            16 => self.signed(bytes),
            _ => return self.reflected(bytes),
        };
        self.write(letter)
    }

    fn write(&mut self, letter: Letter) -> Option<Letter> {
        if self.written.len() == LATEST {
            self.written.pop_front();
        }
        self.written.push_back(letter.clone());
        Some(letter)
    }

    fn forger(&self, bytes: &mut Bytes<'_>) -> Forger {
        let overlay = bytes.pick(&self.overlays);
        // The key of the node itself is one of them.
        let number = u16::from(bytes.byte()) % KEYS;
        Forger {
            overlay,
            key: known_key(number).clone(),
        }
    }

    /// Returns a style that can carry the addresses.
    fn style(bytes: &mut Bytes<'_>, addresses: &[SocketAddr]) -> Style {
        match bytes.bit() || addresses.iter().any(SocketAddr::is_ipv6) {
            true => Style::New,
            false => Style::Old,
        }
    }

    /// Returns an identifier: one that the node drew lately, or any.
    fn identifier(&self, bytes: &mut Bytes<'_>) -> u16 {
        let choice = bytes.byte();
        match self.nth_sent(choice) {
            Some((_, packet)) if choice < 128 => identifier_in(&packet.clone().seal()),
            _ => bytes.number(),
        }
    }

    fn nth_sent(&self, choice: u8) -> Option<&(SocketAddr, Unsealed)> {
        self.sent
            .iter()
            .nth_back(usize::from(choice) % self.sent.len().max(1))
    }

    fn introduction(&self, kind: usize, bytes: &mut Bytes<'_>) -> Letter {
        let (forger, from) = (self.forger(bytes), place(bytes.byte()));
        let (one, other) = (place(bytes.byte()), place(bytes.byte()));
        let number = self.identifier(bytes);
        let style = Self::style(bytes, &[from, one, other, self.to]);
        let bytes = match kind {
            0..=2 => forger.request_with_lan(style, self.to, one, from, number),
            3 => forger.request_with_lan(style, other, one, from, number),
            4 | 5 => forger.response(style, self.to, from, (one, other), number),
            6 => forger.puncture_request(style, one, other, number),
            _ => forger.puncture(style, one, other, number),
        };
        Letter { from, bytes }
    }

    fn discovery(&self, kind: usize, bytes: &mut Bytes<'_>) -> Letter {
        let forger = Forger {
            overlay: self.overlays[0],
            ..self.forger(bytes)
        };
        let from = place(bytes.byte());
        let number = self.identifier(bytes);
        let services = (0..bytes.below(40)).map(|_| self.service(bytes)).collect();
        let own = if from.is_ipv4() { from } else { place(0) };
        let datagram = match kind {
            8 => forger.similarity_request(own, services, number),
            9 => forger.similarity_response(services, number),
            10 => {
                let ping = Ping { identifier: number };
                sealed(forger.overlay, &forger.key, 7, &ping)
            }
            _ => {
                let request = DiscoveryIntroductionRequest {
                    introduce_to: Some(known_key(number).mid()),
                    request: IntroductionRequest::new(Style::Old, place(1), own, own, number),
                };
                sealed(forger.overlay, &forger.key, 7, &request)
            }
        };
        Letter {
            from,
            bytes: datagram,
        }
    }

    /// Returns an overlay of the world, or any other.
    fn service(&self, bytes: &mut Bytes<'_>) -> CommunityId {
        let choice = bytes.byte();
        let known = self.overlays.get(usize::from(choice));
        known
            .copied()
            .unwrap_or(CommunityId::from_bytes([choice; 20]))
    }

    /// Returns a message of the probe, or a pong.
    fn message(&self, bytes: &mut Bytes<'_>) -> Letter {
        let (forger, from) = (self.forger(bytes), place(bytes.byte()));
        let number = self.identifier(bytes);
        let data = vec![bytes.byte(); bytes.below(64)];
        let Forger { overlay, key } = &forger;
        let datagram = match bytes.below(6) {
            0 => sealed(
                *overlay,
                key,
                7,
                &probe::Hello {
                    text: "hello".into(),
                },
            ),
            1 => sealed(*overlay, key, 7, &probe::Ping { number }),
            2 => {
                let number = u32::from(number);
                sealed(*overlay, key, 7, &probe::Stamp { number, data })
            }
            3 => sealed(*overlay, key, 7, &probe::Note { data, number }),
            4 => sealed(*overlay, key, 7, &probe::Shout { data }),
            _ => sealed(*overlay, key, 7, &Pong { identifier: number }),
        };
        Letter {
            from,
            bytes: datagram,
        }
    }

    /// Answers one of the node's latest introduction requests, from the address asked or another.
    fn answer(&mut self, bytes: &mut Bytes<'_>) -> Option<Letter> {
        let (choice, signer) = (bytes.byte(), bytes.byte());
        let (one, other, elsewhere) = (place(bytes.byte()), place(bytes.byte()), bytes.byte());
        let (asked, packet) = self.nth_sent(choice)?;
        let (asked, id, datagram) = (*asked, packet.message_id(), packet.clone().seal());
        let carries = |address: SocketAddr| id == 234 || address.is_ipv4();
        if !matches!(id, 246 | 234) || !carries(asked) {
            return None;
        }
        let nobody = place(73);
        let introduced = [one, other].map(|one| if carries(one) { one } else { nobody });
        let style = if id == 234 { Style::New } else { Style::Old };
        let forger = Forger {
            overlay: overlay_of(&datagram)?,
            key: known_key(u16::from(signer)).clone(),
        };
        let number = identifier_in(&datagram);
        let to = if carries(self.to) { self.to } else { nobody };
        let bytes = forger.response(style, to, asked, introduced.into(), number);
        let from = if elsewhere < 32 {
            place(elsewhere)
        } else {
            asked
        };
        self.write(Letter { from, bytes })
    }

    /// Repeats one of the latest letters, from the same source or another, perhaps damaged.
    fn repeated(&mut self, bytes: &mut Bytes<'_>) -> Option<Letter> {
        let nth = bytes.below(self.written.len());
        let mut letter = self.written.iter().nth_back(nth)?.clone();
        let source = bytes.byte();
        if source < 96 {
            letter.from = place(source);
        }
        for _ in 0..bytes.below(4) {
            let (at, change) = (usize::from(bytes.number()), bytes.byte());
            let length = letter.bytes.len().max(1);
            if let Some(byte) = letter.bytes.get_mut(at % length) {
                *byte ^= change;
            }
        }
        if bytes.byte() % 8 == 1 {
            letter.bytes.truncate(usize::from(bytes.byte()));
        }
        self.write(letter)
    }

    fn raw(&self, bytes: &mut Bytes<'_>) -> Letter {
        let (from, overlay) = (place(bytes.byte()), bytes.byte());
        let mut datagram = match self.overlays.get(usize::from(overlay)) {
            Some(overlay) => overlay.prefix().to_vec(),
            None => Vec::new(),
        };
        datagram.extend(bytes.short_piece());
        Letter {
            from,
            bytes: datagram,
        }
    }

    /// Signs any body.
    fn signed(&self, bytes: &mut Bytes<'_>) -> Letter {
        let (Forger { overlay, key }, from) = (self.forger(bytes), place(bytes.byte()));
        let mut datagram = overlay.prefix().to_vec();
        datagram.push(bytes.byte());
        let public = key.public_key().as_bytes();
        datagram.extend(
            u16::try_from(public.len())
                .unwrap_or_default()
                .to_be_bytes(),
        );
        datagram.extend(public);
        datagram.extend(bytes.short_piece());
        let signature = key.sign(&datagram);
        datagram.extend(signature);
        Letter {
            from,
            bytes: datagram,
        }
    }

    /// Sends a datagram of the node back to it.
    fn reflected(&mut self, bytes: &mut Bytes<'_>) -> Option<Letter> {
        let (from, packet) = self.nth_sent(bytes.byte())?;
        let letter = Letter {
            from: *from,
            bytes: packet.clone().seal(),
        };
        self.write(letter)
    }
}

/// Returns the identifier in a datagram of the node: that of an introduction message, a similarity
/// message or a ping; 0 for any other.
fn identifier_in(datagram: &[u8]) -> u16 {
    // Key and global time come before the fields of a signed message.
    let signed = 23 + 2 + 74 + 8;
    let at = match message_id(datagram) {
        246 => signed + 3 * 6 + 1,
        245 => signed + 5 * 6 + 1,
        1 | 2 => signed,
        3 | 4 => 23 + 8,
        250 => 23 + 8 + 2 * 6,
        234 | 233 => return in_new_style(datagram),
        _ => return 0,
    };
    number_at(datagram, at)
}

fn in_new_style(datagram: &[u8]) -> u16 {
    let mut at = 23 + 2 + 74 + 8;
    let addresses = if message_id(datagram) == 234 { 3 } else { 5 };
    for _ in 0..addresses {
        at += match datagram.get(at) {
            Some(3) => 19,
            _ => 7,
        };
    }
    number_at(datagram, at)
}

fn number_at(datagram: &[u8], at: usize) -> u16 {
    let number = datagram.get(at..).and_then(|rest| rest.first_chunk());
    number.copied().map_or(0, u16::from_be_bytes)
}
