//! A result drawn as its columns suggest: bars, a scatter plot or a histogram.

use crate::catalog::Catalog;
use crate::chart::{
    self, ChartBar, HistogramBin, MOST_GROUPS, ScatterAxis, ScatterPlot, ScatterPoint,
};
use crate::shell::bars::{self, TextBar};
use crate::shell::distribution::{self, is_number};
use crate::shell::error::ShellError;
use crate::sql::identifier;
use crate::text::{counted, grouped};

/// Bars that one drawing holds.
const MOST_BARS: usize = 100;
/// Points that one drawing holds.
const MOST_POINTS: usize = 20_000;

/// A drawing of a result.
pub(super) struct ResultDrawing {
    marks: DrawnMarks,
    /// What is not drawn; empty when all is.
    excluded: String,
}

enum DrawnMarks {
    Bars { label: String, value: String, bars: Vec<ChartBar>, groups: Vec<String> },
    Scatter(ScatterPlot),
    Histogram { name: String, bins: Vec<HistogramBin> },
}

/// What a column can be in a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnRole {
    Number,
    /// Whole numbers, such as years.
    Whole,
    Date,
    Label,
}

impl ColumnRole {
    fn of(kind: &str) -> Self {
        let is_whole = |kind: &str| kind.ends_with("INT") || kind.ends_with("INTEGER");
        match kind {
            kind if is_number(kind) && is_whole(kind) => Self::Whole,
            kind if is_number(kind) => Self::Number,
            kind if kind == "DATE" || kind.starts_with("TIMESTAMP") => Self::Date,
            _ => Self::Label,
        }
    }

    fn is_measure(self) -> bool {
        matches!(self, Self::Number | Self::Whole)
    }
}

/// The columns of a drawing of numbers by something.
struct DrawnColumns<'c> {
    x: (&'c str, ColumnRole),
    y: &'c str,
    /// Whether whole numbers are measured, such as counts.
    is_count: bool,
    group: Option<&'c str>,
}

impl<'c> DrawnColumns<'c> {
    /// The last column of numbers is measured, by the first other column that does not divide them into groups. A group is a label.
    fn of(columns: &'c [(String, ColumnRole)]) -> Option<Self> {
        if !(2..=3).contains(&columns.len()) {
            return None;
        }
        let measure = columns.iter().rposition(|(_, role)| role.is_measure())?;
        let mut others: Vec<(&str, ColumnRole)> = Vec::new();
        for (number, (name, role)) in columns.iter().enumerate() {
            if number != measure {
                others.push((name, *role));
            }
        }
        // Numbers and dates are an axis rather than a group.
        let x = others.iter().position(|(_, role)| *role != ColumnRole::Label).unwrap_or(0);
        let x = others.remove(x);
        let group = match others.as_slice() {
            [] => None,
            [(group, ColumnRole::Label)] => Some(*group),
            _ => return None,
        };
        let (y, role) = &columns[measure];
        Some(Self { x, y, is_count: *role == ColumnRole::Whole, group })
    }

    /// The column of groups as SQL, null where there is none.
    fn group_sql(&self) -> String {
        self.group.map_or("NULL".to_owned(), identifier)
    }
}

impl ResultDrawing {
    /// The drawing that fits the columns of a query.
    pub(super) fn of(catalog: &Catalog, sql: &str) -> Result<Self, ShellError> {
        let columns = catalog.rows::<(String, String)>(&format!(
            "SELECT column_name, column_type FROM (DESCRIBE FROM (\n{sql}\n))"
        ))?;
        let columns: Vec<(String, ColumnRole)> =
            columns.into_iter().map(|(name, kind)| (name, ColumnRole::of(&kind))).collect();
        if let [(name, role)] = columns.as_slice()
            && role.is_measure()
        {
            let (from, column) = (format!("(\n{sql}\n)"), identifier(name));
            let bins = distribution::histogram(catalog, &from, &column)?;
            if bins.is_empty() {
                return Err("the result has no number to draw".into());
            }
            let marks = DrawnMarks::Histogram { name: name.clone(), bins };
            return Ok(Self { marks, excluded: String::new() });
        }
        let Some(drawn) = DrawnColumns::of(&columns) else {
            return Err("one column of numbers is drawn as a histogram; numbers by labels as bars, by \
                        numbers or dates as a scatter plot, with a third column of labels as groups; other \
                        results are not drawn"
                .into());
        };
        let groups = groups(catalog, sql, &drawn)?;
        match drawn.x.1 {
            ColumnRole::Label => bar_chart(catalog, sql, &drawn, groups),
            _ if drawn.is_count && occurs_once(catalog, sql, &drawn)? => {
                bar_chart(catalog, sql, &drawn, groups)
            }
            _ => scatter_plot(catalog, sql, &drawn, groups),
        }
    }

