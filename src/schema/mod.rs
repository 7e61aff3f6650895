//! The facts of `schema/` at the time the binary was built, and how its SQL files describe themselves.

mod embedded;
mod head;

pub use embedded::*;
pub use head::ParquetHead;
