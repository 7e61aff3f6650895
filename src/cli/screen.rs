//! The shell's screen: results to the terminal, its pager, a pipe or a file; messages to stderr.

use std::cell::RefCell;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use arrow::record_batch::RecordBatch;

use super::context::CommandContext;
use super::destination::{self, IfFileExists};
use super::fit::{fit, size_of_terminal};
use super::outcome::CliFailure;
use super::output::ENDINGS;
use super::output_error::OutputError;
use super::pager::{self, PagedOutput};
use super::printer::{complain, write_note};
use super::statements::{QueryScript, run_all};
use super::waiting::QuerySpinner;
use crate::catalog::{Catalog, Parameters};
use crate::disk::WholeFile;
use crate::results::escape;
use crate::results::{self, CellFit, ResultError, ResultFormat, TableFit};
use crate::saved::IfExists;
use crate::shell::{Destination, DisplayOptions, RowLimit, Screen, ShellError, StatementOutcome};
use crate::sql::Statement;
use crate::text::counted;

/// Lines of a table besides its rows: three above, one for the gap, one below.
const FRAME: usize = 5;

/// Results on stdout or in a file, everything else on stderr.
pub(super) struct TerminalScreen<'a> {
    context: &'a CommandContext,
    run_typed: TypedCommandRunner,
    kept: Option<OpenFile>,
    once: Option<OnceTarget>,
}

/// Runs a subcommand that was typed at the prompt on an open catalog; returns its data when that is to
/// be captured.
pub(super) type TypedCommandRunner =
    fn(&CommandContext, &Path, &[&str], bool) -> Result<String, CliFailure>;

/// A file that takes all results until another destination is named.
struct OpenFile {
    path: PathBuf,
    file: WholeFile,
    results: u64,
}

/// What takes the next result.
enum OnceTarget {
    File(PathBuf),
    /// A command of the system's shell.
    Program(String),
}

/// What writes a result, in a format, fitted.
type ResultWriter<'w, T> =
    &'w mut dyn FnMut(&mut dyn ResultOutput, ResultFormat, &TableFit) -> Result<T, OutputError>;

/// Anything that a result can be written to.
pub(super) trait ResultOutput: Write + Send {}
impl<W: Write + Send> ResultOutput for W {}

impl<'a> TerminalScreen<'a> {
    /// A screen whose typed subcommands are run by `run_typed`.
    pub(super) fn new(context: &'a CommandContext, run_typed: TypedCommandRunner) -> Self {
        Self { context, run_typed, kept: None, once: None }
    }

    /// Refuses a file in the catalog or the data set, one that exists unless it is to be replaced, and an ending without a format.
    fn check(&self, path: &Path, if_exists: IfExists) -> Result<(), OutputError> {
        destination::check_ending(path, ResultFormat::of_path(path).is_some(), &ENDINGS)?;
        self.check_place(path, if_exists)
    }

    fn check_place(&self, path: &Path, if_exists: IfExists) -> Result<(), OutputError> {
        let if_exists = match if_exists {
            IfExists::Fail => IfFileExists::Fail,
            IfExists::Replace => IfFileExists::Replace,
        };
        Ok(destination::check_file(self.context, path, if_exists)?)
    }

