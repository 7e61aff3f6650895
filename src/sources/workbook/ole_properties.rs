//! The property sets of an Excel 97 workbook (MS-OLEPS 2.21): its author, title and company.

use super::upstream::ole::OleContainer;

/// A string property: its name, and its text.
pub type OleProperty = (&'static str, String);

/// Properties by stream and number (MS-OLEPS 3.1.2 and 3.1.3).
const SETS: [(&str, &[(u32, &str)]); 2] = [
    (
        "\u{5}SummaryInformation",
        &[
            (2, "title"),
            (3, "subject"),
            (4, "creator"),
            (5, "keywords"),
            (6, "description"),
            (8, "lastModifiedBy"),
        ],
    ),
    ("\u{5}DocumentSummaryInformation", &[(2, "category"), (14, "Manager"), (15, "Company")]),
];

/// Longest text of a property that is read.
const LONGEST: usize = 4096;

/// Properties that a set may have.
const MOST_PROPERTIES: usize = 1000;

/// The string properties of a workbook; none of a file that has no property sets.
pub fn string_properties(bytes: &[u8]) -> Vec<OleProperty> {
    let Some(container) = OleContainer::open(bytes) else { return Vec::new() };
    let mut properties = Vec::new();
    for (stream, known) in SETS {
        if let Some(content) = container.stream(stream) {
            properties.extend(read_set(&content, known).unwrap_or_default());
        }
    }
    properties
}

fn number(bytes: &[u8], offset: usize) -> Option<usize> {
    let bytes = bytes.get(offset..offset.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

/// The first section of a property set stream.
fn read_set(content: &[u8], known: &[(u32, &'static str)]) -> Option<Vec<OleProperty>> {
    let section = content.get(number(content, 44)?..)?;
    let count = number(section, 4)?.min(MOST_PROPERTIES);
    let mut properties = Vec::new();
    for entry in 0..count {
        let (Some(id), Some(offset)) =
            (number(section, 8 + 8 * entry), number(section, 12 + 8 * entry))
        else {
            break;
        };
        let name = known.iter().find(|(known, _)| *known as usize == id).map(|(_, name)| *name);
        if let Some(name) = name
            && let Some(text) = string(section, offset)
        {
            properties.push((name, text));
        }
    }
    Some(properties)
}

/// A value of type VT_LPSTR or VT_LPWSTR (MS-OLEPS 2.15).
fn string(section: &[u8], offset: usize) -> Option<String> {
    let length = number(section, offset.checked_add(4)?)?.min(LONGEST);
    let start = offset.checked_add(8)?;
    let text = match number(section, offset)? & 0xFFFF {
        0x1E => {
            let bytes = section.get(start..start.checked_add(length)?)?;
            match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => encoding_rs::EUC_KR.decode(bytes).0.into_owned(),
            }
        }
        0x1F => {
            let bytes = section.get(start..start.checked_add(2 * length)?)?;
            encoding_rs::UTF_16LE.decode(bytes).0.into_owned()
        }
        _ => return None,
    };
    Some(text.trim_end_matches('\0').to_owned())
}
