use ipv8_core::Payload;

#[derive(Payload)]
struct Hello {
    text: Option<String>,
}

fn main() {}
