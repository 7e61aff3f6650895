//! Panics of libraries over damaged bytes, turned into values. The module imports nothing of the crate.

mod catch_panic;

pub use catch_panic::catch_panic;
