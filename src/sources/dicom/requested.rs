//! Further attributes that a run requests, as text: those of the top level that do not identify.

use dicom_core::dictionary::{
    DataDictionary, DataDictionaryEntry, DataDictionaryEntryRef, TagRange, VirtualVr,
};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::element::{ElementEncoding, format_tag};
use super::header::DicomHeader;
use crate::records::identifying;
use crate::records::image::TagValue;
use crate::records::issue::{Issue, IssueCode};

/// An attribute that is refused, or not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagRefusal {
    /// PS3.6 does not have it.
    #[error("no DICOM attribute has the keyword {0:?}; a tag is written as eight digits, 00181166")]
    Unknown(String),
    /// It may identify someone.
    #[error(
        "{keyword} {tag} may identify a person: DICOM PS3.15 table E.1-1 has the basic profile take \
         it out ({action}), so no table carries it"
    )]
    Identifying {
        /// Its keyword.
        keyword: String,
        /// Its tag.
        tag: String,
        /// What the basic profile does with it.
        action: &'static str,
    },
    /// It names a person.
    #[error("{0} holds a person's name, so no table carries it")]
    Person(String),
    /// Only its maker knows what it holds.
    #[error("{0} is private: only its maker knows what it holds, so no table carries it")]
    Private(String),
    /// It has no value of its own.
    #[error("{0} is a sequence: only attributes of the top level with a value are read")]
    Sequence(String),
    /// It is not text or numbers.
    #[error("{0} holds binary data, which is not text")]
    Binary(String),
    /// It is not of the data set.
    #[error("{0} is not an attribute of the data set's top level")]
    Elsewhere(String),
}

/// The requested attributes, sorted by keyword.
#[derive(Debug, Default)]
pub struct RequestedTags {
    tags: Vec<RequestedTag>,
}

#[derive(Debug)]
struct RequestedTag {
    keyword: &'static str,
    tag: Tag,
    vr: VirtualVr,
}

impl RequestedTags {
    /// The attributes of these keywords, or tags of eight digits. Those that `carried` names are in a
    /// table anyway and may be requested.
    ///
    /// # Errors
    /// The first that is not known or refused.
    pub fn new(names: &[String], carried: impl Fn(&str) -> bool) -> Result<Self, TagRefusal> {
        let mut requested = Vec::with_capacity(names.len());
        for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            requested.push(resolve(name, &carried)?);
        }
        requested.sort_by_key(|tag| tag.keyword);
        requested.dedup_by_key(|tag| tag.keyword);
        Ok(Self { tags: requested })
    }

    /// Their keywords, sorted.
    pub fn keywords(&self) -> impl Iterator<Item = &'static str> {
        self.tags.iter().map(|requested| requested.keyword)
    }

    /// Every tag that must be read for them.
    pub(super) fn wanted(&self) -> impl Iterator<Item = Tag> {
        let needs_sign = self.tags.iter().any(|requested| requested.vr == VirtualVr::Xs);
        let sign = needs_sign.then_some(tags::PIXEL_REPRESENTATION);
        self.tags.iter().map(|requested| requested.tag).chain(sign)
    }

    /// The requested attributes that the header has, in order.
    pub(super) fn read(
        &self,
        header: &DicomHeader,
        file: &str,
        issues: &mut Vec<Issue>,
    ) -> Vec<TagValue> {
        let mut values = Vec::new();
        for requested in &self.tags {
            let vr = || header.vr(requested.tag).unwrap_or_else(|| requested.dictionary_vr(header));
            let value = match header.bytes(requested.tag) {
                None if header.is_too_long(requested.tag) => Err((vr(), "is longer than 64 KiB")),
                None => continue,
                Some([]) => Ok((vr(), None)),
                Some(bytes) => format_value(vr(), header.encoding(), bytes, |b| header.decode(b))
                    .map(|text| (vr(), Some(text).filter(|text| !text.is_empty())))
                    .ok_or((vr(), "does not fit its value representation")),
            };
            let (vr, value) = value.unwrap_or_else(|(vr, why)| {
                let message = format!("{} {why}", requested.keyword);
                let issue = Issue::new(IssueCode::AttributeUnreadable, file, message);
                issues.push(issue.at(format_tag(requested.tag)));
                (vr, None)
            });
            values.push(TagValue {
                keyword: requested.keyword,
                tag: format_tag(requested.tag),
                vr: vr.to_string(),
                value,
            });
        }
        values
    }
}

impl RequestedTag {
    fn dictionary_vr(&self, header: &DicomHeader) -> VR {
        match self.vr {
            VirtualVr::Exact(vr) => vr,
            _ if header.unsigned_short(tags::PIXEL_REPRESENTATION) == Some(1) => VR::SS,
            _ => VR::US,
        }
    }
}

