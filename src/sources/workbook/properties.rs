//! The document properties of a workbook that name people.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::budget::ReadBudget;
use super::package::SpreadsheetPackage;
use crate::records::identifying;

/// The parts of a package and the elements in them that name people (ECMA-376 part 2, 8.3; part 1,
/// 22.2; OpenDocument 1.3 part 3, 4.3.2).
const PARTS: [(&str, &[&str]); 3] = [
    ("docProps/core.xml", &["creator", "lastModifiedBy"]),
    ("docProps/app.xml", &["Company", "Manager"]),
    ("meta.xml", &["creator", "initial-creator", "printed-by"]),
];

/// Returns the names of the properties that are filled in with more than the name of a program; none of a file that is not a package, or
/// that cannot be read.
pub fn filled_properties(bytes: &[u8]) -> Vec<&'static str> {
    let Ok(mut package) = SpreadsheetPackage::open(bytes) else { return Vec::new() };
    let Ok(mut budget) = ReadBudget::new(bytes.len()) else { return Vec::new() };
    let mut filled = Vec::new();
    for (part, names) in PARTS {
        let Ok(Some(text)) = package.text(part, &mut budget) else { continue };
        filled.extend(filled_elements(&text, names));
    }
    filled.sort_unstable();
    filled.dedup();
    filled
}

fn filled_elements(xml: &str, names: &[&'static str]) -> Vec<&'static str> {
    let mut reader = Reader::from_str(xml);
    let (mut inside, mut filled) = (None, Vec::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                let local = element.local_name();
                inside = names.iter().find(|name| local.as_ref() == **name).copied();
            }
            Ok(Event::Text(text)) if !identifying::is_placeholder(&text) => filled.extend(inside),
            Ok(Event::CData(text)) if !identifying::is_placeholder(&text) => filled.extend(inside),
            Ok(Event::End(_)) => inside = None,
            Ok(Event::Eof) | Err(_) => return filled,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_in_properties_are_found_by_name() {
        let xml = "<cp:coreProperties xmlns:cp=\"c\" xmlns:dc=\"d\"><dc:title>t</dc:title>\
                   <dc:creator>Kim</dc:creator><cp:lastModifiedBy> </cp:lastModifiedBy></cp:coreProperties>";
        assert_eq!(filled_elements(xml, PARTS[0].1), ["creator"]);
        assert_eq!(filled_properties(b"no package"), Vec::<&str>::new());
    }
}
