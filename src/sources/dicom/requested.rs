//! Further attributes that a run requests, as text: those of the top level that do not identify.

use dicom_core::dictionary::{
    DataDictionary, DataDictionaryEntry, DataDictionaryEntryRef, TagRange, VirtualVr,
};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::element::format_tag;
use super::header::DicomHeader;
use super::value_text::{format_value, is_binary};
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
