//! The bare responder: parses, verifies, signs and sends, and keeps no books. What the cryptography and the system calls leave.

use std::net::{SocketAddr, UdpSocket};
use std::thread;

use ipv8_core::Community;
use ipv8_core::Message;
use ipv8_core::communities::discovery::{DiscoveryCommunity, Ping, Pong};
use ipv8_core::crypto::PrivateKey;
use ipv8_core::introduction::{IntroductionMessage, introduction_opener};
use ipv8_core::packet::{Header, Prefix, Unsealed, open_unsigned};
use ipv8_core::payload::{IntroductionRequest, IntroductionResponse, PunctureRequest, Styled};
use serde_json::{Value, json};

use super::node::Plain;
use super::say;
use crate::Result;
use ipv8_examples::compare::population;

/// Its name among the measured processes.
pub(super) const NAME: &str = "bare";

/// Runs until the end of its input.
pub(super) fn run(arguments: &Value) -> Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let mut lines = std::io::stdin().lock();
    let count = arguments["peers"].as_u64().unwrap_or_default();
    let known = (0..count).map(|_| Ok(population::read(&mut lines)?.1));
    let known = known.collect::<Result<Vec<SocketAddr>>>()?;
    let responder = Responder {
        address: socket.local_addr()?,
        socket,
        key: PrivateKey::from_bytes(&[b"LibNaCLSK:".as_slice(), &[9; 64]].concat())?,
        known,
        time: 0,
    };
    say(&json!({"listening": responder.address.to_string()}))?;
    thread::spawn(move || responder.run());
    std::io::copy(&mut lines, &mut std::io::sink())?;
    Ok(())
}

struct Responder {
    socket: UdpSocket,
    address: SocketAddr,
    key: PrivateKey,
    known: Vec<SocketAddr>,
    time: u64,
}

impl Responder {
    fn run(mut self) {
        let (plain, discovery) = (
            Plain::COMMUNITY_ID.prefix(),
            DiscoveryCommunity::COMMUNITY_ID.prefix(),
        );
        let mut buffer = [0; 2_048];
        while let Ok((length, source)) = self.socket.recv_from(&mut buffer) {
            let datagram = &buffer[..length];
            // Whatever cannot be read is passed over; so is a socket that is full.
            let _ = match Header::split(datagram) {
                Some(header) if *header.prefix == plain => {
                    self.introduce(header.id, datagram, source, &plain)
                }
                Some(header) if *header.prefix == discovery => {
                    self.pong(datagram, source, &discovery)
                }
                _ => Ok(()),
            };
        }
    }

    fn introduce(
        &mut self,
        id: u8,
        datagram: &[u8],
        source: SocketAddr,
        prefix: &Prefix,
    ) -> Result<()> {
        let open = introduction_opener(id).ok_or("no introduction message")?;
        let opened = open(datagram)?;
        let IntroductionMessage::Request(_, request) = opened.message else {
            return Ok(());
        };
        self.time += 2;
        let introduced = self.known[self.time as usize % self.known.len()];
        let puncture = puncture_request(&request, source);
        let packet = puncture.packet(opened.style, prefix, &self.key, self.time)?;
        self.socket.send_to(&packet.seal(), introduced)?;
        let (own, number) = (self.address, request.identifier);
        let mut response = IntroductionResponse::new(source, own, own, number);
        response.wan_introduction = introduced;
        let packet = response.packet(opened.style, prefix, &self.key, self.time + 1)?;
        self.socket.send_to(&packet.seal(), source)?;
        Ok(())
    }

    fn pong(&mut self, datagram: &[u8], source: SocketAddr, prefix: &Prefix) -> Result<()> {
        let (_, ping) = open_unsigned::<Ping>(datagram, true)?;
        self.time += 1;
        let pong = Pong {
            identifier: ping.identifier,
        };
        let packet = Unsealed::new(prefix, Pong::ID, None, Some(self.time), &pong)?;
        self.socket.send_to(&packet.seal(), source)?;
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
