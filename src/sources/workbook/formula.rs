//! Formulas whose results are not in the file. A program that writes a workbook does not calculate:
//! it leaves the result out, or writes 0 and asks that everything be calculated when a spreadsheet
//! program opens the file. Neither is a value.

use std::io::{Cursor, Read};

use calamine::DataRef;
use zip::ZipArchive;

/// Whether a workbook asks to be calculated when it is opened (ECMA-376 part 1, 18.2.2,
/// `fullCalcOnLoad`). A spreadsheet program removes the request when it has calculated: where it is
/// present, no program has.
pub fn is_uncalculated(bytes: &[u8]) -> bool {
    /// Names and sheets of a workbook; a longer list is read up to here.
    const MOST_BYTES: u64 = 16 * 1024 * 1024;
    const ASKS: &[u8] = b"fullCalcOnLoad=";
    let mut xml = Vec::new();
    let read = ZipArchive::new(Cursor::new(bytes)).ok().and_then(|mut archive| {
        let part = archive.by_name("xl/workbook.xml").ok()?;
        part.take(MOST_BYTES).read_to_end(&mut xml).ok()
    });
    let offset = read.and_then(|_| xml.windows(ASKS.len()).position(|window| window == ASKS));
    let value = offset.and_then(|offset| xml.get(offset + ASKS.len() + 1..)).unwrap_or_default();
    value.starts_with(b"1") || value.starts_with(b"true")
}

/// Whether this value is the placeholder for the result of a formula that nothing has calculated: an
/// empty one, or 0 in a workbook that asks to be calculated.
pub fn is_pending(value: &DataRef<'_>, uncalculated: bool) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::Int(number) => uncalculated && *number == 0,
        DataRef::Float(number) => uncalculated && *number == 0.0,
        DataRef::DateTime(moment) => uncalculated && moment.as_f64() == 0.0,
        _ => false,
    }
}
