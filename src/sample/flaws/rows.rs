//! Faults of workbook rows.

use super::place::FlawPlace;
use crate::sample::case::SampleCase;
use crate::sample::clinic::{SampleCell, SampleRow, set_birads};
use crate::sample::facts::SampleColumn;

fn row(case: &mut SampleCase) -> Option<&mut SampleRow> {
    case.rows.first_mut()
}

fn set(case: &mut SampleCase, column: SampleColumn, cell: SampleCell) {
    if let Some(row) = row(case) {
        row.set(column, cell);
    }
}

/// The images are there and the row is not.
pub(super) fn row_missing(case: &mut SampleCase) -> FlawPlace {
    case.rows.clear();
    let file = case.shots.first().map_or_else(|| case.folder(), |shot| shot.path.clone());
    FlawPlace::new(case, file, format!("{} has images and no row in its workbook.", case.id))
}

/// A maker that no vocabulary knows, in workbook and headers alike.
pub(super) fn vendor_unknown(case: &mut SampleCase) -> FlawPlace {
    case.maker = ("Nemo Imaging Works".to_owned(), "NM-1".to_owned());
    set(case, SampleColumn::Vendor, SampleCell::text("Nemo Imaging Works"));
    set(case, SampleColumn::Model, SampleCell::text("NM-1"));
    let what =
        "Four headers and the workbook name a maker that does not exist: Nemo Imaging Works.";
    FlawPlace::new(case, case.shots[0].path.clone(), what)
}

/// No BI-RADS category.
pub(super) fn birads_unreadable(case: &mut SampleCase) -> FlawPlace {
    set(case, SampleColumn::BiradsLeft, SampleCell::text("grade 7"));
    set(case, SampleColumn::BiradsBoth, SampleCell::Blank);
    FlawPlace::new(case, case.workbook(), "BI-RADS of the left breast says 'grade 7'.")
}

/// The category of both breasts is milder than the worse of the two.
pub(super) fn birads_mismatch(case: &mut SampleCase) -> FlawPlace {
    if let Some(row) = row(case) {
        set_birads(row, Some("1"), Some("3"), Some("1"));
    }
    FlawPlace::new(case, case.workbook(), "BI-RADS of both breasts says 1, that of the left one 3.")
}

/// Two rows for one case that contradict each other.
pub(super) fn two_rows(case: &mut SampleCase) -> FlawPlace {
    if let Some(first) = row(case) {
        let mut second = first.clone();
        set_birads(first, Some("2"), Some("2"), Some("1"));
        set_birads(&mut second, Some("4A"), Some("1"), Some("4A"));
        case.rows.push(second);
    }
    let what = format!("{} has two rows whose BI-RADS differ.", case.id);
    FlawPlace::new(case, case.workbook(), what)
}

/// No T stage.
pub(super) fn stage_unreadable(case: &mut SampleCase) -> FlawPlace {
    set(case, SampleColumn::TStage, SampleCell::text("see letter"));
    FlawPlace::new(case, case.workbook(), "T stage says 'see letter'.")
}

/// The decimal point was lost.
pub(super) fn size_tenfold(case: &mut SampleCase) -> FlawPlace {
    set(case, SampleColumn::TStage, SampleCell::Number(2.0));
    set(case, SampleColumn::Histology, SampleCell::text("Invasive ductal carcinoma"));
    set(case, SampleColumn::SizeCm, SampleCell::Number(25.0));
    FlawPlace::new(case, case.workbook(), "The size says 25 cm beside T2: 2.5 was meant.")
}

/// A diagnosis that no vocabulary knows.
pub(super) fn histology_unknown(case: &mut SampleCase) -> FlawPlace {
    set(case, SampleColumn::Histology, SampleCell::text("Zebra cell tumour"));
    FlawPlace::new(case, case.workbook(), "The diagnosis says 'Zebra cell tumour'.")
}
