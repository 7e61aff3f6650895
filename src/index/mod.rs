//! Plan, scan, link, commit: the one place where sources meet tables.

pub mod snapshot;
