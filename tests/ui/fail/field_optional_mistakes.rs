use ipv8_core::Payload;

#[derive(Payload)]
struct Hello {
    #[payload(optional)]
    text: String,
    #[payload(optional)]
    number: Option<u8>,
    last: u8,
    #[payload(optional, flatten)]
    both: Option<Part>,
}

#[derive(Payload)]
struct Part(u8);

fn main() {}
