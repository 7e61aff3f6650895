//! A report of a data set as one HTML file: verdict, composition, quality, with tables and the SQL of each.
//!
//! The sections are data (`schema/report`): an SQL file each, or the name of what computes it. What is drawn and
//! what is written as JSON are the same tables.

mod charts;
mod claims;
mod compare;
mod computed;
mod error;
mod html;
mod json;
mod markup;
mod page;
mod pictures;
mod queried;
mod request;
mod section;
mod side;
mod table;
mod texts;
mod verdict;
mod withhold;
mod write;

pub use error::ReportError;
pub use page::ReportPage;
pub use pictures::CasePictures;
pub use request::{ReportRequest, ReportSubject};
pub use section::{SectionSource, SectionSpec, sections};
pub use texts::ReportTexts;
pub use write::report;
