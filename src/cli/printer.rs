//! The two streams: stdout is data, stderr is messages. One [`Printer`] goes through every command.
#![allow(clippy::print_stderr)]

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use crate::language::localized;
use crate::results::ResultError;
use crate::results::escape::{self, TerminalWriter};

/// Where a command's data goes.
#[derive(Debug, Default)]
pub struct Printer {
    /// What was written, when it is kept instead of shown.
    captured: Option<Mutex<Vec<u8>>>,
}

impl Printer {
    /// A printer to standard output.
    pub fn new() -> Self {
        Self::default()
    }

    /// A printer that keeps what is written.
    pub fn capturing() -> Self {
        Self { captured: Some(Mutex::default()) }
    }

    /// Returns whether a person reads the data: it goes to a terminal.
    pub fn is_terminal(&self) -> bool {
        self.captured.is_none() && io::stdout().is_terminal()
    }

    /// Returns a writer for data.
    pub fn stdout(&self) -> PrinterWriter<'_> {
        PrinterWriter(self)
    }

    /// Writes text as data, escaped on a terminal. A closed pipe is not an error.
    ///
    /// # Errors
    /// When the text cannot be written, such as on a full disk.
    pub fn print(&self, text: &str) -> Result<(), ResultError> {
        let mut out = self.stdout();
        let written = if self.is_terminal() {
            TerminalWriter::new(&mut out).write_all(text.as_bytes())
        } else {
            out.write_all(text.as_bytes())
        };
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }

    /// Returns what was kept.
    pub fn into_text(self) -> String {
        let bytes = self.captured.map(|bytes| bytes.into_inner().unwrap_or_default());
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }
}

/// A writer for a printer's data.
pub struct PrinterWriter<'a>(&'a Printer);

impl Write for PrinterWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.0.captured {
            Some(kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).write(bytes),
            None => io::stdout().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.0.captured.is_some() { Ok(()) } else { io::stdout().flush() }
    }
}

/// Writes a line to stderr in the language of this run, its control characters escaped. A closed or full
/// stderr is not an error: the work is done.
pub fn write_note(text: &str) {
    write_line(&localized(text));
}

/// Writes a line to stderr as it is but for its control characters.
pub fn write_line(text: &str) {
    let _ = writeln!(io::stderr(), "{}", escape::lines(text));
}

/// Writes to stderr what went wrong.
pub fn complain(text: &str) {
    // Once: what is Korean already may contain names that are English words.
    write_line(&format!("mammodex: {}", localized(text)));
}

/// Writes help to stdout. A closed pipe is not an error.
pub fn write_text(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a formatted line to stderr, like [`write_note`].
macro_rules! note {
    ($($argument:tt)*) => {
        $crate::cli::printer::write_note(&format!($($argument)*))
    };
}
pub(in crate::cli) use note;
