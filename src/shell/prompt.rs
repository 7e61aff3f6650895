//! The line editor: input over several lines, history, Ctrl-C and Ctrl-D.

use std::io;

use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{
    CompletionType, Config, EditMode, Editor, EventHandler, KeyCode, KeyEvent, Modifiers,
};

use super::continuation::{INDENT, JoinLines, NewLine, unindented};
use super::editor::EditorHelper;
use super::history;
use super::interpreter::{ShellStep, command_within, execute, is_understood_within};
use super::session::ShellSession;

const PROMPT: &str = "mammodex> ";
/// The most candidates that are listed without confirmation.
const LISTED: usize = 200;

/// Reads from the terminal until the user quits.
///
/// # Errors
/// When the terminal cannot be used.
pub fn prompt(session: &mut ShellSession<'_>) -> io::Result<()> {
    let mut editor = make_editor(session)?;
    let history = history::prepare();
    match &history {
        Ok(path) => {
            // The prompt works without a history that another program wrote.
            let _ = editor.load_history(path);
        }
        Err(error) => session.screen.error(&format!("history is not saved: {error}")),
    }
    session.inputs = editor.history().iter().map(|input| unindented(input)).collect();
    let mut unfinished = String::new();
    loop {
        match editor.readline_with_initial(PROMPT, (&std::mem::take(&mut unfinished), "")) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => {
                if let Some((statement, command)) = interrupted(&text) {
                    if execute(session, command) == ShellStep::Quit {
                        return Ok(());
                    }
                    unfinished = format!("{statement}\n{INDENT}");
                    continue;
                }
                let _ = editor.add_history_entry(text.as_str());
                if let Ok(path) = &history {
                    let _ = editor.append_history(path);
                }
                let text = unindented(&text);
                if !text.starts_with(char::is_whitespace) {
                    session.inputs.push(text.clone());
                }
                let guard = session.guard();
                if guard.around(|| execute(session, &text)) == ShellStep::Quit {
                    return Ok(());
                }
                if let Some(edited) = session.edited.take() {
                    let _ = editor.add_history_entry(edited.as_str());
                    session.inputs.push(edited);
                }
                if let Some(helper) = editor.helper_mut() {
                    helper.refresh(&session.catalog);
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(ReadlineError::Io(error)) => return Err(error),
            Err(other) => return Err(io::Error::other(other)),
        }
    }
}

/// The line editor with the user's keys, completion and colours.
fn make_editor(session: &ShellSession<'_>) -> io::Result<Editor<EditorHelper, DefaultHistory>> {
    let keys = if session.display.vi { EditMode::Vi } else { EditMode::Emacs };
    let config = Config::builder()
        .edit_mode(keys)
        .auto_add_history(false)
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .completion_prompt_limit(LISTED)
        .completion_show_all_if_ambiguous(true)
        .build();
    let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut editor = Editor::with_config(config).map_err(io::Error::other)?;
    editor.set_helper(Some(EditorHelper::new(session.catalog.clone(), colours)));
    let on = |key: KeyCode| KeyEvent(key, Modifiers::NONE);
    editor.bind_sequence(on(KeyCode::Enter), EventHandler::Conditional(Box::new(NewLine)));
    editor.bind_sequence(on(KeyCode::Backspace), EventHandler::Conditional(Box::new(JoinLines)));
    Ok(editor)
}

/// An unfinished statement and the command on the line below it.
fn interrupted(text: &str) -> Option<(&str, &str)> {
    command_within(text).filter(|name| is_understood_within(name))?;
    let (statement, command) = text.trim_end().rsplit_once('\n')?;
    Some((statement, command.trim()))
}
