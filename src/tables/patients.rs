//! The row of `patients`.

use super::{RowCells, RowRecord};
use crate::records::birads::Birads;
use crate::records::clinical::ParsedCell;
use crate::records::patient::Patient;

/// Category and code of a BI-RADS.
fn birads<'a>(out: &mut RowCells<'a>, names: [&str; 2], value: Option<Birads>) {
    out.int(names[0], value.map(|b| b.category.into()))
        .text(names[1], value.map(Birads::code).as_deref());
}

impl RowRecord for Patient {
    const TABLE: &'static str = "patients";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        let c = &self.clinical;
        out.text("case_id", Some(&self.case_id))
            .text("diagnosis", self.diagnosis)
            .int("age_years", self.age_years)
            .text("vendor", self.vendor.as_deref())
            .text("model_family", self.model_family.as_deref())
            .text("software_version", self.software_version.as_deref())
            .text("manufacturer_raw", c.manufacturer_raw.as_deref())
            .text("model_raw", c.model_raw.as_deref());
        birads(out, ["birads_both", "birads_both_code"], c.birads_both.value);
        birads(out, ["birads_left", "birads_left_code"], c.birads_left.value);
        birads(out, ["birads_right", "birads_right_code"], c.birads_right.value);
        birads(out, ["birads_max", "birads_max_code"], c.worst_birads());
        out.text("birads_both_raw", c.birads_both.raw.as_deref())
            .text("birads_left_raw", c.birads_left.raw.as_deref())
            .text("birads_right_raw", c.birads_right.raw.as_deref());
        for (read, names) in [
            (&c.t_stage, ["t_stage", "t_stage_code", "t_stage_prefix", "t_stage_raw"]),
            (&c.n_stage, ["n_stage", "n_stage_code", "n_stage_prefix", "n_stage_raw"]),
        ] {
            let stage = read.value.as_ref();
            out.int(names[0], stage.and_then(|s| s.number).map(i64::from))
                .text(names[1], stage.map(|s| s.code.as_str()))
                .text(names[2], stage.and_then(|s| s.prefix.as_deref()))
                .text(names[3], read.raw.as_deref());
        }
        self.write_tumor(out);
        self.write_counts(out);
    }
}

impl Patient {
    fn write_tumor<'a>(&'a self, out: &mut RowCells<'a>) {
        let c = &self.clinical;
        let ParsedCell { raw, value } = &c.location;
        let histology = c.histology.value;
        let folded = c.histology.raw.as_deref().map(crate::records::text::fold);
        out.double("tumor_size_cm", c.tumor_size_cm.value)
            .text("tumor_size_raw", c.tumor_size_cm.raw.as_deref())
            .text("tumor_side", value.as_ref().and_then(|l| l.side).map(|s| s.as_str()))
            .text("tumor_quadrant", value.as_ref().and_then(|l| l.quadrant))
            .text("tumor_location_raw", raw.as_deref())
            .text("histology", folded.as_deref())
            .text("histology_group", histology.map(|h| h.group))
            .text("icdo3", histology.map(|h| h.icdo3).filter(|c| !c.is_empty()))
            .text("histology_raw", c.histology.raw.as_deref());
    }

    fn write_counts<'a>(&'a self, out: &mut RowCells<'a>) {
        let origin = self.clinical.origin.as_ref();
        out.int("image_count", Some(self.image_count.into()))
            .texts("views", &self.views)
            .bool("has_four_views", Some(self.has_four_views()))
            .int("annotation_count", Some(self.annotation_count.into()))
            .int("lesion_count", Some(self.lesion_count.into()))
            .texts("readers", &self.readers)
            .bool("discarded", self.discarded)
            .text("source_file", origin.map(|o| o.file.as_str()))
            .text("source_sheet", origin.and_then(|o| o.sheet.as_deref()))
            .int("source_row", origin.map(|o| o.row.into()))
            .int("clinical_row_count", Some(self.clinical_row_count.into()));
    }
}
