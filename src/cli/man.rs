//! `mammodex man`: manual pages.

use std::path::PathBuf;

use clap::Args;

use super::context::CommandContext;
use super::destination::{self, IfFileExists};
use super::help::WORDS;
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::note;
use crate::disk::WholeFolder;
use crate::language::{Language, chosen, localized};
use crate::text::counted;

/// Write the manual pages, one per subcommand.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    mammodex man pages && man -l pages/mammodex-index.1")]
pub struct ManArgs {
    /// Folder to write to, which is empty or does not exist.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(
    context: &CommandContext,
    request: &ManArgs,
    grammar: clap::Command,
) -> Result<ExitOutcome, CliFailure> {
    destination::check_place(context, &request.folder, IfFileExists::Fail)?;
    let refused = |error| format!("cannot write {}: {error}", request.folder.display());
    let folder = WholeFolder::create(&request.folder).map_err(refused)?;
    clap_mangen::generate_to(grammar, folder.path()).map_err(refused)?;
    let mut pages = 0;
    for entry in std::fs::read_dir(folder.path()).map_err(refused)? {
        let page = entry.map_err(refused)?.path();
        if chosen() == Language::Korean {
            let text = std::fs::read_to_string(&page).map_err(refused)?;
            std::fs::write(&page, in_korean(&text)).map_err(refused)?;
        }
        pages += 1;
    }
    folder.finish().map_err(refused)?;
    note!("{}: {}", request.folder.display(), counted(pages, "page"));
    Ok(ExitOutcome::Done)
}

/// A page whose texts are Korean, with its headings and the parser's words in Korean too.
fn in_korean(page: &str) -> String {
    let line = |line: &str| match line.starts_with(".SH ") {
        true => localized(line.trim_end()).into_owned(),
        false => {
            WORDS.iter().fold(line.to_owned(), |line, words| line.replace(words, &localized(words)))
        }
    };
    page.lines().map(|text| line(text) + "\n").collect()
}
