//! Any bytes as a DICOM file.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mammodex::sources::dicom::{
    Attributes, Extra, Field, File, Form, Named, Depth, Reader, Values, Window,
};

static READER: LazyLock<Reader> = LazyLock::new(|| {
    let field = |keyword, form| Field { attributes: vec![Named { keyword, factor: 1.0 }], form };
    let fields = [
        field("PatientAge", Form::Integer),
        field("Rows", Form::Integer),
        field("KVP", Form::Number),
        field("BreastImplantPresent", Form::Flag),
        field("StudyDate", Form::Date),
        field("SeriesDescription", Form::Text),
    ];
    let attributes = Attributes::new(&fields).expect("keywords of PS3.6");
    let extra = Extra::new(&["Grid".to_owned()], |_| false).expect("not identifying");
    Reader::new(attributes, extra).with(Depth::Pixels)
});

fuzz_target!(|bytes: &[u8]| {
    let size = bytes.len() as u64;
    let mut window = Window::new(&bytes, size, Vec::new());
    let place = File { path: "a/LCC.dcm", pane: None, size, modified_ms: None };
    let _ = READER.examine(&mut window, place, &mut Values::default(), &mut Vec::new());
});
