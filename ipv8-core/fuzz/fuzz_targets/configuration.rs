#![no_main]
//! configuration: see `ipv8_tests::fuzz`.

use ipv8_core_fuzz::meter;
use ipv8_tests::fuzz::CONFIGURATION;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| (CONFIGURATION.run)(data, meter));
