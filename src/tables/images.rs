//! The row of `images`: what rules decided; attributes go to the columns that name them.

use super::reader::Line;
use super::spec::{self, Kind};
use super::{Cells, Row};
use crate::records::image::{self, Device, Image, Projection, Spacing, Tagged};
use crate::records::value::Value;

impl Row for Image {
    const TABLE: &'static str = "images";

    fn write<'a>(&'a self, out: &mut Cells<'a>) {
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
            .text("mammogram_type", self.mammogram_type)
            .text("vendor", self.device.vendor.as_deref())
            .text("model_family", self.device.model_family.as_deref())
            .text("software_version", self.device.software.as_deref())
            .text("transfer_syntax_uid", self.transfer_syntax_uid.as_deref())
            .double("pixel_spacing_row_mm", self.spacing.map(|s| s.row_mm))
            .double("pixel_spacing_col_mm", self.spacing.map(|s| s.col_mm))
            .text("spacing_source", self.spacing.map(|s| s.source))
            .int("size_bytes", i64::try_from(self.size_bytes).ok())
            .timestamp("modified_at", self.modified_ms)
            .text("header_fingerprint", Some(&self.header_fingerprint))
            .text("pixel_hash", self.pixel_hash.as_deref());
    }
}

impl Image {
    /// The image of a row that was written from it.
    pub fn from_row(row: &Line<'_>) -> Self {
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
            device: Device {
                vendor: row.string("vendor"),
                model_family: row.string("model_family"),
                software: row.string("software_version"),
            },
            stereo: row.text("image_type").is_some_and(image::is_stereo),
            size_px: size,
            spacing: spacing.map(|((row_mm, col_mm), source)| Spacing { row_mm, col_mm, source }),
            transfer_syntax_uid: row.string("transfer_syntax_uid"),
            size_bytes: row.int("size_bytes").and_then(|n| n.try_into().ok()).unwrap_or(0),
            modified_ms: row.timestamp("modified_at"),
            header_fingerprint: row.string("header_fingerprint").unwrap_or_default(),
            pixel_hash: row.string("pixel_hash"),
            tags: Vec::new(),
        }
    }
}

/// An attribute that was asked for, and its image.
#[derive(Debug, Clone, Copy)]
pub struct OfImage<'a>(pub &'a Image, pub &'a Tagged);

impl Row for OfImage<'_> {
    const TABLE: &'static str = "tags";

    fn write<'a>(&'a self, out: &mut Cells<'a>) {
        let Self(image, tagged) = self;
        out.text("path", Some(&image.path))
            .text("sop_instance_uid", image.sop_instance_uid.as_deref())
            .text("keyword", Some(tagged.keyword))
            .text("tag", Some(&tagged.tag))
            .text("vr", Some(tagged.vr))
            .text("value", tagged.value.as_deref());
    }
}

impl Tagged {
    /// The attribute of a row that was written from it.
    pub fn from_row(row: &Line<'_>) -> Option<Self> {
        Some(Self {
            keyword: row.word("keyword")?,
            tag: row.string("tag")?,
            vr: row.word("vr")?,
            value: row.string("value"),
        })
    }
}

/// The values of the columns that name an attribute, in their order.
fn attributes(row: &Line<'_>) -> Vec<Value> {
    let columns = spec::find(Image::TABLE).map_or(&[][..], |table| &table.columns);
    let value = |column: &spec::Column| {
        let name = &column.name;
        let value = match column.kind {
            Kind::Bool => row.bool(name).map(Value::Flag),
            Kind::Int16 | Kind::Int32 | Kind::Int64 => row.int(name).map(Value::Integer),
            Kind::Double => row.double(name).map(Value::Number),
            Kind::Date => row.date(name).map(Value::Date),
            _ => row.text(name).map(|text| Value::Text(text.into())),
        };
        value.unwrap_or(Value::Null)
    };
    columns.iter().filter(|column| column.attribute.is_some()).map(value).collect()
}
