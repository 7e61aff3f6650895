//! The sheets of a workbook that explain the others.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt32Array, UInt64Array};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use super::exported_sheet::ExportedSheet;
use crate::catalog::Catalog;
use crate::tables::{relation, spec};

/// One row per sheet: its rows and what they are.
pub(super) fn contents(
    catalog: &Catalog,
    sheets: &[ExportedSheet],
) -> Result<RecordBatch, ArrowError> {
    let described = |sheet: &ExportedSheet| match spec::find(&sheet.relation) {
        Some(table) => [
            Some(table.grain.clone()),
            Some(table.description.clone()),
            Some(table.description_ko.clone()),
        ],
        None => match relation::view(&sheet.relation) {
            Some(view) => [Some(view.grain.to_owned()), Some(view.title.to_owned()), None],
            None => [None, None, None],
        },
    };
    let texts: Vec<[Option<String>; 3]> = sheets.iter().map(described).collect();
    let text = |column: usize| texts.iter().map(|row| row[column].clone()).collect::<StringArray>();
    let name = |field: fn(&ExportedSheet) -> &str| -> StringArray {
        sheets.iter().map(|sheet| Some(field(sheet))).collect()
    };
    RecordBatch::try_from_iter([
        ("sheet", Arc::new(name(|sheet| &sheet.name)) as ArrayRef),
        ("relation", Arc::new(name(|sheet| &sheet.relation))),
        ("rows", Arc::new(sheets.iter().map(|sheet| sheet.rows).collect::<UInt64Array>())),
        ("snapshot", Arc::new(UInt32Array::from_value(catalog.snapshot().id, sheets.len()))),
        ("grain", Arc::new(text(0))),
        ("description", Arc::new(text(1))),
        ("description_ko", Arc::new(text(2))),
    ])
}

/// One row per column of the sheets.
pub(super) fn dictionary(sheets: &[ExportedSheet]) -> Result<RecordBatch, ArrowError> {
    let mut rows: Vec<[Option<String>; 8]> = Vec::new();
    let mut omitted: Vec<Option<u64>> = Vec::new();
    for sheet in sheets {
        let before = rows.len();
        let text_of = |text: &str| Some(text.to_owned());
        if let Some(table) = spec::find(&sheet.relation) {
            rows.extend(table.columns.iter().map(|column| {
                [
                    text_of(&sheet.name),
                    text_of(&column.name),
                    text_of(column.kind.sql()),
                    column.unit.clone(),
                    text_of(&column.description),
                    text_of(&column.description_ko),
                    column.null.clone(),
                    text_of(&column.source),
                ]
            }));
        } else if let Some(view) = relation::view(&sheet.relation) {
            rows.extend(view.columns.iter().map(|column| {
                let unit = column.unit.map(str::to_owned);
                let description = text_of(column.description);
                [
                    text_of(&sheet.name),
                    text_of(column.name),
                    None,
                    unit,
                    description,
                    None,
                    None,
                    None,
                ]
            }));
        }
        omitted.extend(rows[before..].iter().map(|row| {
            let of_column = sheet.omitted.iter().find(|(name, _)| row[1].as_ref() == Some(name));
            of_column.map(|(_, cells)| *cells)
        }));
    }
    let text = |column: usize| {
        Arc::new(rows.iter().map(|row| row[column].clone()).collect::<StringArray>()) as ArrayRef
    };
    RecordBatch::try_from_iter([
        ("sheet", text(0)),
        ("column", text(1)),
        ("type", text(2)),
        ("unit", text(3)),
        ("description", text(4)),
        ("description_ko", text(5)),
        ("null_means", text(6)),
        ("source", text(7)),
        ("cells_too_long", Arc::new(omitted.into_iter().collect::<UInt64Array>())),
    ])
}