    /// The drawing in characters, `width` columns wide at most.
    pub(super) fn text(&self, width: usize) -> String {
        let drawing = match &self.marks {
            DrawnMarks::Bars { bars, groups, .. } => {
                let bar = |bar: &ChartBar| TextBar {
                    label: match groups.get(bar.group) {
                        Some(group) => format!("{} · {group}", bar.label),
                        None => bar.label.clone(),
                    },
                    value: bar.value,
                    note: bar.value.map_or("NULL".to_owned(), chart::figure),
                };
                bars::draw(&bars.iter().map(bar).collect::<Vec<_>>(), width)
            }
            DrawnMarks::Scatter(plot) => plot.text(width),
            DrawnMarks::Histogram { bins, .. } => distribution::draw(bins, width),
        };
        match self.excluded.as_str() {
            "" => drawing,
            excluded => format!("{drawing}({excluded})\n"),
        }
    }

    /// The drawing as a picture.
    pub(super) fn svg(&self) -> String {
        match &self.marks {
            DrawnMarks::Bars { label, value, bars, groups } => {
                chart::bars(label, value, bars, groups)
            }
            DrawnMarks::Scatter(plot) => plot.svg(),
            DrawnMarks::Histogram { name, bins } => chart::histogram(name, bins),
        }
    }

    /// What is drawn, in one line.
    pub(super) fn summary(&self) -> String {
        let drawn = match &self.marks {
            DrawnMarks::Bars { bars, .. } => counted(bars.len() as u64, "bar"),
            DrawnMarks::Scatter(plot) => counted(plot.points.len() as u64, "point"),
            DrawnMarks::Histogram { bins, .. } => {
                let count: u64 = bins.iter().map(|bin| bin.count).sum();
                format!("a histogram of {}", counted(count, "value"))
            }
        };
        match self.excluded.as_str() {
            "" => drawn,
            excluded => format!("{drawn} ({excluded})"),
        }
    }
}

/// The names of the groups, sorted; empty without a column of groups.
fn groups(
    catalog: &Catalog,
    sql: &str,
    drawn: &DrawnColumns<'_>,
) -> Result<Vec<String>, ShellError> {
    let Some(name) = drawn.group else { return Ok(Vec::new()) };
    let groups = catalog.values::<String>(&format!(
        "SELECT DISTINCT coalesce({}::VARCHAR, 'NULL') AS g FROM (\n{sql}\n) ORDER BY g",
        identifier(name)
    ))?;
    if groups.len() > MOST_GROUPS {
        return Err(format!(
            "{name} has {}: colours distinguish at most {MOST_GROUPS} groups",
            counted(groups.len() as u64, "value")
        )
        .into());
    }
    Ok(groups)
}

/// Whether whole numbers or dates, few of them, each occur once, or once per group: they are labels, such as
/// years.
fn occurs_once(catalog: &Catalog, sql: &str, drawn: &DrawnColumns<'_>) -> Result<bool, ShellError> {
    let (x, role) = drawn.x;
    if !matches!(role, ColumnRole::Whole | ColumnRole::Date) {
        return Ok(false);
    }
    let keys = [Some(x), drawn.group].into_iter().flatten().map(identifier).collect::<Vec<_>>();
    let repeated = catalog.count(&format!(
        "SELECT count(*) FROM (SELECT 1 FROM (\n{sql}\n) GROUP BY {} HAVING count(*) > 1)",
        keys.join(", ")
    ))?;
    let rows = catalog.count(&format!("SELECT count(*) FROM (\n{sql}\n)"))?;
    Ok(repeated == 0 && rows <= MOST_BARS as u64)
}

