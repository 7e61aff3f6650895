//! The same facts in other words and other attributes: type, special view, character set, pixels.

use crate::custom_data::DataSet;

/// Indexes mammograms of the left breast, one for each list of further attributes; the rows of a query.
fn rows(headers: &[Vec<(&str, &str)>], sql: &str) -> Vec<String> {
    let set = DataSet::new();
    let view =
        [("ViewPosition", "CC"), ("ImageLaterality", "L"), ("SpecificCharacterSet", "ISO_IR 192")];
    for (number, more) in headers.iter().enumerate() {
        set.image(&format!("a/{number:03}.dcm"), &[&view[..], more].concat());
    }
    set.index(&["--profile", "generic"]);
    set.rows(sql)
}

const TYPE: &str =
    "SELECT coalesce(mammogram_type, '-'), array_to_string(not_standard_because, ' ')
    FROM images ORDER BY path";

/// Attributes that name one kind of image.
const NAMES: [&str; 3] =
    ["SeriesDescription", "ProtocolName", "AcquisitionDeviceProcessingDescription"];

#[test]
fn a_synthetic_image_is_recognised_by_any_of_its_names() {
    let names = [
        "C-View",
        "L CC CVIEW",
        "S-View",
        "V-Preview",
        "Intelligent 2D",
        "INTELLIGENT2D",
        "Insight 2D",
        "Synthesized Mammogram",
        "Synthetic 2D",
        "MAMMO SYNTH",
        "S2D",
        "합성 2D",
    ];
    let mut headers: Vec<Vec<(&str, &str)>> = Vec::new();
    for attribute in NAMES {
        headers.extend(names.iter().map(|name| vec![(attribute, *name)]));
    }
    for value in ["C-VIEW", "INTELLIGENT2D", "SYNTHETIC", "S-VIEW", "SYNTH_2D", "GENERATED_2D"] {
        headers.push(vec![("ImageType", value)]);
    }
    let found = rows(&headers, TYPE);
    for (header, row) in headers.iter().zip(&found) {
        assert_eq!(row, "synthetic_2d|", "{header:?}");
    }
    // A protocol of both kinds, and tomosynthesis, are not synthetic 2D.
    let others = [
        vec![("ProtocolName", "COMBO C-View")],
        vec![("ProtocolName", "FFDM + C-View")],
        vec![("ProtocolName", "Tomosynthesis")],
        vec![("SeriesDescription", "디지털 유방 단층합성영상")],
    ];
    assert_eq!(rows(&others, TYPE), ["ffdm|"; 4]);
}

#[test]
fn a_secondary_capture_of_hologic_holds_a_volume_in_either_private_group() {
    let set = DataSet::new();
    let header = [
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"),
        ("ViewPosition", "CC"),
        ("ImageLaterality", "L"),
    ];
    for (number, group) in [[1, 0x7e], [1, 0x7f], [3, 0x7f]].into_iter().enumerate() {
        let path = format!("a/{number}.dcm");
        set.image(&path, &header);
        let mut bytes = std::fs::read(set.root().join(&path)).unwrap();
        bytes.extend([group[0], group[1], 0x10, 0, b'L', b'O', 14, 0]);
        bytes.extend(b"HOLOGIC, Inc. ");
        set.put(&path, bytes);
    }
    set.index(&["--profile", "generic"]);
    let volume = "tomo_volume|private_volume";
    assert_eq!(set.rows(TYPE), [volume, volume, "secondary_capture|"]);
}

