//! The one integration-test binary: each module tests one door of the product.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod annotations;
mod archives;
mod cohort;
mod dataset;
mod docs;
mod fixture;
mod grammars;
mod index;
mod inventory;
mod layers;
mod layouts;
mod made;
mod manifest;
mod query;
mod sample;
mod sample_flaws;
mod schema;
mod shell;
mod spellings;
mod split;
mod tags;
mod traps;
mod vocabulary;
mod workbooks;
