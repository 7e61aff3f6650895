//! An Excel workbook, written row by row: numbers as numbers, days and moments as such, everything else as
//! text.
//!
//! The limits are those of "Excel specifications and limits" (Microsoft Support). Nothing in the file depends
//! on the clock: the same rows give the same bytes.

use std::fs::File;
use std::io::{self, Seek, Write};

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, IgnoreError, Workbook, Worksheet,
};
use unicode_width::UnicodeWidthStr;

use super::cell::{CellReader, read_cells};
use super::error::ResultError;
use super::workbook_value::WorkbookValue;

/// Rows of a sheet, its header among them.
pub const MOST_SHEET_ROWS: u32 = 1_048_576;
/// Columns of a sheet.
const MOST_COLUMNS: usize = 16_384;
/// UTF-16 units of a cell.
const MOST_UNITS: usize = 32_767;
/// Rows that decide the widths of the columns.
const SAMPLE_ROWS: u32 = 1_000;
/// The widest column, in characters.
const WIDEST: usize = 60;
const NARROWEST: usize = 6;

/// What happens to a text that is longer than a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongText {
    /// The workbook is not written.
    Refuse,
    /// The cell stays empty, and is counted.
    Omit,
}

/// A workbook of which one sheet after the other is written. Rows wait in unlinked temporary files, so that
/// memory does not grow with them; where none can be made, they wait in memory.
pub struct WorkbookWriter {
    book: Workbook,
    looks: CellLooks,
    long_text: LongText,
    sheet: SheetState,
}

/// The formats of cells.
struct CellLooks {
    header: Format,
    date: Format,
    moment: Format,
    time: Format,
}

/// The sheet that is being written.
#[derive(Default)]
struct SheetState {
    index: usize,
    columns: Vec<String>,
    /// The next row, from 0; the header is the first.
    row: u32,
    widths: Vec<usize>,
    /// Cells of each column that are too long.
    omitted: Vec<u64>,
}

impl WorkbookWriter {
    /// A workbook without sheets.
    ///
    /// # Errors
    /// When the writer refuses.
    pub fn new(long_text: LongText) -> Result<Self, ResultError> {
        let mut book = Workbook::new();
        // Also the day that the members of the package carry.
        let day = ExcelDateTime::from_ymd(1980, 1, 1)?;
        let author = format!("mammodex {}", env!("CARGO_PKG_VERSION"));
        book.set_properties(&DocProperties::new().set_author(author).set_creation_datetime(&day));
        let looks = CellLooks {
            header: Format::new().set_bold().set_align(FormatAlign::Left),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            time: Format::new().set_num_format("hh:mm:ss"),
        };
        Ok(Self { book, looks, long_text, sheet: SheetState::default() })
    }

    /// Begins a sheet with the names of columns, which stay in view when rows are scrolled.
    ///
    /// # Errors
    /// When there are more columns than a sheet has, or the name is not one of a sheet.
    pub fn begin_sheet(&mut self, name: &str, schema: &Schema) -> Result<(), ResultError> {
        let index = self.book.worksheets().len();
        if self.book.add_worksheet_with_constant_memory().is_err() {
            self.book.add_worksheet();
        }
        self.book.worksheet_from_index(index)?.set_name(name)?;
        self.begin_reserved(index, schema)
    }

    /// Adds a sheet that is written after those that follow it; its rows are held in memory.
    ///
    /// # Errors
    /// When the name is not one of a sheet.
    pub fn reserve_sheet(&mut self, name: &str) -> Result<usize, ResultError> {
        self.book.add_worksheet().set_name(name)?;
        Ok(self.book.worksheets().len() - 1)
    }

    /// Begins a sheet that was reserved.
    ///
    /// # Errors
    /// When there are more columns than a sheet has.
    pub fn begin_reserved(&mut self, index: usize, schema: &Schema) -> Result<(), ResultError> {
        self.end_sheet()?;
        if schema.fields().len() > MOST_COLUMNS {
            return Err(ResultError::SheetFull("16,384 columns"));
        }
        let sheet = self.book.worksheet_from_index(index)?;
        sheet.set_freeze_panes(1, 0)?;
        let columns: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
        for (column, name) in (0..).zip(&columns) {
            sheet.write_string_with_format(0, column, name, &self.looks.header)?;
        }
        let widths = columns.iter().map(|name| name.width() + 1).collect();
        let omitted = vec![0; columns.len()];
        self.sheet = SheetState { index, columns, row: 1, widths, omitted };
        Ok(())
    }

    /// Returns how many more rows the sheet takes.
    pub fn free_rows(&self) -> usize {
        (MOST_SHEET_ROWS - self.sheet.row) as usize
    }

