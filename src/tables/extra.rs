//! The row of `patients_extra`.

use super::{RowCells, RowRecord};
use crate::records::extra::ExtraValue;

impl RowRecord for ExtraValue<'_> {
    const TABLE: &'static str = "patients_extra";

    fn write<'a>(&'a self, out: &mut RowCells<'a>) {
        let cell = self.cell;
        out.text("case_id", Some(self.case_id))
            .text("name", Some(&cell.name))
            .text("value_raw", Some(&cell.raw))
            .double("value_number", cell.number)
            .date("value_date", cell.date.as_deref().and_then(|date| date.parse().ok()))
            .bool("value_flag", cell.flag)
            .text("header", Some(&cell.header))
            .text("source_file", Some(&cell.file))
            .text("source_cell", Some(&cell.place));
    }
}
