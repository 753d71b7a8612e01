//! A peer made by hand. It answers like any peer, and a test decides what it says.

use std::net::SocketAddr;

use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::internals::discovery::Ping;
use ipv8_core::internals::introduction::IntroductionMessage;
use ipv8_core::internals::packet::open_unsigned;
use ipv8_core::internals::payload::{IntroductionResponse, Style};
use ipv8_core::wire::{CommunityId, Message};

use crate::attacker::{Forger, Introduced, message_id, overlay_of, read_introduction};
use crate::desk::{key, sealed_styled};

/// A datagram to send, with its destination.
pub type Posted = (SocketAddr, Vec<u8>);

/// A peer with a key at an address, in every overlay that asks it.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Its address.
    pub at: SocketAddr,
    /// Its key.
    pub key: PrivateKey,
    /// The LAN address that it claims. Default: its address.
    pub lan: SocketAddr,
    /// The address at which it says to see the asker. Default `None`: the true one.
    pub tells: Option<SocketAddr>,
    /// The addresses that it introduces, in turn and over again. Default: none.
    pub introduces: Vec<Introduced>,
    /// Whether it answers at all. Default `true`.
    pub answers: bool,
    /// Whether it punctures when it is asked to. Default `true`.
    pub punctures: bool,
    /// The datagrams that it received, with their sources, if this is `Some`. Default `None`.
    pub heard: Option<Vec<Posted>>,
    /// The number of introductions so far.
    pub turn: usize,
}

impl Actor {
    /// Returns a peer with the key of this number that tells the truth and introduces no peer.
    #[must_use]
    pub fn new(number: u16, at: SocketAddr) -> Self {
        Self {
            at,
            key: key(number),
            lan: at,
            tells: None,
            introduces: Vec::new(),
            answers: true,
            punctures: true,
            heard: None,
            turn: 0,
        }
    }

    /// Returns its public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    /// Returns what makes datagrams with its key.
    #[must_use]
    pub fn forger(&self, overlay: CommunityId) -> Forger {
        Forger {
            overlay,
            key: self.key.clone(),
        }
    }

    /// Returns its introduction request to `to`.
    #[must_use]
    pub fn request(
        &self,
        overlay: CommunityId,
        style: Style,
        to: SocketAddr,
        number: u16,
    ) -> Vec<u8> {
        let forger = self.forger(overlay);
        forger.request_with_lan(style, to, self.lan, self.at, number)
    }

    /// Handles a datagram, and returns its answers.
    pub fn hear(&mut self, from: SocketAddr, datagram: &[u8]) -> Vec<Posted> {
        if let Some(heard) = &mut self.heard {
            heard.push((from, datagram.to_vec()));
        }
        let Some(overlay) = overlay_of(datagram).filter(|_| self.answers) else {
            return Vec::new();
        };
        match read_introduction(datagram) {
            Some((style, IntroductionMessage::Request(_, request))) => {
                vec![(from, self.respond(overlay, style, from, request.identifier))]
            }
            Some((style, IntroductionMessage::PunctureRequest(request))) if self.punctures => {
                let forger = self.forger(overlay);
                let puncture =
                    forger.puncture(style, self.lan, request.wan_walker, request.identifier);
                vec![(request.wan_walker, puncture)]
            }
            Some(_) => Vec::new(),
            None => self.answer_ping(overlay, from, datagram),
        }
    }

    fn respond(
        &mut self,
        overlay: CommunityId,
        style: Style,
        from: SocketAddr,
        number: u16,
    ) -> Vec<u8> {
        let seen = self.tells.unwrap_or(from);
        let mut response = IntroductionResponse::new(seen, self.lan, self.at, number);
        if !self.introduces.is_empty() {
            let introduced = self.introduces[self.turn % self.introduces.len()];
            (response.lan_introduction, response.wan_introduction) = introduced;
            self.turn += 1;
        }
        sealed_styled(overlay, &self.key, style, response)
    }

    fn answer_ping(&self, overlay: CommunityId, from: SocketAddr, datagram: &[u8]) -> Vec<Posted> {
        if message_id(datagram) != Ping::ID {
            return Vec::new();
        }
        match open_unsigned::<Ping>(datagram, true) {
            Ok((_, ping)) => vec![(from, self.forger(overlay).pong(ping.identifier))],
            Err(_) => Vec::new(),
        }
    }
}
