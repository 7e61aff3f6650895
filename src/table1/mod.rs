//! Table 1: the characteristics of a cohort's patients, group by group.
//!
//! One row per patient, whatever the cohort's unit. `schema/summaries` decides what is shown and how;
//! `statistics::protect` decides what must not be shown before anything is written.

mod data;
mod describe;
mod error;
mod facts;
mod model;
mod request;
mod table;
mod variable;

pub use describe::describe;
pub use error::Table1Error;
pub use facts::CharacteristicKind;
pub use model::{LineSubject, Table1, Table1Cell, Table1Group, Table1Line, Table1Variable};
pub use request::{GroupBy, Table1Request};
