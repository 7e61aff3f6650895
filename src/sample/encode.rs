//! DICOM data sets in Explicit VR Little Endian (PS3.5): elements by keyword, sequences, private
//! blocks, and the file around them. The dictionary gives tags and value representations.

use std::collections::BTreeMap;

use dicom_core::VR;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_dictionary_std::StandardDataDictionary;

/// Explicit VR Little Endian.
const TRANSFER_SYNTAX: &str = "1.2.840.10008.1.2.1";
/// UUID-derived (PS3.5 B.2), fixed.
const IMPLEMENTATION_CLASS: &str = "2.25.163127041926450981475023641870512563417";
const IMPLEMENTATION_VERSION: &str = "MAMMODEX_SAMPLE";

/// Elements sorted by tag.
#[derive(Debug, Clone, Default)]
pub(super) struct DataSet {
    elements: BTreeMap<(u16, u16), (VR, Vec<u8>)>,
}

impl DataSet {
    /// Sets a standard element to a text; several values are separated by a backslash.
    pub fn put(&mut self, keyword: &str, text: &str) {
        let (tag, vr) = lookup(keyword);
        self.elements.insert(tag, (vr, encode_text(vr, text)));
    }

    /// Sets a standard element to bytes that are encoded already.
    pub fn put_bytes(&mut self, keyword: &str, bytes: Vec<u8>) {
        let (tag, vr) = lookup(keyword);
        self.elements.insert(tag, (vr, pad(vr, bytes)));
    }

    /// Sets a standard sequence.
    pub fn put_items(&mut self, keyword: &str, items: &[DataSet]) {
        let (tag, vr) = lookup(keyword);
        let mut bytes = Vec::new();
        for item in items {
            let body = item.encode();
            bytes.extend([0xFE, 0xFF, 0x00, 0xE0]);
            bytes.extend((body.len() as u32).to_le_bytes());
            bytes.extend(body);
        }
        self.elements.insert(tag, (vr, bytes));
    }

    /// Sets a standard element to the value of a TOML file; `fill` replaces placeholders of texts.
    pub fn put_toml(&mut self, keyword: &str, value: &toml::Value, fill: &dyn Fn(&str) -> String) {
        match value {
            toml::Value::Array(items) => {
                let items: Vec<DataSet> = items.iter().map(|i| Self::from_toml(i, fill)).collect();
                self.put_items(keyword, &items);
            }
            toml::Value::String(text) => self.put(keyword, &fill(text)),
            other => self.put(keyword, &other.to_string()),
        }
    }

    fn from_toml(value: &toml::Value, fill: &dyn Fn(&str) -> String) -> Self {
        let mut set = Self::default();
        for (keyword, value) in value.as_table().into_iter().flatten() {
            set.put_toml(keyword, value, fill);
        }
        set
    }

    /// Sets a private element of the block 10 of a group.
    pub fn put_private(&mut self, group: u16, element: u16, vr: &str, bytes: PrivateValue) {
        let vr: VR = vr.parse().unwrap_or(VR::UN);
        let bytes = match bytes {
            PrivateValue::Text(text) => encode_text(vr, &text),
            PrivateValue::Zeros(count) => vec![0; count],
        };
        self.elements.insert((group, 0x1000 | element), (vr, bytes));
    }

    /// Names the owner of the block 10 of a group.
    pub fn put_creator(&mut self, group: u16, creator: &str) {
        self.elements.insert((group, 0x0010), (VR::LO, encode_text(VR::LO, creator)));
    }

    /// The bytes of all elements.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8_192);
        for ((group, element), (vr, value)) in &self.elements {
            out.extend(group.to_le_bytes());
            out.extend(element.to_le_bytes());
            out.extend(vr.to_bytes());
            if is_long(*vr) {
                out.extend([0, 0]);
                out.extend((value.len() as u32).to_le_bytes());
            } else {
                out.extend((value.len() as u16).to_le_bytes());
            }
            out.extend(value);
        }
        out
    }

    /// A whole file: preamble, meta group (PS3.10 7.1), elements.
    pub fn encode_file(&self, sop_class: &str, sop_instance: &str) -> Vec<u8> {
        let mut meta = Self::default();
        meta.put_bytes("FileMetaInformationVersion", vec![0, 1]);
        meta.put("MediaStorageSOPClassUID", sop_class);
        meta.put("MediaStorageSOPInstanceUID", sop_instance);
        meta.put("TransferSyntaxUID", TRANSFER_SYNTAX);
        meta.put("ImplementationClassUID", IMPLEMENTATION_CLASS);
        meta.put("ImplementationVersionName", IMPLEMENTATION_VERSION);
        let length = meta.encode().len();
        meta.put("FileMetaInformationGroupLength", &length.to_string());
        let mut out = vec![0; 128];
        out.extend(b"DICM");
        out.extend(meta.encode());
        out.extend(self.encode());
        out
    }
}

/// What a private element holds.
pub(super) enum PrivateValue {
    Text(String),
    Zeros(usize),
}

fn lookup(keyword: &str) -> ((u16, u16), VR) {
    // Keywords come from the code and from schema/sample, all of which the tests read.
    let entry = StandardDataDictionary.by_name(keyword).expect("a keyword of PS3.6");
    let tag = entry.tag();
    let vr = match entry.vr() {
        VirtualVr::Exact(vr) => vr,
        VirtualVr::Xs => VR::US,
        VirtualVr::Ox | VirtualVr::Px | VirtualVr::Lt => VR::OW,
        _ => VR::UN,
    };
    ((tag.group(), tag.element()), vr)
}

fn encode_text(vr: VR, text: &str) -> Vec<u8> {
    let numbers = || text.split('\\').filter_map(|part| part.trim().parse::<i64>().ok());
    match vr {
        VR::US => numbers().flat_map(|n| (n as u16).to_le_bytes()).collect(),
        VR::SS => numbers().flat_map(|n| (n as i16).to_le_bytes()).collect(),
        VR::UL => numbers().flat_map(|n| (n as u32).to_le_bytes()).collect(),
        _ => pad(vr, text.as_bytes().to_vec()),
    }
}

/// Values have an even length (PS3.5 6.2).
fn pad(vr: VR, mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() % 2 == 1 {
        bytes.push(if matches!(vr, VR::UI | VR::OB | VR::OW | VR::UN) { 0 } else { b' ' });
    }
    bytes
}

/// Whether the length takes four bytes (PS3.5 7.1.2).
fn is_long(vr: VR) -> bool {
    use VR::{OB, OD, OF, OL, OV, OW, SQ, SV, UC, UN, UR, UT, UV};
    matches!(vr, OB | OD | OF | OL | OV | OW | SQ | SV | UC | UN | UR | UT | UV)
}
