//! `mammodex shell`: the prompt.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal};

use clap::Args;

use super::engine::Engine;
use super::screen::Terminal;
use super::{At, Failure, Global, Outcome, config};
use crate::render::Format;
use crate::shell::{Complaint, Ended, Next, Rows, Session};

/// Ask the catalog at a prompt.
///
/// SQL ends with `;` and may run over several lines. `.help` lists the commands. Tab completes
/// tables, columns, commands and the values of a column. Ctrl-C clears the line or stops the query
/// that runs; Ctrl-D leaves; Ctrl-R searches what was typed, which is kept in
/// $XDG_STATE_HOME/mammodex/history, else ~/.local/state/mammodex/history; a line that begins with a
/// blank is not.
///
/// Defaults stand in ~/.config/mammodex/config.toml; ~/.mammodexrc holds commands that are run first.
///
/// When standard input is no terminal, it is read to its end, and the exit code is 1 when a
/// statement failed.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Example:\n  mammodex shell\n  mammodex> SELECT vendor, count(*)\n  FROM patients GROUP BY 1;"
)]
pub struct Request {
    /// How results are written; table when nothing says otherwise.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Leave ~/.mammodexrc unread.
    #[arg(long)]
    no_init: bool,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    engine: Engine,
}

pub(super) fn run(global: &Global, request: &Request) -> Result<Outcome, Failure> {
    let limits = request.engine.confine();
    let open = |snapshot: Option<u32>| super::open_again(global, &At { snapshot }, limits.clone());
    let mut look = global.config.look();
    look.format = request.format.unwrap_or(look.format);
    if !io::stdout().is_terminal() {
        // Fewer rows are for eyes: a file or a pipe gets all unless a command says otherwise.
        look.rows = Rows::Usual;
    }
    let mut screen = Terminal::default();
    let mut session = Session::open(&open, request.at.snapshot, &mut screen, look)?;
    let typed = io::stdin().is_terminal();
    if typed {
        let guard = session.guard();
        ctrlc::set_handler(move || guard.press())?;
        let snapshot = session.catalog().snapshot();
        eprintln!("snapshot {} of {}; .help for help", snapshot.id, snapshot.root);
    }
    if begin(&mut session, request)? == Next::Read {
        if typed {
            session.prompt()?;
        } else {
            session.read(BufReader::new(io::stdin()))?;
        }
    }
    Ok(match session.end() {
        // At the prompt the user has seen what failed, and went on.
        Ended::WithComplaints if !typed => Outcome::WithErrors,
        _ => Outcome::Done,
    })
}

/// Runs the user's own commands.
fn begin(session: &mut Session<'_>, request: &Request) -> Result<Next, Complaint> {
    let Some(path) = config::commands().filter(|_| !request.no_init) else { return Ok(Next::Read) };
    let failed = |error| format!("cannot read {}: {error}", path.display());
    let file = File::open(&path).map_err(failed)?;
    let guard = session.guard();
    Ok(guard.around(|| session.read(BufReader::new(file))).map_err(failed)?)
}