fn resolve(name: &str, carried: &impl Fn(&str) -> bool) -> Result<RequestedTag, TagRefusal> {
    let number = Some(name).filter(|n| n.len() == 8).and_then(|n| u32::from_str_radix(n, 16).ok());
    let entry: &'static DataDictionaryEntryRef<'static> = match number {
        Some(number) => {
            let tag = Tag::from(((number >> 16) as u16, number as u16));
            if tag.0 % 2 == 1 {
                return Err(TagRefusal::Private(format_tag(tag)));
            }
            StandardDataDictionary.by_tag(tag)
        }
        None => StandardDataDictionary.by_name(name),
    }
    .ok_or_else(|| TagRefusal::Unknown(name.to_owned()))?;
    let (keyword, tag) = (entry.alias(), entry.tag());
    if let Some(action) = identifying::action(keyword).filter(|_| !carried(keyword)) {
        let (keyword, tag) = (keyword.to_owned(), format_tag(tag));
        return Err(TagRefusal::Identifying { keyword, tag, action });
    }
    let refused: fn(String) -> TagRefusal = match (entry.tag, entry.vr()) {
        (TagRange::PrivateCreator, _) => TagRefusal::Private,
        (TagRange::Single(Tag(..8, _) | Tag(0xFFFE, _)), _) => TagRefusal::Elsewhere,
        (TagRange::Single(_), VirtualVr::Xs) => {
            return Ok(RequestedTag { keyword, tag, vr: entry.vr() });
        }
        (_, VirtualVr::Exact(VR::SQ)) => TagRefusal::Sequence,
        (_, VirtualVr::Exact(VR::PN)) => TagRefusal::Person,
        (TagRange::Single(_), VirtualVr::Exact(vr)) if !is_binary(vr) => {
            return Ok(RequestedTag { keyword, tag, vr: entry.vr() });
        }
        (TagRange::Single(_), _) => TagRefusal::Binary,
        // Curves and overlays, of which a header may have sixteen.
        _ => TagRefusal::Elsewhere,
    };
    Err(refused(format!("{keyword} {}", format_tag(tag))))
}

fn is_binary(vr: VR) -> bool {
    matches!(vr, VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW | VR::UN)
}

/// The value as pydicom prints it, several separated by a backslash; absent when the bytes do not fit.
fn format_value<'b>(
    vr: VR,
    encoding: ElementEncoding,
    bytes: &'b [u8],
    decode: impl Fn(&'b [u8]) -> std::borrow::Cow<'b, str>,
) -> Option<String> {
    let each = |size: usize, print: &dyn Fn(&[u8]) -> Option<String>| {
        let fits = bytes.len().is_multiple_of(size);
        let texts: Option<Vec<String>> =
            fits.then(|| bytes.chunks_exact(size).map(print).collect())?;
        Some(texts?.join("\\"))
    };
    let u16 = |b: &[u8]| Some(encoding.u16(*b.first_chunk()?));
    let u32 = |b: &[u8]| Some(encoding.u32(*b.first_chunk()?));
    let u64 = |b: &[u8]| Some(encoding.u64(*b.first_chunk()?));
    match vr {
        VR::US => each(2, &|b| Some(u16(b)?.to_string())),
        VR::SS => each(2, &|b| Some(u16(b)?.cast_signed().to_string())),
        VR::UL => each(4, &|b| Some(u32(b)?.to_string())),
        VR::SL => each(4, &|b| Some(u32(b)?.cast_signed().to_string())),
        VR::UV => each(8, &|b| Some(u64(b)?.to_string())),
        VR::SV => each(8, &|b| Some(u64(b)?.cast_signed().to_string())),
        VR::FL => each(4, &|b| Some(format_float(f32::from_bits(u32(b)?).into()))),
        VR::FD => each(8, &|b| Some(format_float(f64::from_bits(u64(b)?)))),
        VR::AT => each(4, &|b| Some(format_tag(Tag(u16(b)?, u16(b.get(2..)?)?)))),
        VR::ST | VR::LT | VR::UT | VR::UR => Some(decode(bytes).into_owned()),
        vr if is_binary(vr) || matches!(vr, VR::SQ | VR::PN) => None,
        _ => {
            let padding = |c: char| c == ' ' || c == '\0';
            let text = decode(bytes);
            let values: Vec<&str> = text.split('\\').map(|v| v.trim_matches(padding)).collect();
            Some(values.join("\\"))
        }
    }
}

/// A number as Python writes it: the shortest digits that restore it, with an exponent from 1e16
/// on and below 1e-4.
fn format_float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let shortest = format!("{number:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent @ (..-4 | 16..)) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        _ => format!("{number:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        let cases = [
            (0.1, "0.1"),
            (f64::from(0.1_f32), "0.10000000149011612"),
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-1.25e-7, "-1.25e-07"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (number, text) in cases {
            assert_eq!(format_float(number), text);
        }
    }
}
