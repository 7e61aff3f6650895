//! Decoded pixels beside pydicom's of the same files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use mammodex::pixels::{Frame, PixelError, PixelImage};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::fixture::python;
use crate::index::shared;
use crate::sample_data::files_below;

fn frame(path: &Path, number: u32) -> Result<Frame, PixelError> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    PixelImage::read(&file, length)?.frame(number)
}

fn checksum(frame: &Frame) -> String {
    let bytes: Vec<u8> = frame.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JPEG-LS with colours, which no mammogram has.
fn is_known_refusal(error: &PixelError) -> bool {
    error.to_string().contains("multi-component JPEG-LS")
}

/// Decoders of lossy JPEG round differently (ITU-T T.83): grey values differ by one at most, colours
/// by half a level on average, where chrominance is spread over pixels.
fn is_near(frame: &Frame, expected: &[u8]) -> bool {
    let expected = expected.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    let differences: Vec<u64> = frame
        .values
        .iter()
        .zip(expected)
        .map(|(value, expected)| u64::from(value.abs_diff(expected)))
        .collect();
    let most = if frame.samples == 1 { 1 } else { u64::MAX };
    let sum: u64 = differences.iter().sum();
    differences.len() == frame.values.len()
        && differences.iter().all(|difference| *difference <= most)
        && sum * 2 <= differences.len() as u64
}

/// How many frames of the files below a folder have the values that pydicom reads, and which do not; none where
/// Python does not have it.
fn compare_with_pydicom(data: &Path) -> Option<(usize, Vec<String>)> {
    let values = tempfile::tempdir().unwrap();
    let text = script_output("pixel_values.py", &[data, values.path()])?;
    let (mut equal, mut wrong) = (0, Vec::new());
    for line in text.lines() {
        let [path, number, shape, sum, syntax, term] =
            *line.split('\t').collect::<Vec<_>>().as_slice()
        else {
            panic!("{line}")
        };
        let what = format!("{path} frame {number} {shape} {syntax} {term}");
        let frame = match frame(&data.join(path), number.parse().unwrap()) {
            Ok(frame) => frame,
            Err(error) if is_known_refusal(&error) => continue,
            Err(error) => {
                wrong.push(format!("{what}: {error}"));
                continue;
            }
        };
        let fits = if sum.ends_with(".values") {
            is_near(&frame, &fs::read(values.path().join(sum)).unwrap())
        } else {
            checksum(&frame) == sum
        };
        if fits { equal += 1 } else { wrong.push(format!("{what}: differs")) }
    }
    eprintln!("{equal} frames equal");
    Some((equal, wrong))
}

/// What a script prints; none where Python does not have what it needs.
fn script_output(script: &str, arguments: &[&Path]) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let Ok(out) = python().arg(script).args(arguments).output() else {
        eprintln!("skipped: Python does not run");
        return None;
    };
    if out.status.code() == Some(77) {
        eprintln!("skipped: Python has no pydicom with decoders");
        return None;
    }
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8_lossy(&out.stdout).into_owned())
}

#[test]
fn pixels_of_real_files_are_those_that_pydicom_reads() {
    let Some(data) = shared() else { return };
    let Some((equal, wrong)) = compare_with_pydicom(&data) else { return };
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(equal > 100, "{equal} frames");
}

#[test]
fn jpeg_ls_of_every_depth_has_the_values_of_charls() {
    let data = tempfile::tempdir().unwrap();
    let Some(_) = script_output("jpeg_ls_files.py", &[data.path()]) else { return };
    let Some((equal, wrong)) = compare_with_pydicom(data.path()) else { return };
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(equal > 80, "{equal} frames");
}

#[test]
fn a_native_picture_has_the_levels_of_its_values() {
    let Some(data) = shared() else { return };
    let mut count = 0;
    for (name, path) in files_below(&data) {
        let Ok(file) = File::open(&path) else { continue };
        let Ok(length) = file.metadata().map(|metadata| metadata.len()) else { continue };
        let Ok(image) = PixelImage::read(&file, length) else { continue };
        if image.layout.values() > 1 << 20 {
            continue;
        }
        let (Ok(picture), Ok(frame)) = (image.picture(1), image.frame(1)) else { continue };
        if frame.samples == 1 {
            let levels = image.window(1).apply(&frame, image.layout.photometric);
            assert!(picture.bytes == levels, "{name}");
            count += 1;
        }
    }
    eprintln!("{count} images equal");
    assert!(count > 100, "{count} images");
}

