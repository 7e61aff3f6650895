//! The interface to where the shell shows results and messages.

use std::path::{Path, PathBuf};
use std::time::Duration;

use arrow::record_batch::RecordBatch;

use super::error::ShellError;
use crate::catalog::{Catalog, Parameters, RecordedRows};
use crate::results::{CellFit, ResultFormat};
use crate::saved::IfExists;
use crate::sql::Statement;

/// Shows results and messages.
pub trait Screen {
    /// Runs one statement and shows its result.
    ///
    /// # Errors
    /// When it fails; the message is for the user.
    fn run(
        &mut self,
        catalog: &Catalog,
        statement: &Statement,
        parameters: &Parameters,
        display: &DisplayOptions,
    ) -> Result<StatementOutcome, ShellError>;

    /// Shows rows that the shell provides.
    ///
    /// # Errors
    /// When it fails; the message is for the user.
    fn rows(&mut self, batch: &RecordBatch, display: &DisplayOptions) -> Result<(), ShellError>;

    /// Shows text where results go.
    ///
    /// # Errors
    /// When it cannot be written.
    fn text(&mut self, text: &str, display: &DisplayOptions) -> Result<(), ShellError>;

    /// Runs a subcommand of `mammodex` on the catalog's folder, such as `cohort list`.
    ///
    /// # Errors
    /// When it fails; the message is for the user.
    fn subcommand(
        &mut self,
        catalog: &Catalog,
        words: &[&str],
        display: &DisplayOptions,
    ) -> Result<(), ShellError>;

    /// The format that the next result is written in.
    fn format(&self, display: &DisplayOptions) -> ResultFormat;

    /// Refuses a file in the catalog or the data set, and one that exists unless it is to be replaced.
    ///
    /// # Errors
    /// When it is refused.
    fn check_file(&self, path: &Path, if_exists: IfExists) -> Result<(), ShellError>;

    /// Sets where results go from now on. The file that they went to is completed.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn set_destination(&mut self, destination: Destination) -> Result<(), ShellError>;

    /// Shows a message.
    fn note(&mut self, text: &str);

    /// Shows an error.
    fn error(&mut self, text: &str);

    /// Whether a pager shows results that are wider than the terminal.
    fn scrolls_sideways(&self, display: &DisplayOptions) -> bool;

    /// The width of drawings, in columns.
    fn width(&self) -> usize;
}

/// Where results go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Screen,
    /// All of them to a file, which appears when the next destination is named.
    File(PathBuf, IfExists),
    /// The next one to a file, those after it to standard output.
    Once(PathBuf, IfExists),
    /// The next one to a command of the system's shell, those after it to standard output.
    Program(String),
}

/// The format and look of results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayOptions {
    /// Their format.
    pub format: ResultFormat,
    /// How many rows a table shows.
    pub rows: RowLimit,
    /// Widths of a table's first columns; 0 fits a column to its cells.
    pub widths: Vec<usize>,
    /// Text for NULL in a table; `NULL` by default.
    pub null: Option<String>,
    /// What happens to long cells of a table on a terminal.
    pub cells: CellFit,
    /// Whether the time of each statement is shown.
    pub timer: bool,
    /// Whether keys at the prompt are those of vi.
    pub vi: bool,
    /// The program that shows results longer than the terminal.
    pub pager: Pager,
}

impl Default for DisplayOptions {
    fn default() -> Self {
        Self {
            format: ResultFormat::Table,
            rows: RowLimit::Usual,
            widths: Vec::new(),
            null: None,
            cells: CellFit::Cut,
            timer: false,
            vi: false,
            pager: Pager::Usual,
        }
    }
}

/// How many rows a table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowLimit {
    /// Forty on a terminal, all elsewhere.
    Usual,
    /// All.
    All,
    /// At most this number, half of them from the end.
    Most(usize),
}

/// The program that shows results longer than the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pager {
    /// `$PAGER`, else `less` when there is one.
    Usual,
    /// Nothing: it scrolls.
    Off,
    /// A command of the system's shell.
    Program(String),
}

/// The outcome of a statement.
#[derive(Debug, Clone)]
pub struct StatementOutcome {
    /// Number of rows of its result; none if it returns none.
    pub rows: Option<u64>,
    /// From its start until its last row was written.
    pub time: Duration,
    /// Its rows, when they are few enough to be recorded and were all read.
    pub result: Option<RecordedRows>,
}
