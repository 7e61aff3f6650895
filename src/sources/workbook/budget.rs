//! What reading one table may take. Every bound is checked before the memory is taken, so that a
//! small file that unfolds without end is refused while it is still small.

use super::turn::LargeTableTurn;

/// Bytes of a table's file: a table of a hundred thousand rows is a tenth of it.
pub const MOST_BYTES: u64 = 128 * 1024 * 1024;
/// Bytes that the parts of a workbook unpack to; a part that several sheets name counts for each.
const MOST_UNPACKED: u64 = 256 * 1024 * 1024;
/// Cells of all sheets, the empty ones between others included; a row is as much as six of them.
const MOST_CELLS: u64 = 20_000_000;
/// Bytes of the texts that differ, with what it takes to hold them.
const MOST_DISTINCT: u64 = 128 * 1024 * 1024;
/// Bytes of the texts of all cells, each as often as it occurs.
const MOST_TEXT: u64 = 256 * 1024 * 1024;
/// Sheets of a workbook.
const MOST_SHEETS: usize = 1_000;
/// Characters of a cell (the limit of Excel), in bytes of UTF-8.
const MOST_CELL_TEXT: usize = 32_767 * 4;
/// Rows and columns of a spreadsheet (ECMA-376 part 1, 18.3.1.73; OpenDocument programs alike).
const MOST_ROWS: usize = 1_048_576;
const MOST_COLUMNS: usize = 16_384;
/// What a row takes beside its cells, in cells.
const ROW_IN_CELLS: u64 = 6;
/// What a text takes beside its bytes.
const TEXT_OVERHEAD: u64 = 72;
/// Cells or bytes beyond which tables are read one at a time.
const LARGE_CELLS: u64 = 1_000_000;

/// A bound of [`ReadBudget`] that a table exceeds. It costs the table, not one sheet of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadLimit {
    /// More bytes in the file.
    #[error("it has more than 128 MiB")]
    Bytes,
    /// More bytes once unpacked.
    #[error("it unpacks to more than 256 MiB")]
    Unpacked,
    /// More cells.
    #[error("it spreads over more than 20 million cells")]
    Cells,
    /// More text that differs.
    #[error("it holds more than 128 MiB of different texts")]
    Distinct,
    /// More text in all cells together.
    #[error("its cells hold more than 256 MiB of text")]
    Text,
    /// More sheets.
    #[error("it has more than 1,000 sheets")]
    Sheets,
    /// A longer text in one cell.
    #[error("a cell holds more than 32,767 characters")]
    CellText,
    /// A cell beyond the last row or column of a spreadsheet.
    #[error("a cell lies beyond row 1,048,576 or column XFD")]
    Corner,
    /// More parts, or longer names of them.
    #[error("its directory names more than 10,000 parts")]
    Parts,
}

/// What is left for one table.
#[derive(Debug)]
pub struct ReadBudget {
    unpacked: u64,
    cells: u64,
    distinct: u64,
    text: u64,
    sheets: usize,
    turn: Option<LargeTableTurn>,
}

impl ReadBudget {
    /// The whole budget, for a table whose file has `bytes` bytes.
    ///
    /// # Errors
    /// When the file alone is too large.
    pub fn new(bytes: usize) -> Result<Self, ReadLimit> {
        if bytes as u64 > MOST_BYTES {
            return Err(ReadLimit::Bytes);
        }
        Ok(Self {
            unpacked: MOST_UNPACKED,
            cells: MOST_CELLS,
            distinct: MOST_DISTINCT,
            text: MOST_TEXT,
            sheets: MOST_SHEETS,
            turn: LargeTableTurn::wait_for(bytes as u64),
        })
    }

    /// Bytes that may still be unpacked.
    pub fn unpacked_left(&self) -> u64 {
        self.unpacked
    }

    /// Takes bytes that were unpacked.
    pub fn take_unpacked(&mut self, bytes: u64) -> Result<(), ReadLimit> {
        self.unpacked = self.unpacked.checked_sub(bytes).ok_or(ReadLimit::Unpacked)?;
        if self.turn.is_none() {
            self.turn = LargeTableTurn::wait_for(MOST_UNPACKED - self.unpacked);
        }
        Ok(())
    }

    /// Takes a sheet.
    pub fn take_sheet(&mut self) -> Result<(), ReadLimit> {
        self.sheets = self.sheets.checked_sub(1).ok_or(ReadLimit::Sheets)?;
        Ok(())
    }

    /// Takes a place in a sheet that needs `rows` more rows and `cells` more cells.
    pub fn take_cells(&mut self, rows: usize, cells: usize) -> Result<(), ReadLimit> {
        let wanted = (rows as u64).saturating_mul(ROW_IN_CELLS).saturating_add(cells as u64);
        self.cells = self.cells.checked_sub(wanted).ok_or(ReadLimit::Cells)?;
        if self.turn.is_none() && MOST_CELLS - self.cells > LARGE_CELLS {
            self.turn = Some(LargeTableTurn::wait());
        }
        Ok(())
    }

    /// Takes `times` cells with a text of this length.
    pub fn take_text(&mut self, length: usize, times: usize) -> Result<(), ReadLimit> {
        if length > MOST_CELL_TEXT {
            return Err(ReadLimit::CellText);
        }
        let wanted = (length as u64).saturating_mul(times as u64);
        self.text = self.text.checked_sub(wanted).ok_or(ReadLimit::Text)?;
        Ok(())
    }

    /// Takes a text of this length that no cell had before.
    pub fn take_distinct(&mut self, length: usize) -> Result<(), ReadLimit> {
        let wanted = length as u64 + TEXT_OVERHEAD;
        self.distinct = self.distinct.checked_sub(wanted).ok_or(ReadLimit::Distinct)?;
        Ok(())
    }

    /// Refuses a place that no spreadsheet has.
    pub fn check_place(row: usize, column: usize) -> Result<(), ReadLimit> {
        let inside = row < MOST_ROWS && column < MOST_COLUMNS;
        if inside { Ok(()) } else { Err(ReadLimit::Corner) }
    }

    /// The turn of a large table, to be held as long as what was read of it.
    pub fn into_turn(self) -> Option<LargeTableTurn> {
        self.turn
    }
}
