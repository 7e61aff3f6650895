//! The row of `images`: what rules decided; attributes go to the columns that name them.

use super::reader::TableRow;
use super::spec::{self, ColumnType};
use super::{RowCells, RowRecord};
use crate::records::attribute::AttributeValue;
use crate::records::image::{ImageDevice, ImageRecord, PixelSpacing, Projection, TagValue};

impl RowRecord for ImageRecord {
    const TABLE: &'static str = "images";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        let p = &self.projection;
        out.declared(&self.attributes)
            .text("case_id", self.case_id.as_deref())
            .text("path", Some(&self.path))
            .text("sop_class_uid", self.sop_class_uid.as_deref())
            .text("view", p.view().as_deref())
            .text("view_code", p.view_code)
            .text("view_source", p.view_source)
            .text("laterality", p.laterality)
            .text("laterality_source", p.laterality_source)
            .text("file_view", self.file_view.as_deref())
            .texts("view_modifiers", &p.modifiers)
            .bool("is_standard_view", Some(self.is_standard_view()))
            .texts("not_standard_because", &self.not_standard_because)
            .text("mammogram_type", self.mammogram_type)
            .text("vendor", self.device.vendor.as_deref())
            .text("model_family", self.device.model_family.as_deref())
            .text("software_version", self.device.software.as_deref())
            .text("transfer_syntax_uid", self.transfer_syntax_uid.as_deref())
            .double("pixel_spacing_row_mm", self.spacing.map(|s| s.row_mm))
            .double("pixel_spacing_col_mm", self.spacing.map(|s| s.col_mm))
            .text("spacing_source", self.spacing.map(|s| s.source))
            .text("compression_force_source", self.compression_force_source)
            .int("size_bytes", i64::try_from(self.size_bytes).ok())
            .timestamp("modified_at", self.modified_ms)
            .text("header_fingerprint", Some(&self.header_fingerprint))
            .text("pixel_hash", self.pixel_hash.as_deref());
    }
}

impl ImageRecord {
    /// The image of a row that was written from it.
    pub fn from_row(row: &TableRow<'_>) -> Self {
        let size = row.int("rows").zip(row.int("columns"));
        let size = size.and_then(|(r, c)| Some([r.try_into().ok()?, c.try_into().ok()?]));
        let spacing = row.double("pixel_spacing_row_mm").zip(row.double("pixel_spacing_col_mm"));
        let spacing = spacing.zip(row.word("spacing_source"));
        Self {
            case_id: row.string("case_id"),
            path: row.string("path").unwrap_or_default(),
            attributes: attributes(row),
            sop_instance_uid: row.string("sop_instance_uid"),
            sop_class_uid: row.string("sop_class_uid"),
            projection: Projection {
                view_code: row.word("view_code"),
                view_source: row.word("view_source"),
                laterality: row.word("laterality"),
                laterality_source: row.word("laterality_source"),
                modifiers: row.words("view_modifiers"),
            },
            file_view: row.string("file_view"),
            mammogram_type: row.word("mammogram_type"),
            device: ImageDevice {
                vendor: row.string("vendor"),
                model_family: row.string("model_family"),
                software: row.string("software_version"),
            },
            not_standard_because: row.words("not_standard_because"),
            compression_force_source: row.word("compression_force_source"),
            size_px: size,
            spacing: spacing.map(|((row_mm, col_mm), source)| PixelSpacing {
                row_mm,
                col_mm,
                source,
            }),
            transfer_syntax_uid: row.string("transfer_syntax_uid"),
            size_bytes: row.int("size_bytes").and_then(|n| n.try_into().ok()).unwrap_or(0),
            modified_ms: row.timestamp("modified_at"),
            header_fingerprint: row.string("header_fingerprint").unwrap_or_default(),
            pixel_hash: row.string("pixel_hash"),
            tags: Vec::new(),
        }
    }
}

/// A further attribute of an image, and the image.
#[derive(Debug, Clone, Copy)]
pub struct ImageTag<'a>(pub &'a ImageRecord, pub &'a TagValue);

impl RowRecord for ImageTag<'_> {
    const TABLE: &'static str = "tags";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        let Self(image, tagged) = self;
        out.text("path", Some(&image.path))
            .text("sop_instance_uid", image.sop_instance_uid.as_deref())
            .text("keyword", Some(tagged.keyword))
            .text("tag", Some(&tagged.tag))
            .text("vr", Some(tagged.vr))
            .text("value", tagged.value.as_deref());
    }
}

impl TagValue {
    /// The attribute of a row that was written from it.
    pub fn from_row(row: &TableRow<'_>) -> Option<Self> {
        Some(Self {
            keyword: row.word("keyword")?,
            tag: row.string("tag")?,
            vr: row.word("vr")?,
            value: row.string("value"),
        })
    }
}

/// The values of the columns that name an attribute, in their order.
fn attributes(row: &TableRow<'_>) -> Vec<AttributeValue> {
    let columns = spec::find(ImageRecord::TABLE).map_or(&[][..], |table| &table.columns);
    let value = |column: &spec::ColumnSpec| {
        let name = &column.name;
        let value = match column.kind {
            ColumnType::Bool => row.bool(name).map(AttributeValue::Flag),
            ColumnType::Int16 | ColumnType::Int32 | ColumnType::Int64 => {
                row.int(name).map(AttributeValue::Integer)
            }
            ColumnType::Double => row.double(name).map(AttributeValue::Number),
            ColumnType::Date => row.date(name).map(AttributeValue::Date),
            _ => row.text(name).map(|text| AttributeValue::Text(text.into())),
        };
        value.unwrap_or(AttributeValue::Null)
    };
    columns.iter().filter(|column| column.attribute.is_some()).map(value).collect()
}
