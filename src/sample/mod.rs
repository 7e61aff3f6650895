//! The synthetic data set: images, workbooks and annotations of patients who never existed, in the
//! layout and dialect of the real release. One seed gives the same bytes everywhere.
//!
//! `case` plans a case, `flaws` may spoil the plan, `write` writes it. The contents of headers and
//! workbooks are in `schema/sample`.

mod annotation;
mod breast;
mod case;
mod clinic;
mod dice;
mod disk;
mod encode;
mod facts;
mod flaws;
mod header;
mod outline;
mod paint;
mod readme;
mod request;
mod view;
mod workbook;
mod write;

pub use request::{SampleError, SampleFlaws, SamplePixels, SampleRequest, SampleSummary};
pub use write::{write, write_watched};
