//! Words for people: the nearest name, counts with their noun, shortened text.

mod count;
mod nearest;
mod shorten;

pub use count::counted;
pub use nearest::nearest;
pub use shorten::shortened;
