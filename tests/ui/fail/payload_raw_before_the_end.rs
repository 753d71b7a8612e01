//! Types that take the rest of the message, before the last field.

use ipv8_core::Payload;
use ipv8_core::wire::Raw;

type Rest = Raw;

#[derive(Payload)]
struct Tail {
    size: u8,
    rest: Raw,
}

#[derive(Payload)]
struct Aliased {
    rest: Rest,
    number: u8,
}

#[derive(Payload)]
struct Flattened {
    #[payload(flatten)]
    tail: Tail,
    number: u8,
}

#[derive(Payload)]
struct Growing {
    number: u8,
    #[payload(optional)]
    more: Option<u8>,
}

#[derive(Payload)]
struct FlattenedOptional(#[payload(flatten)] Box<Growing>, u8);

#[derive(Payload)]
struct ByPath {
    #[payload(format = ipv8_core::wire::formats::RawBytes)]
    rest: Vec<u8>,
    number: u8,
}

fn main() {}
