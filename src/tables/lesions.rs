//! The rows of `annotations` and `lesions`.

use super::{RowCells, RowRecord};
use crate::records::annotation::Annotation;
use crate::records::contour::{self, SHORT};
use crate::records::lesion::Lesion;

impl RowRecord for Annotation {
    const TABLE: &'static str = "annotations";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        out.text("case_id", self.case_id.as_deref())
            .text("reader", self.reader.as_deref())
            .text("path", Some(&self.path))
            .text("pointer", Some(&self.pointer))
            .bool("discarded", self.discarded)
            .texts("labels", &self.labels)
            .texts("views", &self.views)
            .int("contour_count", Some(self.contour_count.into()))
            .int("lesion_count", Some(self.lesion_count.into()))
            .text("delivery", self.delivery.as_deref())
            .bool("superseded", Some(self.superseded))
            .texts("repairs", &self.repairs)
            .int("size_bytes", i64::try_from(self.size_bytes).ok())
            .timestamp("modified_at", self.modified_ms);
    }
}

impl RowRecord for Lesion<'_> {
    const TABLE: &'static str = "lesions";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        let (a, d) = (self.annotation, self.drawing);
        out.text("case_id", a.case_id.as_deref())
            .text("reader", a.reader.as_deref())
            .text("view", d.view().as_deref())
            .text("laterality", d.side_view.as_ref().map(|p| p.laterality.as_str()))
            .text("label", d.label.as_deref())
            .text("label_raw", d.label_raw.as_deref())
            .text("lesion_id", Some(&d.lesion_id))
            .timestamp("drawn_at", d.drawn_ms())
            .text("annotation_path", Some(&a.path))
            .text("annotation_pointer", Some(&a.pointer))
            .text("image_path", self.image.map(|c| c.path.as_str()))
            .text("sop_instance_uid", self.image.and_then(|c| c.sop_instance_uid.as_deref()))
            .int("n_points", i64::try_from(d.points.len()).ok())
            .points("contour", self.contour.as_deref())
            .binary("contour_wkb", self.contour.as_deref().and_then(contour::to_wkb).as_deref())
            .points("points_raw", Some(&d.points))
            .double("bbox_x_min_px", self.bounds.map(|b| b.min[0]))
            .double("bbox_y_min_px", self.bounds.map(|b| b.min[1]))
            .double("bbox_x_max_px", self.bounds.map(|b| b.max[0]))
            .double("bbox_y_max_px", self.bounds.map(|b| b.max[1]))
            .double("centroid_x_px", self.centroid.map(|c| c[0]))
            .double("centroid_y_px", self.centroid.map(|c| c[1]));
        self.write_measures(out);
        out.bool("is_closed", Some(contour::is_closed(&d.points)))
            .bool("is_short", Some(d.points.len() <= SHORT))
            .bool("self_intersecting", d.measures_px.map(|_| d.crosses_itself))
            .bool("in_bounds", self.in_bounds)
            .bool("is_duplicate", Some(d.is_duplicate))
            .bool("discarded", a.discarded)
            .bool("superseded", Some(a.superseded));
    }
}

impl Lesion<'_> {
    fn write_measures<'a>(&'a self, out: &mut RowCells<'a>) {
        let (px, mm) = (self.drawing.measures_px, self.measures_mm);
        out.double("area_px2", px.map(|m| m.area))
            .double("perimeter_px", px.map(|m| m.perimeter))
            .double("max_diameter_px", px.map(|m| m.max_diameter))
            .double("min_diameter_px", px.map(|m| m.min_diameter))
            .double("equivalent_diameter_px", px.map(|m| m.equivalent_diameter))
            .double("area_mm2", mm.map(|m| m.area))
            .double("perimeter_mm", mm.map(|m| m.perimeter))
            .double("max_diameter_mm", mm.map(|m| m.max_diameter))
            .double("min_diameter_mm", mm.map(|m| m.min_diameter))
            .double("equivalent_diameter_mm", mm.map(|m| m.equivalent_diameter))
            .double("circularity", px.map(|m| m.circularity))
            .double("solidity", px.and_then(|m| m.solidity));
    }
}
