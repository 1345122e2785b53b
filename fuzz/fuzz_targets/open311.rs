//! Anything another system may send to `POST requests`: read or refused with a sentence, and what was read fits a form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yakuba_reports::open311::{MOST_BYTES, read};

fuzz_target!(|body: &[u8]| {
    if let Ok(sent) = read(body) {
        assert!(!sent.service_code.is_empty(), "a report has a category");
        let length: usize = sent.pairs().iter().map(|(name, value)| name.len() + value.len()).sum();
        // A byte that is no UTF-8 becomes a sign of three.
        assert!(length <= MOST_BYTES * 3, "nothing grows");
    }
});
