//! Agreement of readings: the table `agreement` of a catalog as measures with intervals.

mod case;
mod error;
mod measure;
mod request;
mod summary;

pub use error::AgreementError;
pub use request::{AgreementRequest, ReaderPairs};
pub use summary::{AgreementSummary, summarise};
