//! The DICOM attributes that the columns of `images` name.

use crate::records::image::ImageRecord;
use crate::sources::dicom::{
    AttributeColumn, AttributeSpec, AttributeTable, CellForm, UnknownKeyword,
};
use crate::tables::row::RowRecord;
use crate::tables::spec::{self, ColumnType};

/// The attributes of all columns.
///
/// # Errors
/// When a column names an attribute that DICOM does not have.
pub fn of_images() -> Result<AttributeTable, UnknownKeyword> {
    let columns = spec::find(ImageRecord::TABLE).map_or(&[][..], |table| &table.columns);
    let field = |column: &'static spec::ColumnSpec| {
        let keyword = column.attribute.as_deref()?;
        let mut attributes = vec![AttributeSpec { keyword, factor: column.factor.unwrap_or(1.0) }];
        for other in &column.otherwise {
            let factor = other.factor.unwrap_or(1.0);
            attributes.push(AttributeSpec { keyword: &other.attribute, factor });
        }
        let form = match column.kind {
            ColumnType::Bool => CellForm::Flag,
            ColumnType::Int16 | ColumnType::Int32 | ColumnType::Int64 => CellForm::Integer,
            ColumnType::Double => CellForm::Number,
            ColumnType::Date => CellForm::Date,
            _ => CellForm::Text,
        };
        Some(AttributeColumn { attributes, form })
    };
    AttributeTable::new(&columns.iter().filter_map(field).collect::<Vec<_>>())
}

/// The place of `age_years` among the attributes of `images`.
pub fn age_index() -> Option<usize> {
    let columns = &spec::find(ImageRecord::TABLE)?.columns;
    columns.iter().filter(|c| c.attribute.is_some()).position(|c| c.name == "age_years")
}

/// Whether `images` has a column for the attribute of that keyword.
pub fn has_column(keyword: &str) -> bool {
    let columns = spec::find(ImageRecord::TABLE).map_or(&[][..], |table| &table.columns);
    columns.iter().any(|column| column.attribute.as_deref() == Some(keyword))
}
