//! What the shell asks of the place where it shows things.

use std::path::PathBuf;
use std::time::Duration;

use arrow::record_batch::RecordBatch;

use super::ShellError;
use crate::catalog::Catalog;
use crate::results::ResultFormat;
use crate::sql::Statement;

/// Shows what the shell has to say.
pub trait Screen {
    /// Runs one statement and shows its result.
    ///
    /// # Errors
    /// What the user should read.
    fn run(
        &mut self,
        catalog: &Catalog,
        statement: &Statement,
        look: &DisplayOptions,
    ) -> Result<StatementOutcome, ShellError>;

    /// Shows rows that the shell made itself.
    ///
    /// # Errors
    /// What the user should read.
    fn rows(&mut self, batch: &RecordBatch, look: &DisplayOptions) -> Result<(), ShellError>;

    /// Shows text where results go.
    ///
    /// # Errors
    /// When it cannot be written.
    fn text(&mut self, text: &str) -> Result<(), ShellError>;

    /// Runs a subcommand of `mammodex` on the catalog's folder, such as `cohort list`.
    ///
    /// # Errors
    /// What the user should read.
    fn subcommand(&mut self, catalog: &Catalog, words: &[&str]) -> Result<(), ShellError>;

    /// The format that the next result is written in.
    fn format(&self, look: &DisplayOptions) -> ResultFormat;

    /// Says where results go from now on. A file that was written until now is put in its place.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn aim(&mut self, to: Destination) -> Result<(), ShellError>;

    /// Says something beside the results.
    fn say(&mut self, text: &str);

    /// Tells the user what went wrong, beside the results.
    fn complain(&mut self, text: &str);

    /// Columns that a drawing may take.
    fn width(&self) -> usize;
}

/// Where results go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Screen,
    /// All of them to a file, which appears when the next destination is named.
    File(PathBuf),
    /// The next one to a file, those after it to standard output.
    Once(PathBuf),
}

/// How results look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayOptions {
    /// How they are written.
    pub format: ResultFormat,
    /// How many rows a table shows.
    pub rows: RowLimit,
    /// Widths of a table's first columns; 0 leaves a column to its cells.
    pub widths: Vec<usize>,
    /// What stands for NULL in a table; none for `NULL`.
    pub null: Option<String>,
    /// Whether the time that a statement took is said.
    pub timer: bool,
    /// What shows a result that does not fit the terminal.
    pub pager: Pager,
}

impl Default for DisplayOptions {
    fn default() -> Self {
        Self {
            format: ResultFormat::Table,
            rows: RowLimit::Usual,
            widths: Vec::new(),
            null: None,
            timer: false,
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
    /// So many, half of them from the end.
    Most(usize),
}

/// What shows a result that does not fit the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pager {
    /// `$PAGER`, else `less` when there is one.
    Usual,
    /// Nothing: it scrolls.
    Off,
    /// A command of the system's shell.
    Program(String),
}

/// What became of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementOutcome {
    /// Rows of its result; none when the statement gives none.
    pub rows: Option<u64>,
    /// From its start until its last row was written.
    pub time: Duration,
}
