//! The three clinical workbooks.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::clinic::{SampleCell, SampleRow};
use super::facts::{self, facts};
use super::request::{SampleGroup, VERSION};

/// The bytes of a group's workbook: the same rows give the same bytes.
pub(super) fn bytes(group: SampleGroup, rows: &[SampleRow]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2019, 8, 12)?;
    book.set_properties(
        &DocProperties::new()
            .set_title("Synthetic clinical data")
            .set_author(format!("mammodex {VERSION}"))
            .set_creation_datetime(&made),
    );
    let sheet = book.add_worksheet();
    let Some(layout) = facts().clinical.workbook.iter().find(|w| w.group == group.folder()) else {
        return book.save_to_buffer();
    };
    let mut line = 0;
    if let Some(title) = &layout.title {
        sheet.write_string(line, 0, title)?;
        line += 1;
    }
    for (column, header) in layout.headers.iter().enumerate() {
        sheet.write_string(line, column as u16, header)?;
        sheet.set_column_width(column as u16, 18)?;
    }
    for row in rows {
        line += 1;
        write_row(sheet, line, &layout.columns, row)?;
    }
    book.save_to_buffer()
}

fn write_row(
    sheet: &mut rust_xlsxwriter::Worksheet,
    line: u32,
    columns: &[facts::SampleColumn],
    row: &SampleRow,
) -> Result<(), XlsxError> {
    for (index, column) in columns.iter().enumerate() {
        match row.get(*column) {
            SampleCell::Blank => {}
            SampleCell::Number(number) => {
                sheet.write_number(line, index as u16, *number)?;
            }
            SampleCell::Text(text) => {
                sheet.write_string(line, index as u16, text)?;
            }
        }
    }
    Ok(())
}
