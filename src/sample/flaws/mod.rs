//! The faults of `--flaws`: each spoils one case of its own and is listed in `flaws.json`.

mod drawings;
mod images;
mod list;
mod place;
mod rows;

pub(super) use list::{FlawAssignment, fewest_patients};
pub(super) use place::FlawPlace;
