use ipv8_core::prelude::*;

#[derive(Payload)]
#[payload(msg_id = 1)]
struct Hello {
    text: String,
}

#[derive(Payload)]
#[payload(message_id = 2)]
struct Other {
    text: String,
}

fn main() {}
