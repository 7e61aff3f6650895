//! A table for reading: fitted to a width, long cells cut with a mark or continued below, rows counted.
//!
//! Of a table whose number of rows is limited, all that is shown decides the widths, unless it is so long
//! that its first half is shown while the rest still comes. Otherwise the first rows decide them, so that
//! memory stays small however many rows there are.

use std::collections::VecDeque;
use std::io::Write;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use unicode_width::UnicodeWidthStr;

use super::cell::{CellReader, read_cells};
use super::error::ResultError;
use super::escape;
use super::grid_layout::{BETWEEN, GridColumn, GridLayout, ShownColumns, WIDEST_NUMBER};
use super::sink::ResultSink;
use crate::language::localized;
use crate::text::{broken, grouped, shortened};

/// Rows that decide the widths of a table of any length.
const SAMPLE_ROWS: usize = 1_000;
/// Rows after which the first half of a limited table is shown. A number, not a time, so that the same result
/// looks the same.
const LONG_RESULT: usize = 1_000_000;
const CUT: char = '…';
/// The mark of omitted rows, in each column.
const GAP: &str = "·";

/// The space and look of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableFit {
    /// Columns of the terminal; none when it is not written to one.
    pub width: Option<usize>,
    /// Lines above which a pager takes the table and scrolls sideways, so that nothing has to be cut; none
    /// without such a pager.
    pub height: Option<usize>,
    /// Rows to show at most, half of them from the end; none for all.
    pub rows: Option<usize>,
    /// Widths of the first columns; 0, or none, fits a column to its cells.
    pub widths: Vec<usize>,
    /// The text for NULL; `NULL` by default.
    pub null: Option<String>,
    /// Whether columns that do not fit are in further tables below, each with the first columns again,
    /// instead of being omitted.
    pub folded: bool,
    /// Whether the types of columns are below their names.
    pub kinds: bool,
    /// What happens to long cells.
    pub cells: CellFit,
}

/// What happens to cells that are longer than their column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellFit {
    /// They are cut with a mark.
    #[default]
    Cut,
    /// They continue below.
    Wrapped,
    /// Columns are as wide as their cells, however narrow the terminal is.
    Whole,
}

/// The sink for tables.
pub(super) struct GridSink {
    fit: TableFit,
    layout: GridLayout,
    shown: ShownColumns,
    head: Vec<Vec<String>>,
    tail: VecDeque<Vec<String>>,
    started: bool,
    rows: usize,
}

impl GridSink {
    pub(super) fn new(fit: TableFit) -> Self {
        Self {
            fit,
            layout: GridLayout::default(),
            shown: Vec::new(),
            head: Vec::new(),
            tail: VecDeque::new(),
            started: false,
            rows: 0,
        }
    }

    /// The most rows before the gap and behind it; none without a limit.
    fn halves(&self) -> Option<(usize, usize)> {
        let most = self.fit.rows?;
        let head = most.div_ceil(2);
        Some((head, most - head))
    }

    /// The rows of the next batch that are neither among the first nor, as far as this batch shows, among
    /// the last: they are counted without being formatted.
    fn gap_rows(&self, coming: usize) -> std::ops::Range<usize> {
        let Some((head, tail)) = self.halves() else { return 0..0 };
        let head = head.saturating_sub(self.rows).min(coming);
        head..coming.saturating_sub(tail).max(head)
    }

    fn row(&mut self, row: Vec<String>, out: &mut dyn Write) -> Result<(), ResultError> {
        self.rows += 1;
        match self.halves() {
            Some((head, _)) if !self.started && self.head.len() < head => self.head.push(row),
            Some((_, tail)) => {
                self.tail.push_back(row);
                if self.tail.len() > tail {
                    self.tail.pop_front();
                }
            }
            None if !self.started && self.head.len() < SAMPLE_ROWS => self.head.push(row),
            None => {
                if !self.started {
                    self.start(out)?;
                    // The first rows are seen while the rest is still on its way.
                    out.flush()?;
                }
                self.line(&row, out)?;
            }
        }
        Ok(())
    }

    /// Sets the widths by the rows that are there, and writes the names.
    fn start(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        self.started = true;
        let rows = self.head.iter().chain(&self.tail);
        let look = (self.fit.kinds, self.fit.cells == CellFit::Wrapped);
        self.layout.measure(rows, &self.fit.widths, look);
        let is_paged = || self.fit.height.is_some_and(|height| self.lines() > height);
        if self.fit.cells == CellFit::Cut && is_paged() {
            self.fit.cells = CellFit::Whole;
        }
        self.shown = match self.fit.width.filter(|_| self.fit.cells != CellFit::Whole) {
            Some(screen) => self.layout.choose(screen),
            None => self.layout.all(),
        };
        self.header(out)?;
        for row in std::mem::take(&mut self.head) {
            self.line(&row, out)?;
        }
        Ok(())
    }

    /// The number of lines of the rows that are there, with names, types, rule, gap and footer.
    fn lines(&self) -> usize {
        let rows = self.head.len() + self.tail.len();
        rows + 3 + usize::from(self.fit.kinds) + usize::from(self.rows > rows)
    }

