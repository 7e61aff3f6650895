//! Agreement of readings: the table `agreement` of a catalog as measures with intervals.

mod case;
mod error;
mod measure;
mod picture;
mod request;
mod summary;

pub use error::AgreementError;
pub use picture::size_differences;
pub use request::{AgreementRequest, ReaderPairs};
pub use summary::{AgreementSummary, summarise};
