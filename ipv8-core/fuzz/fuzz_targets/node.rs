#![no_main]
//! node: see `ipv8_tests::fuzz`.

use ipv8_core_fuzz::meter;
use ipv8_tests::fuzz::NODE;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| (NODE.run)(data, meter));
