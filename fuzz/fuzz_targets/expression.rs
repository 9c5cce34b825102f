//! See `policy_testkit::fuzz::expression`, which `cargo test` runs as well.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| policy_testkit::fuzz::expression(input));
