//! Workbooks of Excel 97 that would fill the memory or never end, refused before the reader begins:
//! it believes their counts, and a failed allocation ends the program.
//!
//! Upstream: <https://github.com/tafia/calamine/issues/684> (counts of the .xls path),
//! <https://github.com/tafia/calamine/issues/714> (sector counts of the header).

use super::ole::OleContainer;
use crate::sources::workbook::budget::ReadBudget;
use crate::sources::workbook::error::OpenError;

/// Cells of a workbook, the empty ones between others included.
const MOST_CELLS: u64 = 20_000_000;
/// Bytes of a workbook's stream that are gone over, once for each of its sheets.
const MOST_WORK: u64 = 1 << 32;

/// Refuses what the reader could not bear.
pub fn check(bytes: &[u8], budget: &mut ReadBudget) -> Result<(), OpenError> {
    measure(bytes, budget).map_err(|reason| OpenError::Spreadsheet(reason.to_owned()))
}

const TOO_LARGE: &str = "it spreads over more than 20 million cells";

/// The records of a binary workbook (MS-XLS 2.1.4): type, length, value.
pub(super) fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (head, after) = rest.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let (value, after) = after.split_at_checked(usize::from(u16::from_le_bytes([c, d])))?;
        rest = after;
        Some((u16::from_le_bytes([a, b]), value))
    })
}

/// The number in two bytes at an offset.
pub(super) fn u16_at(value: &[u8], offset: usize) -> Option<u64> {
    let pair = value.get(offset..)?.first_chunk::<2>()?;
    Some(u16::from_le_bytes(*pair).into())
}

/// The number in four bytes at an offset.
pub(super) fn u32_at(value: &[u8], offset: usize) -> Option<u64> {
    let four = value.get(offset..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*four).into())
}

fn measure(bytes: &[u8], budget: &mut ReadBudget) -> Result<(), &'static str> {
    const DAMAGED: &str = "it is damaged";
    let ole = OleContainer::open(bytes).ok_or(DAMAGED)?;
    // With macros the reader goes through other streams as well.
    let has_macros = ole.has_stream("_VBA_PROJECT_CUR");
    let is_read = |name: &str| {
        has_macros || ["Workbook", "Book"].iter().any(|n| n.eq_ignore_ascii_case(name))
    };
    if !ole.has_finite_streams(is_read) {
        return Err(DAMAGED);
    }
    let Some(stream) = ole.stream("Workbook").or_else(|| ole.stream("Book")) else {
        return Ok(());
    };
    let globals = || records(&stream).take_while(|(kind, _)| *kind != 0x000A);
    // FilePass (MS-XLS 2.4.117): the rest is a secret, and the reader stops there.
    if globals().any(|(kind, value)| kind == 0x002F && u16_at(value, 0) != Some(0)) {
        return Ok(());
    }
    // BoundSheet8 (MS-XLS 2.4.28) says where each sheet begins.
    let sheets: Vec<u64> =
        globals().filter(|(kind, _)| *kind == 0x0085).filter_map(|(_, v)| u32_at(v, 0)).collect();
    if (sheets.len() as u64).saturating_mul(stream.len() as u64) > MOST_WORK {
        return Err("it has too many sheets");
    }
    if sheets.iter().any(|_| budget.take_sheet().is_err()) {
        return Err("it has too many sheets");
    }
    let mut cells = 0_u64;
    for start in sheets {
        let sheet =
            usize::try_from(start).ok().and_then(|offset| stream.get(offset..)).unwrap_or_default();
        cells = cells.saturating_add(sheet_cells(sheet));
    }
    if cells > MOST_CELLS { Err(TOO_LARGE) } else { Ok(()) }
}

/// The rectangle around a sheet's cells, or what its Dimensions (MS-XLS 2.4.90) claim if that is
/// more: as much is reserved for each.
fn sheet_cells(sheet: &[u8]) -> u64 {
    let (mut rows, mut columns, mut declared) = ((u64::MAX, 0), (u64::MAX, 0), 0);
    let mut depth = 0;
    for (kind, value) in records(sheet) {
        match kind {
            0x0809 => depth += 1,
            0x000A if depth <= 1 => break,
            0x000A => depth -= 1,
            0x0200 => declared = declared.max(declared_cells(value).unwrap_or(0)),
            // Cells: Number, Label, RString, BoolErr, Rk, LabelSst, MulRk, Formula.
            0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x00BD | 0x0006 => {
                let (Some(row), Some(column)) = (u16_at(value, 0), u16_at(value, 2)) else {
                    continue;
                };
                let last = if kind == 0x00BD { value.len() as u64 / 6 } else { 0 };
                rows = (rows.0.min(row), rows.1.max(row));
                columns = (columns.0.min(column), columns.1.max(column + last));
            }
            _ => {}
        }
    }
    let side = |(first, last): (u64, u64)| (last + 1).saturating_sub(first);
    side(rows).saturating_mul(side(columns)).max(declared)
}

fn declared_cells(value: &[u8]) -> Option<u64> {
    let (top, bottom, mut left, right) = match value.len() {
        10 => (u16_at(value, 0)?, u16_at(value, 2)?, u16_at(value, 4)?, u16_at(value, 6)?),
        _ => (u32_at(value, 0)?, u32_at(value, 4)?, u16_at(value, 8)?, u16_at(value, 10)?),
    };
    if left > 0xFF || right < left {
        left = 0;
    }
    if bottom == 0 || right == 0 {
        return Some(1);
    }
    // With first and last exchanged the reader subtracts below zero.
    let rows = bottom.checked_sub(top).unwrap_or(u64::MAX);
    Some(rows.saturating_mul(right.saturating_sub(left)))
}
