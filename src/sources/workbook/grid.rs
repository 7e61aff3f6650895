//! One sheet as text, with the addresses that its cells have in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use indexmap::IndexSet;

use super::budget::{ReadBudget, ReadLimit};
use super::rich_text;
use crate::records::text;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SheetCell {
    /// Text, or a number or date as text; empty for an empty cell.
    Text(String),
    /// A spreadsheet error such as `#N/A`.
    Fault(String),
    /// A formula whose result is not in the file.
    Pending,
}

impl Default for SheetCell {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl SheetCell {
    /// The text; that of an error and of a formula without its result is empty.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Fault(_) | Self::Pending => "",
        }
    }

    /// Bytes of what it says.
    fn length(&self) -> usize {
        match self {
            Self::Text(text) | Self::Fault(text) => text.len(),
            Self::Pending => 0,
        }
    }

    /// Whether it is empty, or a text that says so.
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text::is_blank(text))
    }
}

/// What the reader of a format noticed about a cell whose value it read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellNote {
    /// The quote that opens it does not close; it was read to the end of its line.
    QuoteUnclosed,
    /// A quote within it, though it is not in quotes.
    QuoteWithin,
    /// A footnote mark behind its value was removed; the text with the mark.
    Footnote(String),
    /// It is struck out.
    Struck,
}

/// One sheet. Its cells repeat a few values: each value is held once.
#[derive(Debug, Clone, Default)]
pub struct SheetGrid {
    name: Option<String>,
    /// Row and column of the first cell, from 0.
    start: (usize, usize),
    cells: IndexSet<SheetCell>,
    /// Places in `cells`; `BLANK` is an empty cell.
    rows: Vec<Vec<u32>>,
    width: usize,
    /// What was noticed about cells, by row and column.
    notes: BTreeMap<usize, Vec<(usize, CellNote)>>,
    /// Rows of delimited text whose first field is in quotes.
    quoted: BTreeSet<usize>,
}

/// The place of an empty cell.
const BLANK: u32 = u32::MAX;
static NOTHING: SheetCell = SheetCell::Text(String::new());

impl SheetGrid {
    /// An empty sheet whose first cell is at `start` (row, column, from 0).
    pub fn new(name: Option<String>, start: (usize, usize)) -> Self {
        Self { name, start, ..Self::default() }
    }

    /// Puts a cell to its place among those held, and makes room for it.
    ///
    /// # Errors
    /// When that is more than the budget allows.
    pub fn put(
        &mut self,
        row: usize,
        column: usize,
        cell: SheetCell,
        budget: &mut ReadBudget,
    ) -> Result<(), ReadLimit> {
        if cell == NOTHING {
            return Ok(());
        }
        let mut cell = cell;
        if let SheetCell::Text(text) = &cell
            && !text.is_ascii()
            && let Some(bare) = rich_text::without_marks(text)
        {
            let bare = SheetCell::Text(bare.to_owned());
            self.note(row, column, CellNote::Footnote(text.clone()), budget)?;
            cell = bare;
        }
        let place = self.intern(cell, 1, budget)?;
        self.line(row, column, budget)?[column] = place;
        Ok(())
    }

    /// Makes room for a row that may hold nothing: it counts as a row of the file.
    ///
    /// # Errors
    /// When that is more than the budget allows.
    pub fn reach(&mut self, row: usize, budget: &mut ReadBudget) -> Result<(), ReadLimit> {
        if self.rows.len() <= row {
            budget.take_cells(row + 1 - self.rows.len(), 0)?;
            self.rows.resize_with(row + 1, Vec::new);
        }
        Ok(())
    }

    /// Makes room for a field that may be empty: a row of delimited text is as long as its fields.
    ///
    /// # Errors
    /// When that is more than the budget allows.
    pub fn widen(
        &mut self,
        row: usize,
        column: usize,
        budget: &mut ReadBudget,
    ) -> Result<(), ReadLimit> {
        self.line(row, column, budget).map(|_| ())
    }

    /// Keeps what was noticed about a cell.
    ///
    /// # Errors
    /// When that is more than the budget allows.
    pub fn note(
        &mut self,
        row: usize,
        column: usize,
        note: CellNote,
        budget: &mut ReadBudget,
    ) -> Result<(), ReadLimit> {
        let length = if let CellNote::Footnote(text) = &note { text.len() } else { 0 };
        budget.take_distinct(length)?;
        self.notes.entry(row).or_default().push((column, note));
        Ok(())
    }

    /// What was noticed about the cells of a row, with their columns.
    pub fn notes(&self, row: usize) -> &[(usize, CellNote)] {
        self.notes.get(&row).map_or(&[], Vec::as_slice)
    }

    /// Keeps that the first field of a row of delimited text is in quotes.
    pub fn set_quoted(&mut self, row: usize) {
        self.quoted.insert(row);
    }

    /// Whether the first field of a row of delimited text is in quotes.
    pub fn is_quoted(&self, row: usize) -> bool {
        self.quoted.contains(&row)
    }

    /// How many fields a row of delimited text has; absent for a spreadsheet, whose rows have no end.
    pub fn field_count(&self, row: usize) -> Option<usize> {
        self.name.is_none().then(|| self.rows.get(row).map_or(0, Vec::len))
    }

