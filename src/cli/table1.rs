//! `mammodex table1`: who is in a cohort, group by group.

use clap::Args;

use super::output::OutputArgs;
use super::{CliFailure, ExitOutcome, GlobalArgs, SnapshotArgs};
use crate::cohort::{self, SavedName};
use crate::results::ResultFormat;
use crate::table1::{self, GroupBy, Table1, Table1Request as Wanted};

/// Describe a cohort: the table that papers begin with.
///
/// Levels are counted, n (%), with the share of those who have a value; ages and the like have mean
/// (SD), sizes and the like median [IQR]; missing values have a line of their own. Groups are
/// compared by chi-square, by Fisher's exact test where an expected count is below 5, by Welch's t
/// or analysis of variance, and medians by Kruskal-Wallis; the table names the test. SMD is the
/// standardised mean difference, of several groups the largest of two. Patients without a group
/// stand under `missing`, so that groups sum up, and take no part in either.
///
/// --min-cell 5 withholds counts from 1 to 4 (<5) and as many others (x) as it takes that none of
/// them follows from the rest, with shares, p and SMD; groups that small are left out.
///
/// json, jsonl and parquet hold the numbers themselves, one row per characteristic, line and group.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex table1 t2_ge --by diagnosis\n  \
    mammodex table1 t2_ge --by split:pilot --format markdown -o table1.md\n  \
    mammodex table1 t2_ge --by vendor --columns age_years,t_stage --median age_years --min-cell 5")]
pub struct Table1Args {
    /// The cohort.
    cohort: SavedName,
    /// What parts the groups: a column of patients, or split:NAME.
    #[arg(long, value_name = "COLUMN")]
    by: Option<GroupBy>,
    /// The characteristics: columns of patients, images, lesions.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,
    /// Show these by median and quartiles, and compare ranks.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', alias = "nonnormal")]
    median: Vec<String>,
    /// Show these by level, whatever they are.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    categorical: Vec<String>,
    /// The least count that may be shown, 2 or more.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..))]
    min_cell: Option<u64>,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(global: &GlobalArgs, request: Table1Args) -> Result<ExitOutcome, CliFailure> {
    let catalog = super::open(global, &request.at)?;
    let cohort = cohort::load(catalog.dir(), &request.cohort)?;
    let wanted = Wanted {
        by: request.by,
        columns: request.columns,
        categorical: request.categorical,
        skewed: request.median,
        min_cell: request.min_cell,
    };
    let table = table1::describe(&catalog, &cohort.definition(), &wanted)?;
    let as_numbers = matches!(
        request.output.format(),
        ResultFormat::Json | ResultFormat::Jsonl | ResultFormat::Parquet
    );
    request.output.write(&if as_numbers { table.numbers()? } else { table.page()? })?;
    remark(&table);
    Ok(ExitOutcome::Done)
}

/// What a reader must know to read the table.
fn remark(table: &Table1) {
    if table.groups.iter().any(|group| group.name.is_none()) {
        eprintln!("missing: patients without a group; they take no part in p and SMD");
    }
    if table.compared() > 2 {
        eprintln!("SMD: the largest of two groups");
    }
    let withheld = table.variables.iter().any(|variable| variable.withheld);
    if let Some(least) = table.min_cell.filter(|_| withheld) {
        eprintln!(
            "<{least}: 1 to {} patients; x: withheld, because it would tell such a count",
            least - 1
        );
    }
    if !table.left_out.is_empty() {
        let names = table.left_out.join(", ");
        super::output::complain(&format!("left out with their patients, as too small: {names}"));
    }
}
