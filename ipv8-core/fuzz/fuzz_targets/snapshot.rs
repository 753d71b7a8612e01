#![no_main]
//! snapshot: see `ipv8_tests::fuzz`.

use ipv8_core_fuzz::meter;
use ipv8_tests::fuzz::SNAPSHOT;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| (SNAPSHOT.run)(data, meter));
