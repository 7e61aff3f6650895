//! A table for reading: fitted to a width, long cells cut with a mark, rows counted.
//!
//! The first rows decide the widths, so that the table appears while the rest still comes and
//! memory stays small however many rows there are.

use std::collections::VecDeque;
use std::io::Write;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use unicode_width::UnicodeWidthStr;

use super::cell::{CellReader, read_cells};
use super::error::ResultError;
use super::escape;
use super::sink::ResultSink;
use crate::text::{counted, shortened};

/// Rows that decide the widths.
const SAMPLE_ROWS: usize = 1_000;
/// Columns of the screen that one cell may take at most.
const WIDEST_CELL: usize = 200;
/// A column is never narrower; others are omitted instead.
const NARROWEST_CELL: usize = 12;
const CUT: char = '…';
const BETWEEN: &str = " │ ";

/// The space and look of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableFit {
    /// Columns of the terminal; none when it is not written to one.
    pub width: Option<usize>,
    /// Rows to show at most, half of them from the end; none for all.
    pub rows: Option<usize>,
    /// Widths of the first columns; 0, or none, fits a column to its cells.
    pub widths: Vec<usize>,
    /// The text for NULL; `NULL` by default.
    pub null: Option<String>,
    /// Whether columns that do not fit are in further tables below, each with the first column again,
    /// instead of being omitted.
    pub folded: bool,
}

#[derive(Default)]
struct GridColumn {
    name: String,
    number: bool,
    width: usize,
    /// Whether the width is given.
    fixed: bool,
}

/// The sink for tables.
pub(super) struct GridSink {
    fit: TableFit,
    columns: Vec<GridColumn>,
    /// Indices of the columns shown; none for the gap of those omitted.
    shown: Vec<Option<usize>>,
    head: Vec<Vec<String>>,
    tail: VecDeque<Vec<String>>,
    started: bool,
    rows: usize,
}

impl GridSink {
    pub(super) fn new(fit: TableFit) -> Self {
        Self {
            fit,
            columns: Vec::new(),
            shown: Vec::new(),
            head: Vec::new(),
            tail: VecDeque::new(),
            started: false,
            rows: 0,
        }
    }

    /// The number of rows before the gap of those omitted.
    fn head_rows(&self) -> usize {
        self.fit.rows.map_or(usize::MAX, |rows| rows.div_ceil(2))
    }

    /// The rows of the next batch that are neither among the first nor, as far as this batch shows, among
    /// the last: they are counted without being formatted.
    fn gap_rows(&self, coming: usize) -> std::ops::Range<usize> {
        let Some(most) = self.fit.rows else { return 0..0 };
        let head = self.head_rows().max(1).saturating_sub(self.rows).min(coming);
        let tail = most - self.head_rows().min(most);
        head..coming.saturating_sub(tail).max(head)
    }

    fn row(&mut self, row: Vec<String>, out: &mut dyn Write) -> Result<(), ResultError> {
        self.rows += 1;
        if !self.started && self.head.len() < SAMPLE_ROWS.min(self.head_rows().max(1)) {
            self.head.push(row);
            return Ok(());
        }
        if !self.started {
            self.start(out)?;
            // The first rows are seen while the rest is still on its way.
            out.flush()?;
        }
        match self.fit.rows {
            None => self.line(&row, out),
            Some(rows) => {
                self.tail.push_back(row);
                if self.tail.len() > rows - self.head_rows().min(rows) {
                    self.tail.pop_front();
                }
                Ok(())
            }
        }
    }

    fn start(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        if self.started {
            return Ok(());
        }
        self.measure();
        self.choose();
        self.header(out)?;
        for row in std::mem::take(&mut self.head) {
            self.line(&row, out)?;
        }
        Ok(())
    }

