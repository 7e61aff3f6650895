//! `mammodex query`: SQL over the catalog.

use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;

use clap::Args;

use super::output::Output;
use super::{Failure, Global, Outcome};
use crate::catalog::script;

/// Ask the catalog a question in SQL.
///
/// The tables are those of `mammodex schema`; saved cohorts are there as cohorts.NAME and splits
/// as splits.NAME. The dialect is DuckDB's. Several statements are parted by `;`. Without SQL and
/// without -f, statements come from standard input.
///
/// A CSV cell that a spreadsheet would run as a formula gets an apostrophe before it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex query \"SELECT diagnosis, count(*) FROM patients GROUP BY 1\"\n  \
    mammodex query -f question.sql -o answer.csv\n  \
    echo 'FROM images LIMIT 3' | mammodex query --format jsonl")]
pub struct Request {
    /// The statements.
    #[arg(conflicts_with = "file")]
    sql: Option<String>,
    /// Read the statements from FILE; - is standard input.
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    at: super::At,
}

pub(super) fn run(global: &Global, request: &Request) -> Result<Outcome, Failure> {
    let text = text(request)?;
    let statements = script::statements(&text);
    if statements.is_empty() {
        return Err(
            "there is no statement to run; `mammodex query \"FROM patients\"` is one".into()
        );
    }
    let catalog = super::open(global, &request.at)?;
    let output = Output { look: global.config.look(), ..request.output.clone() };
    output.run(&catalog, &statements)?;
    Ok(Outcome::Done)
}

fn text(request: &Request) -> Result<String, Failure> {
    if let Some(sql) = &request.sql {
        return Ok(sql.clone());
    }
    match &request.file {
        Some(path) if path.as_os_str() != "-" => std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()).into()),
        None if io::stdin().is_terminal() => {
            Err("give the SQL as an argument, with -f FILE or on standard input".into())
        }
        _ => {
            let mut text = String::new();
            io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| format!("cannot read standard input: {error}"))?;
            Ok(text)
        }
    }
}
