//! Arguments, progress and exit codes: one thin file per subcommand, no logic.
//!
//! Data goes to stdout, messages go to stderr. Exit codes: 0 done, 1 done with errors recorded or a
//! check failed, 2 could not run.

mod agreement;
mod arguments;
mod audit;
mod case_pictures;
mod check;
mod cohort;
mod completions;
mod config;
mod context;
mod data_set;
mod demo;
mod destination;
mod engine;
mod explain;
mod export;
mod fit;
mod help;
mod index;
mod index_arguments;
mod index_progress;
mod language;
mod licenses;
mod link;
mod localized_rows;
mod man;
mod manifest;
mod outcome;
mod output;
mod output_error;
mod pager;
mod plan;
mod printer;
mod profile;
mod query;
mod render;
mod render_bar;
mod report;
mod review;
mod run;
mod sample;
mod scan;
mod schema;
mod screen;
mod shell;
mod shortcuts;
mod signals;
mod snapshot;
mod split;
mod statements;
mod table1;
mod text_table;
mod waiting;

pub use arguments::grammar;
pub use outcome::{CliFailure, ExitOutcome};
pub use run::main;
