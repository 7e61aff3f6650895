//! Where results go: the terminal, a pipe or a file that appears only when whole.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use clap::{Args, ValueEnum, builder::PossibleValue};

use super::context::CommandContext;
use super::destination::{self, IfFileExists};
use super::fit::fit;
use super::localized_rows::localized_rows;
use super::output_error::OutputError;
use super::printer::complain;
use super::statements::{QueryScript, run_all, run_sheets};
use super::waiting::QuerySpinner;
use crate::catalog::{Catalog, Parameters};
use crate::disk::WholeFile;
use crate::language;
use crate::results::escape::TerminalWriter;
use crate::results::{
    self, CellFit, LongText, ResultError, ResultFormat, TableFit, WorkbookWriter,
};
use crate::shell::DisplayOptions;
use crate::sql::Statement;

impl ValueEnum for ResultFormat {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// How and where results are written.
#[derive(Debug, Clone, Default, Args)]
pub struct OutputArgs {
    /// Format of results [default: that of the ending of FILE, else table].
    #[arg(long, value_enum)]
    pub format: Option<ResultFormat>,
    /// File to write to; it appears only when it is complete.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing FILE.
    #[arg(long)]
    pub force: bool,
    /// Begin a CSV or TSV with a byte order mark, by which Excel recognises UTF-8.
    #[arg(long)]
    pub bom: bool,
    /// The look of results, with the defaults of config.toml.
    #[arg(skip)]
    pub look: DisplayOptions,
}

impl OutputArgs {
    /// Returns the format: that of `--format`, else that of the file's ending.
    pub fn format(&self) -> ResultFormat {
        let by_name = || self.output.as_deref().and_then(ResultFormat::of_path);
        self.format.or_else(by_name).unwrap_or(self.look.format)
    }

    /// Returns the file of a picture, when the output is one: its name ends in `.svg`.
    pub fn picture(&self) -> Option<&PathBuf> {
        let is_svg =
            |path: &&PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("svg"));
        self.output.as_ref().filter(|_| self.format.is_none()).filter(is_svg)
    }

    /// Refuses the file of a picture, or that of a table, before any work is done.
    ///
    /// # Errors
    /// When the file is refused.
    pub fn check_with_picture(&self, context: &CommandContext) -> Result<(), OutputError> {
        match self.picture() {
            None => self.check(context),
            Some(path) => Ok(destination::check_file(context, path, self.if_exists())?),
        }
    }

    /// Returns whether a format or a file is given.
    pub fn is_given(&self) -> bool {
        self.format.is_some() || self.output.is_some()
    }

    /// Returns whether an existing file is replaced.
    pub fn if_exists(&self) -> IfFileExists {
        if self.force { IfFileExists::Replace } else { IfFileExists::Fail }
    }

    /// Refuses a file before any work is done: in the catalog or the data set, existing, or with an
    /// ending that names no format.
    ///
    /// # Errors
    /// When the file is refused.
    pub fn check(&self, context: &CommandContext) -> Result<(), OutputError> {
        if self.bom && !self.format().is_delimited() {
            return Err(OutputError::Mark(self.format().name()));
        }
        let Some(path) = &self.output else { return Ok(()) };
        if self.format.is_none() {
            destination::check_ending(path, ResultFormat::of_path(path).is_some(), &ENDINGS)?;
        }
        Ok(destination::check_file(context, path, self.if_exists())?)
    }

    /// Runs the statements in order and writes every result. A closed pipe ends it well.
    pub fn run(
        &self,
        context: &CommandContext,
        catalog: &Catalog,
        statements: &[Statement],
    ) -> Result<(), OutputError> {
        self.run_with(context, catalog, statements, &Parameters::default())
    }

    /// Runs statements; their results are sheets of these names where the output is a workbook.
    pub fn run_named(
        &self,
        context: &CommandContext,
        catalog: &Catalog,
        statements: &[Statement],
        sheets: &[String],
    ) -> Result<(), OutputError> {
        let parameters = &Parameters::default();
        self.run_query_script(
            context,
            &QueryScript { catalog, statements, parameters, sheets, record: None },
        )
    }

    /// Runs statements with values for `$name` in them.
    pub fn run_with(
        &self,
        context: &CommandContext,
        catalog: &Catalog,
        statements: &[Statement],
        parameters: &Parameters,
    ) -> Result<(), OutputError> {
        self.run_query_script(
            context,
            &QueryScript { catalog, statements, parameters, sheets: &[], record: None },
        )
    }

    fn run_query_script(
        &self,
        context: &CommandContext,
        script: &QueryScript<'_>,
    ) -> Result<(), OutputError> {
        self.check(context)?;
        let done = self.run_script(context, script);
        for unfit in script.catalog.take_unfit() {
            complain(&format!("excluded: {unfit}"));
        }
        match done {
            Err(error) if self.output.is_none() && error.is_closed_pipe() => Ok(()),
            other => other,
        }
    }