#[test]
fn contrast_mammography_is_combined_or_of_one_energy_or_unknown() {
    let combined = "contrast_recombined|contrast_recombined";
    let high = "contrast_high_energy|contrast_high_energy";
    let unclear = "-|contrast_unclear";
    let wanted: [(&str, &str, &str); 18] = [
        ("ImageType", "DERIVED\\PRIMARY\\\\CEM_RECOMBINED", combined),
        ("ImageType", "DERIVED\\PRIMARY\\\\SUBTRACT", combined),
        ("ImageType", "DERIVED\\PRIMARY\\\\DES", combined),
        ("ImageType", "ORIGINAL\\PRIMARY\\\\LOW_ENERGY", "ffdm|"),
        ("ProtocolName", "CESM recombined", combined),
        ("AcquisitionDeviceProcessingDescription", "RECOMBINED", combined),
        ("SeriesDescription", "CESM SUB", combined),
        ("SeriesDescription", "조영증강 유방촬영 감산", combined),
        ("ProtocolName", "CEM HIGH ENERGY", high),
        ("AcquisitionDeviceProcessingDescription", "HIGH_ENERGY", high),
        ("SeriesDescription", "CEM L CC low energy", "ffdm|"),
        ("SeriesDescription", "CESM L CC LE", "ffdm|"),
        ("SeriesDescription", "CESM L CC", unclear),
        ("SeriesDescription", "I-View", unclear),
        ("ProtocolName", "SenoBright", unclear),
        ("SeriesDescription", "조영증강 유방촬영", unclear),
        ("AcquisitionDeviceProcessingDescription", "high contrast", "ffdm|"),
        ("SeriesDescription", "L CC cemetery", "ffdm|"),
    ];
    let headers = wanted.map(|(attribute, value, _)| vec![(attribute, value)]);
    assert_eq!(rows(&headers, TYPE), wanted.map(|(.., row)| row));
}

#[test]
fn special_views_are_recognised_by_paddle_protocol_and_korean_names() {
    let wanted: [(&str, &str, &str); 17] = [
        ("PaddleDescription", "10CM CONTACT", "spot_compression"),
        ("PaddleDescription", "7.5CM CONTACT", "spot_compression"),
        ("PaddleDescription", "국소압박", "spot_compression"),
        ("PaddleDescription", "QC PADDLE", "quality_control"),
        ("PaddleDescription", "24x29 FLEX", ""),
        ("PaddleDescription", "SMALL BREAST", ""),
        ("SeriesDescription", "Coned compression", "spot_compression"),
        ("SeriesDescription", "유관조영술", "galactography"),
        ("SeriesDescription", "침위치결정술", "localization"),
        ("ProtocolName", "L CC MAG", "magnification"),
        ("ProtocolName", "SPOT CC", "spot_compression"),
        ("ProtocolName", "SPECIMEN", "specimen"),
        ("AcquisitionDeviceProcessingDescription", "L CC MAG", "magnification"),
        ("AcquisitionDeviceProcessingDescription", "GEMS_FFDM_PV", ""),
        ("SeriesDescription", "Imagine L CC", ""),
        ("ProtocolName", "R CC routine", ""),
        ("SeriesDescription", "Second L CC", ""),
    ];
    let headers = wanted.map(|(attribute, value, _)| vec![(attribute, value)]);
    assert_eq!(rows(&headers, TYPE), wanted.map(|(.., why)| format!("ffdm|{why}")));
}

#[test]
fn sides_in_korean_are_read_in_body_part_and_processing_description() {
    let set = DataSet::new();
    let utf8 = ("SpecificCharacterSet", "ISO_IR 192");
    let parts = ["유방(우)", "우유방", "유방 (우측)"];
    for (number, part) in parts.iter().enumerate() {
        let more = [utf8, ("ViewPosition", "CC")];
        let raw = [("BodyPartExamined", part.as_bytes())];
        set.image_with(&format!("a/{number}.dcm"), &more, &raw);
    }
    let description = ("AcquisitionDeviceProcessingDescription", "우측 유방촬영, CC");
    set.image("b/1.dcm", &[utf8, description]);
    set.index(&["--profile", "generic"]);
    assert_eq!(set.rows("SELECT view FROM images ORDER BY path"), ["RCC"; 4]);
}

