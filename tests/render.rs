//! `mammodex render`: pictures of images with their contours.

use std::fs;
use std::path::Path;

use crate::fixture::{Said, run_in};
use crate::manifest_formats::png;
use crate::sample_data::{SampleDataSet, files_below};

fn indexed(patients: &str) -> SampleDataSet {
    let set = SampleDataSet::empty();
    assert_eq!(run_in(set.dir.path(), &["sample", "data", "--patients", patients], "").code, 0);
    assert_eq!(set.index("catalog", &[]).code, 0);
    set
}

fn render(set: &SampleDataSet, arguments: &[&str]) -> Said {
    run_in(set.dir.path(), &[&["render"], arguments].concat(), "")
}

fn rgb(path: &Path) -> (Vec<[u8; 3]>, (u32, u32)) {
    let bytes = fs::read(path).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut buffer).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    (buffer.as_chunks::<3>().0.to_vec(), (info.width, info.height))
}

#[test]
fn a_case_has_one_picture_per_image_in_the_colour_of_its_reader() {
    let set = indexed("20");
    let said = render(&set, &["Cancer_00001", "-o", "pictures"]);
    assert_eq!((said.code, said.err.as_str()), (0, "4 pictures saved to pictures\n"));
    let names: Vec<String> =
        files_below(&set.dir.path().join("pictures")).into_iter().map(|(name, _)| name).collect();
    let expected = ["LCC", "LMLO", "RCC", "RMLO"].map(|view| format!("Cancer_00001_{view}.png"));
    assert_eq!(names, expected);
    for view in ["LCC", "LMLO", "RCC", "RMLO"] {
        let path = set.dir.path().join(format!("pictures/Cancer_00001_{view}.png"));
        let (pixels, (columns, rows)) = rgb(&path);
        let sql = format!(
            "SELECT i.columns, i.rows, count(l.lesion_id) FROM images AS i LEFT JOIN lesions AS l \
             ON l.image_path = i.path WHERE i.case_id = 'Cancer_00001' AND i.view = '{view}' \
             GROUP BY ALL"
        );
        let yellow = pixels.iter().filter(|pixel| **pixel == [240, 228, 66]).count();
        let drawn = u8::from(yellow > 10);
        assert_eq!(set.rows("catalog", &sql), [format!("{columns}|{rows}|{drawn}")]);
    }
}

#[test]
fn a_mask_is_the_polygon_to_the_pixel() {
    let set = indexed("20");
    assert_eq!(render(&set, &["Cancer_00001", "--mask", "-o", "masks"]).code, 0);
    for view in ["LCC", "LMLO", "RCC", "RMLO"] {
        let sql = format!(
            "SELECT list_transform(contour, p -> p.x), list_transform(contour, p -> p.y) \
             FROM lesions WHERE case_id = 'Cancer_00001' AND view = '{view}'"
        );
        let rings: Vec<Vec<[f64; 2]>> =
            set.rows("catalog", &sql).iter().map(|row| ring(row)).collect();
        let path = set.dir.path().join(format!("masks/Cancer_00001_{view}.png"));
        let (values, (columns, _), _) = png(&path);
        for (place, value) in values.iter().enumerate() {
            let x = (place % columns as usize) as f64 + 0.5;
            let y = (place / columns as usize) as f64 + 0.5;
            let inside = rings.iter().any(|ring| is_inside(ring, x, y));
            assert_eq!(*value > 0, inside, "{view} at {x}, {y}");
        }
    }
}

fn ring(row: &str) -> Vec<[f64; 2]> {
    let (xs, ys) = row.split_once('|').unwrap();
    let numbers = |cell: &str| -> Vec<f64> {
        cell.trim_matches(['[', ']']).split(',').map(|n| n.trim().parse().unwrap()).collect()
    };
    numbers(xs).into_iter().zip(numbers(ys)).map(|(x, y)| [x, y]).collect()
}

