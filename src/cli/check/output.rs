//! Where the results of checks go, and in which format.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValue};

use crate::cli::output::OutputArgs;
use crate::results::ResultFormat;

/// The format of the results of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckFormat {
    /// One of every result.
    Result(ResultFormat),
    /// JUnit XML.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
}

impl ValueEnum for CheckFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Result(ResultFormat::Table),
            Self::Result(ResultFormat::Csv),
            Self::Result(ResultFormat::Tsv),
            Self::Result(ResultFormat::Json),
            Self::Result(ResultFormat::Jsonl),
            Self::Result(ResultFormat::Markdown),
            Self::Result(ResultFormat::Html),
            Self::Result(ResultFormat::Line),
            Self::Result(ResultFormat::Latex),
            Self::Result(ResultFormat::Parquet),
            Self::Result(ResultFormat::Xlsx),
            Self::Result(ResultFormat::Docx),
            Self::Junit,
            Self::Sarif,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Result(format) => Some(PossibleValue::new(format.name())),
            Self::Junit => Some(PossibleValue::new("junit")),
            Self::Sarif => Some(PossibleValue::new("sarif")),
        }
    }
}

/// How and where the results of checks are written.
#[derive(Debug, Clone, Default, Args)]
pub struct CheckOutputArgs {
    /// Format of results [default: that of the ending of FILE, else table].
    #[arg(long, value_enum)]
    pub format: Option<CheckFormat>,
    /// File to write to; it appears only when it is complete.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing FILE.
    #[arg(long)]
    pub force: bool,
    /// Begin a CSV or TSV with a byte order mark, by which Excel recognises UTF-8.
    #[arg(long)]
    pub bom: bool,
}

impl CheckOutputArgs {
    /// The format for CI systems, by `--format` or by the ending of the file.
    pub fn ci_format(&self) -> Option<CheckFormat> {
        let ending = self.output.as_ref().and_then(|path| path.extension()?.to_str());
        match (self.format, ending) {
            (Some(format @ (CheckFormat::Junit | CheckFormat::Sarif)), _) => Some(format),
            (None, Some("xml")) => Some(CheckFormat::Junit),
            (None, Some("sarif")) => Some(CheckFormat::Sarif),
            _ => None,
        }
    }

    /// The same for results of queries.
    pub fn for_results(&self) -> OutputArgs {
        let format = match self.ci_format() {
            // Its text is written by the program; any format of results will do for the checks of a file.
            Some(_) => Some(ResultFormat::Table),
            None => self.format.and_then(|format| match format {
                CheckFormat::Result(format) => Some(format),
                CheckFormat::Junit | CheckFormat::Sarif => None,
            }),
        };
        OutputArgs {
            format,
            output: self.output.clone(),
            force: self.force,
            bom: self.bom,
            ..OutputArgs::default()
        }
    }
}