    /// Sets the widths of the columns to what the first rows need.
    fn measure(&mut self) {
        self.started = true;
        for (index, column) in self.columns.iter_mut().enumerate() {
            let cells = self.head.iter().map(|row| row[index].width()).max().unwrap_or(0);
            let natural = column.name.width().max(cells).clamp(1, WIDEST_CELL);
            let wanted = self.fit.widths.get(index).copied().filter(|width| *width > 0);
            column.fixed = wanted.is_some();
            column.width = wanted.unwrap_or(natural);
        }
    }

    fn header(&self, out: &mut dyn Write) -> Result<(), ResultError> {
        let header = |at: &Option<usize>| match at {
            Some(at) => pad(&self.columns[*at].name, self.columns[*at].width, false),
            None => CUT.to_string(),
        };
        let names: Vec<String> = self.shown.iter().map(header).collect();
        let rule = |at: &Option<usize>| "─".repeat(at.map_or(1, |at| self.columns[at].width));
        let rules: Vec<String> = self.shown.iter().map(rule).collect();
        writeln!(out, " {}", names.join(BETWEEN).trim_end())?;
        Ok(writeln!(out, "─{}─", rules.join("─┼─"))?)
    }

    /// Writes the rows as tables below each other, as many as the columns need.
    fn fold(&mut self, screen: usize, out: &mut dyn Write) -> Result<(), ResultError> {
        self.measure();
        // A long text shall not push all else into a table of its own.
        for column in self.columns.iter_mut().filter(|column| !column.fixed) {
            column.width = column.width.min(screen / 3).max(1);
        }
        let rows = std::mem::take(&mut self.head);
        let mut next = 0;
        while next < self.columns.len() {
            let first = if next == 0 { Vec::new() } else { vec![Some(0)] };
            let mut shown = first.clone();
            while next < self.columns.len() {
                shown.push(Some(next));
                if self.total(&shown, WIDEST_CELL) > screen && shown.len() > first.len() + 1 {
                    shown.pop();
                    break;
                }
                next += 1;
            }
            if !first.is_empty() {
                writeln!(out)?;
            }
            self.shown = shown;
            self.header(out)?;
            for row in &rows {
                self.line(row, out)?;
            }
        }
        self.shown = (0..self.columns.len()).map(Some).collect();
        Ok(())
    }

    /// The width of a table of these columns, none of them wider than `cap`.
    fn total(&self, shown: &[Option<usize>], cap: usize) -> usize {
        let cells = shown.iter().map(|at| at.map_or(1, |at| self.columns[at].width.min(cap)));
        cells.sum::<usize>() + BETWEEN.width() * shown.len().saturating_sub(1) + 2
    }

    /// Narrows the widest columns until all fit; omits columns in the middle if even the narrowest do
    /// not.
    fn choose(&mut self) {
        self.shown = (0..self.columns.len()).map(Some).collect();
        let Some(screen) = self.fit.width else { return };
        while self.total(&self.shown, NARROWEST_CELL) > screen {
            let shown = self.shown.iter().flatten().count();
            if shown <= 2 {
                break;
            }
            self.shown.retain(Option::is_some);
            self.shown.remove(shown / 2);
            self.shown.insert(shown / 2, None);
        }
        let cap = (NARROWEST_CELL..=WIDEST_CELL)
            .rev()
            .find(|cap| self.total(&self.shown, *cap) <= screen)
            .unwrap_or(NARROWEST_CELL);
        for column in &mut self.columns {
            column.width = column.width.min(cap);
        }
    }

    /// Sets the widths to what the last rows need where all columns still fit, so that no number is
    /// truncated.
    fn widen(&mut self) {
        let before: Vec<usize> = self.columns.iter().map(|column| column.width).collect();
        for (index, column) in self.columns.iter_mut().enumerate().filter(|(_, c)| !c.fixed) {
            let cells = self.tail.iter().map(|row| row[index].width()).max().unwrap_or(0);
            column.width = column.width.max(cells.min(WIDEST_CELL));
        }
        let shown = self.shown.clone();
        self.choose();
        if self.shown != shown {
            self.shown = shown;
            self.columns.iter_mut().zip(before).for_each(|(column, width)| column.width = width);
        }
    }

