//! The line editor: input that goes on until it is whole, history, Ctrl-C and Ctrl-D.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Editor, Helper};

use super::{Next, Session, history, is_whole};
use crate::catalog::Interrupt;

const PROMPT: &str = "mammodex> ";

/// Stands between Ctrl-C and the catalog: it stops a query that runs, and does nothing else.
#[derive(Clone)]
pub struct Guard {
    running: Arc<AtomicBool>,
    interrupt: Interrupt,
}

impl Guard {
    /// For the queries of one catalog.
    pub fn new(interrupt: Interrupt) -> Self {
        Self { running: Arc::new(AtomicBool::new(false)), interrupt }
    }

    /// Ctrl-C was pressed.
    pub fn press(&self) {
        if self.running.load(Ordering::SeqCst) {
            self.interrupt.stop();
        }
    }
}

/// Tells the editor whether Enter ends the input.
struct Whole;

impl Validator for Whole {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        Ok(if text.trim().is_empty() || is_whole(text) {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

impl Completer for Whole {
    type Candidate = String;
}
impl Hinter for Whole {
    type Hint = String;
}
impl Highlighter for Whole {}
impl Helper for Whole {}

/// Reads and does until the user leaves.
pub(super) fn run(session: &mut Session<'_>, guard: &Guard) -> io::Result<()> {
    let config = Config::builder().auto_add_history(true).history_ignore_space(true).build();
    let mut editor: Editor<Whole, DefaultHistory> =
        Editor::with_config(config).map_err(io::Error::other)?;
    editor.set_helper(Some(Whole));
    let kept = history::prepare();
    match &kept {
        Ok(path) => {
            // A history that another program wrote is no reason to stay away.
            let _ = editor.load_history(path);
        }
        Err(error) => session.screen.complain(&format!("history is not kept: {error}")),
    }
    loop {
        match editor.readline(PROMPT) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => {
                if let Ok(path) = &kept {
                    let _ = editor.append_history(path);
                }
                guard.running.store(true, Ordering::SeqCst);
                let next = session.feed(&text);
                guard.running.store(false, Ordering::SeqCst);
                if next == Next::Leave {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(ReadlineError::Io(error)) => return Err(error),
            Err(other) => return Err(io::Error::other(other)),
        }
    }
}
