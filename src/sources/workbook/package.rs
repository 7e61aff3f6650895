//! The parts of a spreadsheet that is a ZIP archive, unpacked within a budget.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::budget::{ReadBudget, ReadLimit};
use super::error::OpenError;

/// Parts of a workbook of a thousand sheets, with room to spare.
const MOST_PARTS: u16 = 10_000;
/// Bytes of the directory that names them.
const MOST_DIRECTORY: u32 = 4 * 1024 * 1024;

/// A spreadsheet's parts, by name.
pub struct SpreadsheetPackage<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// The place of each part by its name in lower case: names differ in more than that (ECMA-376
    /// part 2, 6.2.2.3).
    places: HashMap<String, usize>,
}

impl<'a> SpreadsheetPackage<'a> {
    /// Reads the directory.
    ///
    /// # Errors
    /// When there is none, or it names more parts than a spreadsheet has.
    pub fn open(bytes: &'a [u8]) -> Result<Self, OpenError> {
        check_directory(bytes).map_err(refused)?;
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(refused)?;
        let mut places = HashMap::new();
        for place in 0..archive.len() {
            if let Some(Ok(name)) = archive.name_for_index(place) {
                places.entry(plain(&name)).or_insert(place);
            }
        }
        Ok(Self { archive, places })
    }

    /// The names of the parts in lower case, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.places.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// The bytes of a part; absent when there is no such part.
    ///
    /// # Errors
    /// When it is damaged, encrypted, or unpacks to more than the budget allows.
    pub fn bytes(
        &mut self,
        name: &str,
        budget: &mut ReadBudget,
    ) -> Result<Option<Vec<u8>>, OpenError> {
        let Some(place) = self.places.get(&plain(name)) else { return Ok(None) };
        let part = self.archive.by_index(*place).map_err(refused)?;
        let mut bytes = Vec::new();
        // One byte more than is left shows that the part is longer.
        let read = part.take(budget.unpacked_left() + 1).read_to_end(&mut bytes);
        budget.take_unpacked(bytes.len() as u64).map_err(refused)?;
        read.map_err(refused)?;
        Ok(Some(bytes))
    }

    /// The text of a part of XML: UTF-8, or UTF-16 with a byte order mark.
    ///
    /// # Errors
    /// As of [`bytes`](Self::bytes).
    pub fn text(
        &mut self,
        name: &str,
        budget: &mut ReadBudget,
    ) -> Result<Option<String>, OpenError> {
        let Some(bytes) = self.bytes(name, budget)? else { return Ok(None) };
        if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(&bytes)
            && encoding != encoding_rs::UTF_8
        {
            return Ok(Some(encoding.decode(&bytes).0.into_owned()));
        }
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok(Some(text))
    }
}

fn plain(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/").to_lowercase()
}

fn refused(error: impl std::fmt::Display) -> OpenError {
    let reason = error.to_string();
    let lower = reason.to_lowercase();
    let is_protected = lower.contains("password") || lower.contains("encrypt");
    OpenError::Spreadsheet(if is_protected {
        "it is protected by a password".into()
    } else {
        reason
    })
}

/// Refuses a directory that claims too much before it is read: a name takes more memory than bytes
/// of the file. The claim is that of the end of central directory record (APPNOTE 4.3.16); spreadsheet
/// programs write no ZIP64 archive, which has no numbers there.
pub fn check_directory(bytes: &[u8]) -> Result<(), ReadLimit> {
    const LONGEST_COMMENT: usize = 65_535;
    const RECORD: usize = 22;
    let tail =
        bytes.get(bytes.len().saturating_sub(LONGEST_COMMENT + RECORD)..).unwrap_or_default();
    let ends = tail.windows(RECORD).filter(|window| window.starts_with(b"PK\x05\x06"));
    for end in ends {
        let parts = u16::from_le_bytes([end[10], end[11]]);
        let length = u32::from_le_bytes([end[12], end[13], end[14], end[15]]);
        if parts > MOST_PARTS || length > MOST_DIRECTORY {
            return Err(ReadLimit::Parts);
        }
    }
    Ok(())
}