    /// Adds rows to the sheet.
    ///
    /// # Errors
    /// When the sheet is full, or a text is longer than a cell and texts are not omitted.
    pub fn write_batch(&mut self, batch: &RecordBatch) -> Result<(), ResultError> {
        if batch.num_rows() > self.free_rows() {
            return Err(ResultError::SheetFull("1,048,575 rows"));
        }
        let columns = read_cells(batch)?;
        let sheet = self.book.worksheet_from_index(self.sheet.index)?;
        for row in 0..batch.num_rows() {
            for (at, cells) in columns.iter().enumerate() {
                let written = write_cell(sheet, &self.looks, (self.sheet.row, at), cells, row)?;
                match written {
                    WrittenCell::Width(width) if self.sheet.row <= SAMPLE_ROWS => {
                        let widest = &mut self.sheet.widths[at];
                        *widest = width.max(*widest);
                    }
                    WrittenCell::Width(_) => {}
                    WrittenCell::TooLong(_) if self.long_text == LongText::Omit => {
                        self.sheet.omitted[at] += 1;
                    }
                    WrittenCell::TooLong(length) => {
                        let column = self.sheet.columns[at].clone();
                        return Err(ResultError::LongText {
                            column,
                            row: self.sheet.row.into(),
                            length,
                        });
                    }
                }
            }
            self.sheet.row += 1;
        }
        Ok(())
    }

    /// Returns the columns of the sheet with cells that were omitted, and their number.
    pub fn omitted(&self) -> Vec<(String, u64)> {
        let columns = self.sheet.columns.iter().cloned();
        columns.zip(self.sheet.omitted.iter().copied()).filter(|(_, count)| *count > 0).collect()
    }

    /// Sets what is known when all rows are written.
    fn end_sheet(&mut self) -> Result<(), ResultError> {
        let (Some(last_column), Some(last_row)) =
            (self.sheet.columns.len().checked_sub(1), self.sheet.row.checked_sub(1))
        else {
            return Ok(());
        };
        let last_column = column_number(last_column);
        let sheet = self.book.worksheet_from_index(self.sheet.index)?;
        for (column, width) in (0..).zip(&self.sheet.widths) {
            let width = u16::try_from(*width.clamp(&NARROWEST, &WIDEST)).unwrap_or(u16::MAX);
            sheet.set_column_width(column, f64::from(width) + 1.0)?;
        }
        sheet.autofilter(0, 0, last_row, last_column)?;
        // IDs of digits are text on purpose.
        sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
        Ok(())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When the workbook or the file cannot be written.
    pub fn finish(mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        self.end_sheet()?;
        match tempfile::tempfile() {
            Ok(mut file) => {
                self.book.save_to_writer(io::BufWriter::new(&mut file))?;
                copy_from_start(&mut file, out)?;
            }
            Err(_) => out.write_all(&self.book.save_to_buffer()?)?,
        }
        Ok(())
    }
}

fn copy_from_start(file: &mut File, out: &mut dyn Write) -> io::Result<()> {
    file.rewind()?;
    io::copy(file, out).map(|_| ())
}

/// What writing a cell gave.
enum WrittenCell {
    /// The characters that it takes on the screen, where wide ones count twice.
    Width(usize),
    /// It was not, since it has so many UTF-16 units.
    TooLong(usize),
}

fn write_cell(
    sheet: &mut Worksheet,
    looks: &CellLooks,
    (row, column): (u32, usize),
    cells: &CellReader,
    at: usize,
) -> Result<WrittenCell, ResultError> {
    let column = column_number(column);
    let width = match WorkbookValue::of(cells, at) {
        WorkbookValue::Empty => 0,
        WorkbookValue::Bool(value) => {
            sheet.write_boolean(row, column, value)?;
            5
        }
        WorkbookValue::Number(number) => {
            sheet.write_number(row, column, number)?;
            number.to_string().len()
        }
        WorkbookValue::Date(serial) => {
            sheet.write_number_with_format(row, column, serial, &looks.date)?;
            10
        }
        WorkbookValue::Moment(serial) => {
            sheet.write_number_with_format(row, column, serial, &looks.moment)?;
            19
        }
        WorkbookValue::Time(serial) => {
            sheet.write_number_with_format(row, column, serial, &looks.time)?;
            8
        }
        WorkbookValue::Text(text) => {
            // A UTF-16 unit is at least a byte of UTF-8.
            if text.len() > MOST_UNITS {
                let units = text.encode_utf16().count();
                if units > MOST_UNITS {
                    return Ok(WrittenCell::TooLong(units));
                }
            }
            sheet.write_string(row, column, text.as_ref())?;
            text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0)
        }
    };
    Ok(WrittenCell::Width(width))
}

/// A sheet has no more than 16,384 columns.
fn column_number(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}
