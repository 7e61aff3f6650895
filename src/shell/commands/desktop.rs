//! Commands that open files in the programs of the desktop, and change the folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::command::{CommandCall, CommandOutcome};
use crate::catalog::Parameters;
use crate::saved::IfExists;
use crate::shell::error::ShellError;
use crate::shell::last_result::LAST;
use crate::shell::screen::{Destination, DisplayOptions, RowLimit};
use crate::shell::session::ShellSession;
use crate::sql::Statement;

/// Longest side of each image of a picture of four.
const SIDE_PX: &str = "1000";

/// `.excel`: the last result as a workbook, in the program for workbooks.
pub(super) fn excel(
    session: &mut ShellSession<'_>,
    _: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    session.make_last_table()?;
    let file = session.scratch_file("result", "xlsx")?;
    session.screen.set_destination(Destination::Once(file.clone(), IfExists::Fail))?;
    let display = DisplayOptions { rows: RowLimit::All, ..session.display.clone() };
    let (statement, none) = (Statement::new(format!("FROM {LAST}")), Parameters::default());
    session.screen.run(&session.catalog, &statement, &none, &display)?;
    open(session, &file);
    Ok(CommandOutcome::Done)
}

/// `.view`: pictures of a case or image, by default of the first case of the last result, drawn outside the
/// catalog and opened.
pub(super) fn view(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let target = match call.word(0) {
        Some(target) if !target.starts_with('-') => target.to_owned(),
        Some(_) => return Err(call.misuse()),
        None => first_case(session)?,
    };
    let file = session.scratch_file("view", "png")?;
    let (snapshot, file_name) =
        (session.catalog.snapshot().id.to_string(), file.to_string_lossy().into_owned());
    let mut words = vec!["render", target.as_str(), "-o", &file_name, "--snapshot", &snapshot];
    // The path of an image has folders, a case has not.
    if call.words.len() < 2 && !target.contains('/') {
        words.extend(["--four-view", "--size", SIDE_PX]);
    }
    words.extend(call.words.iter().skip(1).map(String::as_str));
    session.screen.subcommand(&session.catalog, &words, &session.display)?;
    open(session, &file);
    Ok(CommandOutcome::Done)
}

fn first_case(session: &mut ShellSession<'_>) -> Result<String, ShellError> {
    session.make_last_table()?;
    let cases = session
        .catalog
        .values::<Option<String>>(&format!("SELECT case_id::VARCHAR FROM {LAST} LIMIT 1"));
    let cases = cases.map_err(|_| "the last result has no column case_id: .view CASE")?;
    let case = cases.into_iter().next().flatten();
    Ok(case.ok_or("the first row of the last result has no case_id: .view CASE")?)
}

/// Opens a file in the desktop's program, or says where it is.
fn open(session: &mut ShellSession<'_>, path: &Path) {
    let shown = path.display();
    let opened = opener().is_some_and(|program| {
        let (null, out, err) = (Stdio::null(), Stdio::null(), Stdio::null());
        let mut command = Command::new(program);
        let child = command.arg(path).stdin(null).stdout(out).stderr(err).spawn();
        // Some programs for opening files end only with the program that they start.
        child.map(|mut child| std::thread::spawn(move || child.wait())).is_ok()
    });
    session.screen.note(&if opened {
        format!("opened {shown}, which is removed when the session ends")
    } else {
        format!("{shown}: there is no desktop to open it on; it is removed when the session ends")
    });
}

/// The program that opens files where there is a desktop.
fn opener() -> Option<PathBuf> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let name = if cfg!(target_os = "macos") {
        "open"
    } else if is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") {
        "xdg-open"
    } else {
        return None;
    };
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// `.cd`: the folder that relative paths start from.
pub(super) fn change_folder(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    let folder = match call.word(0) {
        None => home().ok_or("no home folder is known")?,
        Some(word) => match (word.strip_prefix('~'), home()) {
            (Some(""), Some(home)) => home,
            (Some(rest), Some(home)) if rest.starts_with('/') => home.join(&rest[1..]),
            _ => PathBuf::from(word),
        },
    };
    let failed = |error| format!("cannot change to {}: {error}", folder.display());
    let before = std::env::current_dir().map_err(failed)?;
    std::env::set_current_dir(&folder).map_err(failed)?;
    // The tables of a catalog that was opened by a relative path would be looked for below the new folder.
    if let Err(error) = session.reopen() {
        std::env::set_current_dir(before).map_err(failed)?;
        return Err(error);
    }
    session.screen.note(&std::env::current_dir().map_err(failed)?.display().to_string());
    Ok(CommandOutcome::Done)
}
