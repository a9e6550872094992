#![no_main]

#[path = "../../tests/corpus/readers.rs"]
#[allow(dead_code, reason = "a target calls one reader")]
mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    readers::read_tables(bytes);
});
