//! A snapshot opened in DuckDB: its tables as views, streamed results, interrupt.
//!
//! Nothing here writes to a snapshot. The engine lives in memory, loads no extension from the network,
//! and reads the Parquet files that `current` named when it was opened: an index run beside it changes
//! nothing for the session.

mod cautions;
mod code_order;
mod confine;
mod database;
mod database_file;
mod deadline;
mod definition;
pub mod diff;
mod engine;
mod error;
mod hints;
mod interrupt;
mod parameters;
mod policy;
mod recorded_rows;
mod relations;
mod restore;
mod results;
mod review_files;
mod rows;
mod saved;
mod streaming;
mod untrusted;
mod write_guard;

pub use confine::{Confinement, confine};
pub use database::Catalog;
pub use database_file::write_database;
pub use deadline::StuckHandler;
pub use definition::{DefinitionKind, RelationDefinition};
pub use engine::{Access, EngineLimits, TableCheck};
pub use error::CatalogError;
pub use interrupt::Interrupt;
pub use parameters::Parameters;
pub use recorded_rows::RecordedRows;
pub use results::QueryResults;
pub use rows::{FromCell, FromColumn, FromRow, RowError};
pub use saved::{SavedKind, SavedQuery};
pub use untrusted::{check_untrusted_expression, check_untrusted_query};
