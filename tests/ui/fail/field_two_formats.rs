use ipv8_core::Payload;

#[derive(Payload)]
struct Hello {
    #[payload(format = "varlenI", with = bytes)]
    picture: Vec<u8>,
    #[payload(with = "bytes")]
    quoted: Vec<u8>,
    #[payload(format = varlenI)]
    bare: Vec<u8>,
    #[payload(flaten)]
    part: Part,
}

#[derive(Payload)]
struct Part(u8);

fn main() {}
