//! Annotations.

use std::sync::LazyLock;

use mammodex::sources::annotation;
use mammodex::sources::profile::Profile;

static PROFILE: LazyLock<Profile> =
    LazyLock::new(|| Profile::find("ncc").expect("a profile that is built in"));

pub fn read(bytes: &[u8]) {
    let _ = annotation::read(bytes, &PROFILE.annotation.fields, "a.json");
}
