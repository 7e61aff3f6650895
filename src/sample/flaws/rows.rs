//! Faults of workbook rows.

use super::Mark;
use crate::sample::case::Case;
use crate::sample::clinic::{Cell, Row, set_birads};
use crate::sample::facts::Column;

fn row(case: &mut Case) -> Option<&mut Row> {
    case.rows.first_mut()
}

fn set(case: &mut Case, column: Column, cell: Cell) {
    if let Some(row) = row(case) {
        row.set(column, cell);
    }
}

/// The images are there and the row is not.
pub(super) fn row_missing(case: &mut Case) -> Mark {
    case.rows.clear();
    let file = case.shots.first().map_or_else(|| case.folder(), |shot| shot.path.clone());
    Mark::new(case, file, format!("{} has images and no row in its workbook.", case.id))
}

/// A maker that no vocabulary knows, in workbook and headers alike.
pub(super) fn vendor_unknown(case: &mut Case) -> Mark {
    case.maker = ("Nemo Imaging Works".to_owned(), "NM-1".to_owned());
    set(case, Column::Vendor, Cell::text("Nemo Imaging Works"));
    set(case, Column::Model, Cell::text("NM-1"));
    let what =
        "Four headers and the workbook name a maker that does not exist: Nemo Imaging Works.";
    Mark::new(case, case.shots[0].path.clone(), what)
}

/// No BI-RADS category.
pub(super) fn birads_unreadable(case: &mut Case) -> Mark {
    set(case, Column::BiradsLeft, Cell::text("grade 7"));
    set(case, Column::BiradsBoth, Cell::Blank);
    Mark::new(case, case.workbook(), "BI-RADS of the left breast says 'grade 7'.")
}

/// The category of both breasts is milder than the worse of the two.
pub(super) fn birads_mismatch(case: &mut Case) -> Mark {
    if let Some(row) = row(case) {
        set_birads(row, Some("1"), Some("3"), Some("1"));
    }
    Mark::new(case, case.workbook(), "BI-RADS of both breasts says 1, that of the left one 3.")
}

/// Two rows for one case that contradict each other.
pub(super) fn two_rows(case: &mut Case) -> Mark {
    if let Some(first) = row(case) {
        let mut second = first.clone();
        set_birads(first, Some("2"), Some("2"), Some("1"));
        set_birads(&mut second, Some("4A"), Some("1"), Some("4A"));
        case.rows.push(second);
    }
    let what = format!("{} has two rows whose BI-RADS differ.", case.id);
    Mark::new(case, case.workbook(), what)
}

/// No T stage.
pub(super) fn stage_unreadable(case: &mut Case) -> Mark {
    set(case, Column::TStage, Cell::text("see letter"));
    Mark::new(case, case.workbook(), "T stage says 'see letter'.")
}

/// The decimal point was lost.
pub(super) fn size_tenfold(case: &mut Case) -> Mark {
    set(case, Column::TStage, Cell::Number(2.0));
    set(case, Column::Histology, Cell::text("Invasive ductal carcinoma"));
    set(case, Column::SizeCm, Cell::Number(25.0));
    Mark::new(case, case.workbook(), "The size says 25 cm beside T2: 2.5 was meant.")
}

/// A diagnosis that no vocabulary knows.
pub(super) fn histology_unknown(case: &mut Case) -> Mark {
    set(case, Column::Histology, Cell::text("Zebra cell tumour"));
    Mark::new(case, case.workbook(), "The diagnosis says 'Zebra cell tumour'.")
}
