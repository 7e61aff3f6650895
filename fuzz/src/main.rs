//! Any bytes as each kind of file that others may have written.
#![no_main]

mod annotation;
mod header;
mod place;
mod saved;
mod table;
mod text;
mod workbook;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

/// Reads bytes as one kind of file.
type Target = fn(&[u8]);

/// The targets by name.
const TARGETS: &[(&str, Target)] = &[
    ("annotation", annotation::read),
    ("cases", table::cases),
    ("check", saved::check),
    ("cohort", saved::cohort),
    ("csv", workbook::delimited),
    ("header", header::read),
    ("inventory", table::inventory),
    ("listing", text::listing),
    ("ods", workbook::ods),
    ("profile", text::profile),
    ("provenance", saved::provenance),
    ("reviews", saved::reviews),
    ("snapshot", saved::snapshot),
    ("split", saved::split),
    ("statements", text::statements),
    ("table", table::read),
    ("waivers", saved::waivers),
    ("workbook", workbook::any),
    ("xls", workbook::xls),
    ("xlsb", workbook::xlsb),
    ("xlsx", workbook::xlsx),
];

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("MAMMODEX_FUZZ_TARGET").unwrap_or_default();
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    target.unwrap_or_else(|| panic!("MAMMODEX_FUZZ_TARGET={name:?} is not a target")).1
});

fuzz_target!(|bytes: &[u8]| TARGET(bytes));
