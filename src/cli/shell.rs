//! `mammodex shell`: the prompt.

use std::io::{self, BufReader, IsTerminal};

use arrow::record_batch::RecordBatch;
use clap::Args;

use super::engine::Engine;
use super::output::{self, Output};
use super::{At, Failure, Global, Outcome};
use crate::catalog::Catalog;
use crate::catalog::script::Statement;
use crate::render::Format;
use crate::shell::{Complaint, Ended, Guard, Screen, Session};

/// Ask the catalog at a prompt.
///
/// SQL ends with `;` and may run over several lines. `.help` lists the commands. Ctrl-C clears the
/// line or stops the query that runs; Ctrl-D leaves. What was typed is kept in
/// $XDG_STATE_HOME/mammodex/history, else ~/.local/state/mammodex/history; a line that begins with
/// a blank is not.
///
/// When standard input is no terminal, it is read to its end, and the exit code is 1 when a
/// statement failed.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Example:\n  mammodex shell\n  mammodex> SELECT vendor, count(*)\n  FROM patients GROUP BY 1;"
)]
pub struct Request {
    /// How results are written.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    engine: Engine,
}

pub(super) fn run(global: &Global, request: &Request) -> Result<Outcome, Failure> {
    let catalog = super::open_within(global, &request.at, request.engine.confine())?;
    let mut screen = Terminal(Output { format: Some(request.format), output: None });
    let guard = Guard::new(catalog.interrupt());
    let session = Session::new(&catalog, &mut screen);
    let ended = if io::stdin().is_terminal() {
        let pressed = guard.clone();
        ctrlc::set_handler(move || pressed.press())?;
        let snapshot = catalog.snapshot();
        eprintln!("snapshot {} of {}; .help for help", snapshot.id, snapshot.root);
        session.prompt(&guard)?
    } else {
        session.read(BufReader::new(io::stdin()))?
    };
    Ok(match ended {
        // At the prompt the user has seen what failed, and went on.
        Ended::WithComplaints if !io::stdin().is_terminal() => Outcome::WithErrors,
        _ => Outcome::Done,
    })
}

/// Results on stdout, complaints on stderr.
struct Terminal(Output);

impl Screen for Terminal {
    fn run(&mut self, catalog: &Catalog, statements: &[Statement]) -> Result<(), Complaint> {
        // One by one: a format that holds one result holds one per statement here.
        for statement in statements {
            self.0.run(catalog, std::slice::from_ref(statement))?;
        }
        Ok(())
    }

    fn rows(&mut self, batch: &RecordBatch) -> Result<(), Complaint> {
        Ok(self.0.write(batch)?)
    }

    fn text(&mut self, text: &str) -> Result<(), Complaint> {
        Ok(output::print(text)?)
    }

    fn complain(&mut self, text: &str) {
        output::complain(text);
    }
}
