#![no_main]
//! tracker: see `ipv8_tests::fuzz`.

use ipv8_core_fuzz::meter;
use ipv8_tests::fuzz::TRACKER;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| (TRACKER.run)(data, meter));
