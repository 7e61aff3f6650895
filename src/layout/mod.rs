//! Which profile fits a data set, and what no profile covers: every built-in profile is tried on the
//! files as an index run would read them.

mod check;
mod path_form;
mod start;
mod table;
mod trial;

pub use check::{DataSetLayout, GroupTally, LayoutError, LayoutRequest, check};
pub use path_form::PathForm;
pub use table::{HeaderCell, TableProbe};
pub use trial::{LayoutShare, ProfileTrial};
