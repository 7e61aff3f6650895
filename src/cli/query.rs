//! `mammodex query`: SQL over the catalog.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;

use clap::Args;

use super::context::{CommandContext, SnapshotArgs};
use super::engine::{EngineArgs, folder_of};
use super::outcome::{CliFailure, ExitOutcome};
use super::output::OutputArgs;
use super::printer::note;
use crate::catalog::Parameters;
use crate::disk::{LONGEST_DOCUMENT, read_bounded};
use crate::sql;

/// Query the catalog in SQL.
///
/// The tables are those of `mammodex schema`; saved cohorts are in it as cohorts.NAME, splits
/// as splits.NAME. The dialect is DuckDB's. Statements are separated by `;`. Without SQL and
/// without -f, statements come from standard input.
///
/// A CSV or TSV cell that a spreadsheet would run as a formula is preceded by an apostrophe.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex query \"SELECT diagnosis, count(*) FROM patients GROUP BY 1\"\n  \
    mammodex query -f question.sql -o answer.csv\n  \
    echo 'FROM images LIMIT 3' | mammodex query --format jsonl\n  \
    mammodex query --param t=2 'SELECT count(*) FROM patients WHERE t_stage >= $t'\n  \
    mammodex query --safe --timeout 10 --memory 1GB -f from-a-stranger.sql")]
pub struct QueryArgs {
    /// Statements in SQL.
    #[arg(conflicts_with = "file")]
    sql: Option<String>,
    /// File of the statements; - is standard input.
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Value for $NAME in the statements; may be given more than once.
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = parameter)]
    param: Vec<(String, String)>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    engine: EngineArgs,
}

pub(super) fn run(
    context: &CommandContext,
    request: &QueryArgs,
) -> Result<ExitOutcome, CliFailure> {
    let text = text(request)?;
    let statements = sql::statements(&text);
    if statements.is_empty() {
        return Err(
            "there is no statement to run; `mammodex query \"FROM patients\"` is one".into()
        );
    }
    let parameters = Parameters::new(request.param.iter().cloned());
    if let Some(name) = parameters.unused(&text) {
        return Err(format!("--param {name}: no statement uses ${name}").into());
    }
    let written: Vec<PathBuf> = request.output.output.iter().map(|file| folder_of(file)).collect();
    request.engine.build_wall(&context.catalog, &[], &written)?;
    let catalog = context.open_within(&request.at, request.engine.confine())?;
    let output = OutputArgs { look: context.config.look(), ..request.output.clone() };
    output.run_with(context, &catalog, &statements, &parameters)?;
    for statement in &statements {
        for caution in catalog.cautions(&statement.sql)? {
            note!("{caution}");
        }
    }
    Ok(ExitOutcome::Done)
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    let name = name.strip_prefix('$').unwrap_or(name);
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err("a name is made of letters, digits and _".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn text(request: &QueryArgs) -> Result<String, CliFailure> {
    if let Some(sql) = &request.sql {
        return Ok(sql.clone());
    }
    match &request.file {
        Some(path) if path.as_os_str() != "-" => File::open(path)
            .and_then(sql_of)
            .map_err(|error| format!("cannot read {}: {error}", path.display()).into()),
        None if io::stdin().is_terminal() => {
            Err("give the SQL as an argument, with -f FILE or on standard input".into())
        }
        _ => sql_of(io::stdin())
            .map_err(|error| format!("cannot read standard input: {error}").into()),
    }
}

/// The statements of a file or pipe.
fn sql_of(input: impl Read) -> io::Result<String> {
    let bytes = read_bounded(input, LONGEST_DOCUMENT)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
