//! Words for people: the nearest name, counts with their noun, shortened and wrapped text.

mod count;
mod nearest;
mod shorten;
mod wrap;

pub use count::{counted, grouped};
pub use nearest::nearest;
pub use shorten::shortened;
pub use wrap::{broken, wrapped};