    fn header(&self, out: &mut dyn Write) -> Result<(), ResultError> {
        let names = self.shown_texts(&|column| pad(&column.name, column.width, false));
        writeln!(out, " {}", names.join(BETWEEN).trim_end())?;
        if self.fit.kinds {
            let kinds = self.shown_texts(&|column| pad(&column.kind, column.width, false));
            writeln!(out, " {}", kinds.join(BETWEEN).trim_end())?;
        }
        let width =
            |index: &Option<usize>| index.map_or(1, |index| self.layout.columns[index].width);
        let rules: Vec<String> = self.shown.iter().map(|index| "─".repeat(width(index))).collect();
        Ok(writeln!(out, "─{}─", rules.join("─┼─"))?)
    }

    fn shown_texts(&self, text: &dyn Fn(&GridColumn) -> String) -> Vec<String> {
        let text = |index: &Option<usize>| match index {
            Some(index) => text(&self.layout.columns[*index]),
            None => CUT.to_string(),
        };
        self.shown.iter().map(text).collect()
    }

    /// Writes the rows as tables below each other where the columns do not fit beside each other.
    fn fold(&mut self, screen: usize, out: &mut dyn Write) -> Result<(), ResultError> {
        let look = (self.fit.kinds, self.fit.cells == CellFit::Wrapped);
        self.layout.measure(self.head.iter(), &self.fit.widths, look);
        if self.layout.fits(screen) {
            return self.start(out);
        }
        self.started = true;
        let rows = std::mem::take(&mut self.head);
        // Rows whose first cell is empty are named by the second.
        let has_unnamed = rows.iter().any(|row| row.first().is_some_and(String::is_empty));
        let labels = if has_unnamed { 2 } else { 1 };
        for (number, shown) in self.layout.groups(screen, labels).into_iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            self.shown = shown;
            self.header(out)?;
            for row in &rows {
                self.line(row, out)?;
            }
        }
        self.shown = self.layout.all();
        Ok(())
    }

    /// Writes a row, of which wrapped cells may take several lines.
    fn line(&self, row: &[String], out: &mut dyn Write) -> Result<(), ResultError> {
        let lines_of = |index: &Option<usize>| match index {
            Some(index) if self.fit.cells == CellFit::Wrapped => {
                broken(&row[*index], self.layout.columns[*index].width)
            }
            Some(index) => vec![row[*index].clone()],
            None => vec![CUT.to_string()],
        };
        let cells: Vec<Vec<String>> = self.shown.iter().map(lines_of).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        for number in 0..height {
            let mut line = String::from(" ");
            for (place, (index, cell)) in self.shown.iter().zip(&cells).enumerate() {
                if place > 0 {
                    line.push_str(BETWEEN);
                }
                let text = cell.get(number).map_or("", String::as_str);
                match index {
                    Some(index) => line.push_str(&self.padded(text, &self.layout.columns[*index])),
                    None => line.push(CUT),
                }
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn padded(&self, text: &str, column: &GridColumn) -> String {
        // Off the terminal and in a pager nothing is lost: a late long cell runs over its column. A number
        // does so everywhere.
        let is_whole = self.fit.width.is_none() || self.fit.cells == CellFit::Whole;
        let is_short_number = column.is_number && text.width() <= WIDEST_NUMBER;
        let width = match column.is_fixed || !(is_whole || is_short_number) {
            true => column.width,
            false => column.width.max(text.width()),
        };
        pad(text, width, column.is_number)
    }

    fn footer(&self, out: &mut dyn Write) -> Result<(), ResultError> {
        let shown =
            |count: usize| localized(&format!("{} shown", grouped(count as u64))).into_owned();
        let count = |count: usize, noun: &str| {
            let plural = if count == 1 { "" } else { "s" };
            localized(&format!("{} {noun}{plural}", grouped(count as u64))).into_owned()
        };
        let mut footer = count(self.rows, "row");
        if let Some(most) = self.fit.rows.filter(|most| self.rows > *most) {
            footer.push_str(&format!(", {}", shown(most)));
        }
        let columns = self.shown.iter().flatten().count();
        let is_cut = self.fit.rows.is_some_and(|most| self.rows > most)
            || columns < self.layout.columns.len();
        if columns < self.layout.columns.len() {
            let all = count(self.layout.columns.len(), "column");
            footer.push_str(&format!("; {all}, {}", shown(columns)));
        }
        if is_cut && self.fit.height.is_some() {
            footer.push_str(&format!("; {}", localized(".last shows all")));
        }
        Ok(writeln!(out, "({footer})")?)
    }
}

impl ResultSink for GridSink {
    fn begin(&mut self, schema: &Schema, _: &mut dyn Write) -> Result<(), ResultError> {
        self.layout = GridLayout::new(schema);
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
        if !self.started && !self.fit.folded && self.rows > LONG_RESULT {
            self.start(out)?;
            out.flush()?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        if let Some(screen) = self.fit.width.filter(|_| self.fit.folded && !self.started) {
            self.fold(screen, out)?;
        }
        if !self.started {
            self.start(out)?;
        }
        if self.fit.rows.is_some_and(|most| self.rows > most) {
            let dots = vec![GAP.to_owned(); self.layout.columns.len()];
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
