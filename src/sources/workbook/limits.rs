//! Workbooks that would fill the memory or never end are refused before the reader begins: it
//! believes their counts, and a failed allocation ends the program.

use std::io::{self, Cursor, Read};

use super::budget::{LimitExceeded, ReadBudget};
use super::container::TableContainer;
use super::error::OpenError;
use super::ole::OleContainer;
use super::package;
use crate::sources::sniff;

/// Cells of a workbook, the empty ones between others included.
const MOST_CELLS: u64 = 20_000_000;
/// Bytes of a workbook's stream that are gone over, once for each of its sheets.
const MOST_WORK: u64 = 1 << 32;

/// Refuses what the reader could not bear.
pub fn check(
    bytes: &[u8],
    container: TableContainer,
    budget: &mut ReadBudget,
) -> Result<(), OpenError> {
    let checked = match container {
        // Readers of the newer formats look into it too, for a password.
        _ if sniff::is_ole(bytes) => xls(bytes, budget),
        TableContainer::Xlsx | TableContainer::Xlsb => {
            return zip(bytes, budget).map_err(OpenError::Spreadsheet);
        }
        TableContainer::Text | TableContainer::Xls | TableContainer::Ods => Ok(()),
    };
    checked.map_err(|reason| OpenError::Spreadsheet(reason.to_owned()))
}

/// Unpacks every member into nothing: what the archive says of their lengths is not to be trusted.
fn zip(bytes: &[u8], budget: &mut ReadBudget) -> Result<(), String> {
    let limit = |limit: LimitExceeded| limit.to_string();
    package::check_directory(bytes).map_err(limit)?;
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Ok(()) };
    for index in 0..archive.len() {
        // A member that cannot be read is the reader's to name.
        let Ok(member) = archive.by_index(index) else { continue };
        let name = member.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let mut member = member.take(budget.unpacked_left() + 1);
        let mut head = Vec::new();
        let _ = member.by_ref().take(4096).read_to_end(&mut head);
        let rest = io::copy(&mut member, &mut io::sink()).unwrap_or(0);
        let length = head.len() as u64 + rest;
        budget.take_unpacked(length).map_err(limit)?;
        if name.to_ascii_lowercase().ends_with("sharedstrings.xml")
            && attribute(&head, b"uniqueCount=").is_some_and(|count| count > length)
        {
            return Err("it claims more texts than it has room for".into());
        }
    }
    Ok(())
}

/// The number in the first attribute of this name.
fn attribute(xml: &[u8], name: &[u8]) -> Option<u64> {
    let at = xml.windows(name.len()).position(|window| window == name)? + name.len();
    let digits = xml.get(at..)?.iter().skip_while(|byte| matches!(byte, b'"' | b'\'' | b' '));
    let digits: String =
        digits.take_while(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX))
}

const TOO_LARGE: &str = "it spreads over more than 20 million cells";

/// The records of a binary workbook (MS-XLS 2.1.4): type, length, value.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (head, after) = rest.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let (value, after) = after.split_at_checked(usize::from(u16::from_le_bytes([c, d])))?;
        rest = after;
        Some((u16::from_le_bytes([a, b]), value))
    })
}

fn short(value: &[u8], at: usize) -> Option<u64> {
    let pair = value.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_le_bytes(*pair).into())
}

fn long(value: &[u8], at: usize) -> Option<u64> {
    let four = value.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*four).into())
}

fn xls(bytes: &[u8], budget: &mut ReadBudget) -> Result<(), &'static str> {
    const DAMAGED: &str = "it is damaged";
    let ole = OleContainer::open(bytes).ok_or(DAMAGED)?;
    // With macros the reader goes through other streams as well.
    let macros = ole.has("_VBA_PROJECT_CUR");
    let read =
        |name: &str| macros || ["Workbook", "Book"].iter().any(|n| n.eq_ignore_ascii_case(name));
    if !ole.ends(read) {
        return Err(DAMAGED);
    }
    let Some(stream) = ole.stream("Workbook").or_else(|| ole.stream("Book")) else {
        return Ok(());
    };
    let globals = || records(&stream).take_while(|(kind, _)| *kind != 0x000A);
    // FilePass (MS-XLS 2.4.117): the rest is a secret, and the reader stops there.
    if globals().any(|(kind, value)| kind == 0x002F && short(value, 0) != Some(0)) {
        return Ok(());
    }
    // BoundSheet8 (MS-XLS 2.4.28) says where each sheet begins.
    let sheets: Vec<u64> =
        globals().filter(|(kind, _)| *kind == 0x0085).filter_map(|(_, v)| long(v, 0)).collect();
    if (sheets.len() as u64).saturating_mul(stream.len() as u64) > MOST_WORK {
        return Err("it has too many sheets");
    }
    if sheets.iter().any(|_| budget.take_sheet().is_err()) {
        return Err("it has too many sheets");
    }
    let mut cells = 0_u64;
    for start in sheets {
        let sheet = usize::try_from(start).ok().and_then(|at| stream.get(at..)).unwrap_or_default();
        cells = cells.saturating_add(area(sheet));
    }
    if cells > MOST_CELLS { Err(TOO_LARGE) } else { Ok(()) }
}

/// The rectangle around a sheet's cells, or what its Dimensions (MS-XLS 2.4.90) claim if that is
/// more: as much is reserved for each.
fn area(sheet: &[u8]) -> u64 {
    let (mut rows, mut columns, mut claimed) = ((u64::MAX, 0), (u64::MAX, 0), 0);
    let mut depth = 0;
    for (kind, value) in records(sheet) {
        match kind {
            0x0809 => depth += 1,
            0x000A if depth <= 1 => break,
            0x000A => depth -= 1,
            0x0200 => claimed = claimed.max(claim(value).unwrap_or(0)),
            // Cells: Number, Label, RString, BoolErr, Rk, LabelSst, MulRk, Formula.
            0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x00BD | 0x0006 => {
                let (Some(row), Some(column)) = (short(value, 0), short(value, 2)) else {
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
    side(rows).saturating_mul(side(columns)).max(claimed)
}

fn claim(value: &[u8]) -> Option<u64> {
    let (top, bottom, mut left, right) = match value.len() {
        10 => (short(value, 0)?, short(value, 2)?, short(value, 4)?, short(value, 6)?),
        _ => (long(value, 0)?, long(value, 4)?, short(value, 8)?, short(value, 10)?),
    };
    if left > 0xFF || right < left {
        left = 0;
    }
    if bottom == 0 || right == 0 {
        return Some(1);
    }
    // Turned round, the reader counts below nothing.
    let rows = bottom.checked_sub(top).unwrap_or(u64::MAX);
    Some(rows.saturating_mul(right.saturating_sub(left)))
}
