//! What became of reading a workbook or a sheet of it.

use super::error::{BadSheet, OpenError, OpenSheet};
use super::grid::SheetGrid;
use super::xml::XmlError;

/// The sheet of that name, or why it cannot be read; a bound costs the workbook, damage the sheet alone.
///
/// # Errors
/// When a bound was exceeded.
pub fn opened(name: String, sheet: Result<SheetGrid, XmlError>) -> Result<OpenSheet, OpenError> {
    match sheet {
        Ok(grid) => Ok(Ok(grid)),
        Err(XmlError::Malformed(reason)) => Ok(Err(BadSheet { name, reason })),
        Err(limit) => Err(refused(limit)),
    }
}

/// Why a workbook is refused.
pub fn refused(error: XmlError) -> OpenError {
    OpenError::Spreadsheet(match error {
        XmlError::Limit(limit) => limit.to_string(),
        XmlError::Malformed(reason) => format!("it is damaged: {reason}"),
    })
}