    /// Does the work where results go. Gives what it gives, and the time that it took.
    fn show<T>(
        &mut self,
        look: &DisplayOptions,
        work: ResultWriter<'_, T>,
    ) -> Result<(T, Duration), OutputError> {
        let start = Instant::now();
        let on_terminal = self.once.is_none() && self.kept.is_none() && io::stdout().is_terminal();
        let mut fit = fit(look, on_terminal);
        let once = self.once.take();
        if let Some(OnceTarget::Program(command)) = &once {
            return Ok((write_to_program(command, look.format, &fit, work)?, start.elapsed()));
        }
        if let Some(OnceTarget::File(path)) = once {
            let format = ResultFormat::of_path(&path).unwrap_or(look.format);
            let failed = |source| OutputError::File { path: path.clone(), source };
            let mut file = WholeFile::create(&path).map_err(failed)?;
            let done = work(&mut file, format, &fit)?;
            file.finish().map_err(failed)?;
            return Ok((done, start.elapsed()));
        }
        if let Some(kept) = &mut self.kept {
            let format = ResultFormat::of_path(&kept.path).unwrap_or(look.format);
            if kept.results > 0 {
                if format.holds_one() {
                    return Err(OutputError::OneResult(format.name(), 2));
                }
                kept.file.write_all(b"\n").map_err(ResultError::from)?;
            }
            kept.results += 1;
            return Ok((work(&mut kept.file, format, &fit)?, start.elapsed()));
        }
        if !on_terminal {
            let mut out = BufWriter::with_capacity(1 << 16, io::stdout());
            let done = work(&mut out, look.format, &fit)?;
            out.flush().map_err(ResultError::from)?;
            return Ok((done, start.elapsed()));
        }
        if look.format.is_binary() {
            return Err(OutputError::Binary(look.format.name()));
        }
        let is_table = look.format == ResultFormat::Table;
        let (columns, lines) = size_of_terminal();
        // A line remains for the prompt.
        let room = (columns, lines.saturating_sub(1));
        if pager::scrolls_sideways(&look.pager) {
            fit.height = Some(room.1);
        }
        let is_limited = is_table && fit.cells == CellFit::Cut;
        let most = fit.rows.filter(|_| is_limited).map(|rows| rows + FRAME);
        let mut out = escape::TerminalWriter::new(PagedOutput::new(&look.pager, room, most));
        let done = work(&mut out, look.format, &fit);
        let took = start.elapsed();
        match (done, out.into_inner().finish()) {
            (Ok(done), Ok(())) => Ok((done, took)),
            (Ok(_), Err(error)) => Err(ResultError::from(error).into()),
            (Err(error), _) => Err(error),
        }
    }

    /// The file that the next result goes to.
    fn file(&self) -> Option<&PathBuf> {
        match &self.once {
            Some(OnceTarget::File(path)) => Some(path),
            Some(OnceTarget::Program(_)) => None,
            None => self.kept.as_ref().map(|kept| &kept.path),
        }
    }

    /// Writes a text where results go.
    fn write_text(&mut self, text: &str, display: &DisplayOptions) -> Result<(), ShellError> {
        // A text has no format of its own.
        let look = DisplayOptions {
            format: ResultFormat::Table,
            rows: RowLimit::All,
            pager: display.pager.clone(),
            ..DisplayOptions::default()
        };
        let shown = self.show(&look, &mut |out, _, _| {
            Ok(out.write_all(text.as_bytes()).map_err(ResultError::from)?)
        });
        harmless(shown.map(|_| ()))
    }
}

