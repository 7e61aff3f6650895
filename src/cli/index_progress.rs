//! Progress of `index`, `scan` and `link`: a bar on the terminal, or lines of JSON on stdout for programs.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::printer::Printer;
use crate::index::snapshot::Publication;
use crate::index::{IndexProgress, IndexReport};
use crate::language::localized;

/// Time between two lines.
const PAUSE: Duration = Duration::from_millis(100);

/// Writes `{"found": 844, "done": 512}` now and then.
pub(super) struct JsonProgress<'a> {
    printer: &'a Printer,
    counts: Mutex<FileCounts>,
}

struct FileCounts {
    found: usize,
    done: usize,
    written: Option<Instant>,
}

impl<'a> JsonProgress<'a> {
    pub(super) fn new(printer: &'a Printer) -> Self {
        Self { printer, counts: Mutex::new(FileCounts { found: 0, done: 0, written: None }) }
    }

    fn change(&self, change: impl FnOnce(&mut FileCounts)) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut counts);
        let FileCounts { found, done, written } = *counts;
        if done == found || written.is_none_or(|written| written.elapsed() > PAUSE) {
            counts.written = Some(Instant::now());
            self.write(&json!({ "found": found, "done": done }));
        }
    }

    /// Writes the last line: what `index` reports.
    pub(super) fn finish(&self, report: &IndexReport) {
        let finding = |((severity, code), count): (&(_, _), _)| json!({ "severity": format!("{severity}"), "code": format!("{code}"), "count": count });
        let (snapshot, is_new) = match &report.published {
            Some(Publication::New(snapshot)) => (Some(snapshot.id), true),
            Some(Publication::Unchanged(snapshot)) => (Some(snapshot.id), false),
            None => (None, false),
        };
        self.write(&json!({
            "snapshot": snapshot, "is_new": is_new, "profile": report.profile, "files": report.files,
            "read": report.read, "rows": report.rows,
            "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        }));
    }

    /// A closed or full stdout is not an error: the snapshot is made.
    fn write(&self, line: &Value) {
        let mut out = self.printer.stdout();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

impl IndexProgress for JsonProgress<'_> {
    fn found(&self, files: usize) {
        self.change(|counts| counts.found = files);
    }

    fn done(&self, files: usize) {
        self.change(|counts| counts.done += files);
    }
}

/// Progress of a scan on the terminal.
pub(super) struct IndexProgressBar(ProgressBar);

impl IndexProgressBar {
    pub(super) fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template(&localized(
            "{bar:40} {human_pos} of {human_len} files, {eta}",
        ));
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Removes the bar.
    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

impl IndexProgress for IndexProgressBar {
    fn found(&self, files: usize) {
        self.0.set_length(files as u64);
    }

    fn done(&self, files: usize) {
        self.0.inc(files as u64);
    }
}
