//! Any bytes as a clinical table.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mammodex::sources::profile::Profile;
use mammodex::sources::workbook::{self, TableContainer};

static PROFILE: LazyLock<Profile> =
    LazyLock::new(|| Profile::find("ncc").expect("a profile that is built in"));

fuzz_target!(|bytes: &[u8]| {
    let container = workbook::container(bytes).unwrap_or(TableContainer::Text);
    if let Ok(table) = workbook::open(bytes, container) {
        let _ = workbook::read(&table.sheets, &PROFILE, "a.xlsx", &mut Vec::new(), drop);
    }
});
