//! `mammodex shell`: the prompt.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal};
use std::path::PathBuf;

use clap::Args;

use super::config;
use super::context::{CommandContext, SnapshotArgs};
use super::engine::EngineArgs;
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::note;
use super::screen::{TerminalScreen, TypedCommandRunner};
use super::signals;
use crate::catalog::Access;
use crate::results::ResultFormat;
use crate::shell::{self, Pager, RowLimit, SessionEnd, ShellError, ShellSession, ShellStep};

/// Query the catalog at a prompt.
///
/// SQL ends with `;` and may run over several lines. `.help` lists the commands. Tab completes
/// tables, columns, commands and the values of a column. Ctrl-C clears the line or stops the query
/// that runs; Ctrl-D quits; Ctrl-R searches the history, which is saved to
/// $XDG_STATE_HOME/mammodex/history, else ~/.local/state/mammodex/history; a line that begins with a
/// blank is not saved.
///
/// Defaults are in ~/.config/mammodex/config.toml; ~/.mammodexrc holds commands that are run first.
///
/// If standard input is not a terminal, it is read to its end, and the exit code is 1 if a statement
/// failed.
#[derive(Debug, Args)]
#[command(
    after_long_help = "Example:\n  mammodex shell\n  mammodex> SELECT vendor, count(*)\n  FROM patients GROUP BY 1;"
)]
pub struct ShellArgs {
    /// Format of the results [default: that of config.toml, else table].
    #[arg(long, value_enum)]
    format: Option<ResultFormat>,
    /// Do not run ~/.mammodexrc.
    #[arg(long)]
    no_init: bool,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    engine: EngineArgs,
}

pub(super) fn run(
    context: &CommandContext,
    request: &ShellArgs,
    run_typed: TypedCommandRunner,
) -> Result<ExitOutcome, CliFailure> {
    let typed = io::stdin().is_terminal();
    build_wall(context, request, typed)?;
    let limits = request.engine.confine();
    // The folder may change during the session.
    let start = std::env::current_dir()?;
    let open = |snapshot: Option<u32>| {
        let has_moved = std::env::current_dir().ok().is_none_or(|folder| folder != start);
        let catalog =
            if has_moved { start.join(&context.catalog) } else { context.catalog.clone() };
        context.at(catalog).open_one_of_several(&SnapshotArgs { snapshot }, limits.clone())
    };
    let mut look = context.config.look();
    look.format = request.format.unwrap_or(look.format);
    if !io::stdout().is_terminal() {
        // Fewer rows suit a terminal: a file or a pipe gets all unless a command limits them.
        look.rows = RowLimit::Usual;
    }
    if limits.access == Access::Safe {
        look.pager = Pager::Off;
    }
    let typed_context = context.limited(limits.clone()).at(start.join(&context.catalog));
    let mut screen = TerminalScreen::new(&typed_context, run_typed);
    let mut session = ShellSession::open(&open, request.at.snapshot, &mut screen, look)?;
    if typed {
        let guard = session.guard();
        ctrlc::set_handler(move || guard.press())?;
        let snapshot = session.catalog().snapshot();
        note!("snapshot {} of {}; .help for help", snapshot.id, snapshot.root);
    } else {
        signals::end_on_interrupt();
    }
    if begin(&mut session, request)? != ShellStep::Quit {
        if typed {
            shell::prompt(&mut session)?;
        } else {
            shell::read(&mut session, BufReader::new(io::stdin()))?;
        }
    }
    Ok(match session.end() {
        // At the prompt the user has seen what failed, and went on.
        SessionEnd::WithErrors if !typed => ExitOutcome::WithErrors,
        _ => ExitOutcome::Done,
    })
}

/// With --safe, lets the kernel confine the session to the catalog, the user's scripts and saved queries, and the history.
fn build_wall(
    context: &CommandContext,
    request: &ShellArgs,
    typed: bool,
) -> Result<(), CliFailure> {
    let scripts = config::commands().into_iter().chain([std::env::current_dir()?]);
    let read: Vec<PathBuf> = scripts.chain(shell::queries_folder()).collect();
    let history = if typed { shell::prepare_history().ok() } else { None };
    let write: Vec<PathBuf> = history.into_iter().collect();
    Ok(request.engine.build_wall(&context.catalog, &read, &write)?)
}

/// Runs the user's own commands.
fn begin(session: &mut ShellSession<'_>, request: &ShellArgs) -> Result<ShellStep, ShellError> {
    let Some(path) = config::commands().filter(|_| !request.no_init) else {
        return Ok(ShellStep::Continue);
    };
    let failed = |error| format!("cannot read {}: {error}", path.display());
    let file = File::open(&path).map_err(failed)?;
    let guard = session.guard();
    Ok(guard.around(|| shell::read(session, BufReader::new(file))).map_err(failed)?)
}
