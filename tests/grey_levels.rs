//! Grey levels beside those of pydicom: windows, lookup tables, frames with windows of their own.

use std::fs::{self, File};
use std::path::Path;

use mammodex::pixels::PixelImage;

use crate::fixture::python;

#[test]
fn grey_levels_are_those_of_pydicom() {
    let dir = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/grey_levels.py");
    let Ok(out) = python().arg(script).arg(dir.path()).output() else {
        eprintln!("skipped: Python does not run");
        return;
    };
    if out.status.code() == Some(77) {
        eprintln!("skipped: Python has no pydicom");
        return;
    }
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let (mut frames, mut wrong) = (0, Vec::new());
    for (name, path) in crate::sample_data::files_below(dir.path()) {
        let Some(stem) = name.strip_suffix(".dcm") else { continue };
        let file = File::open(&path).unwrap();
        let length = file.metadata().unwrap().len();
        let image = PixelImage::read(&file, length).unwrap();
        for number in 1..=image.layout.frames {
            let expected = fs::read(dir.path().join(format!("{stem}.{number}.grey"))).unwrap();
            let levels = image.picture(number).unwrap().bytes;
            let expected =
                expected.as_chunks::<4>().0.iter().map(|level| f32::from_le_bytes(*level));
            let expected: Vec<f32> = expected.collect();
            // Half a level apart, either neighbour is right.
            let is_wrong = |(a, b): &(&u8, &f32)| (f32::from(**a) - **b).abs() > 0.5001;
            let differing = levels.iter().zip(&expected).filter(is_wrong).count();
            frames += 1;
            if levels.len() != expected.len() || differing > 0 {
                wrong.push(format!("{stem} frame {number}: {differing} of {}", levels.len()));
            }
        }
    }
    eprintln!("{frames} frames equal");
    assert!(wrong.is_empty(), "{} of {frames} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(frames > 80, "{frames} frames");
}