fn bar_chart(
    catalog: &Catalog,
    sql: &str,
    drawn: &DrawnColumns<'_>,
    groups: Vec<String>,
) -> Result<ResultDrawing, ShellError> {
    let (x, role) = drawn.x;
    let (label, value) = (identifier(x), identifier(drawn.y));
    let group = drawn.group_sql();
    // Labels stay in the order of the result, numbers and dates are in theirs.
    let order = match role {
        ColumnRole::Label => String::new(),
        _ => format!("ORDER BY {label} NULLS LAST"),
    };
    let rows = catalog.rows::<(Option<String>, Option<f64>, Option<String>)>(&format!(
        "SELECT {label}::VARCHAR, {value}::DOUBLE, {group}::VARCHAR FROM (\n{sql}\n) {order} LIMIT {}",
        MOST_BARS + 1
    ))?;
    let excluded = match rows.len() > MOST_BARS {
        true => format!("the first {MOST_BARS} rows"),
        false => String::new(),
    };
    let bar = |(label, number, group): (Option<String>, Option<f64>, Option<String>)| ChartBar {
        label: label.unwrap_or_else(|| "NULL".to_owned()),
        value: number.filter(|number| number.is_finite()),
        group: place(&groups, group),
    };
    let mut bars: Vec<ChartBar> = rows.into_iter().take(MOST_BARS).map(bar).collect();
    if !groups.is_empty() {
        let labels: Vec<String> = bars.iter().map(|bar| bar.label.clone()).collect();
        let first = |bar: &ChartBar| labels.iter().position(|label| *label == bar.label);
        bars.sort_by_key(|bar| (first(bar), bar.group));
    }
    let (label, value) = (x.to_owned(), drawn.y.to_owned());
    Ok(ResultDrawing { marks: DrawnMarks::Bars { label, value, bars, groups }, excluded })
}

fn scatter_plot(
    catalog: &Catalog,
    sql: &str,
    drawn: &DrawnColumns<'_>,
    groups: Vec<String>,
) -> Result<ResultDrawing, ShellError> {
    let (x, role) = drawn.x;
    let is_date = role == ColumnRole::Date;
    let number = match is_date {
        true => format!("epoch({}::TIMESTAMP) / 86400", identifier(x)),
        false => identifier(x),
    };
    let group = drawn.group_sql();
    let points = format!(
        "SELECT x, y, g FROM (SELECT ({number})::DOUBLE AS x, {}::DOUBLE AS y, {group}::VARCHAR AS g
         FROM (\n{sql}\n)) WHERE isfinite(x) AND isfinite(y)",
        identifier(drawn.y)
    );
    let rows = catalog.count(&format!("SELECT count(*) FROM (\n{sql}\n)"))?;
    let count = catalog.count(&format!("SELECT count(*) FROM ({points})"))?;
    let mut excluded = Vec::new();
    if count < rows {
        excluded.push(format!("excluded: {} without both numbers", counted(rows - count, "row")));
    }
    if count > MOST_POINTS as u64 {
        excluded.push(format!("the first {} points", grouped(MOST_POINTS as u64)));
    }
    let points = catalog
        .rows::<(f64, f64, Option<String>)>(&format!("{points} LIMIT {MOST_POINTS}"))?
        .into_iter()
        .map(|(x, y, group)| ScatterPoint { x, y, group: place(&groups, group) });
    let points: Vec<ScatterPoint> = points.collect();
    if points.is_empty() {
        return Err("the result has no number to draw".into());
    }
    let plot = ScatterPlot {
        x: ScatterAxis { name: x.to_owned(), is_date },
        y: ScatterAxis { name: drawn.y.to_owned(), is_date: false },
        groups,
        points,
    };
    Ok(ResultDrawing { marks: DrawnMarks::Scatter(plot), excluded: excluded.join("; ") })
}

/// The place of a group among all.
fn place(groups: &[String], group: Option<String>) -> usize {
    let group = group.unwrap_or_else(|| "NULL".to_owned());
    groups.iter().position(|name| *name == group).unwrap_or(0)
}
