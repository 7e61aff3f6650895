//! A cohort or split written for model training, with its provenance; and the verification of such a
//! manifest.

mod create;
mod csv_file;
mod error;
mod format_facts;
mod formats;
mod image;
mod image_root;
mod image_tally;
mod job;
mod path_style;
mod prefetch;
mod provenance;
pub mod request;
mod roles;
mod rows;
mod selection;
mod source;
mod stream;
mod table;
mod trainer;
pub mod verify;

pub use create::{ManifestReport, create};
pub use error::ManifestError;
pub use job::IdentifyingHeaders;
pub use provenance::{OutputFile, beside as provenance_path};
pub use request::{ManifestFormat, ManifestOptions, ManifestRequest};
pub use selection::{Exclusion, ExclusionReason, Exclusions, LabelCounts, PartCount, PartCounts};
pub use source::ManifestSource;
