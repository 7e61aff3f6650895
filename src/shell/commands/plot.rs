//! `.plot`: the last result drawn.

use std::path::Path;

use super::command::{CommandCall, CommandOutcome};
use super::drawing::ResultDrawing;
use crate::disk::WholeFile;
use crate::saved::IfExists;
use crate::shell::error::ShellError;
use crate::shell::last_result::LAST;
use crate::shell::session::ShellSession;

pub(super) fn plot(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let file = match (call.word(0), call.word(1), call.word(2)) {
        (None, ..) => None,
        (Some("-o"), Some(file), None) => Some((Path::new(file), IfExists::Fail)),
        (Some("-o"), Some(file), Some("--force")) => Some((Path::new(file), IfExists::Replace)),
        _ => return Err(call.misuse()),
    };
    if let Some((path, if_exists)) = file {
        if path.extension().is_none_or(|ending| ending != "svg") {
            return Err(format!("{}: a drawing is SVG; use .svg", path.display()).into());
        }
        session.screen.check_file(path, if_exists)?;
    }
    session.make_last_table()?;
    let drawing = ResultDrawing::of(&session.catalog, &format!("FROM {LAST}"))?;
    match file {
        None => session.screen.text(&drawing.text(session.screen.width()), &session.display)?,
        Some((path, _)) => {
            WholeFile::write(path, drawing.svg().as_bytes())
                .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            session.screen.note(&format!("{}: {}", path.display(), drawing.summary()));
        }
    }
    Ok(CommandOutcome::Done)
}