    fn line(&self, row: &[String], out: &mut dyn Write) -> Result<(), ResultError> {
        let last = self.shown.len().saturating_sub(1);
        let mut line = String::from(" ");
        for (place, at) in self.shown.iter().enumerate() {
            if place > 0 {
                line.push_str(BETWEEN);
            }
            match at {
                Some(at) => {
                    let column = &self.columns[*at];
                    let text = &row[*at];
                    // Off the terminal nothing is lost: a late long cell runs over its column.
                    let width = match self.fit.width {
                        None if !column.fixed => column.width.max(text.width().min(WIDEST_CELL)),
                        _ => column.width,
                    };
                    line.push_str(&pad(text, width, column.number));
                }
                None => line.push(CUT),
            }
            if place == last {
                line.truncate(line.trim_end().len());
            }
        }
        Ok(writeln!(out, "{line}")?)
    }

    fn footer(&self, out: &mut dyn Write) -> Result<(), ResultError> {
        let mut footer = counted(self.rows as u64, "row");
        if let Some(most) = self.fit.rows.filter(|most| self.rows > *most) {
            footer.push_str(&format!(", {most} shown"));
        }
        let shown = self.shown.iter().flatten().count();
        if shown < self.columns.len() {
            footer.push_str(&format!(
                "; {}, {shown} shown",
                counted(self.columns.len() as u64, "column")
            ));
        }
        Ok(writeln!(out, "({footer})")?)
    }
}

impl ResultSink for GridSink {
    fn begin(&mut self, schema: &Schema, _: &mut dyn Write) -> Result<(), ResultError> {
        let column = |field: &std::sync::Arc<arrow::datatypes::Field>| GridColumn {
            name: escape::visible(field.name()).into_owned(),
            number: field.data_type().is_numeric(),
            width: 0,
            fixed: false,
        };
        self.columns = schema.fields().iter().map(column).collect();
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError> {
        let columns = read_cells(batch)?;
        let null = self.fit.null.clone().unwrap_or_else(|| "NULL".to_owned());
        let unseen = self.gap_rows(batch.num_rows());
        self.rows += unseen.len();
        for row in (0..batch.num_rows()).filter(|row| !unseen.contains(row)) {
            let cell = |cells: &CellReader| {
                if cells.is_null(row) {
                    return escape::visible(&null).into_owned();
                }
                let mut text = String::new();
                cells.text(row, &mut text);
                escape::visible(&text).into_owned()
            };
            let row = columns.iter().map(cell).collect();
            self.row(row, out)?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        if let Some(screen) = self.fit.width.filter(|_| self.fit.folded && !self.started) {
            self.fold(screen, out)?;
        }
        self.start(out)?;
        if self.fit.rows.is_some_and(|most| self.rows > most) {
            self.widen();
            let dots = vec!["·".to_owned(); self.columns.len()];
            self.line(&dots, out)?;
        }
        for row in std::mem::take(&mut self.tail) {
            self.line(&row, out)?;
        }
        self.footer(out)
    }
}

/// The text in exactly `width` columns of the screen, cut with a mark where it is longer. Wide
/// characters (Hangul, Han) take two.
fn pad(text: &str, width: usize, right: bool) -> String {
    let taken = text.width();
    if taken <= width {
        let space = " ".repeat(width - taken);
        return if right { space + text } else { text.to_owned() + &space };
    }
    let short = shortened(text, columns(width), |text| columns(text.width()));
    let space = width.saturating_sub(short.width());
    short + &" ".repeat(space)
}

/// A line has far fewer columns than 2^52.
#[allow(clippy::cast_precision_loss)]
fn columns(count: usize) -> f64 {
    count as f64
}
