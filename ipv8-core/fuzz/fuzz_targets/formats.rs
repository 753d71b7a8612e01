#![no_main]
//! formats: see `ipv8_tests::fuzz`.

use ipv8_core_fuzz::meter;
use ipv8_tests::fuzz::FORMATS;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| (FORMATS.run)(data, meter));
