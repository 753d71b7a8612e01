//! Packing and unpacking the payloads of introductions.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use divan::{Bencher, black_box};
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, New, Old, PunctureRequest, Style,
};
use ipv8_core::wire::{Payload, Reader, Writer};

const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8_090);

fn request(style: Style) -> IntroductionRequest {
    IntroductionRequest::new(style, ADDRESS, ADDRESS, ADDRESS, 7)
}

fn response() -> Old<IntroductionResponse> {
    Old(IntroductionResponse::new(ADDRESS, ADDRESS, ADDRESS, 7))
}

fn puncture_request() -> Old<PunctureRequest> {
    Old(PunctureRequest {
        lan_walker: ADDRESS,
        wan_walker: ADDRESS,
        identifier: 7,
    })
}

fn pack<P: Payload>(bencher: Bencher, payload: &P) {
    bencher.bench_local(|| {
        let mut writer = Writer::new();
        black_box(payload).pack(&mut writer).unwrap();
        writer.into_bytes()
    });
}

fn unpack<P: Payload>(bencher: Bencher, payload: &P) {
    let mut writer = Writer::new();
    payload.pack(&mut writer).unwrap();
    let bytes = writer.into_bytes();
    bencher.bench_local(|| P::unpack(&mut Reader::new(black_box(&bytes))).unwrap());
}

#[divan::bench]
fn pack_request(bencher: Bencher) {
    pack(bencher, &Old(request(Style::Old)));
}

#[divan::bench]
fn unpack_request(bencher: Bencher) {
    unpack(bencher, &Old(request(Style::Old)));
}

#[divan::bench]
fn pack_new_request(bencher: Bencher) {
    pack(bencher, &New(request(Style::New)));
}

#[divan::bench]
fn unpack_new_request(bencher: Bencher) {
    unpack(bencher, &New(request(Style::New)));
}

#[divan::bench]
fn pack_response(bencher: Bencher) {
    pack(bencher, &response());
}

#[divan::bench]
fn unpack_response(bencher: Bencher) {
    unpack(bencher, &response());
}

#[divan::bench]
fn pack_puncture_request(bencher: Bencher) {
    pack(bencher, &puncture_request());
}

#[divan::bench]
fn unpack_puncture_request(bencher: Bencher) {
    unpack(bencher, &puncture_request());
}