    /// Writes rows that the program made itself.
    pub fn write(&self, context: &CommandContext, batch: &RecordBatch) -> Result<(), OutputError> {
        self.check(context)?;
        let format = self.format();
        let localized = if format.is_data() { Ok(batch.clone()) } else { localized_rows(batch) };
        let batch = &localized.map_err(ResultError::from)?;
        if format.is_binary() {
            return self.write_binary(|file| {
                if format == ResultFormat::Parquet {
                    results::parquet::write_batch(batch, file)
                } else {
                    let mut sink = results::sink(format, TableFit::default());
                    results::write_batch(batch, sink.as_mut(), file)
                }
            });
        }
        let on_terminal = self.output.is_none() && context.printer.is_terminal();
        let cells = CellFit::Wrapped;
        let folded = true;
        let fit =
            TableFit { rows: None, kinds: false, cells, folded, ..fit(&self.look, on_terminal) };
        let mut text = self.mark().to_vec();
        results::write_batch(batch, results::sink(format, fit).as_mut(), &mut text)?;
        match &self.output {
            None => Ok(context.printer.print(&String::from_utf8_lossy(&text))?),
            Some(path) => WholeFile::write(path, &text)
                .map_err(|source| OutputError::File { path: path.clone(), source }),
        }
    }

    /// Writes a page and its numbers as sheets of a workbook.
    pub fn write_workbook(
        &self,
        context: &CommandContext,
        page: (&str, &RecordBatch),
        numbers: (&str, &RecordBatch),
    ) -> Result<(), OutputError> {
        self.check(context)?;
        let localized = localized_rows(page.1).map_err(ResultError::from)?;
        self.write_binary(|file| {
            let mut workbook = WorkbookWriter::new(LongText::Refuse)?;
            for (name, batch) in [(page.0, &localized), numbers] {
                workbook.begin_sheet(name, batch.schema_ref())?;
                workbook.write_batch(batch)?;
            }
            workbook.finish(file)
        })
    }

    /// Writes a page as the table of a document with notes below it.
    pub fn write_document(
        &self,
        context: &CommandContext,
        page: &RecordBatch,
        notes: &[String],
    ) -> Result<(), OutputError> {
        self.check(context)?;
        let localized = localized_rows(page).map_err(ResultError::from)?;
        let notes: Vec<String> =
            notes.iter().map(|note| language::localized(note).into_owned()).collect();
        self.write_binary(|file| results::write_document(&localized, &notes, file))
    }

    /// Writes a file that is not text.
    fn write_binary(
        &self,
        write: impl FnOnce(&mut WholeFile) -> Result<(), ResultError>,
    ) -> Result<(), OutputError> {
        let path = self.output.as_ref().ok_or(OutputError::Binary(self.format().name()))?;
        let mut file = create(path)?;
        write(&mut file)?;
        file.finish().map_err(|source| OutputError::File { path: path.clone(), source })
    }

    /// Writes a text that the program made itself, whatever the ending of the file.
    pub fn write_text(&self, context: &CommandContext, text: &str) -> Result<(), OutputError> {
        let Some(path) = &self.output else { return Ok(context.printer.print(text)?) };
        destination::check_file(context, path, self.if_exists())?;
        WholeFile::write(path, text.as_bytes())
            .map_err(|source| OutputError::File { path: path.clone(), source })
    }

    /// The byte order mark, where one is wanted.
    fn mark(&self) -> &'static [u8] {
        if self.bom { "\u{feff}".as_bytes() } else { b"" }
    }

    fn run_script(
        &self,
        context: &CommandContext,
        script: &QueryScript<'_>,
    ) -> Result<(), OutputError> {
        let format = self.format();
        let with_rows = script.statements.iter().filter(|s| !s.is_silent()).count();
        if format.holds_one() && with_rows > 1 {
            return Err(OutputError::OneResult(format.name(), with_rows));
        }
        let spinner = QuerySpinner::new("Ctrl-C ends it");
        let has_sheets = format == ResultFormat::Xlsx && with_rows > 1;
        let Some(path) = &self.output else {
            let on_terminal = context.printer.is_terminal();
            if format.is_binary() && on_terminal {
                return Err(OutputError::Binary(format.name()));
            }
            let mut out = BufWriter::with_capacity(1 << 16, context.printer.stdout());
            out.write_all(self.mark()).map_err(ResultError::from)?;
            if has_sheets {
                run_sheets(script, &spinner, &mut out)?;
            } else if on_terminal {
                let mut out = TerminalWriter::new(spinner.before(&mut out));
                run_all(script, format, &fit(&self.look, true), &spinner, &mut out)?;
            } else {
                let fit = TableFit { rows: None, ..fit(&self.look, false) };
                run_all(script, format, &fit, &spinner, &mut out)?;
            }
            return Ok(out.flush().map_err(ResultError::from)?);
        };
        let mut file = create(path)?;
        file.write_all(self.mark()).map_err(ResultError::from)?;
        if has_sheets {
            run_sheets(script, &spinner, &mut file)?;
        } else {
            let fit = TableFit { rows: None, ..fit(&self.look, false) };
            run_all(script, format, &fit, &spinner, &mut file)?;
        }
        file.finish().map_err(|source| OutputError::File { path: path.clone(), source })
    }
}

/// The endings that name a format.
pub(super) const ENDINGS: [&str; 11] =
    ["csv", "tsv", "xlsx", "json", "jsonl", "parquet", "md", "html", "tex", "docx", "txt"];

fn create(path: &Path) -> Result<WholeFile, OutputError> {
    WholeFile::create(path).map_err(|source| OutputError::File { path: path.to_owned(), source })
}
