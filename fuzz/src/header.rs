//! DICOM files.

use std::sync::LazyLock;

use mammodex::sources::dicom::{
    AttributeColumn, AttributeSpec, AttributeTable, CellForm, FileFacts, FileWindow, HeaderValues,
    MammogramReader, ReadDepth, RequestedTags,
};

static READER: LazyLock<MammogramReader> = LazyLock::new(|| {
    let field = |keyword, form| AttributeColumn {
        attributes: vec![AttributeSpec { keyword, factor: 1.0 }],
        form,
    };
    let fields = [
        field("PatientAge", CellForm::Integer),
        field("Rows", CellForm::Integer),
        field("KVP", CellForm::Number),
        field("BreastImplantPresent", CellForm::Flag),
        field("StudyDate", CellForm::Date),
        field("SeriesDescription", CellForm::Text),
    ];
    let attributes = AttributeTable::new(&fields).expect("keywords of PS3.6");
    let extra = RequestedTags::new(&["Grid".to_owned()], |_| false).expect("not identifying");
    MammogramReader::new(attributes, extra).with_depth(ReadDepth::Pixels)
});

pub fn read(bytes: &[u8]) {
    let size = bytes.len() as u64;
    let mut window = FileWindow::new(&bytes, size, Vec::new());
    let place = FileFacts { path: "a/LCC.dcm", view: None, size, modified_ms: None };
    let _ = READER.read(&mut window, place, &mut HeaderValues::default(), &mut Vec::new());
}
