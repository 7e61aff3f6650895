//! `mammodex export xlsx`.

use std::path::PathBuf;

use clap::Args;

use super::target::{ExportTarget, note_unfit};
use crate::cli::context::{CommandContext, SnapshotArgs};
use crate::cli::outcome::{CliFailure, ExitOutcome};
use crate::cli::printer::{complain, note};
use crate::export;
use crate::text::counted;

/// Write an Excel workbook with a sheet per table, their contents and the dictionary.
///
/// Cells have the types of the tables: numbers, days, IDs as text with their zeros. Headers stay in view
/// and filter. The sheet `contents` lists the sheets with their rows, `dictionary` every column in English
/// and Korean with unit, source and the meaning of null.
///
/// A table of more than 1,048,575 rows continues on a second sheet. A text of more than 32,767 characters,
/// which no cell of Excel takes, leaves its cell empty; the command says so with the number of such cells,
/// which is also in `dictionary`, and the exit code is 1.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex export xlsx catalog.xlsx\n  \
    mammodex export xlsx review.xlsx --sheets cases,cohorts.t2_ge,issues")]
pub struct XlsxArgs {
    /// File to write to, ending in .xlsx; it appears only when it is complete.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Tables, views, cohorts.NAME and splits.NAME to write [default: every table].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    sheets: Vec<String>,
    /// Replace an existing FILE.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    at: SnapshotArgs,
}

/// Runs the command.
pub(super) fn run(context: &CommandContext, request: &XlsxArgs) -> Result<ExitOutcome, CliFailure> {
    let path = &request.file;
    ExportTarget { path, endings: &["xlsx"], force: request.force }.check(context)?;
    let catalog = context.open(&request.at)?;
    let sheets = export::write_workbook_file(&catalog, path, &request.sheets)?;
    note_unfit(&catalog);
    let mut outcome = ExitOutcome::Done;
    for sheet in &sheets {
        for (column, cells) in &sheet.omitted {
            let cells = counted(*cells, "cell");
            complain(&format!(
                "{}.{column}: {cells} left empty, with more than the 32,767 characters that Excel takes",
                sheet.relation
            ));
            outcome = ExitOutcome::WithErrors;
        }
    }
    let count = counted(sheets.len() as u64, "sheet");
    note!("snapshot {} exported to {}: {count}", catalog.snapshot().id, path.display());
    Ok(outcome)
}
