//! The one integration-test binary: each module tests one door of the product.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod grammars;
mod layers;
mod sample;
mod sample_flaws;
mod schema;
mod spellings;
mod vocabulary;
