//! The line editor: input that goes on until it is whole, history, Ctrl-C and Ctrl-D.

use std::io;

use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor};

use super::editor::EditorHelper;
use super::{ShellSession, ShellStep, history};

const PROMPT: &str = "mammodex> ";
/// Candidates that are listed without asking.
const LISTED: usize = 200;

/// Reads and does until the user leaves.
pub(super) fn run(session: &mut ShellSession<'_>) -> io::Result<()> {
    let config = Config::builder()
        .auto_add_history(true)
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .completion_prompt_limit(LISTED)
        .build();
    let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut editor: Editor<EditorHelper, DefaultHistory> =
        Editor::with_config(config).map_err(io::Error::other)?;
    editor.set_helper(Some(EditorHelper::new(session.catalog.clone(), colours)));
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
                let guard = session.guard();
                if guard.around(|| session.feed(&text)) == ShellStep::Leave {
                    return Ok(());
                }
                if let Some(assistant) = editor.helper_mut() {
                    assistant.renew(&session.catalog);
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(ReadlineError::Io(error)) => return Err(error),
            Err(other) => return Err(io::Error::other(other)),
        }
    }
}
