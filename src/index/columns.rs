//! What the columns of `images` say of attributes.

use crate::records::image::Image;
use crate::sources::dicom::{Attributes, Field, Form, Named, UnknownKeyword};
use crate::tables::row::Row;
use crate::tables::spec::{self, Kind};

/// The attributes that the columns of `images` name.
pub fn attributes() -> Result<Attributes, UnknownKeyword> {
    let columns = spec::find(Image::TABLE).map_or(&[][..], |table| &table.columns);
    let field = |column: &'static spec::Column| {
        let keyword = column.attribute.as_deref()?;
        let mut attributes = vec![Named { keyword, factor: column.factor.unwrap_or(1.0) }];
        if let Some(other) = &column.otherwise {
            let factor = other.factor.unwrap_or(1.0);
            attributes.push(Named { keyword: &other.attribute, factor });
        }
        let form = match column.kind {
            Kind::Bool => Form::Flag,
            Kind::Int16 | Kind::Int32 | Kind::Int64 => Form::Integer,
            Kind::Double => Form::Number,
            Kind::Date => Form::Date,
            _ => Form::Text,
        };
        Some(Field { attributes, form })
    };
    Attributes::new(&columns.iter().filter_map(field).collect::<Vec<_>>())
}

/// Where `age_years` stands among the attributes of `images`.
pub fn age_index() -> Option<usize> {
    let columns = &spec::find(Image::TABLE)?.columns;
    columns.iter().filter(|c| c.attribute.is_some()).position(|c| c.name == "age_years")
}

/// Whether `images` carries the attribute of that keyword.
pub fn carried(keyword: &str) -> bool {
    let columns = spec::find(Image::TABLE).map_or(&[][..], |table| &table.columns);
    columns.iter().any(|column| column.attribute.as_deref() == Some(keyword))
}
