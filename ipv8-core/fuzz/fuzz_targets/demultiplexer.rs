#![no_main]
//! demultiplexer: see `ipv8_tests::fuzz`.

use ipv8_core_fuzz::meter;
use ipv8_tests::fuzz::DEMULTIPLEXER;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| (DEMULTIPLEXER.run)(data, meter));
