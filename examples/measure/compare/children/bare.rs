//! The bare responder. It parses, verifies, signs and sends, and keeps no records: the most that
//! the cryptography and the system calls allow.
//!
//! Like a node, it caches the curve points of keys and moves many datagrams in one system call. It
//! runs one thread per allowed core. Each thread receives from the one socket and does everything
//! itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use ipv8_core::Community;
use ipv8_core::Message;
use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::crypto::PrivateKey;
use ipv8_core::internals::crypto::Points;
use ipv8_core::internals::discovery::{Ping, Pong};
use ipv8_core::internals::introduction::{IntroductionMessage, introduction_reader};
use ipv8_core::internals::packet::{Header, Prefix, Unsealed, open_unsigned};
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, PunctureRequest, Styled,
};
use serde_json::{Value, json};

use super::batches::{self, Batches};
use super::node::Plain;
use super::say;
use crate::{Result, pin};
use ipv8_examples::measure::compare::population;

/// The name of this measured process.
pub(super) const NAME: &str = "bare";

/// Runs until the end of its input.
pub(super) fn run(arguments: &Value) -> Result<()> {
    let socket = batches::socket()?;
    let mut lines = std::io::stdin().lock();
    let count = arguments["peers"].as_u64().unwrap_or_default();
    let known = (0..count).map(|_| Ok(population::read(&mut lines)?.1));
    let known = known.collect::<Result<Arc<[SocketAddr]>>>()?;
    let key = PrivateKey::from_bytes(&[b"LibNaCLSK:".as_slice(), &[9; 64]].concat())?;
    let address = socket.local_addr()?;
    for core in cores() {
        let socket = socket.try_clone()?;
        let responder = Responder {
            address,
            key: key.clone(),
            known: known.clone(),
            time: 0,
            points: Points::new(),
            answers: Vec::new(),
        };
        thread::spawn(move || {
            // An upper bound must not depend on the cores that the system would choose.
            let _ = core.map(|core| pin::keep_to(&[core]));
            responder.run(Batches::new(socket));
        });
    }
    say(&json!({"listening": address.to_string()}))?;
    std::io::copy(&mut lines, &mut std::io::sink())?;
    Ok(())
}

/// Returns the core of each thread; `None` for any core, where this system cannot pin.
fn cores() -> Vec<Option<usize>> {
    let allowed = pin::allowed();
    if allowed.is_empty() {
        return vec![None; thread::available_parallelism().map_or(1, usize::from)];
    }
    allowed.into_iter().map(Some).collect()
}

struct Responder {
    address: SocketAddr,
    key: PrivateKey,
    known: Arc<[SocketAddr]>,
    time: u64,
    points: Points,
    /// The datagrams to send.
    answers: Vec<(SocketAddr, Vec<u8>)>,
}

impl Responder {
    fn run(mut self, mut batches: Batches) {
        let (plain, discovery) = (
            Plain::COMMUNITY_ID.prefix(),
            DiscoveryCommunity::COMMUNITY_ID.prefix(),
        );
        while batches
            .receive(|source, datagram| {
                // Skip unreadable datagrams.
                let _ = match Header::split(datagram) {
                    Some(header) if *header.prefix == plain => {
                        self.introduce(header.id, datagram, source, &plain)
                    }
                    Some(header) if *header.prefix == discovery => {
                        self.pong(datagram, source, &discovery)
                    }
                    _ => Ok(()),
                };
            })
            .is_ok()
        {
            batches.send(&self.answers);
            self.answers.clear();
        }
    }

    fn introduce(
        &mut self,
        id: u8,
        datagram: &[u8],
        source: SocketAddr,
        prefix: &Prefix,
    ) -> Result<()> {
        let open = introduction_reader(id).ok_or("not an introduction message")?;
        let opened = open(datagram, &mut self.points)?;
        let IntroductionMessage::Request(_, request) = opened.message else {
            return Ok(());
        };
        self.time += 2;
        let introduced = self.known[self.time as usize % self.known.len()];
        let puncture = puncture_request(&request, source);
        let packet = puncture.packet(opened.style, prefix, &self.key, self.time)?;
        self.answers.push((introduced, packet.seal()));
        let (own, number) = (self.address, request.identifier);
        let mut response = IntroductionResponse::new(source, own, own, number);
        response.wan_introduction = introduced;
        let packet = response.packet(opened.style, prefix, &self.key, self.time + 1)?;
        self.answers.push((source, packet.seal()));
        Ok(())
    }

    fn pong(&mut self, datagram: &[u8], source: SocketAddr, prefix: &Prefix) -> Result<()> {
        let (_, ping) = open_unsigned::<Ping>(datagram, true)?;
        self.time += 1;
        let pong = Pong {
            identifier: ping.identifier,
        };
        let packet = Unsealed::new(prefix, Pong::ID, None, Some(self.time), &pong)?;
        self.answers.push((source, packet.seal()));
        Ok(())
    }
}

fn puncture_request(request: &IntroductionRequest, source: SocketAddr) -> PunctureRequest {
    PunctureRequest {
        lan_walker: request.destination,
        wan_walker: source,
        identifier: request.identifier,
    }
}
