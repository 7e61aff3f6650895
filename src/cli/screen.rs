//! The shell's screen: results to the terminal, its pager, a pipe or a file; talk to stderr.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use arrow::record_batch::RecordBatch;

use super::output::{self, Asked, OutputError};
use super::pager::Paged;
use super::waiting::Waiting;
use crate::catalog::file::WholeFile;
use crate::catalog::script::Statement;
use crate::catalog::{Catalog, Parameters};
use crate::render::escape;
use crate::render::{self, Fit, Format, RenderError};
use crate::shell::{Complaint, Destination, Look, Rows, Screen, Shown};

/// Lines of a table that are no rows: two above, one for the gap, one below.
const FRAME: usize = 4;

/// Results on stdout or in a file, everything else on stderr.
#[derive(Default)]
pub(super) struct Terminal {
    kept: Option<Kept>,
    once: Option<PathBuf>,
}

/// A file that takes all results until another destination is named.
struct Kept {
    path: PathBuf,
    file: WholeFile,
    results: u64,
}

/// What writes a result, in a format, fitted.
type Work<'w, T> = &'w mut dyn FnMut(&mut dyn Out, Format, &Fit) -> Result<T, OutputError>;

/// Anything that a result can be written to.
pub(super) trait Out: Write + Send {}
impl<W: Write + Send> Out for W {}

impl Terminal {
    /// Does the work where results go. Gives what it gives, and the time that it took.
    fn show<T>(&mut self, look: &Look, work: Work<'_, T>) -> Result<(T, Duration), OutputError> {
        let start = Instant::now();
        let screen = self.once.is_none() && self.kept.is_none() && io::stdout().is_terminal();
        let fit = output::fit(look, screen);
        if let Some(path) = self.once.take() {
            let format = Format::of_path(&path).unwrap_or(look.format);
            let failed = |source| OutputError::File { path: path.clone(), source };
            let mut file = WholeFile::create(&path).map_err(failed)?;
            let done = work(&mut file, format, &fit)?;
            file.finish().map_err(failed)?;
            return Ok((done, start.elapsed()));
        }
        if let Some(kept) = &mut self.kept {
            let format = Format::of_path(&kept.path).unwrap_or(look.format);
            if kept.results > 0 {
                if format.holds_one() {
                    return Err(OutputError::OneResult(format.name(), 2));
                }
                kept.file.write_all(b"\n").map_err(RenderError::from)?;
            }
            kept.results += 1;
            return Ok((work(&mut kept.file, format, &fit)?, start.elapsed()));
        }
        if !screen {
            let mut out = BufWriter::with_capacity(1 << 16, io::stdout());
            let done = work(&mut out, look.format, &fit)?;
            out.flush().map_err(RenderError::from)?;
            return Ok((done, start.elapsed()));
        }
        if look.format == Format::Parquet {
            return Err(OutputError::Binary);
        }
        let is_table = look.format == Format::Table;
        let most = fit.rows.filter(|_| is_table).map(|rows| rows + FRAME);
        let height = output::size_of_terminal().1;
        let mut out = escape::Terminal::new(Paged::new(&look.pager, height, most));
        let done = work(&mut out, look.format, &fit);
        let took = start.elapsed();
        match (done, out.into_inner().finish()) {
            (Ok(done), Ok(())) => Ok((done, took)),
            (Ok(_), Err(error)) => Err(RenderError::from(error).into()),
            (Err(error), _) => Err(error),
        }
    }
}

impl Screen for Terminal {
    fn run(
        &mut self,
        catalog: &Catalog,
        statement: &Statement,
        look: &Look,
    ) -> Result<Shown, Complaint> {
        let statements = std::slice::from_ref(statement);
        let asked = Asked { catalog, statements, parameters: &Parameters::default() };
        let waiting = Waiting::new("Ctrl-C stops it");
        if output::is_silent(&statement.sql) {
            let start = Instant::now();
            let format = Format::Table;
            output::all(&asked, format, &Fit::default(), &waiting, &mut io::sink())?;
            return Ok(Shown { rows: None, time: start.elapsed() });
        }
        let on_screen = self.once.is_none() && self.kept.is_none();
        let shown = self.show(look, &mut |mut out, format, fit| {
            if on_screen && io::stdout().is_terminal() {
                output::all(&asked, format, fit, &waiting, &mut waiting.before(out))
            } else {
                output::all(&asked, format, fit, &waiting, &mut out)
            }
        });
        match shown {
            Ok((rows, time)) => Ok(Shown { rows, time }),
            // The reader left the pager, or what stands behind the pipe.
            Err(error) if error.is_closed_pipe() => {
                Ok(Shown { rows: Some(0), time: Duration::ZERO })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn rows(&mut self, batch: &RecordBatch, look: &Look) -> Result<(), Complaint> {
        // A list of what there is shows all of it.
        let null = look.null.clone().or(Some(String::new()));
        let look = Look { rows: Rows::All, widths: Vec::new(), null, ..look.clone() };
        let shown = self.show(&look, &mut |out, format, fit| {
            if format == Format::Parquet {
                Ok(render::parquet::write_batch(batch, out)?)
            } else {
                let mut sink = render::sink(format, fit.clone());
                Ok(render::write_batch(batch, sink.as_mut(), &mut { out })?)
            }
        });
        harmless(shown.map(|_| ()))
    }

    fn text(&mut self, text: &str) -> Result<(), Complaint> {
        // A text has no format of its own.
        let look = Look { format: Format::Table, rows: Rows::All, ..Look::default() };
        let shown = self.show(&look, &mut |out, _, _| {
            Ok(out.write_all(text.as_bytes()).map_err(RenderError::from)?)
        });
        harmless(shown.map(|_| ()))
    }

    fn subcommand(&mut self, catalog: &Catalog, words: &[&str]) -> Result<(), Complaint> {
        if self.once.is_none() && self.kept.is_none() {
            return super::again(catalog.dir(), words);
        }
        let (done, text) = output::caught(|| super::again(catalog.dir(), words));
        done?;
        if text.is_empty() { Ok(()) } else { self.text(&text) }
    }

    fn format(&self, look: &Look) -> Format {
        let file = self.once.as_ref().or(self.kept.as_ref().map(|kept| &kept.path));
        file.and_then(|path| Format::of_path(path)).unwrap_or(look.format)
    }

    fn aim(&mut self, to: Destination) -> Result<(), Complaint> {
        let before = self.kept.take();
        if let Destination::File(path) = &to {
            let failed = |source| OutputError::File { path: path.clone(), source };
            let file = WholeFile::create(path).map_err(failed)?;
            self.kept = Some(Kept { path: path.clone(), file, results: 0 });
        }
        self.once = match to {
            Destination::Once(path) => {
                self.kept = before;
                Some(path)
            }
            Destination::File(_) | Destination::Screen => {
                if let Some(Kept { path, file, results }) = before {
                    file.finish()
                        .map_err(|source| OutputError::File { path: path.clone(), source })?;
                    self.say(&format!("{}: {}", path.display(), super::many(results, "result")));
                }
                None
            }
        };
        Ok(())
    }

    fn say(&mut self, text: &str) {
        eprintln!("{}", escape::lines(text));
    }

    fn complain(&mut self, text: &str) {
        output::complain(text);
    }

    fn width(&self) -> usize {
        if io::stdout().is_terminal() { output::size_of_terminal().0 } else { 80 }
    }
}

fn harmless(shown: Result<(), OutputError>) -> Result<(), Complaint> {
    match shown {
        Err(error) if !error.is_closed_pipe() => Err(error.into()),
        _ => Ok(()),
    }
}
