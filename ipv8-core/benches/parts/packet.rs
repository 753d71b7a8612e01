//! Opening, packing and sealing of whole datagrams.

use divan::{Bencher, black_box};
use ipv8_core::internals::discovery::Ping;
use ipv8_core::internals::packet::{Unsealed, open_signed, open_unsigned};
use ipv8_core::internals::payload::{IntroductionRequest, Old, Style, Styled};
use ipv8_core::prelude::*;

use crate::setup::{Quiet, Sender, address};

fn sender() -> Sender {
    let [sender] = Sender::some(1, 0, 8).try_into().ok().unwrap();
    sender
}

fn ping() -> Unsealed {
    let ping = black_box(Ping { identifier: 7 });
    Unsealed::new(
        &Quiet::COMMUNITY_ID.prefix(),
        Ping::ID,
        None,
        Some(1),
        &ping,
    )
    .unwrap()
}

fn request(sender: &Sender) -> Unsealed {
    let request = IntroductionRequest::new(Style::Old, address(1), address(2), address(3), 7);
    let packet = request.packet(Style::Old, &Quiet::COMMUNITY_ID.prefix(), &sender.key, 1);
    packet.unwrap()
}

#[divan::bench]
fn open_signed_request(bencher: Bencher) {
    let datagram = request(&sender()).seal();
    let open = open_signed::<Old<IntroductionRequest>>;
    bencher.bench_local(|| open(black_box(&datagram), true).unwrap());
}

#[divan::bench]
fn open_unsigned_ping(bencher: Bencher) {
    let datagram = ping().seal();
    bencher.bench_local(|| open_unsigned::<Ping>(black_box(&datagram), true).unwrap());
}

#[divan::bench]
fn pack_signed_request(bencher: Bencher) {
    let sender = sender();
    bencher.bench_local(|| request(black_box(&sender)));
}

#[divan::bench]
fn seal_signed_request(bencher: Bencher) {
    let sender = sender();
    bencher
        .with_inputs(|| request(&sender))
        .bench_local_values(Unsealed::seal);
}

#[divan::bench]
fn pack_and_seal_unsigned_ping(bencher: Bencher) {
    bencher.bench_local(|| ping().seal());
}