    /// The row, as long as the column needs it to be.
    fn line(
        &mut self,
        row: usize,
        column: usize,
        budget: &mut ReadBudget,
    ) -> Result<&mut Vec<u32>, ReadLimit> {
        self.reach(row, budget)?;
        let line = &mut self.rows[row];
        if line.len() <= column {
            budget.take_cells(0, column + 1 - line.len())?;
            line.resize(column + 1, BLANK);
        }
        self.width = self.width.max(line.len());
        Ok(line)
    }

    /// The number under which a cell is held that occurs `times` more.
    fn intern(
        &mut self,
        cell: SheetCell,
        times: usize,
        budget: &mut ReadBudget,
    ) -> Result<u32, ReadLimit> {
        let length = cell.length();
        budget.take_text(length, times)?;
        if let Some(place) = self.cells.get_index_of(&cell) {
            return Ok(u32::try_from(place).unwrap_or(BLANK));
        }
        budget.take_distinct(length)?;
        // A sheet of four billion different cells does not come this far.
        Ok(u32::try_from(self.cells.insert_full(cell).0).unwrap_or(BLANK))
    }

    /// The sheet's name; a text file has none.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// How many rows are held.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    /// How many columns the widest row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many columns are held of a row.
    pub fn row_width(&self, row: usize) -> usize {
        self.rows.get(row).map_or(0, Vec::len)
    }

    /// A cell by its place among those held.
    pub fn cell(&self, row: usize, column: usize) -> Option<&SheetCell> {
        let place = *self.rows.get(row)?.get(column)?;
        Some(self.cells.get_index(place as usize).unwrap_or(&NOTHING))
    }

    /// A cell's text; empty where there is none.
    pub fn text(&self, row: usize, column: usize) -> &str {
        self.cell(row, column).map_or("", SheetCell::text)
    }

    /// Copies the first cell of an area of the file, from `first` to `last` (row, column, from 0),
    /// to its other cells as far as rows are held.
    ///
    /// # Errors
    /// When that is more than the budget allows.
    pub fn spread(
        &mut self,
        first: (usize, usize),
        last: (usize, usize),
        budget: &mut ReadBudget,
    ) -> Result<(), ReadLimit> {
        /// No table has a reason to merge more columns than this.
        const MOST_COLUMNS: usize = 1_000;
        let (top, left) = self.start;
        let (Some(row), Some(column)) = (first.0.checked_sub(top), first.1.checked_sub(left))
        else {
            return Ok(());
        };
        let Some(place) = self.rows.get(row).and_then(|line| line.get(column)).copied() else {
            return Ok(());
        };
        let length = self.cells.get_index(place as usize).map_or(0, SheetCell::length);
        let (bottom, right) = (last.0.saturating_sub(top), last.1.saturating_sub(left));
        let right = right.min(column + MOST_COLUMNS);
        if right < column {
            return Ok(());
        }
        for row in row..self.rows.len().min(bottom.saturating_add(1)) {
            // A row that is not held is empty: a merged cell alone does not make it a row.
            if self.rows[row].is_empty() {
                continue;
            }
            budget.take_text(length, right + 1 - column)?;
            self.line(row, right, budget)?[column..=right].fill(place);
        }
        Ok(())
    }

    /// The columns of a range as a sheet of their own, whose cells have the addresses that they have here.
    pub fn part(&self, columns: Range<usize>) -> Self {
        let within = |line: &Vec<u32>| {
            let end = columns.end.min(line.len());
            line.get(columns.start.min(end)..end).unwrap_or_default().to_vec()
        };
        let rows: Vec<Vec<u32>> = self.rows.iter().map(within).collect();
        let note = |(column, note): &(usize, CellNote)| {
            columns.contains(column).then(|| (*column - columns.start, note.clone()))
        };
        let notes =
            self.notes.iter().map(|(row, notes)| (*row, notes.iter().filter_map(note).collect()));
        Self {
            name: self.name.clone(),
            start: (self.start.0, self.start.1 + columns.start),
            cells: self.cells.clone(),
            width: rows.iter().map(Vec::len).max().unwrap_or(0),
            rows,
            notes: notes.collect(),
            quoted: if columns.start == 0 { self.quoted.clone() } else { BTreeSet::new() },
        }
    }

    /// The row's number in the file, from 1.
    pub fn row_number(&self, row: usize) -> usize {
        self.start.0 + row + 1
    }

    /// The cell's address as a spreadsheet writes it: `Sheet1!C7`, in a text file `C7`.
    pub fn address(&self, row: usize, column: usize) -> String {
        let cell = format!("{}{}", self.column_letters(column), self.row_number(row));
        self.name.as_ref().map_or_else(|| cell.clone(), |name| format!("{name}!{cell}"))
    }

    /// The letters of a column: `C`.
    pub fn column_letters(&self, column: usize) -> String {
        let mut letters = Vec::new();
        let mut number = self.start.1 + column + 1;
        while number > 0 {
            letters.push(char::from(b'A' + u8::try_from((number - 1) % 26).unwrap_or(0)));
            number = (number - 1) / 26;
        }
        letters.iter().rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_spreadsheet() {
        let grid = SheetGrid::new(Some("악성".into()), (2, 1));
        assert_eq!(grid.address(0, 0), "악성!B3");
        assert_eq!(SheetGrid::default().address(9, 27), "AB10");
    }
}
