//! The one integration-test binary: each module tests one door of the product.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod archives;
mod bombs;
mod cohort;
mod dataset;
mod docs;
mod faults;
mod fixture;
mod grammars;
mod incremental;
mod index;
mod inventory;
mod kill;
mod layers;
mod manifest;
mod properties;
mod pydicom;
mod query;
mod sample;
mod sample_flaws;
mod schema;
mod shell;
mod spellings;
mod split;
mod tags;
mod vocabulary;
