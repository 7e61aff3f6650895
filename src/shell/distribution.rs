//! The distribution of the values of one column.

use super::bars::{self, TextBar};
use super::error::ShellError;
use super::relations::ListedRelation;
use crate::catalog::{Catalog, CatalogError};
use crate::chart::{self, HistogramBin};
use crate::sql::identifier;
use crate::text::counted;

/// The most values that are listed.
const LISTED: u64 = 12;

/// Counts, and either the most frequent values or, of many numbers, their quantiles; `width`
/// columns of the screen wide.
///
/// # Errors
/// DuckDB's error, or an interrupt.
pub(super) fn of(
    catalog: &Catalog,
    relation: &ListedRelation,
    column: &str,
    kind: &str,
    width: usize,
) -> Result<String, ShellError> {
    let from = format!("{}.{}", identifier(&relation.schema), identifier(&relation.name));
    let distribution = DistributionColumn {
        catalog,
        from,
        column: identifier(column),
        is_number: is_number(kind),
    };
    let all = distribution.count("count(*)")?;
    let filled = distribution.count(&format!("count({})", distribution.column))?;
    let null = all - filled;
    let mut text = format!("  rows    {all}, {null} null{}\n", share(null, all));
    if filled == 0 || kind == "BLOB" {
        return Ok(text);
    }
    let distinct = distribution.count(&format!("count(DISTINCT {})", distribution.column))?;
    text.push_str(&format!("  values  {distinct} distinct\n"));
    let is_moment = kind == "DATE" || kind.starts_with("TIMESTAMP");
    if distribution.is_number || is_moment {
        text.push_str(&distribution.quantiles()?);
    }
    if distinct <= LISTED || !(distribution.is_number || is_moment) {
        text.push_str(&distribution.frequent(filled, distinct, width)?);
    } else if distribution.is_number {
        text.push_str(&draw(&histogram(catalog, &distribution.from, &distribution.column)?, width));
    }
    Ok(text)
}

/// A column, its names quoted.
struct DistributionColumn<'c> {
    catalog: &'c Catalog,
    from: String,
    column: String,
    is_number: bool,
}

impl DistributionColumn<'_> {
    fn count(&self, what: &str) -> Result<u64, CatalogError> {
        self.catalog.count(&format!("SELECT {what} FROM {}", self.from))
    }

    fn quantiles(&self) -> Result<String, CatalogError> {
        let Self { from, column, .. } = self;
        let mean = if self.is_number { format!("avg({column})") } else { "NULL".into() };
        let cells: Vec<Vec<Option<String>>> = self.catalog.rows(&format!(
            "SELECT min({column}), quantile_disc({column}, 0.25), quantile_disc({column}, 0.5),
                    quantile_disc({column}, 0.75), max({column}), {mean} FROM {from}"
        ))?;
        let names = ["lowest", "25 %", "median", "75 %", "highest", "mean"];
        let shown = |text: String| match text.parse() {
            Ok(number) if self.is_number => chart::figure(number),
            _ => text,
        };
        let cells = names.iter().zip(cells.into_iter().flatten());
        let parts: Vec<String> =
            cells.filter_map(|(name, cell)| Some(format!("{name} {}", shown(cell?)))).collect();
        Ok(format!("          {}\n", parts.join(" · ")))
    }

    /// The most frequent values; a few numbers are in numeric order.
    fn frequent(&self, filled: u64, distinct: u64, width: usize) -> Result<String, CatalogError> {
        let Self { from, column, .. } = self;
        let order = if self.is_number { "value" } else { "n DESC, value" };
        let rows = self.catalog.rows(&format!(
            "SELECT value::VARCHAR, n FROM (
               SELECT {column} AS value, count(*) AS n FROM {from}
               WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY n DESC, value LIMIT {LISTED}
             ) ORDER BY {order}"
        ))?;
        let bar = |(label, count): (String, u64)| {
            // Counts of rows are far below 2^53.
            #[allow(clippy::cast_precision_loss)]
            let value = Some(count as f64);
            let note = format!("{count}{}", share(count, filled));
            (TextBar { label, value, note }, count)
        };
        let (bars, counts): (Vec<TextBar>, Vec<u64>) = rows.into_iter().map(bar).unzip();
        let mut text = bars::draw(&bars, width);
        let others = distinct.saturating_sub(bars.len() as u64);
        if others > 0 {
            let rest = filled - counts.iter().sum::<u64>();
            text.push_str(&format!(
                " and {} in {}\n",
                counted(others, "other"),
                counted(rest, "row")
            ));
        }
        Ok(text)
    }
}

/// How the numbers of a column of `from` are spread, its name quoted; no bin when there are none.
pub(super) fn histogram(
    catalog: &Catalog,
    from: &str,
    column: &str,
) -> Result<Vec<HistogramBin>, CatalogError> {
    let values =
        format!("SELECT v FROM (SELECT {column}::DOUBLE AS v FROM {from}) WHERE isfinite(v)");
    let sql = format!("SELECT count(*), min(v), max(v) FROM ({values})");
    let (count, Some(lowest), Some(highest)) = catalog.row(&sql)? else { return Ok(Vec::new()) };
    let (start, step) = chart::steps(lowest, highest, count);
    let last = chart::MOST_BINS - 1;
    let rows = catalog.rows::<(u64, u64)>(&format!(
        "SELECT least(greatest(floor((v - ({start}::DOUBLE)) / {step}::DOUBLE), 0), {last})::BIGINT,
                count(*) FROM ({values}) GROUP BY 1 ORDER BY 1"
    ))?;
    let mut bins: Vec<HistogramBin> = Vec::new();
    for (bin, count) in rows {
        while bins.len() as u64 <= bin {
            bins.push(HistogramBin::new(start, step, bins.len()));
        }
        if let Some(last) = bins.last_mut() {
            last.count = count;
        }
    }
    Ok(bins)
}

/// The bins of a histogram as bars, `width` columns wide at most.
pub(super) fn draw(bins: &[HistogramBin], width: usize) -> String {
    // Counts of rows are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let bar = |bin: &HistogramBin| TextBar {
        label: format!("{} – {}", chart::figure(bin.from), chart::figure(bin.to)),
        value: Some(bin.count as f64),
        note: bin.count.to_string(),
    };
    bars::draw(&bins.iter().map(bar).collect::<Vec<_>>(), width)
}

/// Whether a type, as DuckDB names it, is that of numbers.
pub(super) fn is_number(kind: &str) -> bool {
    const NUMBERS: &[&str] =
        &["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL"];
    let name = kind.strip_prefix('U').unwrap_or(kind);
    !kind.ends_with(']') && NUMBERS.iter().any(|number| name.starts_with(number))
}

fn share(part: u64, whole: u64) -> String {
    match (part * 1000 + whole / 2).checked_div(whole) {
        Some(thousandths) if part > 0 => {
            format!(" ({}.{} %)", thousandths / 10, thousandths % 10)
        }
        _ => String::new(),
    }
}
