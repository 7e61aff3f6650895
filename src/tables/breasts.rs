//! The row of `breasts`.

use super::{Cells, Row};
use crate::records::breast::Breast;

impl Row for Breast {
    const TABLE: &'static str = "breasts";

    fn write<'a>(&'a self, out: &mut Cells<'a>) {
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
