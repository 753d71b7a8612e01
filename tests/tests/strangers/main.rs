//! Attacks by strangers, and what they may cost. Each test states the most that an attacker may
//! reach: datagrams, bytes, entries, or changes of state. All run in virtual time with fixed seeds.

mod address_book;
mod bounds;
mod introductions;
mod lan_claims;
mod liveness;
mod punctures;
mod replays;
mod services;
mod similarity;
mod spoofed_requests;
mod unsolicited;
mod wan;
