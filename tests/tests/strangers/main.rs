//! Attacks by strangers, and what they may cost. Each test states the most that an attacker may
//! reach: datagrams, bytes, entries, or changes of state. All run in virtual time with fixed seeds.

mod address_book;
mod bounds;
mod chaos;
mod forged_start;
mod introductions;
mod lan_claims;
mod liveness;
mod proof;
mod properties;
mod punctures;
mod replays;
mod requests;
mod services;
mod similarity;
mod sources;
mod spoofed_requests;
mod sybils;
mod unsolicited;
mod wan;
