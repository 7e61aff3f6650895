//! Workbooks of Excel 2007 that unpack to more than they should, measured before the reader begins.
//!
//! Upstream: <https://github.com/tafia/calamine/issues/684> (it believes the count of shared texts).

use std::io::{self, Cursor, Read};

use crate::sources::workbook::budget::{ReadBudget, ReadLimit};
use crate::sources::workbook::error::OpenError;
use crate::sources::workbook::package;

/// Refuses what the reader could not bear.
pub fn check(bytes: &[u8], budget: &mut ReadBudget) -> Result<(), OpenError> {
    measure(bytes, budget).map_err(OpenError::Spreadsheet)
}

/// Unpacks every member into nothing: what the archive says of their lengths is not to be trusted.
fn measure(bytes: &[u8], budget: &mut ReadBudget) -> Result<(), String> {
    let limit = |limit: ReadLimit| limit.to_string();
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
    let offset = xml.windows(name.len()).position(|window| window == name)? + name.len();
    let digits = xml.get(offset..)?.iter().skip_while(|byte| matches!(byte, b'"' | b'\'' | b' '));
    let digits: String =
        digits.take_while(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX))
}
