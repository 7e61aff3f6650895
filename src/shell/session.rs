//! The state of a session, which statements and commands change.

use std::path::PathBuf;
use std::rc::Rc;

use super::error::ShellError;
use super::interrupt::InterruptGuard;
use super::last_result::{self, LastResult};
use super::screen::{Destination, DisplayOptions, Screen};
use crate::catalog::{Catalog, CatalogError, Parameters};
use crate::disk::ScratchFolder;
use crate::sql::Statement;

/// Opens the snapshot of that number, else the current one.
pub type SnapshotOpener<'a> = &'a dyn Fn(Option<u32>) -> Result<Catalog, ShellError>;

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// No statement or command failed.
    Success,
    /// At least one failed, and was reported.
    WithErrors,
}

/// An open catalog, the screen for its results, and how these look.
pub struct ShellSession<'a> {
    pub(super) catalog: Rc<Catalog>,
    open: SnapshotOpener<'a>,
    pub(super) screen: &'a mut dyn Screen,
    pub(super) display: DisplayOptions,
    guard: InterruptGuard,
    /// The last query that returned rows.
    pub(super) last: Option<LastResult>,
    errors: u64,
    /// Inputs at the prompt, the last of earlier sessions first.
    pub(super) inputs: Vec<String>,
    /// What was edited by a program and runs next, for the history of the line editor.
    pub(super) edited: Option<String>,
    /// Whether statements and commands are shown before they run.
    pub(super) echo: bool,
    /// Whether a failed statement ends the script.
    pub(super) bail: bool,
    /// Files that other programs open.
    scratch: Option<ScratchFolder>,
    scratch_files: u32,
}

impl<'a> ShellSession<'a> {
    /// A session on a snapshot, by default the current one.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(
        open: SnapshotOpener<'a>,
        snapshot: Option<u32>,
        screen: &'a mut dyn Screen,
        display: DisplayOptions,
    ) -> Result<Self, ShellError> {
        let catalog = Rc::new(open(snapshot)?);
        let guard = InterruptGuard::new(catalog.interrupt());
        Ok(Self {
            catalog,
            open,
            screen,
            display,
            guard,
            last: None,
            errors: 0,
            inputs: Vec::new(),
            edited: None,
            echo: false,
            bail: false,
            scratch: None,
            scratch_files: 0,
        })
    }

    /// The open catalog.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The guard that Ctrl-C presses.
    pub fn guard(&self) -> InterruptGuard {
        self.guard.clone()
    }

    /// Completes the file that results went to, and returns how the session ended.
    pub fn end(mut self) -> SessionEnd {
        if let Err(error) = self.screen.set_destination(Destination::Screen) {
            self.report(&error);
        }
        if self.errors == 0 { SessionEnd::Success } else { SessionEnd::WithErrors }
    }

    /// Shows and counts an error.
    pub(super) fn report(&mut self, error: &ShellError) {
        self.errors += 1;
        let text = error.to_string();
        let is_own = self.guard.was_pressed() && text == CatalogError::Interrupted.to_string();
        if is_own {
            self.screen.error("interrupted");
        } else {
            self.screen.error(&text);
        }
    }

    /// Runs statements and shows their results, each with its time if the timer is on.
    pub(super) fn run(
        &mut self,
        statements: &[Statement],
        parameters: &Parameters,
    ) -> Result<(), ShellError> {
        for statement in statements {
            if self.last.is_some() && last_result::is_named(&statement.sql) {
                self.make_last_table()?;
            }
            let outcome = self.screen.run(&self.catalog, statement, parameters, &self.display)?;
            if outcome.rows.is_some() && statement.is_relation() {
                let before = self.last.as_ref();
                self.last =
                    Some(LastResult::new(&statement.sql, parameters, outcome.result, before));
            }
            for caution in self.catalog.cautions(&statement.sql)? {
                self.screen.note(&caution);
            }
            if self.display.timer {
                self.screen.note(&format!("{:.3} s", outcome.time.as_secs_f64()));
            }
        }
        Ok(())
    }

    /// Makes the last result the table `_`.
    ///
    /// # Errors
    /// When there is none, or its query has to run again and fails.
    pub(super) fn make_last_table(&mut self) -> Result<(), ShellError> {
        let last = self.last.as_ref().ok_or("there is no result yet: run a query first")?;
        if last.runs_again() {
            self.screen.note(
                "the last result is larger than 64 MiB, of a type that is not recorded, or was not \
                 read to its end: its query runs again",
            );
        }
        last.make_table(&self.catalog)
    }

    /// A file for other programs that does not exist yet, in a folder that is removed when the session ends.
    ///
    /// # Errors
    /// When the temporary folder cannot be written.
    pub(super) fn scratch_file(&mut self, stem: &str, ending: &str) -> Result<PathBuf, ShellError> {
        let folder = match self.scratch.take() {
            Some(folder) => folder,
            None => ScratchFolder::create().map_err(|error| format!("cannot write: {error}"))?,
        };
        self.scratch_files += 1;
        let file = folder.path().join(format!("{stem}-{}.{ending}", self.scratch_files));
        self.scratch = Some(folder);
        Ok(file)
    }

    /// Opens the same snapshot again, since the folder has changed. The last result remains.
    pub(super) fn reopen(&mut self) -> Result<(), ShellError> {
        let last = self.last.take();
        let switched = self.switch(self.catalog.snapshot().id);
        self.last = last;
        switched
    }

    /// Opens another snapshot in place of this one. What exists only in the session, such as temporary
    /// tables, is lost.
    pub(super) fn switch(&mut self, snapshot: u32) -> Result<(), ShellError> {
        let catalog = (self.open)(Some(snapshot))?;
        self.guard.watch(catalog.interrupt());
        self.catalog = Rc::new(catalog);
        self.last = None;
        Ok(())
    }
}
