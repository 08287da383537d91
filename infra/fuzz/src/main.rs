//! libFuzzer on one target, which `MOFFMAN_FUZZ_TARGET` names; the arguments are libFuzzer's own.
//!
//! It is started by `make fuzz`. Time and memory of the process are libFuzzer's business; what a single input allocates is
//! measured here, because libFuzzer only sees that with a sanitizer.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use moffman_fuzz::{FuzzTarget, memory, target};

static TARGET: LazyLock<Option<FuzzTarget>> = LazyLock::new(|| target(&std::env::var("MOFFMAN_FUZZ_TARGET").ok()?));

fuzz_target!(|input: &[u8]| {
    assert!(TARGET.is_some(), "MOFFMAN_FUZZ_TARGET names no target");
    if let Some(target) = *TARGET {
        let peak = memory::peak_of(|| (target.check)(input));
        assert!(peak <= target.memory, "{peak} bytes");
    }
});
