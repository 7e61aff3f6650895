//! `.plot`: the last result drawn.

use std::path::Path;

use super::command::{CommandCall, CommandOutcome};
use crate::catalog::Catalog;
use crate::chart::{self, HistogramBin};
use crate::disk::WholeFile;
use crate::saved::IfExists;
use crate::shell::bars::{self, TextBar};
use crate::shell::distribution::{self, is_number};
use crate::shell::error::ShellError;
use crate::shell::last_result::LAST;
use crate::shell::session::ShellSession;
use crate::sql::identifier;
use crate::text::counted;

/// Bars that one drawing holds.
const MOST_BARS: usize = 100;

pub(super) fn plot(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let file = match (call.word(0), call.word(1), call.word(2)) {
        (None, ..) => None,
        (Some("-o"), Some(file), None) => Some((Path::new(file), IfExists::Fail)),
        (Some("-o"), Some(file), Some("--force")) => Some((Path::new(file), IfExists::Replace)),
        _ => return Err(call.misuse()),
    };
    if let Some((path, if_exists)) = file {
        if path.extension().is_none_or(|ending| ending != "svg") {
            return Err(format!("{}: a drawing is SVG; use .svg", path.display()).into());
        }
        session.screen.check_file(path, if_exists)?;
    }
    session.make_last_table()?;
    let drawing = PlotKind::of(&session.catalog, &format!("FROM {LAST}"))?;
    match file {
        None => session.screen.text(&drawing.text(session.screen.width()), &session.display)?,
        Some((path, _)) => {
            WholeFile::write(path, drawing.svg().as_bytes())
                .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            session.screen.note(&format!("{}: {}", path.display(), drawing.summary()));
        }
    }
    Ok(CommandOutcome::Done)
}

/// A drawing of a result.
enum PlotKind {
    Bars { label: String, value: String, bars: Vec<(String, Option<f64>)>, more: bool },
    Histogram { name: String, bins: Vec<HistogramBin> },
}

impl PlotKind {
    /// The drawing that fits the columns of a query.
    fn of(catalog: &Catalog, sql: &str) -> Result<Self, ShellError> {
        let columns = catalog.rows::<(String, String)>(&format!(
            "SELECT column_name, column_type FROM (DESCRIBE FROM (\n{sql}\n))"
        ))?;
        let columns: Vec<(String, bool)> =
            columns.into_iter().map(|(name, kind)| (name, is_number(&kind))).collect();
        match columns.as_slice() {
            [(name, true)] => {
                let (from, column) = (format!("(\n{sql}\n)"), identifier(name));
                let bins = distribution::histogram(catalog, &from, &column)?;
                if bins.is_empty() {
                    return Err("the result has no number to draw".into());
                }
                Ok(Self::Histogram { name: name.clone(), bins })
            }
            [(label, _), (value, true)] | [(value, true), (label, false)] => {
                bar_chart(catalog, sql, label, value)
            }
            _ => Err("a result of two columns, one of them numbers, is drawn as bars; one column \
                      of numbers as a histogram; others are not drawn"
                .into()),
        }
    }

    fn text(&self, width: usize) -> String {
        match self {
            Self::Bars { bars, .. } => {
                let bar = |(label, value): &(String, Option<f64>)| TextBar {
                    label: label.clone(),
                    value: *value,
                    note: value.map_or("NULL".to_owned(), chart::figure),
                };
                let bars: Vec<TextBar> = bars.iter().map(bar).collect();
                format!("{}{}", bars::draw(&bars, width), self.truncation())
            }
            Self::Histogram { bins, .. } => distribution::draw(bins, width),
        }
    }

    fn svg(&self) -> String {
        match self {
            Self::Bars { label, value, bars, .. } => chart::bars(label, value, bars),
            Self::Histogram { name, bins } => chart::histogram(name, bins),
        }
    }

    fn truncation(&self) -> String {
        match self {
            Self::Bars { more: true, .. } => format!("(the first {MOST_BARS} rows)\n"),
            _ => String::new(),
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Bars { bars, .. } => {
                format!("{}{}", counted(bars.len() as u64, "bar"), self.truncation().trim_end())
            }
            Self::Histogram { bins, .. } => {
                let count: u64 = bins.iter().map(|bin| bin.count).sum();
                format!("a histogram of {}", counted(count, "value"))
            }
        }
    }
}

fn bar_chart(
    catalog: &Catalog,
    sql: &str,
    label: &str,
    value: &str,
) -> Result<PlotKind, ShellError> {
    let (l, v) = (identifier(label), identifier(value));
    let rows = catalog.rows::<(Option<String>, Option<f64>)>(&format!(
        "SELECT {l}::VARCHAR, {v}::DOUBLE FROM (\n{sql}\n) LIMIT {}",
        MOST_BARS + 1
    ))?;
    let more = rows.len() > MOST_BARS;
    let bar = |(label, number): (Option<String>, Option<f64>)| {
        (label.unwrap_or_else(|| "NULL".to_owned()), number.filter(|number| number.is_finite()))
    };
    let bars = rows.into_iter().take(MOST_BARS).map(bar).collect();
    Ok(PlotKind::Bars { label: label.to_owned(), value: value.to_owned(), bars, more })
}
