//! The interactive prompt: SQL that ends in `;`, over several lines, and a few commands.
//!
//! The shell reads and decides; what it shows goes through a [`Screen`], so that results look the
//! same as those of `mammodex query`.

pub mod commands;
mod history;
mod prompt;

use std::io::{self, BufRead};

use arrow::record_batch::RecordBatch;

use crate::catalog::Catalog;
use crate::catalog::script::{self, Statement};

pub use prompt::Guard;

/// Shows what the shell has to say.
pub trait Screen {
    /// Runs statements and shows their results.
    ///
    /// # Errors
    /// What the user should read.
    fn run(&mut self, catalog: &Catalog, statements: &[Statement]) -> Result<(), Complaint>;

    /// Shows rows that the shell made itself.
    ///
    /// # Errors
    /// What the user should read.
    fn rows(&mut self, batch: &RecordBatch) -> Result<(), Complaint>;

    /// Shows text.
    ///
    /// # Errors
    /// When it cannot be written.
    fn text(&mut self, text: &str) -> Result<(), Complaint>;

    /// Tells the user what went wrong, beside the results.
    fn complain(&mut self, text: &str);
}

/// Why something could not be done, for the user to read; the shell goes on.
pub type Complaint = Box<dyn std::error::Error + Send + Sync>;

/// Whether the shell goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It reads on.
    Read,
    /// It ends.
    Leave,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything worked.
    Well,
    /// Something was refused or failed, and was said.
    WithComplaints,
}

/// A catalog, a screen, and what the user types.
pub struct Session<'a> {
    catalog: &'a Catalog,
    screen: &'a mut dyn Screen,
    complaints: u64,
}

impl<'a> Session<'a> {
    /// A session on that catalog.
    pub fn new(catalog: &'a Catalog, screen: &'a mut dyn Screen) -> Self {
        Self { catalog, screen, complaints: 0 }
    }

    /// Reads from a pipe or file: no prompt, no history. A last statement needs no `;`.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn read(mut self, input: impl BufRead) -> io::Result<Ended> {
        let mut text = String::new();
        for line in input.lines() {
            let line = line?;
            if text.is_empty() && line.trim().is_empty() {
                continue;
            }
            text.push_str(&line);
            text.push('\n');
            if is_whole(&text) && self.feed(&std::mem::take(&mut text)) == Next::Leave {
                return Ok(self.ended());
            }
        }
        self.feed(&text);
        Ok(self.ended())
    }

    /// Reads from the terminal until the user leaves.
    ///
    /// # Errors
    /// When the terminal cannot be used.
    pub fn prompt(mut self, guard: &Guard) -> io::Result<Ended> {
        prompt::run(&mut self, guard)?;
        Ok(self.ended())
    }

    fn ended(&self) -> Ended {
        if self.complaints == 0 { Ended::Well } else { Ended::WithComplaints }
    }

    /// Does what one whole input says.
    fn feed(&mut self, text: &str) -> Next {
        let done = match commands::parse(text) {
            Some(words) => commands::run(self, &words),
            None => {
                let statements = script::statements(text);
                self.screen.run(self.catalog, &statements).map(|()| Next::Read)
            }
        };
        done.unwrap_or_else(|complaint| {
            self.complaints += 1;
            self.screen.complain(&complaint.to_string());
            Next::Read
        })
    }
}

/// Whether the text can be done as it stands: a command, or SQL up to a `;`.
fn is_whole(text: &str) -> bool {
    commands::parse(text).is_some() || script::is_complete(text)
}
