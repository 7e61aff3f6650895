//! An Excel workbook of a catalog.

use std::path::Path;

use super::error::ExportError;
use super::exported_sheet::ExportedSheet;
use super::workbook_page;
use crate::catalog::{Catalog, DefinitionKind, RelationDefinition};
use crate::disk::WholeFile;
use crate::results::{LongText, ResultError, WorkbookWriter, sheet_name};
use crate::sql::identifier;
use crate::tables::relation;
use crate::text::nearest;

/// The sheets that explain the others.
const PAGES: [&str; 2] = ["contents", "dictionary"];

/// Writes tables, views, cohorts and splits as sheets of an Excel workbook, every table where no names are
/// given, with their contents and the dictionary. The file appears when it is whole.
///
/// # Errors
/// When the catalog has no relation of a name, is damaged, or the file cannot be written.
pub fn write_workbook_file(
    catalog: &Catalog,
    path: &Path,
    names: &[String],
) -> Result<Vec<ExportedSheet>, ExportError> {
    let file_error = |source| ExportError::File { path: path.to_owned(), source };
    let relations = relations(catalog, names)?;
    let mut workbook = WorkbookWriter::new(LongText::Omit)?;
    let [contents, dictionary] = PAGES.map(|page| workbook.reserve_sheet(page));
    let (contents, dictionary) = (contents?, dictionary?);
    let mut sheets = Vec::new();
    for relation in &relations {
        write_relation(catalog, relation, &mut workbook, &mut sheets)?;
    }
    let pages = [
        (contents, workbook_page::contents(catalog, &sheets)),
        (dictionary, workbook_page::dictionary(&sheets)),
    ];
    for (sheet, page) in pages {
        let page = page.map_err(ResultError::from)?;
        workbook.begin_reserved(sheet, page.schema_ref())?;
        workbook.write_batch(&page)?;
    }
    let mut file = WholeFile::create(path).map_err(file_error)?;
    workbook.finish(&mut file)?;
    file.finish().map_err(file_error)?;
    Ok(sheets)
}

/// The name by which SQL and `--sheets` call a relation.
fn called(definition: &RelationDefinition) -> String {
    let name = &definition.name;
    definition.schema.map_or(name.clone(), |schema| format!("{schema}.{name}"))
}

/// The relations of the workbook, in the order of the names given, else of the alphabet.
fn relations(catalog: &Catalog, names: &[String]) -> Result<Vec<RelationDefinition>, ExportError> {
    let mut known = catalog.definitions()?;
    if names.is_empty() {
        known.retain(|definition| definition.kind == DefinitionKind::Table);
        known.sort_by(|a, b| a.name.cmp(&b.name));
        return Ok(known);
    }
    known.retain(|definition| definition.kind != DefinitionKind::Macro);
    let find = |name: &String| {
        let wanted = known.iter().find(|definition| called(definition) == *name);
        wanted.cloned().ok_or_else(|| {
            let mut names: Vec<String> = known.iter().map(called).collect();
            names.sort();
            let near = nearest(name, names.iter().map(String::as_str));
            let all = || format!("there are: {}", names.join(", "));
            let hint = near.map_or_else(all, |near| format!("did you mean {near}?"));
            ExportError::Unknown { name: name.clone(), hint }
        })
    };
    names.iter().map(find).collect()
}

/// The rows in an order that does not change from run to run.
fn query(definition: &RelationDefinition) -> String {
    let name = definition.identifier();
    let order = match definition.kind {
        // The rows of a file have one.
        DefinitionKind::Table => return format!("FROM {name}"),
        DefinitionKind::View => relation::view(&definition.name)
            .map(|view| view.key.iter().map(|column| identifier(column)).collect::<Vec<_>>())
            .filter(|key| !key.is_empty())
            .map(|key| key.join(", ")),
        _ => None,
    };
    format!("FROM {name} ORDER BY {}", order.as_deref().unwrap_or("ALL"))
}

/// Writes a relation on one sheet, and on more where a sheet is full.
fn write_relation(
    catalog: &Catalog,
    definition: &RelationDefinition,
    workbook: &mut WorkbookWriter,
    sheets: &mut Vec<ExportedSheet>,
) -> Result<(), ExportError> {
    let relation = called(definition);
    let mut results = catalog.query(&query(definition))?;
    let schema = results.schema().clone();
    let begin = |workbook: &mut WorkbookWriter, sheets: &mut Vec<ExportedSheet>| {
        let others: Vec<&str> =
            sheets.iter().map(|sheet| sheet.name.as_str()).chain(PAGES).collect();
        let name = sheet_name(&relation, &others);
        workbook.begin_sheet(&name, &schema)?;
        sheets.push(ExportedSheet {
            name,
            relation: relation.clone(),
            rows: 0,
            omitted: Vec::new(),
        });
        Ok::<(), ResultError>(())
    };
    begin(workbook, sheets)?;
    while let Some(batch) = results.next_batch()? {
        let mut from = 0;
        while from < batch.num_rows() {
            if workbook.free_rows() == 0 {
                begin(workbook, sheets)?;
            }
            let length = workbook.free_rows().min(batch.num_rows() - from);
            workbook.write_batch(&batch.slice(from, length))?;
            from += length;
            if let Some(sheet) = sheets.last_mut() {
                sheet.rows += length as u64;
                sheet.omitted = workbook.omitted();
            }
        }
    }
    Ok(())
}
