//! Cells of an .xlsb that the spreadsheet reader skips: those in the short form, which belong
//! to the column after the last one (MS-XLSB 2.4, BrtShortBlank to BrtShortIsst), and formulas
//! that came to an error (BrtFmlaError). Rewritten in the long form they are read.
//!
//! Upstream: <https://github.com/tafia/calamine/pull/716> (BrtFmlaError); the short form was not
//! reported as of 2026-11.

use std::borrow::Cow;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const FORMULA_ERROR: u32 = 0x0b;
const SHORT: std::ops::RangeInclusive<u32> = 0x0c..=0x12;
/// From a short record's number to that of its long form.
const STEP: u32 = 11;
/// Blank to shared text: records of cells, which begin with their column.
const CELLS: std::ops::RangeInclusive<u32> = 0x01..=0x0b;
const CELL_ERROR: u32 = 0x03;
/// A sheet that inflates to more is not looked at.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// The workbook with such cells in the long form; the same bytes when there are none, or when it
/// cannot be taken apart: the reader then says why.
pub fn lengthen(bytes: &[u8]) -> Cow<'_, [u8]> {
    rewritten(bytes).map_or(Cow::Borrowed(bytes), Cow::Owned)
}

fn rewritten(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = Vec::new();
    for place in 0..archive.len() {
        let file = archive.by_index(place).ok()?;
        let name = file.name().ok()?.into_owned();
        if name.starts_with("xl/worksheets/") && name.ends_with(".bin") {
            let mut part = Vec::new();
            file.take(MOST_BYTES).read_to_end(&mut part).ok()?;
            parts.extend(long_form(&part).map(|part| (place, name, part)));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for place in 0..archive.len() {
        match parts.iter().find(|(part, ..)| *part == place) {
            Some((_, name, part)) => {
                out.start_file(name.as_str(), options).ok()?;
                out.write_all(part).ok()?;
            }
            None => out.raw_copy_file(archive.by_index_raw(place).ok()?).ok()?,
        }
    }
    Some(out.finish().ok()?.into_inner())
}

/// A sheet's records with every cell in the long form; none when they are already.
fn long_form(part: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(part.len());
    let (mut rest, mut column, mut changed) = (part, 0_u32, false);
    while !rest.is_empty() {
        let kind = read_number(&mut rest, 2)?;
        let length = read_number(&mut rest, 4)? as usize;
        let body = rest.get(..length)?;
        rest = &rest[length..];
        if SHORT.contains(&kind) {
            column = column.checked_add(1)?;
            write_record(&mut out, kind - STEP, &[&column.to_le_bytes(), body].concat());
            changed = true;
        } else {
            if CELLS.contains(&kind) {
                column = u32::from_le_bytes(*body.first_chunk()?);
            }
            changed |= kind == FORMULA_ERROR;
            write_record(&mut out, if kind == FORMULA_ERROR { CELL_ERROR } else { kind }, body);
        }
    }
    changed.then_some(out)
}

/// Seven bits a byte, the lowest first; the highest bit says that another follows.
fn read_number(rest: &mut &[u8], most: usize) -> Option<u32> {
    let mut value = 0;
    for byte_index in 0..most {
        let (&byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u32::from(byte & 0x7f) << (7 * byte_index);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}

fn write_record(out: &mut Vec<u8>, kind: u32, body: &[u8]) {
    for mut left in [kind, u32::try_from(body.len()).unwrap_or(u32::MAX)] {
        loop {
            let byte = (left & 0x7f) as u8;
            left >>= 7;
            out.push(if left > 0 { byte | 0x80 } else { byte });
            if left == 0 {
                break;
            }
        }
    }
    out.extend_from_slice(body);
}