#[test]
fn text_in_another_set_than_declared_is_read_or_reported() {
    let set = DataSet::new();
    let view = [("ViewPosition", "CC"), ("ImageLaterality", "L")];
    let latin = [&view[..], &[("SpecificCharacterSet", "ISO_IR 100")]].concat();
    set.image_with("a/1.dcm", &latin, &[("Manufacturer", "지멘스".as_bytes())]);
    set.image_with("a/2.dcm", &latin, &[("Manufacturer", b"\x8c\x63\xb9\xe6\xb0\xa2\xc7\xcf")]);
    set.image_with("a/3.dcm", &latin, &[("Manufacturer", b"R\xf6ntgen \x93X\x94")]);
    // Shift JIS, of which nothing is declared.
    set.image_with("a/4.dcm", &view, &[("Manufacturer", b"\x95\x78\x8e\x6d\x83\x74\x83\x43")]);
    set.index(&["--profile", "generic"]);
    let makers = set.rows("SELECT manufacturer FROM images ORDER BY path LIMIT 3");
    assert_eq!(makers, ["지멘스", "똠방각하", "Röntgen \u{201c}X\u{201d}"]);
    let wanted = [1, 2, 4].map(|number| format!("a/{number}.dcm (0008,0070) -"));
    assert_eq!(set.findings("character-set-conflict"), wanted);
}

const JPEG: &[u8] = b"1.2.840.10008.1.2.4.70";
const NATIVE: &[u8] = b"1.2.840.10008.1.2.1\0\0\0";

/// A mammogram of that transfer syntax; `pixels` is Pixel Data with its head.
fn with_pixels(set: &DataSet, path: &str, syntax: &[u8], pixels: &[u8]) {
    set.image(path, &[("ViewPosition", "CC"), ("ImageLaterality", "L"), ("BitsAllocated", "16")]);
    let header = std::fs::read(set.root().join(path)).unwrap();
    let place = header.windows(8).position(|w| w == b"\x02\0\x10\0UI\x14\0").unwrap();
    let mut bytes = header[..place].to_vec();
    bytes.extend(b"\x02\0\x10\0UI");
    bytes.extend(u16::try_from(syntax.len()).unwrap().to_le_bytes());
    bytes.extend(syntax);
    bytes.extend(&header[place + 28..]);
    bytes.extend(pixels);
    set.put(path, bytes);
}

#[test]
fn pixels_that_contradict_the_transfer_syntax_or_are_empty_are_errors() {
    let set = DataSet::new();
    let native: Vec<u8> =
        [&b"\xe0\x7f\x10\0OW\0\0"[..], &16_000_u32.to_le_bytes(), &[0; 16_000]].concat();
    let item = |bytes: &[u8]| {
        [&b"\xfe\xff\0\xe0"[..], &u32::try_from(bytes.len()).unwrap().to_le_bytes(), bytes].concat()
    };
    let encapsulated = |fragments: &[&[u8]]| {
        let head = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff";
        let items: Vec<u8> = fragments.iter().flat_map(|bytes| item(bytes)).collect();
        [&head[..], &item(&[]), &items, b"\xfe\xff\xdd\xe0\0\0\0\0"].concat()
    };
    with_pixels(&set, "a/1.dcm", JPEG, &native);
    with_pixels(&set, "a/2.dcm", NATIVE, &encapsulated(&[&[1; 64]]));
    with_pixels(&set, "a/3.dcm", JPEG, &encapsulated(&[&[], &[]]));
    with_pixels(&set, "a/4.dcm", JPEG, &encapsulated(&[]));
    with_pixels(&set, "a/5.dcm", JPEG, &encapsulated(&[&[], &[1; 64]]));
    with_pixels(&set, "a/6.dcm", NATIVE, &native);
    set.index(&["--profile", "generic"]);
    let wanted = ["a/1.dcm (7FE0,0010) -", "a/2.dcm (7FE0,0010) -"];
    assert_eq!(set.findings("pixel-encoding-conflict"), wanted);
    let wanted = ["a/3.dcm (7FE0,0010) -", "a/4.dcm (7FE0,0010) -"];
    assert_eq!(set.findings("pixels-missing"), wanted);
    assert_eq!(set.findings("dicom-truncated"), [""; 0]);
}

#[test]
fn a_file_with_the_prefix_and_without_the_preamble_is_read() {
    let set = DataSet::new();
    set.image("a/1.dcm", &[("ViewPosition", "CC"), ("ImageLaterality", "L")]);
    let bytes = std::fs::read(set.root().join("a/1.dcm")).unwrap();
    set.put("a/1.dcm", &bytes[128..]);
    set.index(&["--profile", "generic"]);
    assert_eq!(set.rows("SELECT view FROM images"), ["LCC"]);
}
