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
            Some(kind @ (NumberFormat::Date | NumberFormat::Time)) => {
                let moment = ExcelDateTime::new(number, ExcelDateTimeType::DateTime, is_1904);
                show_moment(moment, *kind == NumberFormat::Time)
            }
            Some(format) => format.show(number),
            None => number.to_string(),
        }
    }
}

/// A date, a moment, or a time of day. A number below 1 has no date, since the days of a workbook begin at 1; `is_time` says
/// that its format has none, so that 0 is midnight. A date that the format does not show remains.
pub fn show_moment(moment: ExcelDateTime, is_time: bool) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    let number = moment.as_f64();
    if (0.0..1.0).contains(&number) && (is_time || number > 0.0) {
        time
    } else if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date} {time}")
    }
}