/// The smallest compressed file of each transfer syntax in the shared data.
fn small_compressed_files(data: &Path) -> Vec<(String, Vec<u8>)> {
    let mut smallest: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (_, path) in files_below(data) {
        let bytes = fs::read(&path).unwrap();
        let compressed = |bytes: &[u8]| {
            let start = bytes.windows(17).take(4096).position(|w| w == b"1.2.840.10008.1.2")?;
            let uid =
                bytes[start..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.');
            let uid: String = uid.map(|byte| char::from(*byte)).collect();
            (uid.contains(".1.2.4.") || uid.ends_with(".1.2.5")).then_some(uid)
        };
        let Some(uid) = compressed(&bytes).filter(|_| decode(&bytes).is_ok()) else { continue };
        let kept = smallest.entry(uid).or_insert_with(|| bytes.clone());
        if bytes.len() < kept.len() {
            *kept = bytes;
        }
    }
    smallest.into_iter().collect()
}

/// A preview that is decoded at a fraction looks like the whole image shrunk.
#[test]
fn a_preview_is_near_the_image_shrunk() {
    let Some(data) = shared() else { return };
    let (mut smaller, mut whole) = (0, 0);
    for (syntax, bytes) in small_compressed_files(&data.join("corpus")) {
        let source = bytes.as_slice();
        let image = PixelImage::read(&source, bytes.len() as u64).unwrap();
        let side = u32::from(image.layout.columns.max(image.layout.rows));
        let Ok(full) = image.picture(1) else { continue };
        let preview = image.picture_within(1, side / 3).unwrap();
        let full = full.shrink(side / 3);
        assert_eq!((preview.columns, preview.rows), (full.columns, full.rows), "{syntax}");
        let pairs = preview.bytes.iter().zip(&full.bytes);
        let difference = |(a, b): (&u8, &u8)| f64::from(*a) - f64::from(*b);
        let differences: Vec<f64> = pairs.map(difference).collect();
        let count = differences.len() as f64;
        let bias = differences.iter().sum::<f64>() / count;
        let spread = differences.iter().map(|d| d.abs()).sum::<f64>() / count;
        // A lower resolution of a wavelet is sharper than the mean of pixels.
        assert!(bias.abs() < 2.0 && spread < 16.0, "{syntax}: {bias} {spread}");
        if preview == full { whole += 1 } else { smaller += 1 }
    }
    eprintln!("{smaller} decoded at a fraction, {whole} whole");
    assert!(smaller > 0);
}

fn decode(bytes: &[u8]) -> Result<Frame, PixelError> {
    PixelImage::read(&bytes, bytes.len() as u64)?.frame(1)
}

#[test]
fn a_damaged_stream_is_an_error_or_a_frame_and_ends() {
    let Some(data) = shared() else { return };
    let files = small_compressed_files(&data.join("corpus"));
    assert!(files.len() > 5, "{} transfer syntaxes", files.len());
    let mut random = StdRng::seed_from_u64(20_190_812);
    for (syntax, bytes) in files.into_iter().filter(|(_, bytes)| bytes.len() < 300_000) {
        for _ in 0..40 {
            let mut mutant = bytes.clone();
            for _ in 0..random.random_range(1..8) {
                let place = random.random_range(0..mutant.len());
                mutant[place] = random.random();
            }
            if random.random_bool(0.2) {
                mutant.truncate(random.random_range(0..mutant.len()));
            }
            if let Ok(frame) = decode(&mutant) {
                let pixels = frame.columns as usize * frame.rows as usize;
                assert_eq!(frame.values.len(), pixels * usize::from(frame.samples), "{syntax}");
            }
        }
    }
}
