//! `mammodex table1`: the characteristics of a cohort, group by group.

use std::str::FromStr;

use clap::Args;

use super::context::{CommandContext, SnapshotArgs};
use super::outcome::{CliFailure, ExitOutcome};
use super::output::OutputArgs;
use super::printer::{complain, note};
use crate::catalog::Catalog;
use crate::cohort;
use crate::results::ResultFormat;
use crate::saved::SavedName;
use crate::split;
use crate::table1::{self, GroupBy, Table1, Table1Request};

/// Describe a cohort: the first table of a paper.
///
/// Levels are shown as n (%), where the percentage is of the patients with a value; ages as
/// mean (SD), sizes as median [IQR]; missing values have their own line. Groups are
/// compared by chi-square, by Fisher's exact test where an expected count is below 5, by Welch's t test
/// or analysis of variance, and medians by Kruskal-Wallis; the table names the test. SMD is the
/// standardised mean difference, the largest over all pairs of groups. Patients without a group are
/// shown as `missing`, and are not compared.
///
/// --min-cell 5 withholds counts from 1 to 4 (<5), and as many other counts (x) as needed so that none
/// of them can be derived, with percentages, p and SMD; groups with so few patients are excluded.
///
/// docx is a table for Word with the notes below it; xlsx has a second sheet with the numbers. json, jsonl and parquet have the numbers themselves, one row per characteristic, line and group.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex table1 t2_ge --by diagnosis\n  \
    mammodex table1 t2_ge --by split:pilot -o table1.docx\n  \
    mammodex table1 t2_ge --by vendor --columns age_years,t_stage --median age_years --min-cell 5")]
pub struct Table1Args {
    /// Name of the cohort.
    cohort: SavedName,
    /// Column of patients that defines the groups, bands of one such as age_years:10, or split:NAME for the parts of a split.
    #[arg(long, value_name = "COLUMN")]
    by: Option<Grouping>,
    /// Characteristics: columns of patients, images, lesions.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,
    /// Columns shown by median and quartiles and compared by rank.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', alias = "nonnormal")]
    median: Vec<String>,
    /// Columns shown by level, whatever their type.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    categorical: Vec<String>,
    /// Smallest count that may be shown, 2 or more.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..))]
    min_cell: Option<u64>,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What divides the patients into groups, as the user writes it.
#[derive(Debug, Clone)]
enum Grouping {
    Split(SavedName),
    Column(String),
    Band(String, u32),
}

impl FromStr for Grouping {
    type Err = CliFailure;

    fn from_str(text: &str) -> Result<Self, CliFailure> {
        match text.split_once(':') {
            Some(("split", name)) => Ok(Self::Split(name.parse()?)),
            Some((column, width)) => match width.parse().ok().filter(|width| *width > 0) {
                Some(width) => Ok(Self::Band(column.to_owned(), width)),
                None => Err(format!("{width:?} is not a band width; write age_years:10").into()),
            },
            None => Ok(Self::Column(text.to_owned())),
        }
    }
}

impl Grouping {
    fn resolve(self, catalog: &Catalog) -> Result<GroupBy, CliFailure> {
        let name = match self {
            Self::Column(column) => return Ok(GroupBy::Column(column)),
            Self::Band(column, width) => return Ok(GroupBy::Band { column, width }),
            Self::Split(name) => name,
        };
        let split = split::load(catalog.dir(), &name)?;
        let relation = split::relation(catalog.dir(), &split)?;
        let names = split.parts.into_iter().map(|part| part.name).collect();
        Ok(GroupBy::Parts { names, relation })
    }
}

pub(super) fn run(
    context: &CommandContext,
    request: Table1Args,
) -> Result<ExitOutcome, CliFailure> {
    let catalog = context.open(&request.at)?;
    let cohort = cohort::load(catalog.dir(), &request.cohort)?;
    let wanted = Table1Request {
        by: request.by.map(|by| by.resolve(&catalog)).transpose()?,
        columns: request.columns,
        categorical: request.categorical,
        skewed: request.median,
        min_cell: request.min_cell,
    };
    let table = table1::describe(&catalog, &cohort.definition(), &wanted)?;
    let notes = notes(&table);
    let output = &request.output;
    match output.format() {
        ResultFormat::Json | ResultFormat::Jsonl | ResultFormat::Parquet => {
            output.write(context, &table.numbers()?)?;
        }
        ResultFormat::Xlsx => {
            let (page, numbers) = (table.page()?, table.numbers()?);
            output.write_workbook(context, ("table1", &page), ("numbers", &numbers))?;
        }
        ResultFormat::Docx => output.write_document(context, &table.page()?, &notes)?,
        _ => output.write(context, &table.page()?)?,
    }
    notes.iter().for_each(|line| note!("{line}"));
    if !table.excluded.is_empty() {
        let names = table.excluded.join(", ");
        complain(&format!("excluded with their patients, as too small: {names}"));
    }
    Ok(ExitOutcome::Done)
}

/// Notes to the table.
fn notes(table: &Table1) -> Vec<String> {
    let mut notes = Vec::new();
    if table.groups.iter().any(|group| group.name.is_none()) {
        notes.push("missing: patients without a group; not part of p and SMD".to_owned());
    }
    if table.compared() > 2 {
        notes.push("SMD: the largest over all pairs of groups".to_owned());
    }
    let withheld = table.variables.iter().any(|variable| variable.withheld);
    if let Some(least) = table.min_cell.filter(|_| withheld) {
        let range = match least - 1 {
            1 => "1 patient".to_owned(),
            most => format!("1 to {most} patients"),
        };
        notes.push(format!("<{least}: {range}; x: withheld, because it would reveal such a count"));
    }
    notes
}
