//! What the style of a cell says about its value.

use calamine::{ExcelDateTime, ExcelDateTimeType};

use super::number_format::NumberFormat;

/// The style of a cell, as far as it says something about its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellStyle {
    /// The number format.
    pub number: NumberFormat,
    /// Whether the cell is struck out.
    pub is_struck: bool,
}

impl CellStyle {
    /// A number as a cell of this style shows it; `is_1904` is the date system of the workbook.
    pub fn show(style: Option<&Self>, number: f64, is_1904: bool) -> String {
        match style.map(|style| &style.number) {
            Some(NumberFormat::Date) => {
                let moment = ExcelDateTime::new(number, ExcelDateTimeType::DateTime, is_1904);
                match moment.to_ymd_hms_milli() {
                    (y, m, d, 0, 0, 0, _) => format!("{y:04}-{m:02}-{d:02}"),
                    (y, m, d, h, min, s, _) => {
                        format!("{y:04}-{m:02}-{d:02} {h:02}:{min:02}:{s:02}")
                    }
                }
            }
            Some(format) => format.show(number),
            None => number.to_string(),
        }
    }
}
