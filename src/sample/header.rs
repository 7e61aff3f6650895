//! The header of one image: what every device says, what its own says, and what the exposure gave.

use encoding_rs::EUC_KR;

use super::case::{SampleCase, SampleImage, SideHeader};
use super::dice::{RandomPurpose, RandomStream};
use super::encode::{DataSet, PrivateValue};
use super::facts::{SamplePhotometric, facts};
use super::view::{BreastSide, ViewAngle};

/// Digital Mammography X-Ray Image Storage - For Presentation (PS3.4 B.5).
const SOP_CLASS: &str = "1.2.840.10008.5.1.4.1.1.1.2";
/// Designates KS X 1001 as G1 (PS3.3 C.12.1.1.2).
const ESC_KOREAN: &[u8] = b"\x1b$)C";

/// The bytes of a file up to its pixels.
pub(super) fn file_head(case: &SampleCase, shot: &SampleImage) -> Vec<u8> {
    let mut set = DataSet::default();
    constants(&mut set, case, shot);
    identity(&mut set, case, shot);
    view(&mut set, case, shot);
    exposure(&mut set, case, shot);
    image(&mut set, case);
    set.encode_file(SOP_CLASS, &shot.sop_instance)
}

/// The tag, value representation and length of the pixel data that follow the head.
pub(super) fn pixel_head(length: usize) -> [u8; 12] {
    let mut head = [0xE0, 0x7F, 0x10, 0x00, b'O', b'W', 0, 0, 0, 0, 0, 0];
    head[8..].copy_from_slice(&(length as u32).to_le_bytes());
    head
}

fn constants(set: &mut DataSet, case: &SampleCase, shot: &SampleImage) {
    let side = match shot.side {
        SideHeader::Told => shot.told.side.letter(),
        SideHeader::Untold => "",
    };
    let version = case.maker.1.split_once("VERSION ").map_or("", |(_, version)| version);
    let fill = |text: &str| {
        let text = text.replace("{side}", side).replace("{view}", shot.told.angle.code());
        let text = text.replace("{version}", version);
        text.trim_start().to_owned()
    };
    for attributes in [&facts().header.attributes, &case.device.attributes] {
        for (keyword, value) in attributes {
            set.put_toml(keyword, value, &fill);
        }
    }
    for block in &case.device.private {
        set.put_creator(block.group, &block.creator);
        for e in &block.elements {
            let value = match e.zeros {
                0 => PrivateValue::Text(fill(&e.value)),
                count => PrivateValue::Zeros(count),
            };
            set.put_private(block.group, e.element, &e.vr, value);
        }
    }
}

fn identity(set: &mut DataSet, case: &SampleCase, shot: &SampleImage) {
    // Every seventh woman's name is Korean, behind an empty first character set as files carry it.
    if case.number % 7 == 3 {
        set.put("SpecificCharacterSet", "\\ISO 2022 IR 149");
        set.put_bytes("PatientName", korean_name(&shot.patient_id));
    } else {
        set.put("SpecificCharacterSet", "ISO_IR 100");
        set.put("PatientName", &shot.patient_id);
    }
    set.put("PatientID", &shot.patient_id);
    set.put("PatientAge", &format!("{:03}Y", case.age));
    set.put("SOPClassUID", SOP_CLASS);
    set.put("SOPInstanceUID", &shot.sop_instance);
    set.put("StudyInstanceUID", &case.uid(&format!("study {}", shot.patient_id)));
    set.put("SeriesInstanceUID", &case.uid(&format!("series {}", shot.patient_id)));
    set.put("SeriesNumber", "1");
    set.put("InstanceNumber", &shot.number.to_string());
    let date = case.date.format("%Y%m%d").to_string();
    for keyword in ["StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"] {
        set.put(keyword, &date);
    }
    set.put("InstanceCreationDate", &date);
    let time_after = |seconds: u32| {
        let later = chrono::TimeDelta::seconds(i64::from(seconds));
        case.time.overflowing_add_signed(later).0.format("%H%M%S").to_string()
    };
    set.put("StudyTime", &time_after(0));
    set.put("SeriesTime", &time_after(20));
    for keyword in ["AcquisitionTime", "ContentTime", "InstanceCreationTime"] {
        set.put(keyword, &time_after(30 + 45 * shot.number));
    }
    set.put("Manufacturer", &case.maker.0);
    set.put("ManufacturerModelName", &case.maker.1);
}

/// The ID, and 합성^증례 ("synthetic case") as the phonetic group.
fn korean_name(id: &str) -> Vec<u8> {
    let mut bytes = format!("{id}==").into_bytes();
    for (part, word) in [("", "합성"), ("^", "증례")] {
        bytes.extend(part.as_bytes());
        bytes.extend(ESC_KOREAN);
        bytes.extend(EUC_KR.encode(word).0.iter());
    }
    bytes
}

