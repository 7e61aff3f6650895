//! Checksums of zip members: what was read whole must fit, and a header alone is not held to more.

use std::fs;

use zip::CompressionMethod::{Deflated, Stored};

use crate::archives::zip;
use crate::custom_data::DataSet;
use crate::sample_data::{SampleDataSet, files_below};

/// The archive with another checksum in its directory (APPNOTE 4.3.12, offset 16): its member's
/// bytes stay as they are, so that nothing but the sum tells.
fn other_sum(mut archive: Vec<u8>) -> Vec<u8> {
    let entry = archive.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    archive[entry + 16] ^= 1;
    archive
}

/// A mammogram without pixels, which the first step of reading holds whole.
fn small() -> Vec<u8> {
    let set = DataSet::new();
    set.image("a.dcm", &[("ImageLaterality", "L"), ("ViewPosition", "CC")]);
    fs::read(set.root().join("a.dcm")).unwrap()
}

#[test]
fn a_small_image_must_fit_its_checksum() {
    for method in [Stored, Deflated] {
        let archive = zip(&[("a.dcm", &small())], method);
        let set = DataSet::new();
        set.put("good.zip", &archive);
        set.put("bad.zip", other_sum(archive));
        set.index(&["--profile", "generic"]);
        assert_eq!(set.rows("SELECT path FROM images"), ["good.zip!/a.dcm"], "{method}");
        assert_eq!(
            set.rows("SELECT file, message FROM issues WHERE code = 'member-unreadable'"),
            [
                "bad.zip!/a.dcm|the member of an archive cannot be read: it is damaged: length or checksum do not fit"
            ]
        );
    }
}

#[test]
fn a_flipped_bit_of_a_stored_member_is_found() {
    let image = small();
    let mut archive = zip(&[("a.dcm", &image)], Stored);
    let at = archive.windows(7).position(|w| w == b"HOLOGIC").unwrap();
    archive[at] ^= 1;
    let set = DataSet::new();
    set.put("a.zip", archive);
    assert_eq!(set.index(&["--profile", "generic"]).code, 1);
    assert_eq!(set.rows("SELECT count(*) FROM images"), ["0"]);
    assert_eq!(set.findings("member-unreadable"), ["a.zip!/a.dcm - -"]);
}

/// Of a large image the header alone is read, and its checksum cannot be held against that; with
/// --hash-pixels it is.
#[test]
fn an_image_whose_pixels_are_hashed_must_fit_its_checksum() {
    let set = SampleDataSet::new(5);
    let (_, image) = files_below(&set.root().join("dcm")).remove(0);
    let mut image = fs::read(image).unwrap();
    // As many pixels as follow: Rows and Columns (0028,0010), (0028,0011).
    for element in [b"\x28\0\x10\0US\x02\0", b"\x28\0\x11\0US\x02\0"] {
        let place = image.windows(8).position(|head| head == element).unwrap() + 8;
        image[place..place + 2].copy_from_slice(&512_u16.to_le_bytes());
    }
    image.extend(b"\xe0\x7f\x10\0OW\0\0\0\0\x08\0");
    image.extend((0..0x80000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8));
    // Data Set Trailing Padding (PS3.10 7.2) stands behind the pixels and is not hashed.
    let padded = [&image[..], b"\xfc\xff\xfc\xffOB\0\0\0\0\x02\0", &[0; 0x20000]].concat();
    for (name, method) in [("stored", Stored), ("deflated", Deflated)] {
        let put = |kind: &str, bytes: &[u8]| {
            fs::write(set.root().join(format!("{name}-{kind}.zip")), bytes).unwrap();
        };
        let archive = zip(&[("a.dcm", &image)], method);
        put("good", &archive);
        put("bad", &other_sum(archive));
        put("padded", &other_sum(zip(&[("a.dcm", &padded)], method)));
    }
    let codes =
        "SELECT code, file FROM issues WHERE file LIKE '%.zip!%' AND code LIKE '%-unreadable'
         ORDER BY ALL";
    set.index("headers", &[]);
    assert_eq!(set.rows("headers", codes), [""; 0]);
    set.index("pixels", &["--hash-pixels"]);
    assert_eq!(
        set.rows("pixels", codes),
        [
            "pixels-unreadable|deflated-bad.zip!/a.dcm",
            "pixels-unreadable|deflated-padded.zip!/a.dcm",
            "pixels-unreadable|stored-bad.zip!/a.dcm",
            "pixels-unreadable|stored-padded.zip!/a.dcm",
        ]
    );
    let hashes = "SELECT path LIKE '%-good.zip!%', count(DISTINCT pixel_hash), count(pixel_hash),
         count(*) FROM images WHERE path LIKE '%.zip!%' GROUP BY 1 ORDER BY 1";
    assert_eq!(set.rows("pixels", hashes), ["false|0|0|4", "true|1|2|2"]);
}
