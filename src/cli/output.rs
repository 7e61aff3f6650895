//! Where results go: the terminal, a pipe or a file that appears only when whole.

use std::cell::RefCell;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use clap::{Args, ValueEnum, builder::PossibleValue};

use super::waiting::QuerySpinner;
use crate::catalog::{Catalog, Parameters, QueryResults};
use crate::disk::WholeFile;
use crate::results::escape::{self, TerminalWriter};
use crate::results::{self, ResultError, ResultFormat, TableFit};
use crate::shell::{DisplayOptions, RowLimit};
use crate::sql::Statement;

/// Rows that a table on a terminal shows at most.
pub(super) const TERMINAL_ROWS: usize = 40;

impl ValueEnum for ResultFormat {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// How and where results are written.
#[derive(Debug, Clone, Default, Args)]
pub struct OutputArgs {
    /// How results are written; without it the name of FILE decides, else it is a table.
    #[arg(long, value_enum)]
    pub format: Option<ResultFormat>,
    /// Write to FILE, which appears only when it is whole.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How results look where no option says it.
    #[arg(skip)]
    pub look: DisplayOptions,
}

/// Results cannot be written as asked.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Two results for a file that holds one.
    #[error("a {0} file holds one result, and there are {1} statements that give rows")]
    OneResult(&'static str, usize),
    /// Bytes that are no text, for a terminal.
    #[error("Parquet is no text: write it to a file with `-o FILE`")]
    Binary,
    /// The file cannot be made.
    #[error("cannot write {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A result could not be written.
    #[error(transparent)]
    Render(#[from] ResultError),
}

impl OutputError {
    /// Whether the reader of the output has gone away, which is no fault.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Render(error) if error.is_closed_pipe())
    }
}

impl OutputArgs {
    /// The format that counts.
    pub fn format(&self) -> ResultFormat {
        let by_name = || self.output.as_deref().and_then(ResultFormat::of_path);
        self.format.or_else(by_name).unwrap_or(self.look.format)
    }

    /// Runs the statements in order and writes every result. A closed pipe ends it well.
    pub fn run(&self, catalog: &Catalog, statements: &[Statement]) -> Result<(), OutputError> {
        self.run_with(catalog, statements, &Parameters::default())
    }

    /// The same with values for `$name` in the statements.
    pub fn run_with(
        &self,
        catalog: &Catalog,
        statements: &[Statement],
        parameters: &Parameters,
    ) -> Result<(), OutputError> {
        let done = self.run_all(&QueryScript { catalog, statements, parameters });
        for unfit in catalog.take_unfit() {
            complain(&format!("left out: {unfit}"));
        }
        match done {
            Err(error) if self.output.is_none() && error.is_closed_pipe() => Ok(()),
            other => other,
        }
    }

    /// Writes rows that the program made itself.
    pub fn write(&self, batch: &RecordBatch) -> Result<(), OutputError> {
        let format = self.format();
        if format == ResultFormat::Parquet {
            let path = self.output.as_ref().ok_or(OutputError::Binary)?;
            let mut file = self.file(path)?;
            results::parquet::write_batch(batch, &mut file)?;
            return file
                .finish()
                .map_err(|source| OutputError::File { path: path.clone(), source });
        }
        let screen = self.output.is_none() && Stdout::is_terminal();
        let fit = TableFit { rows: None, ..fit(&self.look, screen) };
        let mut text = Vec::new();
        results::write_batch(batch, results::sink(format, fit).as_mut(), &mut text)?;
        match &self.output {
            None => Ok(print(&String::from_utf8_lossy(&text))?),
            Some(path) => WholeFile::write(path, &text)
                .map_err(|source| OutputError::File { path: path.clone(), source }),
        }
    }

    fn file(&self, path: &Path) -> Result<WholeFile, OutputError> {
        WholeFile::create(path)
            .map_err(|source| OutputError::File { path: path.to_owned(), source })
    }

