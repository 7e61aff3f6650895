//! The row of `breasts`.

use super::{RowCells, RowRecord};
use crate::records::breast::Breast;

impl RowRecord for Breast {
    const TABLE: &'static str = "breasts";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        out.text("case_id", Some(&self.case_id))
            .text("laterality", Some(self.laterality))
            .text("diagnosis", self.diagnosis)
            .int("birads", self.birads.map(i64::from))
            .text("birads_code", self.birads_code.as_deref())
            .bool("has_tumor", self.has_tumor)
            .int("image_count", Some(self.image_count.into()))
            .texts("views", &self.views)
            .int("annotation_count", Some(self.annotation_count.into()))
            .int("lesion_count", Some(self.lesion_count.into()))
            .texts("readers", &self.readers);
    }
}
