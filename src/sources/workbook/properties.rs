//! What a workbook says beside its cells: properties and comments that name people, names of sheets.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::budget::ReadBudget;
use super::container::TableContainer;
use super::error::OpenSheet;
use super::ole_properties::string_properties;
use super::package::SpreadsheetPackage;
use super::spreadsheet;
use super::xml::attribute;
use crate::records::identifying;

/// The parts of a package and the elements in them that name people (ECMA-376 part 2, 8.3; part 1,
/// 18.7.2 and 22.2; OpenDocument 1.3 part 3, 4.3.2).
const PEOPLE: [(&str, &[&str]); 4] = [
    ("docprops/core.xml", &["creator", "lastModifiedBy"]),
    ("docprops/app.xml", &["Company", "Manager"]),
    ("meta.xml", &["creator", "initial-creator", "printed-by"]),
    ("xl/comments", &["author"]),
];

/// The parts whose elements hold free text.
const TEXTS: [(&str, &[&str]); 3] = [
    ("docprops/core.xml", &["title", "subject", "description", "keywords", "category"]),
    ("docprops/custom.xml", &["lpwstr", "lpstr", "bstr"]),
    ("meta.xml", &["title", "subject", "description", "keyword", "user-defined"]),
];

/// What threaded comments call the people who wrote them (MS-XLSX 2.6.205).
const PERSONS: &str = "xl/persons/";

/// What a workbook says beside its cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkbookMetadata {
    /// Properties that are filled in with more than the name of a program, sorted; `author` is that of
    /// a comment.
    pub people: Vec<&'static str>,
    /// Free text of other properties.
    pub texts: Vec<String>,
    /// Names of all sheets, also of those without clinical data.
    pub sheets: Vec<String>,
}

/// Returns what a workbook says beside its cells; what cannot be read is not there.
pub fn workbook_metadata(bytes: &[u8], container: TableContainer) -> WorkbookMetadata {
    let mut metadata = WorkbookMetadata::default();
    read_package(bytes, &mut metadata);
    for (name, text) in string_properties(bytes) {
        let is_person = PEOPLE.iter().any(|(_, names)| names.contains(&name));
        match is_person {
            true if !identifying::is_placeholder(&text) => metadata.people.push(name),
            true => {}
            false => metadata.texts.push(text),
        }
    }
    metadata.people.sort_unstable();
    metadata.people.dedup();
    if let Ok(table) = spreadsheet::open(bytes, container)
        && container != TableContainer::Text
    {
        let name = |sheet: &OpenSheet| match sheet {
            Ok(sheet) => sheet.name().map(str::to_owned),
            Err(bad) => Some(bad.name.clone()),
        };
        metadata.sheets = table.sheets.iter().filter_map(name).collect();
    }
    metadata
}

fn read_package(bytes: &[u8], metadata: &mut WorkbookMetadata) {
    let Ok(mut package) = SpreadsheetPackage::open(bytes) else { return };
    let Ok(mut budget) = ReadBudget::new(bytes.len()) else { return };
    for part in package.names() {
        let of_part = |(prefix, _): &&(&str, &'static [&'static str])| part.starts_with(prefix);
        let people = PEOPLE.iter().find(of_part);
        let texts = TEXTS.iter().find(of_part);
        if people.is_none() && texts.is_none() && !part.starts_with(PERSONS) {
            continue;
        }
        let Ok(Some(xml)) = package.text(&part, &mut budget) else { continue };
        if let Some((_, names)) = people {
            let filled = elements(&xml, names).into_iter();
            let named = filled.filter(|(_, text)| !identifying::is_placeholder(text));
            metadata.people.extend(named.map(|(name, _)| name));
        }
        if let Some((_, names)) = texts {
            metadata.texts.extend(elements(&xml, names).into_iter().map(|(_, text)| text));
        }
        if part.starts_with(PERSONS) {
            metadata.people.extend(has_person(&xml).then_some("author"));
        }
    }
}

/// The texts of elements with these names.
fn elements(xml: &str, names: &[&'static str]) -> Vec<(&'static str, String)> {
    let mut reader = Reader::from_str(xml);
    let (mut inside, mut texts) = (None, Vec::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                let local = element.local_name();
                inside = names.iter().find(|name| local.as_ref() == **name).copied();
            }
            Ok(Event::Text(text)) => texts.extend(inside.map(|name| (name, text.to_string()))),
            Ok(Event::CData(text)) => texts.extend(inside.map(|name| (name, text.to_string()))),
            Ok(Event::End(_)) => inside = None,
            Ok(Event::Eof) | Err(_) => return texts,
            Ok(_) => {}
        }
    }
}

fn has_person(xml: &str) -> bool {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let name = attribute(&element, "displayName").ok().flatten();
                if name.is_some_and(|name| !identifying::is_placeholder(&name)) {
                    return true;
                }
            }
            Ok(Event::Eof) | Err(_) => return false,
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
        let named = elements(xml, PEOPLE[0].1);
        let named: Vec<_> =
            named.into_iter().filter(|(_, text)| !identifying::is_placeholder(text)).collect();
        assert_eq!(named, [("creator", "Kim".to_owned())]);
        let nothing = workbook_metadata(b"no package", TableContainer::Xlsx);
        assert_eq!(nothing, WorkbookMetadata::default());
        assert!(has_person("<personList><person displayName=\"Kim\"/></personList>"));
    }
}