    fn run_all(&self, asked: &QueryScript<'_>) -> Result<(), OutputError> {
        let format = self.format();
        let with_rows = asked.statements.iter().filter(|s| !s.is_silent()).count();
        if format.holds_one() && with_rows > 1 {
            return Err(OutputError::OneResult(format.name(), with_rows));
        }
        let waiting = QuerySpinner::new("Ctrl-C ends it");
        let Some(path) = &self.output else {
            let screen = Stdout::is_terminal();
            if format == ResultFormat::Parquet && screen {
                return Err(OutputError::Binary);
            }
            let mut out = BufWriter::with_capacity(1 << 16, Stdout);
            if screen {
                let mut out = TerminalWriter::new(waiting.before(&mut out));
                all(asked, format, &fit(&self.look, true), &waiting, &mut out)?;
            } else {
                let fit = TableFit { rows: None, ..fit(&self.look, false) };
                all(asked, format, &fit, &waiting, &mut out)?;
            }
            return Ok(out.flush().map_err(ResultError::from)?);
        };
        let failed = |source| OutputError::File { path: path.clone(), source };
        let mut file = self.file(path)?;
        let fit = TableFit { rows: None, ..fit(&self.look, false) };
        all(asked, format, &fit, &waiting, &mut file)?;
        file.finish().map_err(failed)
    }
}

thread_local! {
    /// What is written instead of shown, while something catches it.
    static CAUGHT: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Standard output, or what stands in for it.
pub(super) struct Stdout;

impl Stdout {
    pub(super) fn is_terminal() -> bool {
        CAUGHT.with_borrow(Option::is_none) && io::stdout().is_terminal()
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        CAUGHT.with_borrow_mut(|caught| match caught {
            Some(caught) => caught.write(bytes),
            None => io::stdout().write(bytes),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Does something and keeps what it writes to standard output.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> (T, String) {
    CAUGHT.set(Some(Vec::new()));
    let done = work();
    let text = CAUGHT.take().unwrap_or_default();
    (done, String::from_utf8_lossy(&text).into_owned())
}

/// Writes text to stdout, made harmless on a terminal. A closed pipe is no error.
pub fn print(text: &str) -> Result<(), ResultError> {
    let mut out = Stdout;
    let written = if Stdout::is_terminal() {
        TerminalWriter::new(&mut out).write_all(text.as_bytes())
    } else {
        out.write_all(text.as_bytes())
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Says on stderr what went wrong; it may quote data, which is made harmless.
pub fn complain(text: &str) {
    eprintln!("mammodex: {}", escape::lines(text));
}

/// What a result must fit, on a terminal or elsewhere.
pub(super) fn fit(look: &DisplayOptions, screen: bool) -> TableFit {
    let rows = match look.rows {
        RowLimit::Usual => screen.then_some(TERMINAL_ROWS),
        RowLimit::All => None,
        RowLimit::Most(most) => Some(most),
    };
    let width = screen.then(|| size_of_terminal().0);
    TableFit { width, rows, widths: look.widths.clone(), null: look.null.clone(), folded: false }
}

/// Columns and lines of the terminal.
pub(super) fn size_of_terminal() -> (usize, usize) {
    terminal_size::terminal_size().map_or((80, 24), |(w, h)| (usize::from(w.0), usize::from(h.0)))
}

/// Statements, and where their answers come from.
pub(super) struct QueryScript<'a> {
    pub catalog: &'a Catalog,
    pub statements: &'a [Statement],
    pub parameters: &'a Parameters,
}

/// Runs statements and writes their results. Gives the rows that were written; none when no
/// statement gives any.
pub(super) fn all<W: Write + Send>(
    asked: &QueryScript<'_>,
    format: ResultFormat,
    fit: &TableFit,
    waiting: &QuerySpinner,
    out: &mut W,
) -> Result<Option<u64>, OutputError> {
    let mut written = None;
    for statement in asked.statements {
        if written.is_some() {
            // One result is seen while the next statement runs.
            out.flush().map_err(ResultError::from)?;
        }
        waiting.begin();
        let started = asked.catalog.query_with(&statement.sql, asked.parameters);
        let mut results = started.map_err(ResultError::from)?;
        if statement.is_silent() {
            while results.next_batch().map_err(ResultError::from)?.is_some() {}
            continue;
        }
        if written.is_some() {
            out.write_all(b"\n").map_err(ResultError::from)?;
        }
        let rows = one(&mut results, format, fit, waiting, out)?;
        written = Some(written.unwrap_or(0) + rows);
    }
    Ok(written)
}

fn one<W: Write + Send>(
    results: &mut QueryResults<'_>,
    format: ResultFormat,
    fit: &TableFit,
    waiting: &QuerySpinner,
    out: &mut W,
) -> Result<u64, OutputError> {
    Ok(if format == ResultFormat::Parquet {
        results::parquet::write(results, &mut *out)?
    } else if format == ResultFormat::Table && results::is_plan(results.schema()) {
        results::plan(results, out)?
    } else {
        let mut fit = fit.clone();
        if results::is_summary(results.schema()) {
            // One row for each column of what was asked: half of them would be no summary.
            (fit.rows, fit.folded) = (None, true);
        }
        let mut sink = waiting.counting(results::sink(format, fit));
        results::write(results, &mut sink, out)?
    })
}
