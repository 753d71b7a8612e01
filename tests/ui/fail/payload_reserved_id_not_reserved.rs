use ipv8_core::Payload;

#[derive(Payload)]
#[payload(id = 1, reserved_id)]
struct Hello;

#[derive(Payload)]
#[payload(id = 251)]
struct Old;

#[derive(Payload)]
#[payload(id = 232)]
struct Ask;

fn main() {}