/// By the even-odd rule, edge by edge.
fn is_inside(ring: &[[f64; 2]], x: f64, y: f64) -> bool {
    let mut inside = false;
    for (place, a) in ring.iter().enumerate() {
        let b = ring[(place + 1) % ring.len()];
        let crosses = (a[1] <= y) != (b[1] <= y);
        if crosses && x >= a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) {
            inside = !inside;
        }
    }
    inside
}

#[test]
fn four_views_hang_with_the_right_breast_on_the_left() {
    let set = indexed("20");
    assert_eq!(render(&set, &["Normal_00001", "--four-view", "--plain", "-o", "n.png"]).code, 2);
    assert_eq!(render(&set, &["Normal_00001", "--four-view", "-o", "exam.png"]).code, 0);
    let (_, (columns, rows)) = rgb(&set.dir.path().join("exam.png"));
    let sql = "SELECT 2 * max(columns) + 2, max(rows) FILTER (view LIKE '_CC') + 2 \
               + max(rows) FILTER (view LIKE '_MLO') FROM images WHERE case_id = 'Normal_00001'";
    assert_eq!(set.rows("catalog", sql), [format!("{columns}|{rows}")]);
}

#[test]
fn pictures_that_are_there_are_kept_unless_forced() {
    let set = indexed("20");
    assert_eq!(render(&set, &["Cancer_00001", "-o", "out"]).code, 0);
    let first = set.dir.path().join("out/Cancer_00001_LCC.png");
    fs::write(&first, "mine").unwrap();
    let said = render(&set, &["Cancer_00001", "-o", "out"]);
    let summary = "0 pictures saved to out; 4 already there (--force replaces them)\n";
    assert_eq!((said.code, said.err.as_str()), (0, summary));
    assert_eq!(fs::read(&first).unwrap(), b"mine");
    assert_eq!(render(&set, &["Cancer_00001", "-o", "out", "--force"]).code, 0);
    assert_ne!(fs::read(&first).unwrap(), b"mine");
}

#[test]
fn an_image_that_cannot_be_decoded_is_named_and_the_others_are_made() {
    let set = indexed("20");
    let path = "dcm/Uncompressed/Cancer/Cancer_00001/LCC.dcm";
    let file = set.root().join(path);
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let said = render(&set, &["Cancer_00001", "-o", "out"]);
    let expected = format!(
        "  {path}: the pixels are missing or cut\n3 pictures saved to out; 1 image could not be shown\n"
    );
    assert_eq!((said.code, said.err), (1, expected));
}

#[test]
fn a_webp_has_the_pixels_of_the_png() {
    let set = indexed("20");
    for format in ["png", "webp"] {
        let arguments = ["Cancer_00001", "--size", "100", "--format", format, "-o", format];
        assert_eq!(render(&set, &arguments).code, 0);
    }
    let (pixels, (columns, rows)) = rgb(&set.dir.path().join("png/Cancer_00001_RCC.png"));
    let bytes = fs::read(set.dir.path().join("webp/Cancer_00001_RCC.webp")).unwrap();
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(decoder.dimensions(), (columns, rows));
    let mut decoded = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut decoded).unwrap();
    assert_eq!(decoded.as_chunks::<3>().0, pixels);
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    let set = indexed("20");
    for (arguments, message) in [
        (vec!["Nobody", "-o", "out"], "\"Nobody\" is not a case, an image or a cohort"),
        (vec!["Cancer_00001", "-o", "one.png"], "one.png is one file, and there are 4 pictures"),
        (vec!["Cancer_00001", "--mask", "-o", "one.jpg"], "masks are written as PNG"),
        (vec!["Cancer_00001", "--format", "png", "-o", "a.jpg"], "does not fit the ending"),
    ] {
        let said = render(&set, &arguments);
        assert!(said.code == 2 && said.err.contains(message), "{arguments:?}: {}", said.err);
    }
    assert!(!set.dir.path().join("out").exists());
}