impl Screen for TerminalScreen<'_> {
    fn run(
        &mut self,
        catalog: &Catalog,
        statement: &Statement,
        parameters: &Parameters,
        look: &DisplayOptions,
    ) -> Result<StatementOutcome, ShellError> {
        let statements = std::slice::from_ref(statement);
        let record = RefCell::new(None);
        let script =
            QueryScript { catalog, statements, parameters, sheets: &[], record: Some(&record) };
        let waiting = QuerySpinner::new("Ctrl-C stops it");
        if statement.is_silent() {
            let start = Instant::now();
            let format = ResultFormat::Table;
            run_all(&script, format, &TableFit::default(), &waiting, &mut io::sink())?;
            return Ok(StatementOutcome { rows: None, time: start.elapsed(), result: None });
        }
        let on_screen = self.once.is_none() && self.kept.is_none();
        let shown = self.show(look, &mut |mut out, format, fit| {
            if on_screen && io::stdout().is_terminal() {
                run_all(&script, format, fit, &waiting, &mut waiting.before(out))
            } else {
                run_all(&script, format, fit, &waiting, &mut out)
            }
        });
        match shown {
            Ok((rows, time)) => Ok(StatementOutcome { rows, time, result: record.take() }),
            // The pager or the program behind the pipe was closed.
            Err(error) if error.is_closed_pipe() => {
                Ok(StatementOutcome { rows: Some(0), time: Duration::ZERO, result: None })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn rows(&mut self, batch: &RecordBatch, look: &DisplayOptions) -> Result<(), ShellError> {
        // A list of what there is shows all of it.
        let null = look.null.clone().or(Some(String::new()));
        let look = DisplayOptions {
            rows: RowLimit::All,
            widths: Vec::new(),
            null,
            cells: CellFit::Wrapped,
            ..look.clone()
        };
        let shown = self.show(&look, &mut |out, format, fit| {
            let fit = &TableFit { kinds: false, height: None, folded: true, ..fit.clone() };
            if format == ResultFormat::Parquet {
                Ok(results::parquet::write_batch(batch, out)?)
            } else {
                let mut sink = results::sink(format, fit.clone());
                Ok(results::write_batch(batch, sink.as_mut(), &mut { out })?)
            }
        });
        harmless(shown.map(|_| ()))
    }

    fn text(&mut self, text: &str, display: &DisplayOptions) -> Result<(), ShellError> {
        if let Some(path) = self.file()
            && !matches!(
                ResultFormat::of_path(path),
                Some(ResultFormat::Table | ResultFormat::Markdown)
            )
        {
            let error = OutputError::Text(path.clone());
            self.once = None;
            return Err(error.into());
        }
        self.write_text(text, display)
    }

    fn subcommand(
        &mut self,
        catalog: &Catalog,
        words: &[&str],
        display: &DisplayOptions,
    ) -> Result<(), ShellError> {
        let capture = self.once.is_some() || self.kept.is_some();
        let text = (self.run_typed)(self.context, catalog.dir(), words, capture)?;
        // It has the format of the file already.
        if text.is_empty() { Ok(()) } else { self.write_text(&text, display) }
    }

    fn format(&self, look: &DisplayOptions) -> ResultFormat {
        self.file().and_then(|path| ResultFormat::of_path(path)).unwrap_or(look.format)
    }

    fn check_file(&self, path: &Path, if_exists: IfExists) -> Result<(), ShellError> {
        Ok(self.check_place(path, if_exists)?)
    }

    fn set_destination(&mut self, destination: Destination) -> Result<(), ShellError> {
        if let Destination::File(path, if_exists) | Destination::Once(path, if_exists) =
            &destination
        {
            self.check(path, *if_exists)?;
        }
        let before = self.kept.take();
        if let Destination::File(path, _) = &destination {
            let failed = |source| OutputError::File { path: path.clone(), source };
            let file = WholeFile::create(path).map_err(failed)?;
            self.kept = Some(OpenFile { path: path.clone(), file, results: 0 });
        }
        self.once = match destination {
            Destination::Once(path, _) => {
                self.kept = before;
                Some(OnceTarget::File(path))
            }
            Destination::Program(command) => {
                self.kept = before;
                Some(OnceTarget::Program(command))
            }
            Destination::File(..) | Destination::Screen => {
                if let Some(OpenFile { path, file, results }) = before {
                    file.finish()
                        .map_err(|source| OutputError::File { path: path.clone(), source })?;
                    self.note(&format!("{}: {}", path.display(), counted(results, "result")));
                }
                None
            }
        };
        Ok(())
    }

    fn note(&mut self, text: &str) {
        write_note(text);
    }

    fn error(&mut self, text: &str) {
        complain(text);
    }

    fn scrolls_sideways(&self, display: &DisplayOptions) -> bool {
        let to_file = self.once.is_some() || self.kept.is_some();
        !to_file && io::stdout().is_terminal() && pager::scrolls_sideways(&display.pager)
    }

    fn width(&self) -> usize {
        if io::stdout().is_terminal() { size_of_terminal().0 } else { 80 }
    }
}

fn harmless(shown: Result<(), OutputError>) -> Result<(), ShellError> {
    match shown {
        Err(error) if !error.is_closed_pipe() => Err(error.into()),
        _ => Ok(()),
    }
}

/// Does the work with a program of the system's shell as its output.
fn write_to_program<T>(
    command: &str,
    format: ResultFormat,
    fit: &TableFit,
    work: ResultWriter<'_, T>,
) -> Result<T, OutputError> {
    let failed = |source| OutputError::File { path: command.into(), source };
    let mut child = Command::new("sh").args(["-c", command]).stdin(Stdio::piped()).spawn();
    let child = child.as_mut().map_err(|error| failed(io::Error::from(error.kind())))?;
    let input = child.stdin.take().ok_or_else(|| failed(io::ErrorKind::BrokenPipe.into()))?;
    let mut out = BufWriter::with_capacity(1 << 16, input);
    let done = work(&mut out, format, fit);
    let flushed = out.flush().map_err(ResultError::from);
    drop(out);
    child.wait().map_err(failed)?;
    let done = done?;
    flushed?;
    Ok(done)
}
