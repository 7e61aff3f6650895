//! The rows of `agreement`.

use super::{RowCells, RowRecord};
use crate::records::agreement::AgreementRow;

impl RowRecord for AgreementRow<'_> {
    const TABLE: &'static str = "agreement";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        let [first, second] = &self.readings;
        let [a, b] = &self.contours;
        let (overlap, distance) = (self.overlap, self.distance_mm);
        out.text("case_id", Some(self.case_id))
            .text("comparison", Some(self.comparison.as_str()))
            .text("reader_a", first.reader)
            .text("reader_b", second.reader)
            .text("annotation_path_a", Some(first.path))
            .text("annotation_pointer_a", Some(first.pointer))
            .text("annotation_path_b", Some(second.path))
            .text("annotation_pointer_b", Some(second.pointer))
            .bool("discarded_a", first.discarded)
            .bool("discarded_b", second.discarded)
            .text("view", Some(&self.view))
            .text("outcome", Some(self.outcome.as_str()))
            .text("lesion_id_a", a.map(|contour| contour.drawing.lesion_id.as_str()))
            .text("lesion_id_b", b.map(|contour| contour.drawing.lesion_id.as_str()))
            .text("label_a", a.and_then(|contour| contour.drawing.label.as_deref()))
            .text("label_b", b.and_then(|contour| contour.drawing.label.as_deref()))
            .double("dice", overlap.map(|overlap| overlap.dice()))
            .double("iou", overlap.map(|overlap| overlap.iou()))
            .double("hausdorff_mm", distance.map(|distance| distance.hausdorff))
            .double("hausdorff_95_mm", distance.map(|distance| distance.hausdorff_95))
            .double("mean_surface_distance_mm", distance.map(|distance| distance.mean))
            .double("max_diameter_a_mm", a.and_then(|contour| contour.max_diameter_mm))
            .double("max_diameter_b_mm", b.and_then(|contour| contour.max_diameter_mm));
    }
}
