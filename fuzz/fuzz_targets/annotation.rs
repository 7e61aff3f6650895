//! Any bytes as an annotation.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mammodex::sources::annotation;
use mammodex::sources::profile::Profile;

static PROFILE: LazyLock<Profile> =
    LazyLock::new(|| Profile::find("ncc").expect("a profile that is built in"));

fuzz_target!(|bytes: &[u8]| {
    let _ = annotation::read(bytes, &PROFILE.annotation.fields, "a.json");
});
