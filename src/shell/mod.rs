//! The interactive prompt: SQL that ends in `;`, over several lines, and commands that begin with
//! a dot.
//!
//! The shell reads and decides; what it shows goes through a [`Screen`], so that results look the
//! same as those of `mammodex query`.

mod bars;
pub mod commands;
mod complete;
mod distribution;
mod editor;
mod highlight;
mod history;
mod prompt;
mod relations;
mod screen;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::catalog::{Catalog, Interrupt};
use crate::sql::{self, Statement};

pub use screen::{Destination, DisplayOptions, Pager, RowLimit, Screen, StatementOutcome};

/// Why something could not be done, for the user to read; the shell goes on.
pub type ShellError = Box<dyn std::error::Error + Send + Sync>;

/// Opens the snapshot of that number, else the newest.
pub type SnapshotOpener<'a> = &'a dyn Fn(Option<u32>) -> Result<Catalog, ShellError>;

/// How deep one script may read another, so that two that read each other end.
const DEEPEST_READ: usize = 16;

/// Whether the shell goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellStep {
    /// It reads on.
    Read,
    /// It ends.
    Leave,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// Everything worked.
    Well,
    /// Something was refused or failed, and was said.
    WithComplaints,
}

/// Stands between Ctrl-C and the catalog: it stops a query that runs, and the script that the
/// query is part of, and does nothing else. Clones are one guard.
#[derive(Clone)]
pub struct InterruptGuard(Arc<InterruptTimer>);

struct InterruptTimer {
    running: AtomicBool,
    pressed: AtomicBool,
    interrupt: Mutex<Interrupt>,
}

impl InterruptGuard {
    fn new(interrupt: Interrupt) -> Self {
        Self(Arc::new(InterruptTimer {
            running: AtomicBool::new(false),
            pressed: AtomicBool::new(false),
            interrupt: Mutex::new(interrupt),
        }))
    }

    /// Ctrl-C was pressed.
    pub fn press(&self) {
        if self.0.running.load(Ordering::SeqCst) {
            self.0.pressed.store(true, Ordering::SeqCst);
            self.0.interrupt.lock().unwrap_or_else(PoisonError::into_inner).stop();
        }
    }

    fn turn_to(&self, interrupt: Interrupt) {
        *self.0.interrupt.lock().unwrap_or_else(PoisonError::into_inner) = interrupt;
    }

    fn was_pressed(&self) -> bool {
        self.0.pressed.load(Ordering::SeqCst)
    }

    /// Does something that Ctrl-C may stop.
    pub fn around<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.pressed.store(false, Ordering::SeqCst);
        self.0.running.store(true, Ordering::SeqCst);
        let result = work();
        self.0.running.store(false, Ordering::SeqCst);
        result
    }
}

/// A catalog, a screen, and what the user types.
pub struct ShellSession<'a> {
    catalog: Rc<Catalog>,
    open: SnapshotOpener<'a>,
    screen: &'a mut dyn Screen,
    look: DisplayOptions,
    guard: InterruptGuard,
    /// The last query that gave rows.
    last: Option<String>,
    complaints: u64,
    depth: usize,
}

impl<'a> ShellSession<'a> {
    /// A session on a snapshot; none for the newest.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(
        open: SnapshotOpener<'a>,
        snapshot: Option<u32>,
        screen: &'a mut dyn Screen,
        look: DisplayOptions,
    ) -> Result<Self, ShellError> {
        let catalog = Rc::new(open(snapshot)?);
        let guard = InterruptGuard::new(catalog.interrupt());
        Ok(Self { catalog, open, screen, look, guard, last: None, complaints: 0, depth: 0 })
    }

    /// The catalog that is asked now.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What Ctrl-C must press.
    pub fn guard(&self) -> InterruptGuard {
        self.guard.clone()
    }

    /// Reads from a pipe or file: no prompt, no history. A last statement needs no `;`.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn read(&mut self, input: impl BufRead) -> io::Result<ShellStep> {
        let mut text = String::new();
        for line in input.lines() {
            let line = line?;
            if text.is_empty() && line.trim().is_empty() {
                continue;
            }
            text.push_str(&line);
            text.push('\n');
            if is_whole(&text) && self.feed(&std::mem::take(&mut text)) == ShellStep::Leave {
                return Ok(ShellStep::Leave);
            }
            if self.guard.was_pressed() {
                return Ok(ShellStep::Read);
            }
        }
        Ok(self.feed(&text))
    }

    /// Reads from the terminal until the user leaves.
    ///
    /// # Errors
    /// When the terminal cannot be used.
    pub fn prompt(&mut self) -> io::Result<()> {
        prompt::run(self)
    }

    /// Puts what was written to a file in its place, and says how the session went.
    pub fn end(mut self) -> SessionEnd {
        if let Err(complaint) = self.screen.aim(Destination::Screen) {
            self.complain(&complaint);
        }
        if self.complaints == 0 { SessionEnd::Well } else { SessionEnd::WithComplaints }
    }

    /// Does what one whole input says.
    fn feed(&mut self, text: &str) -> ShellStep {
        let done = match commands::parse(text) {
            Some((command, rest)) => commands::run(self, command, rest),
            None => self.ask(&sql::statements(text)).map(|()| ShellStep::Read),
        };
        for unfit in self.catalog.take_unfit() {
            self.screen.complain(&format!("left out: {unfit}"));
        }
        done.unwrap_or_else(|complaint| {
            self.complain(&complaint);
            ShellStep::Read
        })
    }

    fn complain(&mut self, complaint: &ShellError) {
        self.complaints += 1;
        self.screen.complain(&complaint.to_string());
    }

    /// Runs statements and shows their results, each with its time when that is asked for.
    fn ask(&mut self, statements: &[Statement]) -> Result<(), ShellError> {
        for statement in statements {
            let shown = self.screen.run(&self.catalog, statement, &self.look)?;
            if shown.rows.is_some() && statement.is_relation() {
                self.last = Some(statement.sql.trim().to_owned());
            }
            if self.look.timer {
                self.screen.say(&format!("{:.3} s", shown.time.as_secs_f64()));
            }
        }
        Ok(())
    }

    /// Turns to another snapshot. What the session made for itself, such as temporary tables,
    /// stays behind.
    fn turn_to(&mut self, snapshot: Option<u32>) -> Result<(), ShellError> {
        let catalog = (self.open)(snapshot)?;
        self.guard.turn_to(catalog.interrupt());
        self.catalog = Rc::new(catalog);
        self.last = None;
        Ok(())
    }
}

/// Whether the text can be done as it stands: a command, or SQL up to a `;`.
fn is_whole(text: &str) -> bool {
    commands::parse(text).is_some() || sql::is_complete(text)
}