fn view(set: &mut DataSet, case: &SampleCase, shot: &SampleImage) {
    let scheme = case.device.scheme;
    let coded = |code: &super::facts::ConceptCode| {
        let mut item = DataSet::default();
        item.put("CodeValue", code.value(scheme));
        item.put("CodingSchemeDesignator", scheme.as_str());
        item.put("CodeMeaning", &code.meaning);
        item
    };
    if let Some(code) = facts().header.views.get(shot.told.angle.code()) {
        let mut item = coded(code);
        item.put_items("ViewModifierCodeSequence", &[]);
        set.put_items("ViewCodeSequence", &[item]);
    }
    set.put_items("AnatomicRegionSequence", &[coded(&facts().header.breast)]);
    match shot.side {
        SideHeader::Told => {
            set.put("ImageLaterality", shot.told.side.letter());
            set.put("PatientOrientation", orientation(shot));
        }
        SideHeader::Untold => set.put("PatientOrientation", ""),
    }
    let degrees = match (shot.told.angle, shot.told.side) {
        (ViewAngle::Cc, _) => "0",
        (ViewAngle::Mlo, BreastSide::Left) => "-45",
        (ViewAngle::Mlo, BreastSide::Right) => "45",
    };
    set.put("PositionerPrimaryAngle", degrees);
}

/// Toward where rows and columns run (PS3.3 C.7.6.1.1.1): a left breast points to the right.
fn orientation(shot: &SampleImage) -> &'static str {
    match (shot.told.side, shot.told.angle) {
        (BreastSide::Left, ViewAngle::Cc) => "A\\R",
        (BreastSide::Left, ViewAngle::Mlo) => "A\\FR",
        (BreastSide::Right, ViewAngle::Cc) => "P\\L",
        (BreastSide::Right, ViewAngle::Mlo) => "P\\FL",
    }
}

fn exposure(set: &mut DataSet, case: &SampleCase, shot: &SampleImage) {
    let mut dice = RandomStream::part(
        case.seed,
        case.group as u64,
        case.number,
        RandomPurpose::Exposure,
        shot.number,
    );
    let device = case.device;
    let thickness = dice.between(28.0, 76.0).round();
    let mas = ((18.0 + 0.95 * thickness) * dice.between(0.85, 1.2)).round();
    let time_ms = (mas / f64::from(device.tube_current_ma) * 1000.0).round();
    let kvp = f64::from(device.kvp) + ((thickness - 30.0) / 15.0).floor().max(0.0);
    let glandular_mgy = (0.5 + 0.017 * thickness) * dice.between(0.85, 1.15);
    let (target, filter) =
        dice.pick(&device.targets).split_once('/').unwrap_or(("TUNGSTEN", "RHODIUM"));
    let force = dice.between(55.0, 150.0).round();
    let source_to_breast = device.source_to_detector_mm / device.magnification;
    set.put("KVP", &format!("{kvp:.0}"));
    set.put("Exposure", &format!("{mas:.0}"));
    set.put("ExposureInuAs", &format!("{:.0}", mas * 1000.0));
    set.put("ExposureTime", &format!("{time_ms:.0}"));
    set.put("XRayTubeCurrent", &device.tube_current_ma.to_string());
    set.put("RelativeXRayExposure", &format!("{:.0}", mas * 6.5));
    set.put("AnodeTargetMaterial", target);
    set.put("FilterMaterial", filter);
    set.put("CompressionForce", &format!("{force:.0}"));
    set.put("BodyPartThickness", &format!("{thickness:.0}"));
    set.put("OrganDose", &format!("{:.5}", glandular_mgy / 100.0));
    set.put("EntranceDoseInmGy", &format!("{:.3}", glandular_mgy * 4.1));
    set.put("DistanceSourceToDetector", &format!("{:.0}", device.source_to_detector_mm));
    set.put("DistanceSourceToPatient", &format!("{source_to_breast:.1}"));
    set.put("DistanceSourceToEntrance", &format!("{:.0}", source_to_breast - thickness));
    set.put("EstimatedRadiographicMagnificationFactor", &device.magnification.to_string());
}

fn image(set: &mut DataSet, case: &SampleCase) {
    let device = case.device;
    let spacing = format!("{:.8}", case.grid.spacing_mm);
    set.put("ImageType", &device.image_type);
    set.put("ImagerPixelSpacing", &format!("{spacing}\\{spacing}"));
    set.put("Rows", &case.grid.rows.to_string());
    set.put("Columns", &case.grid.columns.to_string());
    set.put("BitsAllocated", "16");
    set.put("BitsStored", &device.bits_stored.to_string());
    set.put("HighBit", &(device.bits_stored - 1).to_string());
    set.put("PhotometricInterpretation", device.photometric.as_str());
    let most = f64::from(1_u32 << device.bits_stored);
    let (centre, shape) = match device.photometric {
        SamplePhotometric::Monochrome1 => (0.58, "INVERSE"),
        SamplePhotometric::Monochrome2 => (0.42, "IDENTITY"),
    };
    set.put("PresentationLUTShape", shape);
    // As many windows as the device has names for.
    let names = device.attributes.get("WindowCenterWidthExplanation").and_then(|v| v.as_str());
    let windows = names.map_or(1, |names| names.split('\\').count());
    let values = |first: f64, step: f64| {
        let each = [0.0, -step, step].map(|more| format!("{:.0}", most * (first + more)));
        each[..windows.min(3)].join("\\")
    };
    set.put("WindowCenter", &values(centre, 0.02));
    set.put("WindowWidth", &values(0.84, 0.12));
}

/// The head of a file that was cut in the middle of a value, before the image's size.
pub(super) fn first_part(head: &[u8]) -> &[u8] {
    let mark = b"MAMMOGRAPHIC";
    let mark_start =
        head.windows(mark.len()).position(|part| part == mark).unwrap_or(head.len() / 2);
    &head[..(mark_start + 5).min(head.len())]
}
