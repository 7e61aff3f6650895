//! Numbers as pictures: SVG with the same bytes for the same input.
//!
//! Nothing here knows the catalog or the disk: who draws brings labels and numbers, and gets text.

mod chart;
mod flow;
mod sheet;
pub mod strata;

pub use chart::{Bin, MOST_BINS, bars, figure, histogram, steps};
pub use flow::{Flow, Step, flow};
pub use sheet::{Anchor, Ink, PALETTE, Sheet};
