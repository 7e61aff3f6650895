//! `mammodex completions`: what a shell completes on the command line.

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use super::context::CommandContext;
use super::outcome::{CliFailure, ExitOutcome};

/// Print the completions of a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mammodex completions bash > ~/.local/share/bash-completion/completions/mammodex\n  \
    mammodex completions zsh > ~/.zfunc/_mammodex\n  \
    mammodex completions fish > ~/.config/fish/completions/mammodex.fish")]
pub struct CompletionsArgs {
    /// Name of the shell.
    #[arg(value_enum)]
    shell: CompletionShell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CompletionShell {
    Bash,
    Zsh,
    Fish,
}

pub(super) fn run(
    context: &CommandContext,
    request: &CompletionsArgs,
    mut grammar: clap::Command,
) -> Result<ExitOutcome, CliFailure> {
    let shell = match request.shell {
        CompletionShell::Bash => Shell::Bash,
        CompletionShell::Zsh => Shell::Zsh,
        CompletionShell::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut grammar, "mammodex", &mut script);
    context.printer.print(&String::from_utf8_lossy(&script))?;
    Ok(ExitOutcome::Done)
}
