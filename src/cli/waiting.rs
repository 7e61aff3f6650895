//! What a terminal shows while a query takes long: how long it has taken, how many rows have come.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use crate::language::localized;
use crate::results::{ResultError, ResultSink};

/// A query that is done sooner shows nothing.
const PATIENCE: Duration = Duration::from_secs(2);
const TICK: Duration = Duration::from_millis(100);

/// Shows on stderr that a query still runs, when that is a terminal. It is gone before anything
/// else is shown, or when this is dropped.
pub(super) struct QuerySpinner {
    /// What can be done about it.
    hint: &'static str,
    rows: Arc<AtomicU64>,
    shown: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
}

impl QuerySpinner {
    /// Nothing is waited for yet. `hint` says what can be done when it takes long.
    pub(super) fn new(hint: &'static str) -> Self {
        Self { hint, rows: Arc::default(), shown: Mutex::default() }
    }

    /// Begins to wait for a statement.
    pub(super) fn begin(&self) {
        self.end();
        self.rows.store(0, Ordering::Relaxed);
        if !io::stderr().is_terminal() {
            return;
        }
        let (stop, stopped) = mpsc::channel();
        let (rows, hint) = (Arc::clone(&self.rows), self.hint);
        let thread = thread::spawn(move || {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
                bar.set_style(style);
            }
            let mut pause = PATIENCE;
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = TICK;
                let so_far = match rows.load(Ordering::Relaxed) {
                    0 => String::new(),
                    rows => {
                        let so_far = format!("{} rows so far", HumanCount(rows));
                        format!("{}; ", localized(&so_far))
                    }
                };
                bar.set_message(format!("{so_far}{}", localized(hint)));
                bar.tick();
            }
            bar.finish_and_clear();
        });
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some((stop, thread));
    }

    /// Ends it, and takes away what is shown.
    pub(super) fn end(&self) {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((stop, thread)) = shown {
            drop(stop);
            // A thread that panicked has nothing more to show.
            let _ = thread.join();
        }
    }

    /// Ends it when something is written to the terminal.
    pub(super) fn before<W: Write>(&self, out: W) -> SpinnerWriter<'_, W> {
        SpinnerWriter { waiting: self, out }
    }

    /// Counts the rows that a sink gets.
    pub(super) fn counting<'w>(&'w self, sink: Box<dyn ResultSink>) -> RowCounter<'w> {
        RowCounter { waiting: self, sink }
    }
}

impl Drop for QuerySpinner {
    fn drop(&mut self) {
        self.end();
    }
}

/// A writer to the terminal that something is waited for at.
pub(super) struct SpinnerWriter<'w, W> {
    waiting: &'w QuerySpinner,
    out: W,
}

impl<W: Write> Write for SpinnerWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.end();
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A sink whose rows are counted.
pub(super) struct RowCounter<'w> {
    waiting: &'w QuerySpinner,
    sink: Box<dyn ResultSink>,
}

impl ResultSink for RowCounter<'_> {
    fn begin(&mut self, schema: &Schema, out: &mut dyn Write) -> Result<(), ResultError> {
        self.sink.begin(schema, out)
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError> {
        self.waiting.rows.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
        self.sink.batch(batch, out)
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        self.sink.end(out)
    }
}
