//! Commands that run programs.

use std::process::Command;

use super::command::{CommandCall, CommandOutcome};
use crate::disk::{ScratchFolder, read_regular_text};
use crate::shell::error::ShellError;
use crate::shell::session::ShellSession;

/// `.shell`: a command of the system's shell.
pub(super) fn shell(
    _: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    run(call.rest, &[])?;
    Ok(CommandOutcome::Done)
}

/// `.edit`: the last input, or the last query, in the user's editor; what is saved there runs.
pub(super) fn edit(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let is_other = |input: &&String| !input.trim_start().starts_with(call.command.name);
    let last = session.inputs.iter().rev().find(is_other).cloned();
    let query = || session.last.as_ref().map(|last| format!("{};\n", last.sql));
    let text = last.or_else(query).unwrap_or_default();
    let folder = ScratchFolder::create().map_err(|error| format!("cannot write: {error}"))?;
    let file = folder.path().join("query.sql");
    std::fs::write(&file, &text).map_err(|error| format!("cannot write: {error}"))?;
    let set = |name: &str| std::env::var(name).ok().filter(|editor| !editor.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    run(&format!("{editor} \"$1\""), &[&file.to_string_lossy()])?;
    let edited = read_regular_text(&file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    if edited.trim().is_empty() {
        return Ok(CommandOutcome::Done);
    }
    session.edited = Some(edited.trim_end().to_owned());
    Ok(CommandOutcome::Text(edited))
}

/// Runs a command of the system's shell with arguments from `$1` on.
fn run(command: &str, arguments: &[&str]) -> Result<(), ShellError> {
    let status = Command::new("sh").args(["-c", command, "sh"]).args(arguments).status();
    let status = status.map_err(|error| format!("cannot run {command}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command} ended with {status}").into()) }
}
