//! What strangers leave in the memory of a node: lists of services from throw-away keys, and the
//! notes about as many sources and targets as an attacker can think of.

use std::time::Duration;

use allocation_counter::measure;
use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::Strategies;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::Forger;
use ipv8_tests::desk::{address, overlay_config};

use crate::bounds::anywhere;

const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;
/// Fewer than requests, to save time: each key is made and each signature verified.
const RESPONSES: u16 = 3_000;
const PACKETS: u16 = 10_000;
const LIMIT: i64 = 4_000_000;

fn ids(first: u32, count: u32) -> Vec<CommunityId> {
    let id = |number: u32| {
        let mut bytes = [7; 20];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        CommunityId::from_bytes(bytes)
    };
    (first..first + count).map(id).collect()
}

/// Passes `count` packets with `each` ids each to a node. Returns the bytes that they leave behind.
fn cost(count: u16, each: u32, packet: fn(&Forger, u16, Vec<CommunityId>) -> Vec<u8>) -> i64 {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<DiscoveryCommunity>(node, overlay_config(0), (), Strategies::new());
    let to = arena.address(node);
    let cost = measure(|| {
        for number in 0..count {
            let forger = Forger::new(DISCOVERY, 100 + number);
            let services = ids(u32::from(number) * each, each);
            let datagram = packet(&forger, number, services);
            arena.inject(anywhere(u32::from(number)), to, &datagram);
            arena.run_for(Duration::from_millis(2));
            // The record of the test itself does not count.
            arena.sent = Vec::new();
            arena.events = Vec::new();
        }
    });
    cost.bytes_current
}

fn request(forger: &Forger, number: u16, services: Vec<CommunityId>) -> Vec<u8> {
    forger.similarity_request(anywhere(u32::from(number)), services, number)
}

fn response(forger: &Forger, number: u16, services: Vec<CommunityId>) -> Vec<u8> {
    forger.similarity_response(services, number)
}

#[test]
fn ten_thousand_requests_with_many_ids_cost_less_than_four_megabytes() {
    let cost = cost(PACKETS, 60, request);
    assert!(cost < LIMIT, "{cost} bytes");
}

#[test]
fn thousands_of_responses_with_many_ids_cost_less_than_four_megabytes() {
    let cost = cost(RESPONSES, 60, response);
    assert!(cost < LIMIT, "{cost} bytes");
}

#[test]
fn requests_as_long_as_a_datagram_can_be_cost_no_more() {
    let requests = cost(300, 3_000, request);
    let responses = cost(300, 3_000, response);
    assert!(
        requests < LIMIT && responses < LIMIT,
        "{requests}, {responses} bytes"
    );
}

/// Lets a flood reach a node, and returns the bytes that it leaves behind.
fn left_by(count: u32, datagram: impl Fn(&Forger, u32) -> Vec<u8>) -> i64 {
    let mut arena = Arena::new(Duration::from_millis(20));
    let node = arena.add_node(address("20.1.1.1:8090"), 1);
    arena.add_overlay::<DiscoveryCommunity>(node, overlay_config(0), (), Strategies::new());
    let (to, forger) = (arena.address(node), Forger::new(DISCOVERY, 100));
    let cost = measure(|| {
        for number in 0..count {
            let datagram = datagram(&forger, number);
            arena.inject(anywhere(number), to, &datagram);
            arena.run_for(Duration::from_micros(500));
            arena.sent = Vec::new();
            arena.events = Vec::new();
        }
    });
    cost.bytes_current
}

#[test]
fn a_hundred_thousand_sources_and_targets_cost_less_than_four_megabytes() {
    let punctures = left_by(100_000, |forger, number| {
        let target = anywhere(number + 77);
        forger.puncture_request(Style::Old, target, target, 1)
    });
    // One packet from 8,000 sources: making each would take longer than reading them all.
    let to = address("20.1.1.1:8090");
    let request = Forger::new(DISCOVERY, 100).request(Style::New, to, to, 1);
    let requests = left_by(8_000, |_, _| request.clone());
    let similar = Forger::new(DISCOVERY, 100).similarity_request(to, ids(0, 5), 1);
    let similar = left_by(8_000, |_, _| similar.clone());
    let costs = [punctures, requests, similar];
    assert!(costs.iter().all(|cost| *cost < LIMIT), "{costs:?} bytes");
}
