use ipv8_core::Payload;
use ipv8_core::wire::{Format, PackError, Reader, UnpackError, Writer};
use std::time::Duration;

enum Seconds {}

impl Format<Duration> for Seconds {
    fn pack(_: &Duration, _: &mut Writer) -> Result<(), PackError> {
        Ok(())
    }

    fn unpack(_: &mut Reader<'_>) -> Result<Duration, UnpackError> {
        Ok(Duration::ZERO)
    }
}

#[derive(Payload)]
struct Hello {
    #[payload(format = Seconds)]
    pause: u64,
}

fn main() {}
