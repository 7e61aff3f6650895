//! The row of `images`: what rules decided; attributes go to the columns that name them.

use super::{Cells, Row};
use crate::records::image::Image;

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
            .text("header_fingerprint", Some(&self.header_fingerprint));
    }
}
