#![no_main]
//! options: see `ipv8_tests::fuzz`.

use ipv8_core_fuzz::meter;
use ipv8_tests::fuzz::OPTIONS;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| (OPTIONS.run)(data, meter));
